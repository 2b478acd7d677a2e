"""One block of elements, 64 lanes side by side: nodes in and forces out in one flat array, the state changed where it stands.

The offsets into both arrays are constants and the arrays share no memory, so that the compiler sees that nothing overlaps and takes several
lanes at a time. A lane's forces are written after its places are read: they stand in the same rows.
"""

from __future__ import annotations

from twin.kernel import apart, scalar
from twin.physics.crash.element import hex_johnson_cook, hex_linear, hex_table, tet_johnson_cook, tet_linear, tet_table
from twin.physics.crash.layout import HELD, LANES, VISCOUS

__all__ = [
    "FORCES", "JOHNSON_COOK", "LINEAR", "ROWS", "TABLE", "TETS", "johnson_cook", "johnson_cook_tets", "linear", "linear_tets",
    "table", "table_tets",
]  # fmt: skip

LINEAR, TABLE, JOHNSON_COOK = 0, 1, 2
"""Which law a block has."""

TETS = 3
"""Added to the law of a block of tetrahedra."""

FORCES = 0  # rows: 24 places, 24 velocities; forces go where the places stood
ROWS = 48


@scalar
def _eight(s, row, i):  # type: ignore[no-untyped-def]
    k = row * LANES + i
    return (
        s[k], s[k + LANES], s[k + 2 * LANES], s[k + 3 * LANES], s[k + 4 * LANES], s[k + 5 * LANES], s[k + 6 * LANES], s[k + 7 * LANES],
    )  # fmt: skip


@scalar
def _six(t, i):  # type: ignore[no-untyped-def]
    return t[i], t[i + LANES], t[i + 2 * LANES], t[i + 3 * LANES], t[i + 4 * LANES], t[i + 5 * LANES]


@scalar
def _four(t, row, i):  # type: ignore[no-untyped-def]
    k = row * LANES + i
    return t[k], t[k + LANES], t[k + 2 * LANES], t[k + 3 * LANES]


@scalar
def _nodes(s, i):  # type: ignore[no-untyped-def]
    return _eight(s, 0, i), _eight(s, 8, i), _eight(s, 16, i), _eight(s, 24, i), _eight(s, 32, i), _eight(s, 40, i)


@scalar
def _old(t, i):  # type: ignore[no-untyped-def]
    held = _four(t, HELD, i), _four(t, HELD + 4, i), _four(t, HELD + 8, i)
    return (
        _six(t, i),
        t[i + 6 * LANES],
        t[i + 7 * LANES],
        t[i + 8 * LANES],
        t[i + 9 * LANES],
        t[i + 10 * LANES],
        held,
        t[i + VISCOUS * LANES],
    )


@scalar
def _put(s, t, i, new):  # type: ignore[no-untyped-def]
    forces, stress, ep, energy, hourglass, temperature, held, step, q = new
    k = FORCES * LANES + i
    for n in range(8):
        s[k + n * LANES] = forces[0][n]
        s[k + (8 + n) * LANES] = forces[1][n]
        s[k + (16 + n) * LANES] = forces[2][n]
    for n in range(6):
        t[i + n * LANES] = stress[n]
    t[i + 6 * LANES] = ep
    t[i + 7 * LANES] = energy
    t[i + 8 * LANES] = hourglass
    t[i + 10 * LANES] = temperature
    t[i + 11 * LANES] = step
    t[i + VISCOUS * LANES] = q
    for n in range(4):
        t[i + (HELD + n) * LANES] = held[0][n]
        t[i + (HELD + 4 + n) * LANES] = held[1][n]
        t[i + (HELD + 8 + n) * LANES] = held[2][n]


@scalar
def _solid(c):  # type: ignore[no-untyped-def]
    return c[0], c[1], c[2], c[5], c[6], c[7], c[8]


@scalar
def _linear(c):  # type: ignore[no-untyped-def]
    return _solid(c), (c[3], c[4])


@scalar
def _table(c):  # type: ignore[no-untyped-def]
    strains = c[22], c[23], c[24], c[25], c[26], c[27], c[28], c[29]
    slopes = c[30], c[31], c[32], c[33], c[34], c[35], c[36], c[37]
    return _solid(c), (strains, slopes, c[3]), (c[10], c[11])


@scalar
def _johnson_cook(c):  # type: ignore[no-untyped-def]
    return _solid(c), (c[12], c[13], c[14], c[15], c[16], c[17], c[18], c[19]), (c[20], c[21])


@apart
def linear(s, t, dt, c):  # type: ignore[no-untyped-def]
    """Hexahedra with linear hardening. `t`: the block's state; `c`: the material's constants."""
    m = _linear(c)
    for i in range(LANES):
        _put(s, t, i, hex_linear(_nodes(s, i), _old(t, i), dt, m))


@apart
def table(s, t, dt, c):  # type: ignore[no-untyped-def]
    """Hexahedra with tabulated hardening and a rate effect."""
    m = _table(c)
    for i in range(LANES):
        _put(s, t, i, hex_table(_nodes(s, i), _old(t, i), dt, m))


@apart
def johnson_cook(s, t, dt, c):  # type: ignore[no-untyped-def]
    """Hexahedra with Johnson and Cook's law."""
    m = _johnson_cook(c)
    for i in range(LANES):
        _put(s, t, i, hex_johnson_cook(_nodes(s, i), _old(t, i), dt, m))


@apart
def linear_tets(s, t, dt, c):  # type: ignore[no-untyped-def]
    """Tetrahedra with linear hardening."""
    m = _linear(c)
    for i in range(LANES):
        _put(s, t, i, tet_linear(_nodes(s, i), _old(t, i), dt, m))


@apart
def table_tets(s, t, dt, c):  # type: ignore[no-untyped-def]
    """Tetrahedra with tabulated hardening and a rate effect."""
    m = _table(c)
    for i in range(LANES):
        _put(s, t, i, tet_table(_nodes(s, i), _old(t, i), dt, m))


@apart
def johnson_cook_tets(s, t, dt, c):  # type: ignore[no-untyped-def]
    """Tetrahedra with Johnson and Cook's law."""
    m = _johnson_cook(c)
    for i in range(LANES):
        _put(s, t, i, tet_johnson_cook(_nodes(s, i), _old(t, i), dt, m))
