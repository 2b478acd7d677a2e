"""Names of what a run measures; imports no numba, because every look at a scenario asks."""

from __future__ import annotations

from twin.physics.line.names import hauls, kinds_of
from twin.physics.line.records import STATES
from twin.physics.line.spec import LineSpec

__all__ = ["FLEET", "PERCENTILES", "units_of"]

PERCENTILES = (50, 95, 99)
FLEET = {"utilisation": "1", "empty": "1", "charging": "1", "trips": "1/s", "driven": "m/s"}


def units_of(spec: LineSpec) -> dict[str, str]:
    """Every scalar that a run of this spec can have -> unit."""
    found = {
        "throughput": "1/s", "throughput_ci95": "1/s", "cycle_time": "s", "wip": "1", "wip_ci95": "1", "makespan": "s", "lead_time": "s",
        "lead_time_ci95": "s", "scrap_share": "1", "lost_rate": "1/s", "warm_up": "s", "replications": "1", "little_error": "1",
        "state_error": "1", "power": "W", "energy_per_part": "J",
    }  # fmt: skip
    found |= {f"lead_time_p{p}": "s" for p in PERCENTILES}
    if len(kinds_of(spec)) > 1:
        found |= {f"throughput.{kind}": "1/s" for kind in kinds_of(spec)}
    words = (*STATES, "utilisation", "availability", "oee", "bottleneck")
    found |= {f"{word}.{name}": "1" for name in spec.stations for word in words}
    found |= {f"level.{name}": "1" for name in (*(n for n, b in spec.buffers.items() if b.capacity != 0), *spec.conveyors)}
    found |= {f"utilisation.{name}": "1" for name in spec.people}
    carried = hauls(spec)
    found |= {f"level.{name}": "1" for haul in carried for name in (haul.name, haul.landing)}
    if carried:
        found |= {f"{word}.{name}": unit for name in spec.fleets for word, unit in FLEET.items()}
    return found
