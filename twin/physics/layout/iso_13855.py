"""Separation distances of safeguards after ISO 13855:2010, as makers' manuals print them. Scalars in SI.

To be confirmed against the standard before anything is built; the numbers of the edition of 2024 are not these.
"""

from __future__ import annotations

__all__ = ["HAND", "SOURCE", "WALK", "across_body", "curtain", "parallel"]

SOURCE = "ISO 13855:2010, to be confirmed against the standard"
HAND = 2.0  # [m/s] a hand, near
WALK = 1.6  # [m/s] a walking person, and a hand that starts further away
NEAR = 0.5  # [m] from where on the slower speed holds


def curtain(T: float, d: float) -> float:
    """S [m] of an upright light curtain: S = 2000 T + 8 (d - 14) mm; above 500 mm S = 1600 T + 8 (d - 14), but not below 500 mm.

    Args:
        T: until the machine is still, the device's response included [s].
        d: resolution [m], at most 40 mm; a finer one than 14 mm adds nothing. S is at least 100 mm.
    """
    added = 8.0 * max(d - 0.014, 0.0)
    near = HAND * T + added
    return max(near, 0.1) if near <= NEAR else max(WALK * T + added, NEAR)


def across_body(T: float) -> float:
    """S [m] of a scanner whose field stands across the body: S = 1600 T + 850 mm."""
    return WALK * T + 0.85


def parallel(T: float, H: float) -> float:
    """S [m] of a field H [m] above the floor along the way of approach: S = 1600 T + max(1200 - 0.4 H, 850) mm."""
    return WALK * T + max(1.2 - 0.4 * H, 0.85)
