"""The energy balance of a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.physics.crash.contact import Contact
from twin.physics.crash.glue import stretched
from twin.physics.crash.layout import ENERGY, HOURGLASS
from twin.physics.crash.rigid import kinetic as rigid_kinetic
from twin.physics.crash.start import Arrays

__all__ = ["Energies", "energies"]


@dataclass(frozen=True, slots=True)
class Energies:
    """All in joules.

    Attributes:
        internal: elastic and plastic work, that of the bulk viscosity and of springs with it.
        contact: held by contact's penalty springs, and dissipated by walls, friction and dampers.
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


def energies(arrays: Arrays, contact: Contact) -> Energies:
    """As of the end of the last step.

    The kinetic energy is that of central differences, m v(-1/2) v(+1/2) / 2: without damping and contact it and the internal
    energy of a linear body add up exactly.
    """
    nodes, count = arrays.nodes, len(arrays.nodes.x) - 8
    state, order = arrays.blocks.state, arrays.order
    v, inverse = nodes.v[:count], nodes.inverse_mass[:count, None]
    mass = np.divide(1.0, inverse, out=np.zeros_like(inverse), where=inverse > 0)
    dt, gravity = float(arrays.clock.now[1]), arrays.motions.gravity
    coming = v + dt * (nodes.f[:count] * inverse + gravity) * nodes.free[:count]
    kinetic = float((mass * v * coming).sum()) / 2
    lifted = float((mass[:, 0] * (nodes.x[:count] @ gravity)).sum())
    kinetic += rigid_kinetic(arrays.bodies, nodes.f, nodes.x, gravity, dt)
    lifted += float((arrays.bodies.mass * (arrays.bodies.place @ gravity)).sum())
    elastic, lost = stretched(arrays.springs, nodes.x)
    internal = float(order.read(state, ENERGY).sum()) + elastic
    work = nodes.work.sum(axis=0)
    touched = float(work[0]) + lost + float(contact.work.sum())
    return Energies(kinetic, internal, float(order.read(state, HOURGLASS).sum()), touched, float(work[1]) + lifted)
