"""What a run writes down as it goes: energies and forces often, the deformed bodies now and then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.physics.crash.contact import Contact, pressed
from twin.physics.crash.energy import Energies
from twin.physics.crash.layout import PLASTIC
from twin.physics.crash.sections import Sections, sectioned
from twin.physics.crash.start import Arrays

__all__ = ["COLUMNS", "History"]

COLUMNS = ("t", "dt", "kinetic", "internal", "hourglass", "contact", "external")


@dataclass(eq=False)
class History:
    """Rows and frames so far.

    Attributes:
        probes: nodes of each place that is followed; sections: that are; skin: nodes of all skins; walls, bodies: how many;
             rows: one a sample: `COLUMNS`, then of each wall its impulse on the bodies so far
            (3), then of each body the contact force on it (3), then of each probe its mean place (3) and velocity (3), then of each section
            its force (3) and moment (3).
        frames: (time, places of the skin's nodes, plastic strain of the elements).
    """

    probes: list[np.ndarray]
    sections: Sections
    skin: np.ndarray
    walls: int
    bodies: int
    rows: list[np.ndarray] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    shapes: list[np.ndarray] = field(default_factory=list)
    strains: list[np.ndarray] = field(default_factory=list)

    def sample(self, arrays: Arrays, contact: Contact, found: Energies, outside: float) -> None:
        """A row; `outside` is the external work without what gravity had done at the start [J]."""
        cut = sectioned(self.sections, arrays.nodes, arrays.blocks).reshape(-1)
        clock, nodes = arrays.clock, arrays.nodes
        head = [clock.now[0], clock.now[1], found.kinetic, found.internal, found.hourglass, found.contact, outside]
        impulses = arrays.walls.impulse.sum(axis=0).reshape(-1)
        probed = [np.r_[nodes.x[p].mean(axis=0), nodes.v[p].mean(axis=0)] for p in self.probes]
        self.rows.append(np.concatenate([np.array(head), impulses, *pressed(contact, self.bodies), *probed, cut]))

    def frame(self, arrays: Arrays) -> None:
        """The bodies as they are."""
        self.times.append(float(arrays.clock.now[0]))
        self.shapes.append(arrays.nodes.x[self.skin].copy())
        self.strains.append(arrays.order.read(arrays.blocks.state, PLASTIC))

    def column(self, name: str) -> np.ndarray:
        """A column of `COLUMNS`."""
        return np.array([row[COLUMNS.index(name)] for row in self.rows])

    def impulses(self) -> np.ndarray:
        """Of the walls on the bodies, shape (samples, walls, 3) [N s]."""
        head = len(COLUMNS)
        return np.array(self.rows)[:, head : head + 3 * self.walls].reshape(len(self.rows), self.walls, 3)

    def pressed(self) -> np.ndarray:
        """Contact forces on the bodies, shape (samples, bodies, 3) [N]."""
        head = len(COLUMNS) + 3 * self.walls
        return np.array(self.rows)[:, head : head + 3 * self.bodies].reshape(len(self.rows), self.bodies, 3)

    def probe(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Place and velocity of a probe, (samples, 3) each."""
        head = len(COLUMNS) + 3 * (self.walls + self.bodies) + 6 * number
        rows = np.array(self.rows)
        return rows[:, head : head + 3], rows[:, head + 3 : head + 6]

    def sectioned(self) -> np.ndarray:
        """Forces and moments of the sections, shape (samples, sections, 6) [N, N m]."""
        rows = np.array(self.rows)
        head = len(COLUMNS) + 3 * (self.walls + self.bodies) + 6 * len(self.probes)
        return rows[:, head:].reshape(len(rows), -1, 6)

    def state(self) -> dict[str, Any]:
        """As arrays by name."""
        return {
            "rows": np.array(self.rows), "times": np.array(self.times), "shapes": np.array(self.shapes), "strains": np.array(self.strains),
        }  # fmt: skip

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self.rows, self.times = list(state["rows"]), state["times"].tolist()
        self.shapes, self.strains = list(state["shapes"]), list(state["strains"])
