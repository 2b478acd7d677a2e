"""Colours of the states of stations, the same in all pictures, and what is drawn before what."""

from __future__ import annotations

from twin.physics.line.records import BLOCKED, BUSY, DOWN, OFF, SETUP, STARVED, WAITING

__all__ = ["COLORS", "FLEETS", "ORDER", "rgba"]

ORDER = (BUSY, SETUP, WAITING, DOWN, BLOCKED, STARVED, OFF)
COLORS = {BUSY: "#2b8a5a", SETUP: "#7fb8d6", WAITING: "#b39ddb", DOWN: "#c0392b", BLOCKED: "#e69f00", STARVED: "#d9d9d9", OFF: "#f5f5f5"}
FLEETS = ("#2157d6", "#7a40ad", "#0d8588", "#b33373")
"""Of mobile robots, fleet after fleet."""


def rgba(color: str) -> tuple[float, float, float, float]:
    """Of `#rrggbb`, in 0..1."""
    red, green, blue = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue, 1.0
