"""Contact between a robot and a person as ISO/TS 15066:2016, Annex A, has it: two masses and the body's spring. Scalars, SI.

The blow is that of the moving robot mass m_R against the resting effective mass m_H of the body region through a spring k without
loss: the energy of the relative motion, mu v^2 / 2, becomes that of the spring, F^2 / 2k.
"""

from __future__ import annotations

from math import pi, sin, sqrt

__all__ = [
    "allowed_speed", "contact_force", "contact_time", "deflection", "margin", "peak_force", "pressure", "reduced_mass", "robot_mass",
    "transfer_energy",
]  # fmt: skip


def robot_mass(moving: float, payload: float) -> float:
    """m_R = M / 2 + m_L [kg]: half of all that moves and the whole payload (Annex A, effective mass of the robot)."""
    return 0.5 * moving + payload


def reduced_mass(human: float, robot: float) -> float:
    """mu = 1 / (1/m_H + 1/m_R) [kg] (Annex A, reduced mass of the two-body system)."""
    return human * robot / (human + robot)


def transfer_energy(speed: float, mu: float) -> float:
    """E = mu v^2 / 2 [J], which the body takes up at the most (Annex A, transferred energy)."""
    return 0.5 * mu * speed * speed


def peak_force(speed: float, mu: float, spring: float) -> float:
    """F = v sqrt(mu k) [N], the most in a blow with the relative speed v [m/s]: from mu v^2 / 2 = F^2 / 2k (Annex A)."""
    return speed * sqrt(mu * spring)


def pressure(force: float, area: float) -> float:
    """p = F / A [Pa], even over the contact area A [m^2]."""
    return force / area


def allowed_speed(force: float, mu: float, spring: float) -> float:
    """v = F / sqrt(mu k) [m/s] for a force limit F [N]; for a pressure limit p take F = p A (Annex A, v_rel,max)."""
    return force / sqrt(mu * spring)


def contact_force(t: float, speed: float, mu: float, spring: float) -> float:
    """F(t) = v sqrt(mu k) sin(sqrt(k / mu) t) [N] from the touch on, 0 once the two part.

    Closed form of two masses and a spring between them: their distance obeys mu x'' = -k x, x(0) = 0, x'(0) = v.
    """
    return peak_force(speed, mu, spring) * sin(t * sqrt(spring / mu)) if 0.0 <= t <= contact_time(mu, spring) else 0.0


def contact_time(mu: float, spring: float) -> float:
    """pi sqrt(mu / k) [s]: half a swing, until the two part."""
    return pi * sqrt(mu / spring)


def deflection(speed: float, mu: float, spring: float) -> float:
    """v sqrt(mu / k) [m]: how far the body gives way."""
    return speed * sqrt(mu / spring)


def margin(value: float, limit: float) -> float:
    """How far a value is from its limit, -1..1: 1 - value / limit below it, 0 at it, limit / value - 1 above; -1 for a limit of 0."""
    if limit <= 0.0:
        return -1.0
    return 1.0 - value / limit if value <= limit else limit / value - 1.0
