"""The verdict as a result: scalars, the map along the path or the blow over time, a scene, words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as File

import numpy as np

from twin.kinds import Context, Monitor, Target
from twin.physics.crash import human_formula as formula
from twin.physics.crash.human_regions import table
from twin.physics.crash.human_scene import human_scene
from twin.physics.crash.human_spec import HumanSpec
from twin.physics.crash.human_verdict import Assessment, evaluate
from twin.result.model import Result, Scalar, Series
from twin.scene import Scene

__all__ = ["human_preflight", "human_result", "human_scalars"]

SAMPLES = 201  # of a blow over time
ALWAYS = {
    "within": "1", "margin": "1", "moving_mass": "kg", "robot_mass": "kg", "robot_mass_operational": "kg", "reduced_mass": "kg",
}  # fmt: skip
BLOW = {
    "contact_speed": "m/s", "allowed_speed": "m/s", "allowed_speed_operational": "m/s", "peak_force": "N", "transient_force_limit": "N",
    "transient_margin": "1", "transfer_energy": "J", "contact_time": "s", "deflection": "m",
}  # fmt: skip
CLAMP = {"clamping_force": "N", "quasi_static_force_limit": "N", "quasi_static_margin": "1"}
BLOW_ON_AREA = {"peak_pressure": "Pa", "transient_pressure_limit": "Pa"}
CLAMP_ON_AREA = {"clamping_pressure": "Pa", "quasi_static_pressure_limit": "Pa"}
MAP = {
    "speed": "m/s", "allowed_speed": "m/s", "allowed_speed_operational": "m/s", "peak_force": "N", "margin": "1",
    "robot_mass_operational": "kg", "x": "m", "y": "m", "z": "m",
}  # fmt: skip


def human_scalars(spec: HumanSpec) -> Mapping[str, str]:
    """Every scalar that a verdict on this spec can have -> unit."""
    found = dict(ALWAYS)
    for judged, names, on_area in ((spec.blow, BLOW, BLOW_ON_AREA), (spec.clamp, CLAMP, CLAMP_ON_AREA)):
        found |= (names | (on_area if spec.area is not None else {})) if judged else {}
    return found


def human_preflight(spec: HumanSpec, context: Context) -> list[str]:
    """What is known before the run, in lines: what moves, how heavy it counts, how fast it may go, and whose table that is."""
    found = evaluate(spec, context.folder)
    said = [f"{found.who.mass:.4g} kg move, the robot counts as {found.robot_mass:.4g} kg against {found.region.mass.value:g} kg"]
    if spec.blow:
        said.append(f"allowed in a blow: {found.blow.force:.4g} N, {found.places.allowed[found.worst]:.4g} m/s")
    if spec.area is None:
        said.append("no contact area: pressure will not be judged")
    return [*said, table().sentence]


def human_result(spec: HumanSpec, target: Target, monitor: Monitor, context: Context) -> Result:
    """The verdict; the run is `done` also where it exceeds, and says why as its reason.

    Raises:
        BadInput: what `evaluate` raises.
    """
    found = evaluate(spec, context.folder)
    scene = human_scene(found)
    if context.scratch is not None and spec.pictures and spec.path is not None:
        _draw(found, scene, context.scratch)
    return Result(
        "done",
        reason=f"{'; '.join(found.reasons)}; {table().note}" if found.reasons else "",
        scalars=scalars(found),
        series=series(found),
        arrays={"joints": found.places.q, "contact_point": found.places.point, "direction": found.places.direction},
        scene=scene,
        stats=_stats(found),
        log=log(found),
    )


def scalars(found: Assessment) -> dict[str, Scalar]:
    """Everything that `human_scalars` promises, where the margin is smallest; what is not finite is left out."""
    spec, places, worst = found.spec, found.places, found.worst
    mu, k, speed, area = found.reduced_mass, found.region.spring.value, float(places.speed[worst]), spec.area or np.nan
    clamp = spec.clamping_force or np.nan
    values = {
        "within": float(found.within),
        "margin": found.margin,
        "moving_mass": found.who.mass,
        "robot_mass": found.robot_mass,
        "robot_mass_operational": float(places.operational[worst]),
        "reduced_mass": mu,
        "contact_speed": speed,
        "allowed_speed": float(places.allowed[worst]),
        "allowed_speed_operational": float(places.allowed_operational[worst]),
        "peak_force": float(places.force[worst]),
        "peak_pressure": formula.pressure(float(places.force[worst]), area),
        "transient_force_limit": found.blow.force,
        "transient_pressure_limit": found.blow.pressure,
        "transient_margin": np.nan if found.transient_margin is None else found.transient_margin,
        "transfer_energy": formula.transfer_energy(speed, mu),
        "contact_time": formula.contact_time(mu, k),
        "deflection": formula.deflection(speed, mu, k),
        "clamping_force": clamp,
        "clamping_pressure": formula.pressure(clamp, area),
        "quasi_static_force_limit": found.clamp.force,
        "quasi_static_pressure_limit": found.clamp.pressure,
        "quasi_static_margin": np.nan if found.quasi_static_margin is None else found.quasi_static_margin,
    }
    return {name: Scalar(values[name], unit) for name, unit in human_scalars(spec).items() if np.isfinite(values[name])}


def series(found: Assessment) -> Series | None:
    """Along a path: the map; else the force of the blow over time; None for a clamp alone."""
    places, spec = found.places, found.spec
    if spec.path is not None:
        values = {
            "speed": places.speed, "allowed_speed": places.allowed, "allowed_speed_operational": places.allowed_operational,
            "peak_force": places.force, "margin": places.margin, "robot_mass_operational": places.operational,
            "x": places.point[:, 0], "y": places.point[:, 1], "z": places.point[:, 2],
        }  # fmt: skip
        kept = {name: column for name, column in values.items() if spec.blow or name not in ("speed", "peak_force", "margin")}
        return Series(places.t, kept, {name: MAP[name] for name in kept})
    if not spec.blow:
        return None
    mu, k = found.reduced_mass, found.region.spring.value
    t = np.linspace(0.0, formula.contact_time(mu, k), SAMPLES)
    force = np.array([formula.contact_force(float(s), float(places.speed[0]), mu, k) for s in t])
    columns, units = {"force": force}, {"force": "N"}
    if spec.area is not None:
        columns["pressure"], units["pressure"] = force / spec.area, "Pa"
    return Series(t, columns, units)


def log(found: Assessment) -> str:
    """The verdict in sentences."""
    spec, places, worst, body = found.spec, found.places, found.worst, found.region
    moving = ", ".join(found.who.moving)
    said = [found.sentence, *(f"- {reason}." for reason in found.reasons)]
    said.append(f"{found.who.mass:.4g} kg move ({moving}); with half of them and {spec.payload:.4g} kg payload the robot counts as ")
    said[-1] += f"{found.robot_mass:.4g} kg, the reduced mass is {found.reduced_mass:.4g} kg. "
    heavy = float(places.operational[worst])
    said[-1] += f"At this pose it opposes {heavy:.4g} kg." if np.isfinite(heavy) else "At this pose it cannot give way in this direction."
    if spec.blow:
        said.append(
            f"{found.who.link} meets the {body.words} with {places.speed[worst]:.4g} m/s: {places.force[worst]:.4g} N at the peak, "
            f"{found.blow.force:.4g} N are allowed; {places.allowed[worst]:.4g} m/s would be allowed."
        )
    if spec.clamp:
        said.append(f"It presses with {spec.clamping_force:.4g} N, {found.clamp.force:.4g} N are allowed.")
    if spec.area is None:
        said.append("No contact area is given: the pressure was not judged, and often it is what decides.")
    elif body.permissible:
        factor = body.transient if spec.blow else 1.0
        said.append(
            f"Pressure is judged at the {found.site.replace('_', ' ')}, which bears {body.pressure[found.site].value / 1e4:.4g} N/cm^2"
        )
        said[-1] += f", {factor:g} times that in a blow." if spec.blow else "."
    if doubtful := body.doubtful(found.site):
        said.append(f"Only one public source prints its {' and '.join(doubtful)}.")
    return "\n".join(said) + "\n"


def _stats(found: Assessment) -> dict[str, object]:
    return {
        "verdict": found.verdict,
        "region": found.region.name,
        "site": found.site,
        "standard": f"{table().standard} ({table().edition})",
        "note": table().note,
        "moving": list(found.who.moving),
        "places": len(found.places.t),
        "pressure_judged": found.spec.area is not None,
        "single_source": found.region.doubtful(found.site),
    }


def _draw(found: Assessment, scene: Scene, folder: File) -> None:
    from twin.draw import scene_picture

    title = f"{found.verdict}: {found.who.link} against the {found.region.words}; {table().note}"
    frame = int(np.searchsorted(scene.t, found.places.t[found.worst]).clip(0, len(scene.t) - 1))
    (folder / "speed_map.png").write_bytes(scene_picture(scene, frame=frame, line_width=4.0, title=title))
