"""What a run will take, for the planner. A layout is checked alone: it is over before a shared launch would have begun."""

from __future__ import annotations

from twin.kinds import Cost
from twin.physics.layout.spec import LayoutSpec

__all__ = ["cost"]

SECONDS = {
    "clearance": 0.3, "aisles": 0.5, "walking": 1.5, "reach": 0.5, "separation": 0.01, "stopping": 0.05, "floor": 0.1, "transport": 0.01,
}  # fmt: skip
PICTURES = 3.0  # [s]
BYTES = 500 * 2**20  # of a worker with its libraries


def cost(spec: LayoutSpec) -> Cost:
    """Seconds of a hall with some forty things; what a site holds is not known here."""
    return Cost(PICTURES + sum(SECONDS[check] for check in spec.checks), BYTES)
