"""The energy balance of a run."""

from __future__ import annotations

from dataclasses import dataclass

from twin.physics.crash.contact import Contact
from twin.physics.crash.layout import ENERGY, HOURGLASS
from twin.physics.crash.start import Arrays

__all__ = ["Energies", "energies"]


@dataclass(frozen=True, slots=True)
class Energies:
    """All in joules.

    Attributes:
        internal: elastic and plastic work, that of the bulk viscosity with it.
        contact: held by penalty springs, and dissipated by walls and friction.
        external: work done from outside, and with gravity its potential; what counts is how it changes.
    """

    kinetic: float
    internal: float
    hourglass: float
    contact: float
    external: float

    @property
    def total(self) -> float:
        """What is there and what became of the rest; equals the start's and the external work."""
        return self.kinetic + self.internal + self.hourglass + self.contact

    def error(self, start: float, outside: float, peak: float) -> float:
        """|total - outside - start| over the energy there is; `outside` is the external work, `peak` the largest internal energy [J]."""
        return abs(self.total - outside - start) / max(start + outside, peak, 1e-300)


def energies(arrays: Arrays, contact: Contact | None) -> Energies:
    """As of the end of the last step.

    The kinetic energy is that of central differences, m v(-1/2) v(+1/2) / 2: without damping and contact it and the internal
    energy of a linear body add up exactly.
    """
    nodes, count = arrays.nodes, len(arrays.nodes.x) - 8
    v, inverse = nodes.v[:count], nodes.inverse_mass[:count, None]
    dt = arrays.clock.now[1]
    coming = v + dt * (nodes.f[:count] * inverse + arrays.motions.gravity) * nodes.free[:count]
    kinetic = float((v * coming / inverse).sum()) / 2
    state, order = arrays.blocks.state, arrays.order
    work = nodes.work.sum(axis=0)
    touched = float(work[0]) + (float(contact.work.sum()) if contact is not None else 0.0)
    outside = float(work[1]) + float((nodes.x[:count] @ arrays.motions.gravity / inverse[:, 0]).sum())
    return Energies(kinetic, float(order.read(state, ENERGY).sum()), float(order.read(state, HOURGLASS).sum()), touched, outside)
