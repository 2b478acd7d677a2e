"""A part in n cells, as arrays: where it stands, where it should end, what it weighs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from robots.model import Geometry
from twin.kinds import Context
from twin.physics.cell.each import Each
from twin.physics.cell.places import Places, matrices
from twin.physics.cell.shapes import geometries
from twin.physics.cell.solids import mass_properties
from twin.physics.cell.spec import CellSpec, Part
from twin.scenario.paths import resolve

__all__ = ["Cargo", "cargo"]


@dataclass(frozen=True, eq=False)
class Cargo:
    """One part of each cell.

    Attributes:
        T_world: where it really stands at the start, (n, 4, 4); T_world_goal: where it should end, None without a goal.
    """

    parts: Each[Part]
    contexts: Sequence[Context]
    T_world: np.ndarray
    T_world_goal: np.ndarray | None

    @cached_property
    def pieces(self) -> Each[tuple[Geometry, ...]]:
        """Its shape in each cell."""
        shapes = self.parts.map(lambda part: part.shape)
        folders = {context.folder for context in self.contexts}
        if len(folders) == 1:
            return shapes.map(partial(geometries, find=partial(resolve, folder=folders.pop())))
        return Each.of([geometries(s, partial(resolve, folder=c.folder)) for s, c in zip(shapes, self.contexts, strict=True)])

    @cached_property
    def weight(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mass (n,), centre of mass (n, 3) and inertia about it (n, 3, 3), in the part's axes."""
        weighed = Each.of(zip(self.parts, self.pieces, strict=True)).map(_weight)
        mass, com, inertia = (weighed.numbers(lambda one: one[k]) for k in range(3))  # noqa: B023 - called at once
        return mass, com, inertia


def cargo(name: str, specs: Each[CellSpec], contexts: Sequence[Context], where: Places) -> Cargo:
    """The part of that name in each cell."""
    parts = specs.map(lambda spec: spec.parts[name])
    T_world: np.ndarray = where.T_world(name) @ matrices(parts.map(lambda part: part.offset))
    goals = parts.map(lambda part: part.goal)
    return Cargo(parts, contexts, T_world, None if goals.distinct[0] is None else where.world(goals))  # type: ignore[arg-type]


def _weight(one: tuple[Part, tuple[Geometry, ...]]) -> tuple[float, np.ndarray, np.ndarray]:
    part, pieces = one
    com, inertia = mass_properties(pieces, part.mass)
    return part.mass, com, inertia if part.inertia is None else np.diag(part.inertia)
