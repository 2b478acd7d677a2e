"""Names and units of everything that a layout can measure; imports no library, for every `twin check` asks."""

from __future__ import annotations

from collections.abc import Mapping

from twin.physics.layout.spec import LayoutSpec

__all__ = ["USES", "units_of"]

USES = ("stations", "buffers", "conveyors", "storage", "equipment", "robots", "columns", "traffic", "walking", "escape", "zones", "free")
UNITS: Mapping[str, Mapping[str, str]] = {
    "clearance": {
        "min_clearance": "m", "clearance_margin": "m", "overlaps": "1", "max_overlap": "m", "near_pairs": "1", "wall_clearance": "m",
        "outside_hall": "1",
    },
    "aisles": {
        "min_aisle_width": "m", "aisle_margin": "m", "aisle_obstructions": "1", "min_door_width": "m", "blocked_doors": "1",
    },
    "walking": {"escape_distance": "m", "unreachable_stations": "1"},
    "reach": {"unreachable_frames": "1", "min_reach_margin": "m"},
    "separation": {"separation_margin": "m", "open_hazards": "1"},
    "stopping": {"stopping_distance": "m", "stopping_margin": "m", "way_margin": "m"},
    "floor": {"max_floor_load": "Pa", "floor_load_share": "1", "hall_area": "m^2", **{f"area_use.{use}": "1" for use in USES}},
    "transport": {"transport_work": "m/s", "unreachable_flows": "1", "robots_needed": "1"},
}  # fmt: skip


def units_of(spec: LayoutSpec) -> Mapping[str, str]:
    """Name and unit of every scalar that a run of this spec can have."""
    units = {"findings": "1"}
    for check in spec.checks:
        units |= UNITS[check]
    if "separation" in spec.checks:
        for name in spec.safeguards:
            units |= {f"separation.{name}.distance": "m", f"separation.{name}.required": "m"}
    if "transport" in spec.checks:
        units |= {f"transport_distance.{flow.start}.{flow.end}": "m" for flow in spec.flows}
    return units
