"""How fast contact, springs and dampers swing, and the time step at which nothing swings up."""

from __future__ import annotations

import math

import numpy as np
from scipy.sparse import csr_array

from twin.kernel import real, scalar
from twin.physics.crash.glue import Springs, Ties
from twin.physics.crash.rigid import Rigid

__all__ = ["springy", "stable"]


@scalar
def stable(step, swing2, drag):  # type: ignore[no-untyped-def]
    """Largest stable time step [s]; 0 where the elements have none.

    Central differences with the damping of the last half step: dt^2 w^2 / 4 + dt c / 2 <= 1, w^2 the sum of what elements, contact and
    springs have at most, c the largest rate at which dampers take velocity away.

    Args:
        step: of the elements alone, 2 / w [s]; swing2: w^2 / 4 of contact and springs [1/s^2]; drag: c / 4 [1/s].
    """
    one = real(1, step)
    own = one / step
    return one / (drag + math.sqrt(drag * drag + own * own + swing2))


def springy(springs: Springs, inverse_mass: np.ndarray, ties: Ties, bodies: Rigid) -> tuple[float, float]:
    """`swing2` and `drag` of the springs and dampers, as `stable` takes them; safe whichever way they come to point.

    The largest eigenvalue of M^-1 K is that of the small matrix of what a spring's pull moves at each of the springs' ends, here with
    all its terms positive.

    Args:
        inverse_mass: of all nodes [1/kg], shape (n,), 0 of those that others take along.
    """
    count, nodes = len(springs.length), len(inverse_mass)
    if not count:
        return 0.0, 0.0
    sizes = np.diff(springs.first)
    spring = np.repeat(np.arange(2 * count) // 2, sizes)
    shares = csr_array((np.repeat(1.0 / sizes, sizes), (spring, springs.members)), shape=(count, nodes))
    glued = csr_array((ties.share.reshape(-1), (np.repeat(ties.nodes, 4), ties.corners.reshape(-1))), shape=(nodes, nodes))
    shares = (shares + shares @ abs(glued)).tocsr()
    moved = ((shares * inverse_mass) @ shares.T).toarray()
    for b in range(len(bodies.mass)):
        members = slice(int(bodies.first[b]), int(bodies.first[b + 1]))
        mine = shares[:, bodies.members[members]]
        pulls, arms = mine.sum(axis=1), mine @ np.linalg.norm(bodies.offset[members], axis=1)
        loosest = np.linalg.eigvalsh(bodies.looseness[b].reshape(3, 3))[-1] * bodies.turning[b]
        moved += np.outer(pulls, pulls) / bodies.mass[b] * bodies.free[b].max() + np.outer(arms, arms) * loosest

    def largest(what: np.ndarray) -> float:
        root = np.sqrt(what)
        return float(np.linalg.eigvalsh(root[:, None] * moved * root)[-1]) / 4

    return largest(springs.stiffness), largest(springs.damping)
