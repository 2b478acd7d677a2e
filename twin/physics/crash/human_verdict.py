"""Forces, pressures and allowed speeds of a robot against a person, and whether they are within ISO/TS 15066."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as File

import numpy as np

from twin.physics.crash import human_formula as formula
from twin.physics.crash.human_path import motion
from twin.physics.crash.human_regions import Region, region, table
from twin.physics.crash.human_robot import Toucher, heaviest, operational_mass, toucher
from twin.physics.crash.human_spec import HumanSpec

__all__ = ["Assessment", "Limits", "Places", "evaluate"]

STILL = 1e-9  # [m/s] below which a velocity has no direction


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one kind of contact: force [N], pressure [Pa], and the force that keeps both on the area [N]; 0 where none is permissible."""

    force: float
    pressure: float
    both: float


@dataclass(frozen=True, eq=False)
class Places:
    """Along the way, n of them.

    Attributes:
        t: (n,) [s]; q: (n, nq); point: (n, 3) touching point in the base frame [m]; direction: (n, 3) of the blow.
        speed: (n,) of the touching point [m/s], NaN where no blow is judged.
        operational: (n,) mass of the robot at the point in this direction, payload included [kg].
        allowed: (n,) speed that the formula allows [m/s]; allowed_operational: with that mass in place of the formula's.
        force: (n,) peak of the blow [N]; margin: (n,) to the nearer limit, -1..1.
    """

    t: np.ndarray
    q: np.ndarray
    point: np.ndarray
    direction: np.ndarray
    speed: np.ndarray
    operational: np.ndarray
    allowed: np.ndarray
    allowed_operational: np.ndarray
    force: np.ndarray
    margin: np.ndarray


@dataclass(frozen=True, eq=False)
class Assessment:
    """What a robot does to a person, held against the table.

    Attributes:
        robot_mass: the formula's, M / 2 + payload; reduced_mass: with the region's effective mass [kg].
        blow, clamp: limits of transient and quasi-static contact.
        worst: index of the place with the smallest margin.
        transient_margin, quasi_static_margin: None where not judged.
        reasons: why it exceeds, in words; empty where it is within.
    """

    spec: HumanSpec
    who: Toucher
    region: Region
    site: str
    robot_mass: float
    reduced_mass: float
    blow: Limits
    clamp: Limits
    places: Places
    worst: int
    transient_margin: float | None
    quasi_static_margin: float | None
    reasons: tuple[str, ...]

    @property
    def margin(self) -> float:
        """The smaller of the two."""
        return min(m for m in (self.transient_margin, self.quasi_static_margin) if m is not None)

    @property
    def within(self) -> bool:
        """Whether all is within the limits."""
        return not self.reasons

    @property
    def verdict(self) -> str:
        """`within` or `exceeds`."""
        return "within" if self.within else "exceeds"

    @property
    def sentence(self) -> str:
        """The verdict as it may be quoted: with the standard and the request to confirm it."""
        return f"{self.verdict.capitalize()} the limits for the {self.region.words} as printed in public sources. {table().sentence}"


def evaluate(spec: HumanSpec, folder: File) -> Assessment:
    """The verdict on a robot that touches a person.

    Raises:
        BadInput: unknown robot, link, joint, region or site; a touching point that nothing moves.
    """
    who, body = toucher(spec, folder), region(spec.region)
    site = body.site(spec.site)
    robot_mass = formula.robot_mass(who.mass, spec.payload)
    mu = formula.reduced_mass(body.mass.value, robot_mass)
    blow, clamp = _limits(body, site, spec.area, body.transient or 0.0), _limits(body, site, spec.area, 1.0 if body.permissible else 0.0)
    places = _places(spec, who, body, mu, blow)
    worst = int(np.lexsort((-np.nan_to_num(places.force), places.margin))[0])
    return Assessment(
        spec=spec,
        who=who,
        region=body,
        site=site,
        robot_mass=robot_mass,
        reduced_mass=mu,
        blow=blow,
        clamp=clamp,
        places=places,
        worst=worst,
        transient_margin=float(places.margin[worst]) if spec.blow else None,
        quasi_static_margin=formula.margin(spec.clamping_force or 0.0, clamp.both) if spec.clamp else None,
        reasons=_reasons(spec, body, site, places.force[worst], blow, clamp),
    )


def _limits(body: Region, site: str, area: float | None, factor: float) -> Limits:
    force, pressure = factor * body.force.value, factor * body.pressure[site].value
    return Limits(force, pressure, force if area is None else min(force, pressure * area))


def _places(spec: HumanSpec, who: Toucher, body: Region, mu: float, blow: Limits) -> Places:
    way = motion(spec, who)
    J, M = who.jacobian(way.q), who.inertia(way.q, spec.payload)
    velocity = np.einsum("nij,nj->ni", J, way.qd[:, who.columns])
    direction = _directions(spec, velocity, J, M)
    operational, k = operational_mass(J, M, direction), body.spring.value
    speed = np.linalg.norm(velocity, axis=1) if spec.speed is None else np.full(len(way.t), spec.speed)
    speed = speed if spec.blow else np.full(len(way.t), np.nan)
    force = np.array([formula.peak_force(v, mu, k) for v in speed])
    return Places(
        t=way.t,
        q=way.q,
        point=who.point(way.q),
        direction=direction,
        speed=speed,
        operational=operational,
        allowed=np.full(len(way.t), formula.allowed_speed(blow.both, mu, k)),
        allowed_operational=np.array([formula.allowed_speed(blow.both, _with(body, m), k) for m in operational]),
        force=force,
        margin=np.array([formula.margin(f, blow.both) for f in force]) if spec.blow else np.zeros(len(way.t)),
    )


def _with(body: Region, mass: float) -> float:
    """Reduced mass of the region and a robot's mass, which may be infinite [kg]."""
    return formula.reduced_mass(body.mass.value, mass) if np.isfinite(mass) else body.mass.value


def _directions(spec: HumanSpec, velocity: np.ndarray, J: np.ndarray, M: np.ndarray) -> np.ndarray:
    """Of the blow (n, 3): as given; else along the motion; where the point stands still, where the robot is heaviest."""
    if spec.direction is not None:
        given = np.array(spec.direction, float)
        return np.tile(given / np.linalg.norm(given), (len(J), 1))
    speed = np.linalg.norm(velocity, axis=1, keepdims=True)
    return np.where(speed > STILL, velocity / np.maximum(speed, STILL), heaviest(J, M))


def _reasons(spec: HumanSpec, body: Region, site: str, force: float, blow: Limits, clamp: Limits) -> tuple[str, ...]:
    if not body.permissible:
        return (f"contact with the {body.words} is not permissible",)
    found = []
    pairs = [("peak", force, blow, spec.blow), ("clamping", spec.clamping_force or 0.0, clamp, spec.clamp)]
    for word, value, limits, judged in pairs:
        if judged and value > limits.force:
            found.append(f"{word} force {value:.4g} N exceeds {limits.force:.4g} N")
        if judged and spec.area is not None and formula.pressure(value, spec.area) > limits.pressure:
            given, allowed = formula.pressure(value, spec.area) / 1e4, limits.pressure / 1e4
            found.append(f"{word} pressure {given:.4g} N/cm^2 at the {site.replace('_', ' ')} exceeds {allowed:.4g} N/cm^2")
    return tuple(found)
