"""Resistance to hourglass modes: Flanagan & Belytschko 1981, viscous (eq. 62) and elastic (eq. 74), both at once where both are wanted.

A mode's rate is what is left of the nodes' velocities without the linear field, so that rigid motion and uniform strain are
free of it; its force works on exactly that rate.
"""

from __future__ import annotations

import math

from twin.kernel import real, scalar

__all__ = ["leaning", "power", "pulls", "rates", "resistance"]


@scalar
def leaning(hx, hy, hz, c1, c2, c3, over):  # type: ignore[no-untyped-def]
    """How far each mode's shape follows from linear fields: h_a . x projected on the faces, over the volume; 4 x (3)."""
    return (
        _on_faces(hx[0], hy[0], hz[0], c1, c2, c3, over),
        _on_faces(hx[1], hy[1], hz[1], c1, c2, c3, over),
        _on_faces(hx[2], hy[2], hz[2], c1, c2, c3, over),
        _on_faces(hx[3], hy[3], hz[3], c1, c2, c3, over),
    )


@scalar
def _on_faces(x, y, z, c1, c2, c3, over):  # type: ignore[no-untyped-def]
    return (
        over * (x * c1[0] + y * c1[1] + z * c1[2]),
        over * (x * c2[0] + y * c2[1] + z * c2[2]),
        over * (x * c3[0] + y * c3[1] + z * c3[2]),
    )


@scalar
def rates(modes, slopes, lean):  # type: ignore[no-untyped-def]
    """Rates of the four modes of one velocity component [m/s]."""
    return (
        modes[0] - slopes[0] * lean[0][0] - slopes[1] * lean[0][1] - slopes[2] * lean[0][2],
        modes[1] - slopes[0] * lean[1][0] - slopes[1] * lean[1][1] - slopes[2] * lean[1][2],
        modes[2] - slopes[0] * lean[2][0] - slopes[1] * lean[2][1] - slopes[2] * lean[2][2],
        modes[3] - slopes[0] * lean[3][0] - slopes[1] * lean[3][1] - slopes[2] * lean[3][2],
    )


@scalar
def pulls(q, lean):  # type: ignore[no-untyped-def]
    """What the modes' forces of one component take from the tractions on the three faces."""
    return (
        q[0] * lean[0][0] + q[1] * lean[1][0] + q[2] * lean[2][0] + q[3] * lean[3][0],
        q[0] * lean[0][1] + q[1] * lean[1][1] + q[2] * lean[2][1] + q[3] * lean[3][1],
        q[0] * lean[0][2] + q[1] * lean[1][2] + q[2] * lean[2][2] + q[3] * lean[3][2],
    )


@scalar
def resistance(mass, vol, areas2, least, modulus, viscous, elastic):  # type: ignore[no-untyped-def]
    """Coefficients of the two forms.

    Args:
        mass: of the element [kg]; vol: its volume; areas2: sum of its squared middle faces; least: the smallest of them.
        modulus: lambda + 2 mu [Pa].
        viscous, elastic: pure numbers, 0.1 and 0.05 by habit.

    Returns:
        force of a rate [N s/m], force of a displacement [N/m].
    """
    # rho V^(2/3) c / 4 with c = sqrt(modulus / rho), and the element's size from its faces: V^(2/3) ~ (4/sqrt 3) sqrt(areas2)
    size2 = real(2.3094010767585034, vol) * math.sqrt(areas2)
    damping = real(0.25, vol) * viscous * size2 * math.sqrt(modulus * mass / vol)
    # bending strains along the long sides, whose faces are the small ones: by the sum thin elements would not bend
    return damping, real(1.5, vol) * elastic * modulus * least / vol


@scalar
def power(a, b):  # type: ignore[no-untyped-def]
    """Of four forces on four rates [W]."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]
