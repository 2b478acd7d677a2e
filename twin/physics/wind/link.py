"""One link between a fluid cell and what is not fluid. Scalars in, scalars out; for CPU loops and CUDA threads."""

from __future__ import annotations

from twin.kernel import real, scalar

__all__ = ["anti_bounced", "interpolated", "sounding"]


@scalar
def interpolated(left, third, near, far):  # type: ignore[no-untyped-def]
    """What comes back from a wall at the fraction q of the link (Bouzidi, Firdaouss & Lallemand 2001, linear).

    q < 1/2:  2 q left + (1 - 2 q) third, with `third` what arrives at the cell along the same way.
    q >= 1/2: left / (2 q) + (2 q - 1) / (2 q) third, with `third` what left the cell the other way.
    Both lie in the cell's own places after a step in place, so that no other cell is asked.
    """
    return near * left + far * third


@scalar
def anti_bounced(left, weight, rho, along, square):  # type: ignore[no-untyped-def]
    """What comes in through an outlet of given pressure (Ginzburg, Verhaeghe & d'Humieres 2008, anti-bounce-back).

    Args:
        left: the population that left the opposite way.
        rho: density deviation at the outlet, 3 p.
        along: velocity along the direction, c . j; square: j . j.
    """
    return real(2.0, left) * weight * (rho + real(4.5, left) * along * along - real(1.5, left) * square) - left


@scalar
def sounding(mean, wanted):  # type: ignore[no-untyped-def]
    """Density deviation 3 p of a plane wave that leaves with this velocity beyond the wanted one: p = c_s (u - U), c_s = 1/sqrt(3)."""
    return real(1.7320508075688772, mean) * (mean - wanted)
