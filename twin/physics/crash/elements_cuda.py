"""Elements on CUDA threads: a block of threads each block of 64, the scalars of the CPU."""

from __future__ import annotations

from twin.kernel import real
from twin.kernel.choose import minimum
from twin.kernel.cuda import cuda, kernel, part
from twin.physics.crash.element import hex_johnson_cook, hex_linear, hex_table, tet_johnson_cook, tet_linear, tet_table
from twin.physics.crash.lanes import JOHNSON_COOK, LINEAR, TABLE, TETS
from twin.physics.crash.layout import CONSTANTS, COUNT, ENERGY, HELD, HOURGLASS, LANES, MASS, PLASTIC, STEP, TEMPERATURE, VISCOUS
from twin.physics.crash.loops import VOID_MASS

__all__ = [
    "FAILURE", "FORCES", "STRAINS", "pick_rows", "strain_johnson_cook", "strain_johnson_cook_tet", "strain_linear", "strain_linear_tet",
    "strain_table", "strain_table_tet",
]  # fmt: skip

FORCES = 24
"""Rows of a block's forces: 8 of x, 8 of y, 8 of z."""

FAILURE = CONSTANTS["failure"]


@part
def _column(x, connect, b, i, d):  # type: ignore[no-untyped-def]
    """A component of the places, or velocities, of an element's eight nodes."""
    return (
        x[connect[b, 0, i], d], x[connect[b, 1, i], d], x[connect[b, 2, i], d], x[connect[b, 3, i], d],
        x[connect[b, 4, i], d], x[connect[b, 5, i], d], x[connect[b, 6, i], d], x[connect[b, 7, i], d],
    )  # fmt: skip


@part
def _nodes(x, v, connect, b, i):  # type: ignore[no-untyped-def]
    return (
        _column(x, connect, b, i, 0), _column(x, connect, b, i, 1), _column(x, connect, b, i, 2),
        _column(v, connect, b, i, 0), _column(v, connect, b, i, 1), _column(v, connect, b, i, 2),
    )  # fmt: skip


@part
def _four(s, b, row, i):  # type: ignore[no-untyped-def]
    return s[b, row, i], s[b, row + 1, i], s[b, row + 2, i], s[b, row + 3, i]


@part
def _old(s, b, i):  # type: ignore[no-untyped-def]
    stress = s[b, 0, i], s[b, 1, i], s[b, 2, i], s[b, 3, i], s[b, 4, i], s[b, 5, i]
    held = _four(s, b, HELD, i), _four(s, b, HELD + 4, i), _four(s, b, HELD + 8, i)
    return stress, s[b, PLASTIC, i], s[b, ENERGY, i], s[b, HOURGLASS, i], s[b, MASS, i], s[b, TEMPERATURE, i], held, s[b, VISCOUS, i]


@part
def _put_four(s, b, row, i, a):  # type: ignore[no-untyped-def]
    s[b, row, i], s[b, row + 1, i], s[b, row + 2, i], s[b, row + 3, i] = a[0], a[1], a[2], a[3]


@part
def _put_eight(f, k, a):  # type: ignore[no-untyped-def]
    f[k], f[k + LANES], f[k + 2 * LANES], f[k + 3 * LANES] = a[0], a[1], a[2], a[3]
    f[k + 4 * LANES], f[k + 5 * LANES], f[k + 6 * LANES], f[k + 7 * LANES] = a[4], a[5], a[6], a[7]


@part
def _put(s, forces, b, i, new):  # type: ignore[no-untyped-def]
    pushed, stress, ep, energy, hourglass, temperature, held, step, q = new
    k = b * FORCES * LANES + i
    _put_eight(forces, k, pushed[0])
    _put_eight(forces, k + 8 * LANES, pushed[1])
    _put_eight(forces, k + 16 * LANES, pushed[2])
    s[b, 0, i], s[b, 1, i], s[b, 2, i], s[b, 3, i], s[b, 4, i], s[b, 5, i] = stress
    s[b, PLASTIC, i], s[b, ENERGY, i], s[b, HOURGLASS, i], s[b, TEMPERATURE, i], s[b, STEP, i] = ep, energy, hourglass, temperature, step
    s[b, VISCOUS, i] = q
    _put_four(s, b, HELD, i, held[0])
    _put_four(s, b, HELD + 4, i, held[1])
    _put_four(s, b, HELD + 8, i, held[2])


@part
def _solid(c, m):  # type: ignore[no-untyped-def]
    return c[m, 0], c[m, 1], c[m, 2], c[m, 5], c[m, 6], c[m, 7], c[m, 8]


@part
def _linear(c, m):  # type: ignore[no-untyped-def]
    return _solid(c, m), (c[m, 3], c[m, 4])


@part
def _table(c, m):  # type: ignore[no-untyped-def]
    strains = c[m, 22], c[m, 23], c[m, 24], c[m, 25], c[m, 26], c[m, 27], c[m, 28], c[m, 29]
    slopes = c[m, 30], c[m, 31], c[m, 32], c[m, 33], c[m, 34], c[m, 35], c[m, 36], c[m, 37]
    return _solid(c, m), (strains, slopes, c[m, 3]), (c[m, 10], c[m, 11])


@part
def _johnson_cook(c, m):  # type: ignore[no-untyped-def]
    law = c[m, 12], c[m, 13], c[m, 14], c[m, 15], c[m, 16], c[m, 17], c[m, 18], c[m, 19]
    return _solid(c, m), law, (c[m, 20], c[m, 21])


