"""The time average of pressure and velocity, taken while the flow runs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.physics.wind.grid import Grid
from twin.physics.wind.state import Flow

__all__ = ["MeanField"]

SPOILED = 0.25  # part of a mean that may be start-up


@dataclass(eq=False)
class MeanField:
    """A running mean in float32.

    Attributes:
        begin: step from which it was taken; count: samples in it.
        values: (nx, 4, cells of a run): density deviation, velocity.
    """

    grid: Grid
    begin: int = 0
    count: int = 0
    values: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.values = np.zeros((self.grid.shape[0], 4, self.grid.count), np.float32)

    def take(self, flow: Flow) -> None:
        """Add the flow as it is."""
        self.begin = flow.step if self.count == 0 else self.begin
        self.count += 1
        flow.average(1 / self.count, self.values)

    def restart_before(self, step: int, now: int) -> None:
        """Forget what was taken so far, where a good part of it lies before `step`, the end of the start-up as it is known now."""
        if self.count and self.begin + SPOILED * (now - self.begin) < step:
            self.count = 0

    def fields(self) -> tuple[np.ndarray, np.ndarray]:
        """Density deviation (nx, ny, nz), 3 p, and velocity (nx, ny, nz, 3) [cells a step]."""
        found = self.grid.unfolded(self.values)
        return found[:, 0], np.moveaxis(found[:, 1:], 1, -1)
