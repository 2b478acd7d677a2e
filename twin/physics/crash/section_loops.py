"""Forces through cross-sections on the CPU: the forces of the cut elements once more, from their states."""

from __future__ import annotations

import math

from twin.kernel import loop, scalar
from twin.physics.crash.hourglass import damping, edges, spread
from twin.physics.crash.lanes import TETS
from twin.physics.crash.layout import HELD, MASS, STRESS, VISCOUS
from twin.physics.crash.solid import pushed, strained, thrust
from twin.physics.crash.tet4 import tet_pushed, tet_strained

__all__ = ["add_up"]

MODULUS, SLOW = 2, 5  # columns of the constants


@loop
def add_up(nodes, blocks, sections, found):  # type: ignore[no-untyped-def]
    """Add to each section's force [N] and moment about its centre [N m], `found` (sections, 6)."""
    for k in range(len(found)):
        c0 = c1 = c2 = 0.0
        for at in range(sections.start[k], sections.start[k + 1]):
            n, w = sections.nodes[at], sections.weights[at]
            c0, c1, c2 = c0 + w * nodes.x[n, 0], c1 + w * nodes.x[n, 1], c2 + w * nodes.x[n, 2]
        for e in range(sections.first[k], sections.first[k + 1]):
            b, i = sections.block[e], sections.lane[e]
            fx, fy, fz = _forces(
                nodes.x, nodes.v, blocks.connect[b], blocks.state[b], blocks.law[b], blocks.constants[blocks.material[b]], i
            )
            for j in range(8):
                if sections.behind[e, j]:
                    n = blocks.connect[b, j, i]
                    r0, r1, r2 = nodes.x[n, 0] - c0, nodes.x[n, 1] - c1, nodes.x[n, 2] - c2
                    found[k, 0] += fx[j]
                    found[k, 1] += fy[j]
                    found[k, 2] += fz[j]
                    found[k, 3] += r1 * fz[j] - r2 * fy[j]
                    found[k, 4] += r2 * fx[j] - r0 * fz[j]
                    found[k, 5] += r0 * fy[j] - r1 * fx[j]


@scalar
def _forces(x, v, connect, state, law, constants, i):  # type: ignore[no-untyped-def]
    """Forces of an element on its nodes as in the last step [N]: 8 x-components, 8 y, 8 z."""
    places = _eight(x, connect, i, 0), _eight(x, connect, i, 1), _eight(x, connect, i, 2)
    speeds = _eight(v, connect, i, 0), _eight(v, connect, i, 1), _eight(v, connect, i, 2)
    p = state[VISCOUS, i]
    s = STRESS
    stress = state[s, i] - p, state[s + 1, i] - p, state[s + 2, i] - p, state[s + 3, i], state[s + 4, i], state[s + 5, i]
    if law >= TETS:
        _, _, shape = tet_strained(places[0], places[1], places[2], speeds[0], speeds[1], speeds[2], 0.0)
        return tet_pushed(stress, shape)
    _, _, (j, bow, g, (vol, _, total)), modes = strained(places[0], places[1], places[2], speeds[0], speeds[1], speeds[2], 0.0)
    held = _four(state, HELD, i), _four(state, HELD + 4, i), _four(state, HELD + 8, i)
    mass = state[MASS, i]
    slow = damping(mass, math.sqrt(constants[MODULUS] * vol / mass), total, constants[SLOW])
    t, (r, rr) = thrust(vol, stress), edges(j)
    q = spread(held, vol, r, rr)
    return (
        pushed(t[0], q, j[0], modes[0], slow, g, bow),
        pushed(t[1], q, j[1], modes[1], slow, g, bow),
        pushed(t[2], q, j[2], modes[2], slow, g, bow),
    )


@scalar
def _eight(x, connect, i, d):  # type: ignore[no-untyped-def]
    return (
        x[connect[0, i], d], x[connect[1, i], d], x[connect[2, i], d], x[connect[3, i], d],
        x[connect[4, i], d], x[connect[5, i], d], x[connect[6, i], d], x[connect[7, i], d],
    )  # fmt: skip


@scalar
def _four(state, row, i):  # type: ignore[no-untyped-def]
    return state[row, i], state[row + 1, i], state[row + 2, i], state[row + 3, i]
