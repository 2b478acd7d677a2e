"""Velocity sets: D3Q19 in space, D2Q9 in the x-z plane. Directions come in opposite pairs: 1 and 2, 3 and 4, ..."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = ["D2Q9", "D3Q19", "Lattice"]


@dataclass(frozen=True, eq=False)
class Lattice:
    """A velocity set (Qian, d'Humieres & Lallemand 1992); sound runs at 1/sqrt(3) cells a step.

    Attributes:
        name: as in the literature.
        velocities: (q, 3) whole numbers [cells a step], axes x, y, z.
        weights: (q,).
    """

    name: str
    velocities: np.ndarray
    weights: np.ndarray

    @property
    def count(self) -> int:
        """Directions, rest included."""
        return len(self.weights)

    @property
    def plane(self) -> bool:
        """Whether nothing moves along y."""
        return not self.velocities[:, 1].any()

    @cached_property
    def opposite(self) -> np.ndarray:
        """Number of the opposite direction, (q,)."""
        numbers = np.arange(self.count)
        return np.where(numbers == 0, 0, np.where(numbers % 2, numbers + 1, numbers - 1))

    def mirrored(self, axis: int) -> np.ndarray:
        """Number of the direction with component `axis` turned round, (q,)."""
        turned = self.velocities.copy()
        turned[:, axis] *= -1
        return np.array([int(np.nonzero((self.velocities == c).all(axis=1))[0][0]) for c in turned])


def _paired(halves: list[tuple[int, int, int]]) -> np.ndarray:
    pairs = [signed for half in halves for signed in (half, tuple(-c for c in half))]
    return np.array([(0, 0, 0), *pairs])


D3Q19 = Lattice(
    "D3Q19",
    _paired([(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, -1, 0), (1, 0, -1), (0, 1, -1)]),
    np.array([1 / 3] + [1 / 18] * 6 + [1 / 36] * 12),
)

D2Q9 = Lattice(
    "D2Q9",
    _paired([(1, 0, 0), (0, 0, 1), (1, 0, 1), (1, 0, -1)]),
    np.array([4 / 9] + [1 / 9] * 4 + [1 / 36] * 4),
)
