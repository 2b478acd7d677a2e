"""Names of places: `world`, the site's frames, and the robots, fixtures and parts of the cell as the program believes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.errors import BadInput, UnknownName
from twin.physics.cell.spec import CellSpec
from twin.scenario.schema import Pose

__all__ = ["Frames"]


class Frames:
    """Poses in the world of everything that has a name.

    Raises (from `world`):
        UnknownName: nothing has that name.
        BadInput: two things stand in each other's frame.
    """

    def __init__(self, spec: CellSpec, site: Any = None) -> None:
        self._site = site
        self._poses: Mapping[str, Pose] = {
            **{name: robot.base for name, robot in spec.robots.items()},
            **{name: fixture.pose for name, fixture in spec.fixtures.items()},
            **{name: part.pose for name, part in spec.parts.items()},
        }

    def names(self) -> list[str]:
        """Every frame a pose may name."""
        return ["world", *self._poses, *(self._site.frames if self._site is not None else ())]

    def T_world(self, name: str, _below: tuple[str, ...] = ()) -> np.ndarray:
        """T_world_name, shape (4, 4)."""
        if name == "world":
            return np.eye(4)
        if name in _below:
            raise BadInput("frame", name, "a tree of frames", f"These stand in each other: {' -> '.join((*_below, name))}.")
        if name in self._poses:
            pose = self._poses[name]
            here: np.ndarray = self.T_world(pose.frame, (*_below, name)) @ pose.matrix()
            return here
        if self._site is not None and name in self._site.frames:
            return np.asarray(self._site.T_world(name))
        raise UnknownName("frame", name, self.names())

    def world(self, pose: Pose) -> np.ndarray:
        """T_world_here of a pose in any frame, shape (4, 4)."""
        here: np.ndarray = self.T_world(pose.frame) @ pose.matrix()
        return here
