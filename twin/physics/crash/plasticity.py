"""Rate-independent and rate-dependent J2 plasticity: radial return (Wilkins 1964; Krieg & Key 1976) on several hardening laws."""

from __future__ import annotations

import math

from twin.kernel import real, scalar
from twin.kernel.choose import maximum, minimum
from twin.physics.crash.tensor import deviator, rotated, von_mises

__all__ = [
    "POINTS",
    "cowper_symonds",
    "elastic",
    "hardened",
    "johnson_cook",
    "returned_linear",
    "returned_power",
    "returned_table",
    "warmed",
]

POINTS = 8
"""Corners of a tabulated hardening curve at most."""

STEEP = 14  # where the curve begins upright: Newton comes from the left, never overshoots, and gains a factor of ten at first


@scalar
def elastic(stress, half_turn, strain, bulk, shear):  # type: ignore[no-untyped-def]
    """Stress turned with the material (Hughes & Winget 1980) and strained without yielding: pressure part [Pa], trial deviator."""
    m, s = deviator(rotated(stress, half_turn))
    e, d = deviator(strain)
    two = real(2, shear) * shear
    trial = (
        s[0] + two * d[0], s[1] + two * d[1], s[2] + two * d[2], s[3] + two * d[3], s[4] + two * d[4], s[5] + two * d[5],
    )  # fmt: skip
    return m + real(3, bulk) * bulk * e, trial


@scalar
def returned_linear(trial, ep, shear, yield0, slope):  # type: ignore[no-untyped-def]
    """Plastic strain of the step with linear hardening, yield0 + slope ep; exact. Returns (increment, scale of the deviator)."""
    se = von_mises(trial)
    three = real(3, shear) * shear
    more = maximum(se - (yield0 + slope * ep), real(0, se)) / (three + slope)
    return more, real(1, se) - three * more / se


@scalar
def hardened(ep, strains, slopes, yield0):  # type: ignore[no-untyped-def]
    """A curve of straight pieces: yield stress and its slope at ep. `slopes` are the changes of slope at `strains`."""
    stress, slope = yield0, real(0, yield0)
    for k in range(POINTS):
        past = ep - strains[k]
        stress += slopes[k] * maximum(past, real(0, past))
        slope += slopes[k] if past >= real(0, past) else real(0, past)
    return stress, slope


@scalar
def cowper_symonds(rate, c, p):  # type: ignore[no-untyped-def]
    """Factor on the yield stress at an effective strain rate: 1 + (rate/C)^(1/p) (Cowper & Symonds 1957); 1 for C = 0: no rate effect."""
    one, zero = real(1, rate), real(0, rate)
    return one + math.pow(rate / c, one / p) if c > zero else one


@scalar
def returned_table(trial, ep, shear, curve, factor):  # type: ignore[no-untyped-def]
    """The same on a curve of straight pieces, (strains, slopes, yield0), times a factor.

    Eight steps: the slope is that of the elastic return but for hardening, a hundredth of it, so each gains two digits.
    """
    se = von_mises(trial)
    three = real(3, shear) * shear
    zero = real(0, se)
    more = _nearer(zero, se, ep, three, curve, factor)
    more = _nearer(more, se, ep, three, curve, factor)
    more = _nearer(more, se, ep, three, curve, factor)
    more = _nearer(more, se, ep, three, curve, factor)
    more = _nearer(more, se, ep, three, curve, factor)
    more = _nearer(more, se, ep, three, curve, factor)
    more = _nearer(more, se, ep, three, curve, factor)
    more = _nearer(more, se, ep, three, curve, factor)
    return more, real(1, se) - three * more / se


@scalar
def _nearer(more, se, ep, three, curve, factor):  # type: ignore[no-untyped-def]
    """A step of Newton's method. (A loop over the steps would keep several elements from being computed at once.)"""
    stress, slope = hardened(ep + more, curve[0], curve[1], curve[2])
    return maximum(more + (se - three * more - factor * stress) / (three + factor * slope), real(0, se))


@scalar
def johnson_cook(ep, rate, temperature, law):  # type: ignore[no-untyped-def]
    """Yield stress (A + B ep^n) (1 + C ln(rate/rate0)) (1 - T*^m) (Johnson & Cook 1983) [Pa].

    Args:
        ep: plastic strain; rate: effective strain rate [1/s]; temperature: [K].
        law: (A, B, n, C, m, rate0, room temperature, melting temperature). Below rate0 there is no rate effect, below room
            temperature no softening.
    """
    return (law[0] + law[1] * math.pow(ep, law[2])) * softened(rate, temperature, law)


@scalar
def softened(rate, temperature, law):  # type: ignore[no-untyped-def]
    """The part of Johnson and Cook's law that does not depend on the plastic strain."""
    one, zero = real(1, rate), real(0, rate)
    hot = minimum(maximum((temperature - law[6]) / (law[7] - law[6]), zero), one)
    return (one + law[3] * math.log(maximum(rate / law[5], one))) * (one - math.pow(hot, law[4]))


@scalar
def returned_power(trial, ep, shear, rate, temperature, law):  # type: ignore[no-untyped-def]
    """The same on Johnson and Cook's law; rate and temperature are the step's.

    The first guess is a small strain: at 0 the curve is steep without limit.
    """
    se = von_mises(trial)
    three, zero, tiny = real(3, shear) * shear, real(0, se), real(1e-9, se)
    factor = softened(rate, temperature, law)
    over = se - factor * (law[0] + law[1] * math.pow(ep, law[2]))
    more = zero
    if over > zero:
        more = minimum(tiny, over / three)
        for _ in range(STEEP):
            at = ep + more
            stress = law[1] * math.pow(at, law[2])
            slope = factor * law[2] * stress / at
            next_ = more + (se - three * more - factor * (law[0] + stress)) / (three + slope)
            more = maximum(next_, real(0.1, se) * more)
    return more, real(1, se) - three * more / se


@scalar
def warmed(stress, more, share, heat):  # type: ignore[no-untyped-def]
    """Rise of temperature of an adiabatic step [K]: `share` of the plastic work (Taylor & Quinney 1934: 0.9); heat: rho c [J/(m^3 K)]."""
    return share * stress * more / heat