@part
def _finish(s, connect, failure, least, b, i, dummy, dt):  # type: ignore[no-untyped-def]
    """The smallest critical step of a block, 0 where one is no positive number; who is strained beyond failure lets go of its nodes."""
    steps = cuda.shared.array(LANES, dtype=s.dtype)
    zero = real(0, dt)
    step = s[b, STEP, i]
    steps[i] = step if step > zero else zero
    cuda.syncthreads()
    half = LANES // 2
    while half > 0:
        if i < half:
            steps[i] = minimum(steps[i], steps[i + half])
        cuda.syncthreads()
        half //= 2
    if dt > zero:
        if i == 0:
            least[b] = steps[0]
        if failure > zero and s[b, PLASTIC, i] >= failure and connect[b, 0, i] != dummy:
            for k in range(8):
                connect[b, k, i] = dummy + k
            for k in range(6):
                s[b, k, i] = zero
            for k in range(HELD, COUNT):
                s[b, k, i] = zero
            s[b, MASS, i] = real(VOID_MASS, dt)


def strain_linear(which, connect, state, material, constants, x, v, pace, forces, least, dummy):  # type: ignore[no-untyped-def]
    """A step of the hexahedra of the blocks `which`, a block of threads each, with linear hardening.

    Args:
        connect, state, material, constants, dummy: as in `state.Blocks`; x, v: of the nodes.
        pace: time before the step, the step, half of it and half of the one before [s].
        forces: on the nodes of each element, (blocks * 24 * 64,): 8 rows of x, of y, of z [N]; least: smallest critical step of each block.
    """
    i, b, dt = cuda.threadIdx.x, which[cuda.blockIdx.x], pace[1]
    m = material[b]
    if dt > real(0, dt):
        _put(state, forces, b, i, hex_linear(_nodes(x, v, connect, b, i), _old(state, b, i), dt, _linear(constants, m)))
    _finish(state, connect, constants[m, FAILURE], least, b, i, dummy, dt)


def strain_table(which, connect, state, material, constants, x, v, pace, forces, least, dummy):  # type: ignore[no-untyped-def]
    """As `strain_linear`, with tabulated hardening and a rate effect."""
    i, b, dt = cuda.threadIdx.x, which[cuda.blockIdx.x], pace[1]
    m = material[b]
    if dt > real(0, dt):
        _put(state, forces, b, i, hex_table(_nodes(x, v, connect, b, i), _old(state, b, i), dt, _table(constants, m)))
    _finish(state, connect, constants[m, FAILURE], least, b, i, dummy, dt)


def strain_johnson_cook(which, connect, state, material, constants, x, v, pace, forces, least, dummy):  # type: ignore[no-untyped-def]
    """As `strain_linear`, with Johnson and Cook's law."""
    i, b, dt = cuda.threadIdx.x, which[cuda.blockIdx.x], pace[1]
    m = material[b]
    if dt > real(0, dt):
        _put(state, forces, b, i, hex_johnson_cook(_nodes(x, v, connect, b, i), _old(state, b, i), dt, _johnson_cook(constants, m)))
    _finish(state, connect, constants[m, FAILURE], least, b, i, dummy, dt)


def strain_linear_tet(which, connect, state, material, constants, x, v, pace, forces, least, dummy):  # type: ignore[no-untyped-def]
    """As `strain_linear`, of tetrahedra."""
    i, b, dt = cuda.threadIdx.x, which[cuda.blockIdx.x], pace[1]
    m = material[b]
    if dt > real(0, dt):
        _put(state, forces, b, i, tet_linear(_nodes(x, v, connect, b, i), _old(state, b, i), dt, _linear(constants, m)))
    _finish(state, connect, constants[m, FAILURE], least, b, i, dummy, dt)


def strain_table_tet(which, connect, state, material, constants, x, v, pace, forces, least, dummy):  # type: ignore[no-untyped-def]
    """As `strain_table`, of tetrahedra."""
    i, b, dt = cuda.threadIdx.x, which[cuda.blockIdx.x], pace[1]
    m = material[b]
    if dt > real(0, dt):
        _put(state, forces, b, i, tet_table(_nodes(x, v, connect, b, i), _old(state, b, i), dt, _table(constants, m)))
    _finish(state, connect, constants[m, FAILURE], least, b, i, dummy, dt)


def strain_johnson_cook_tet(which, connect, state, material, constants, x, v, pace, forces, least, dummy):  # type: ignore[no-untyped-def]
    """As `strain_johnson_cook`, of tetrahedra."""
    i, b, dt = cuda.threadIdx.x, which[cuda.blockIdx.x], pace[1]
    m = material[b]
    if dt > real(0, dt):
        _put(state, forces, b, i, tet_johnson_cook(_nodes(x, v, connect, b, i), _old(state, b, i), dt, _johnson_cook(constants, m)))
    _finish(state, connect, constants[m, FAILURE], least, b, i, dummy, dt)


def pick_rows(state, rows, out):  # type: ignore[no-untyped-def]
    """Some rows of the state, a block of threads each block: out (blocks, rows, 64)."""
    i, b = cuda.threadIdx.x, cuda.blockIdx.x
    for k in range(len(rows)):
        out[b, k, i] = state[b, rows[k], i]


STRAINS = {
    LINEAR: kernel(strain_linear),
    TABLE: kernel(strain_table),
    JOHNSON_COOK: kernel(strain_johnson_cook),
    TETS + LINEAR: kernel(strain_linear_tet),
    TETS + TABLE: kernel(strain_table_tet),
    TETS + JOHNSON_COOK: kernel(strain_johnson_cook_tet),
}
"""Kernel of each law."""
