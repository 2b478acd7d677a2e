"""Names and units of everything a cell can measure, known before it runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from twin.physics.cell.outline import Outlined, alike
from twin.physics.cell.spec import CellSpec

__all__ = ["touching_pairs", "units_of"]


def units_of(spec: CellSpec) -> Mapping[str, str]:
    """Every scalar that a run of this spec can have -> its unit."""
    if spec.engine == "rigid":
        return _without_contact(Outlined(spec, alike(spec)))
    units = _units(spec)
    if spec.engine == "both":
        units |= {f"mujoco.{name}": unit for name, unit in list(units.items())}
        units |= {"engines_agree": "1", "engine_difference.cycle_time": "1"}
        units |= {f"engine_difference.final_position.{name}": "m" for name in spec.parts}
    return units


@lru_cache(maxsize=64)
def _without_contact(cell: Outlined[CellSpec]) -> Mapping[str, str]:
    return MappingProxyType({name: unit for name, unit in _units(cell.it).items() if not _of_contact(name)})


OF_CONTACT = {
    "min_clearance", "planned_torque_ratio", "collision_count", "max_collision_depth", "contact_impulse", "max_contact_force",
    "max_insert_force", "max_grip_use",
}  # fmt: skip
"""What a cell without contact does not measure."""


def _of_contact(name: str) -> bool:
    return name in OF_CONTACT or name.startswith("contact.")


def _units(spec: CellSpec) -> dict[str, str]:
    units = {
        "completed": "1",
        "cycle_time": "s",
        "min_clearance": "m",
        "collision_count": "1",
        "max_collision_depth": "m",
        "max_torque_ratio": "1",
        "planned_torque_ratio": "1",
        "tcp_path_error": "m",
        "energy": "J",
        "max_contact_force": "N",
        "contact_impulse": "N*s",
        "max_insert_force": "N",
        "max_grip_use": "1",
    }
    for name, track in spec.program.items():
        units |= {f"step.{name}.{step.label(k)}.time": "s" for k, step in enumerate(track.steps)}
    for robot in spec.robots:
        units |= {f"torque_ratio.{robot}": "1", f"energy.{robot}": "J"}
    for part, fixture in touching_pairs(spec):
        units |= {f"contact.{part}.{fixture}.{q}": u for q, u in (("time", "s"), ("max_force", "N"), ("impulse", "N*s"))}
    for name in (name for name, part in spec.parts.items() if part.goal is not None):
        units |= {f"final_error.{name}.position": "m", f"final_error.{name}.rotation": "rad"}
    return units


def touching_pairs(spec: CellSpec) -> list[tuple[str, str]]:
    """Part and fixture (or part) that the program brings together, in the order of the program."""
    pairs: dict[tuple[str, str], None] = {}
    for track in spec.program.values():
        held = ""
        for step in track.steps:
            if step.grip:
                held = step.grip.part
            elif step.insert:
                pairs[held, step.insert.into] = None
            elif step.release and step.release.onto:
                pairs[held, step.release.onto] = None
    return list(pairs)
