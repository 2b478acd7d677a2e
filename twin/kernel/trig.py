# ruff: noqa: SIM109 - `in` builds a tuple, which lanes cannot
"""Sine and cosine together, without a branch, so that lanes and CUDA threads take the same steps.

Reduction by multiples of pi/2 in three parts (Cody and Waite 1980), minimax polynomials of fdlibm (`__kernel_sin`,
`__kernel_cos`) and of Cephes (`sinf`, `cosf`). Good to 1 unit in the last place or two up to 1e5 rad in float64 and 1e3 in
float32; NaN gives NaN, infinity nothing that means anything. The order of the reduction matters: `reassoc` is left out here.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numba.extending import overload

__all__ = ["sine_cosine_float32", "sine_cosine_float64", "whole"]

EXACT = {"contract", "nsz"}

D = np.float64
D_TURNS, D_HALF, D_QUARTER, D_ONE, D_TWO, D_THREE, D_FOUR = D(2 / math.pi), D(0.5), D(0.25), D(1), D(2), D(3), D(4)
D_PI_1, D_PI_2, D_PI_3 = D(1.5707963267341256e0), D(6.0771005063039660e-11), D(2.0222662487959506e-21)
D_S1, D_S2, D_S3 = D(-1.66666666666666324348e-1), D(8.33333333332248946124e-3), D(-1.98412698298579493134e-4)
D_S4, D_S5, D_S6 = D(2.75573137070700676789e-6), D(-2.50507602534068634195e-8), D(1.58969099521155010221e-10)
D_C1, D_C2, D_C3 = D(4.16666666666666019037e-2), D(-1.38888888888741095749e-3), D(2.48015872894767294178e-5)
D_C4, D_C5, D_C6 = D(-2.75573143513906633035e-7), D(2.08757232129817482790e-9), D(-1.13596475577881948265e-11)

S = np.float32
S_TURNS, S_HALF, S_QUARTER, S_ONE, S_TWO, S_THREE, S_FOUR = S(2 / math.pi), S(0.5), S(0.25), S(1), S(2), S(3), S(4)
S_PI_1, S_PI_2, S_PI_3 = S(1.5703125), S(4.837512969970703125e-4), S(7.549789948768648e-8)
S_S1, S_S2, S_S3 = S(-1.6666654611e-1), S(8.3321608736e-3), S(-1.9515295891e-4)
S_C1, S_C2, S_C3 = S(4.166664568298827e-2), S(-1.388731625493765e-3), S(2.443315711809948e-5)


def whole(x: Any) -> Any:
    """The largest whole number that is not above x, in x's own type."""
    return np.floor(x)


@overload(whole)
def _whole(x):  # type: ignore[no-untyped-def]
    """`math.floor` would take the way over integers; the CUDA front end, which has no other, brings its own overload."""

    def rounded(x):  # type: ignore[no-untyped-def]
        return np.floor(x)

    return rounded


@njit(forceinline=True, error_model="numpy", fastmath=EXACT)
def sine_cosine_float64(x):  # type: ignore[no-untyped-def]
    """Sine and cosine of x [rad]."""
    k = whole(x * D_TURNS + D_HALF)
    y = ((x - k * D_PI_1) - k * D_PI_2) - k * D_PI_3
    z = y * y
    sine = y + y * z * (D_S1 + z * (D_S2 + z * (D_S3 + z * (D_S4 + z * (D_S5 + z * D_S6)))))
    cosine = D_ONE - D_HALF * z + z * z * (D_C1 + z * (D_C2 + z * (D_C3 + z * (D_C4 + z * (D_C5 + z * D_C6)))))
    quadrant = k - D_FOUR * whole(k * D_QUARTER)
    odd = (quadrant == D_ONE) or (quadrant == D_THREE)
    a, b = (cosine, sine) if odd else (sine, cosine)
    negative = (quadrant == D_ONE) or (quadrant == D_TWO)
    return (a if quadrant < D_TWO else -a), (-b if negative else b)


@njit(forceinline=True, error_model="numpy", fastmath=EXACT)
def sine_cosine_float32(x):  # type: ignore[no-untyped-def]
    """Sine and cosine of x [rad]."""
    k = whole(x * S_TURNS + S_HALF)
    y = ((x - k * S_PI_1) - k * S_PI_2) - k * S_PI_3
    z = y * y
    sine = y + y * z * (S_S1 + z * (S_S2 + z * S_S3))
    cosine = S_ONE - S_HALF * z + z * z * (S_C1 + z * (S_C2 + z * S_C3))
    quadrant = k - S_FOUR * whole(k * S_QUARTER)
    odd = (quadrant == S_ONE) or (quadrant == S_THREE)
    a, b = (cosine, sine) if odd else (sine, cosine)
    negative = (quadrant == S_ONE) or (quadrant == S_TWO)
    return (a if quadrant < S_TWO else -a), (-b if negative else b)
