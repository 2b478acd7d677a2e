"""Poses of n cells at once: what `twin.physics.cell.frames` says of one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.errors import BadInput
from twin.kinds import Context
from twin.physics.cell.each import Each
from twin.physics.cell.frames import Frames
from twin.physics.cell.spec import CellSpec
from twin.scenario.schema import Pose

__all__ = ["Places", "matrices"]


class Places:
    """Poses in the world of what has a name; names are the same in all cells, what stands in whose frame need not be.

    Raises (from `world`): as `Frames`.
    """

    def __init__(self, specs: Each[CellSpec], contexts: Sequence[Context]) -> None:
        self._specs, self._contexts = specs, contexts
        self._sites = Each.of([context.site for context in contexts])
        first = specs.distinct[0]
        self._groups = {name: group for group in ("robots", "fixtures", "parts") for name in getattr(first, group)}
        self._found: dict[str, np.ndarray] = {}

    def T_world(self, name: str, below: tuple[str, ...] = ()) -> np.ndarray:
        """T_world_name, shape (n, 4, 4)."""
        if name not in self._found:
            self._found[name] = self._fixed(name) if name not in self._groups else self.world(self._poses(name, below), (*below, name))
        return self._found[name]

    def world(self, poses: Each[Pose], below: tuple[str, ...] = ()) -> np.ndarray:
        """T_world_here (n, 4, 4) of a pose in each cell, in any frames."""
        here = matrices(poses)
        frames = list(dict.fromkeys(pose.frame for pose in poses.distinct))
        if len(frames) == 1:
            return here if frames[0] == "world" else self.T_world(frames[0], below) @ here
        T = np.empty_like(here)
        for frame in frames:
            cells = np.flatnonzero(poses.numbers(lambda pose: pose.frame == frame))  # noqa: B023 - called at once
            some = Places(self._specs.some(cells), [self._contexts[i] for i in cells.tolist()])
            T[cells] = some.T_world(frame, below) @ here[cells]
        return T

    def _poses(self, name: str, below: tuple[str, ...]) -> Each[Pose]:
        """Where a robot, fixture or part stands."""
        if name in below:
            raise BadInput("frame", name, "a tree of frames", f"These stand in each other: {' -> '.join((*below, name))}.")
        group = self._groups[name]
        return self._specs.map(lambda spec: getattr(spec, group)[name]).map(lambda one: one.base if group == "robots" else one.pose)

    def _fixed(self, name: str) -> np.ndarray:
        """A frame of the site, or the world."""
        return self._sites.numbers(lambda site: Frames(self._specs.distinct[0], site).T_world(name))


def matrices(poses: Each[Pose]) -> np.ndarray:
    """T_frame_here of a pose in each cell, (n, 4, 4), as `Pose.matrix`."""
    numbers = np.array([(*pose.position, pose.roll, pose.pitch, pose.yaw) for pose in poses.distinct], dtype=float)
    angles = np.ascontiguousarray(numbers[:, 3:])
    (cr, cp, cy), (sr, sp, sy) = np.cos(angles).T, np.sin(angles).T
    T = np.zeros((len(numbers), 4, 4))
    T[:, 0, 0], T[:, 0, 1], T[:, 0, 2] = cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr
    T[:, 1, 0], T[:, 1, 1], T[:, 1, 2] = sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr
    T[:, 2, 0], T[:, 2, 1], T[:, 2, 2] = -sp, cp * sr, cp * cr
    T[:, :3, 3], T[:, 3, 3] = numbers[:, :3], 1.0
    found: np.ndarray = T[poses.which]
    return found
