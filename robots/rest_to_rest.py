"""The quickest motion of one joint from rest to rest, in closed form: speed, acceleration and jerk limited (double S).

L. Biagiotti, C. Melchiorri, Trajectory Planning for Automatic Machines and Robots, 2008, section 3.4, with no speed at either
end. The second half is the first one backwards: a ramp to the cruising speed takes `turn` seconds of jerk, `hold` seconds at
the limit of the acceleration and `turn` seconds of jerk the other way round; what is left until half time is cruised.
"""

from __future__ import annotations

import math

from twin.kernel import scalar

THIRD = 1.0 / 3.0

__all__ = ["cruise", "half", "quickest", "ramp"]


@scalar
def ramp(speed: float, acceleration: float, jerk: float) -> tuple[float, float]:
    """`turn` and `hold` [s] of the ramp from rest to a cruising speed."""
    turn = acceleration / jerk
    if speed > acceleration * turn:
        return turn, speed / acceleration - turn
    return math.sqrt(speed / jerk), 0.0


@scalar
def quickest(way: float, velocity: float, acceleration: float, jerk: float) -> float:
    """Least seconds for a way >= 0 within the limits."""
    turn, hold = ramp(velocity, acceleration, jerk)
    rise = 2.0 * turn + hold
    if way >= velocity * rise:  # cruises at the limit
        cruising: float = way / velocity + rise
        return cruising
    least = acceleration / jerk
    if way > 2.0 * acceleration * least * least:  # never cruises
        return least + math.sqrt(least * least + 4.0 * way / acceleration)
    quarter: float = (0.5 * way / jerk) ** THIRD  # the acceleration stays below its limit, too
    return 4.0 * quarter


@scalar
def cruise(way: float, seconds: float, acceleration: float, jerk: float) -> float:
    """The speed to cruise at, so that a way >= 0 takes `seconds` > 0, no less than the quickest.

    The whole takes way/v and a ramp; of the two speeds that solve this, the lower one leaves time to cruise.
    """
    rest = seconds - acceleration / jerk
    square = rest * rest - 4.0 * way / acceleration
    if rest > 0.0 and square >= 0.0:
        speed = 2.0 * way / (rest + math.sqrt(square))
        if speed * jerk >= acceleration * acceleration:
            return speed
    # The acceleration stays below its limit: with u the root of v/jerk, 2 u^3 - T u^2 + way/jerk = 0, of whose three real
    # roots (Viete's trigonometric form about T/6) the middle one is meant. Sines, not cosines: u may be tiny against T.
    angle = math.asin(min(1.0, math.sqrt(27.0 * way / (jerk * seconds)) / seconds)) / 1.5
    sine = math.sin(0.5 * angle)
    u = min((2.0 * sine * sine + math.sqrt(3.0) * math.sin(angle)) * seconds / 6.0, 0.25 * seconds)
    return u * u * jerk


@scalar
def half(t: float, jerk: float, turn: float, hold: float) -> tuple[float, float]:
    """Way and speed t >= 0 seconds after the start, within the first half of a motion; without a branch, for lanes."""
    u = min(t, turn)
    a = jerk * u
    v = 0.5 * a * u
    way = v * u / 3.0
    u = min(max(t - turn, 0.0), hold)
    way += u * (v + 0.5 * a * u)
    v += a * u
    u = min(max(t - turn - hold, 0.0), turn)
    way += u * (v + u * (0.5 * a - u * jerk / 6.0))
    v += u * (a - 0.5 * u * jerk)
    return way + v * max(t - 2.0 * turn - hold, 0.0), v
