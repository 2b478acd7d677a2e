"""Numbers as a planner reads them: SI inside, a handy prefix outside."""

from __future__ import annotations

import math
from collections.abc import Mapping

__all__ = ["bound_text", "figure", "label"]

# unit -> (below this size, shown times this factor, as this unit); the first that fits
_HANDY = {
    "m": ((1.0, 1e3, "mm"),),
    "s": ((0.1, 1e3, "ms"),),
    "m/s": ((0.1, 1e3, "mm/s"),),
    "J": ((1.0, 1e3, "mJ"), (1e4, 1.0, "J"), (math.inf, 1e-3, "kJ")),
    "N": ((1e4, 1.0, "N"), (math.inf, 1e-3, "kN")),
}


def figure(value: float | None, unit: str = "1") -> str:
    """`21.4 s`, `12.3 mm`, `-` for what was not measured."""
    if value is None or not math.isfinite(value):
        return "–"
    for below, factor, shown in _HANDY.get(unit, ()):
        if value and abs(value) < below:
            return f"{_digits(value * factor)} {shown}"
    return _digits(value) if unit in ("", "1") else f"{_digits(value)} {unit.replace('*', ' ').replace('^2', '²').replace('^3', '³')}"


def _digits(value: float) -> str:
    """Three to four significant digits, without exponents where a person would not write one."""
    size = abs(value)
    if size and (size < 1e-3 or size >= 1e6):
        return f"{value:.2e}"
    if size >= 1000 or value == int(value):
        return f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}") if size >= 10000 else f"{value:.0f}"
    return f"{value:.3g}"


def bound_text(bound: Mapping[str, float], unit: str = "1") -> str:
    """`≤ 25 s`, `20 … 40 mm`, `= 1`."""
    if "equal" in bound:
        tolerance = bound.get("tolerance", 0.0)
        return f"= {figure(bound['equal'], unit)}" + (f" ± {figure(tolerance, unit)}" if tolerance else "")
    low, high = bound.get("min"), bound.get("max")
    if low is not None and high is not None:
        return f"{figure(low, unit)} … {figure(high, unit)}"
    return f"≥ {figure(low, unit)}" if low is not None else f"≤ {figure(high, unit)}" if high is not None else "–"


def label(name: str) -> str:
    """`cycle_time` -> `cycle time`."""
    return name.replace("_", " ")
