"""What a program will take, for the planner: nobody knows, so its time limit."""

from __future__ import annotations

from twin.kinds import Cost
from twin.physics.command.spec import CommandSpec

__all__ = ["cost"]


def cost(spec: CommandSpec) -> Cost:
    """Upper bound [s]; a program shares its launch with nobody."""
    return Cost(spec.time_limit)
