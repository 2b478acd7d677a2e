"""`expect`: named scalars and their bounds, and the verdict over them."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from math import inf
from typing import Any

from twin.errors import Fault, nearest
from twin.result.model import Expectation, Scalar, Status, Verdict
from twin.units import si

__all__ = ["holds", "judge", "read_bound", "read_expect", "unit_of", "verdict", "verdict_of"]

Bound = Mapping[str, float]
_KEYS = ("min", "max", "equal", "within", "tolerance")


def read_expect(given: Mapping[str, Any], scalars: Mapping[str, str]) -> tuple[dict[str, Bound], list[Fault]]:
    """Bounds in SI, and what is wrong with them. `scalars`: name or pattern (`step.*.time`) -> unit."""
    bounds: dict[str, Bound] = {}
    faults = list[Fault]()
    for name, written in given.items():
        unit = unit_of(name, scalars)
        if unit is None:
            faults.append(Fault(f"expect.{name}", name, "a scalar of this kind: " + ", ".join(sorted(scalars)), nearest(name, scalars)))
            continue
        bounds[name], wrong = read_bound(written, unit, f"expect.{name}")
        faults += wrong
    return bounds, faults


def unit_of(name: str, scalars: Mapping[str, str]) -> str | None:
    """Unit of the scalar of that name, patterns included; None when the kind has no such scalar."""
    if name in scalars:
        return scalars[name]
    return next((unit for pattern, unit in scalars.items() if "*" in pattern and fnmatchcase(name, pattern)), None)


def read_bound(given: Any, unit: str, path: str) -> tuple[dict[str, float], list[Fault]]:
    """One bound as {min, max, equal, tolerance} in SI (those that are given; `within` becomes min and max)."""
    if not isinstance(given, Mapping) or not given:
        return {}, [Fault(path, given, "a mapping of " + ", ".join(_KEYS), "Write e.g. {max: 45 s}.")]
    unknown = [key for key in given if key not in _KEYS]
    faults = [Fault(f"{path}.{key}", key, ", ".join(_KEYS), nearest(str(key), _KEYS)) for key in unknown]
    within = given.get("within", (None, None))
    if not isinstance(within, (list, tuple)) or len(within) != 2:
        faults.append(Fault(f"{path}.within", within, "two values, the lower and the upper bound", "Write e.g. [1 s, 2 s]."))
        within = (None, None)
    bound: dict[str, float] = {}
    for key, part, value in (
        ("min", "min", given.get("min")),
        ("min", "within.0", within[0]),
        ("max", "max", given.get("max")),
        ("max", "within.1", within[1]),
        ("equal", "equal", given.get("equal")),
        ("tolerance", "tolerance", given.get("tolerance")),
    ):
        if value is None:
            continue
        number = _number(value, unit)
        if isinstance(number, str):
            faults.append(Fault(f"{path}.{part}", value, number))
        elif key in bound:
            faults.append(Fault(f"{path}.{part}", value, f"either `within` or `{key}`", "Remove one of the two."))
        else:
            bound[key] = number
    return bound, faults or _contradictions(bound, path)


def _number(given: Any, unit: str) -> float | str:
    """The value in `unit`, or what would be allowed."""
    symbol = "" if unit == "1" else unit
    if isinstance(given, bool) and not symbol:
        return float(given)
    if isinstance(given, str):
        try:
            return si(given, symbol)
        except ValueError as error:
            return str(error)
    if isinstance(given, (int, float)) and not isinstance(given, bool) and abs(given) < inf:
        return float(given)
    return f"a finite number, or text with a unit such as '1 {symbol or '%'}'"


def _contradictions(bound: Bound, path: str) -> list[Fault]:
    """Bounds that nothing can meet, or that say nothing."""
    low, high = bound.get("min", -inf), bound.get("max", inf)
    faults = []
    if low > high:
        faults.append(Fault(path, f"min {low:g}, max {high:g}", "min below max", "Nothing can meet both; exchange them?"))
    if "tolerance" in bound and ("equal" not in bound or bound["tolerance"] < 0):
        faults.append(
            Fault(f"{path}.tolerance", bound["tolerance"], "a value >= 0 beside `equal`", "Write {equal: 5 N, tolerance: 0.1 N}.")
        )
    elif "equal" in bound and not low - bound.get("tolerance", 0) <= bound["equal"] <= high + bound.get("tolerance", 0):
        faults.append(Fault(f"{path}.equal", bound["equal"], f"a value between min and max ({low:g}, {high:g})", "Nothing can meet both."))
    return faults


def holds(value: float, bound: Bound) -> bool:
    """Whether the value keeps every part of the bound; NaN keeps none."""
    inside = bound.get("min", -inf) <= value <= bound.get("max", inf)
    return inside and ("equal" not in bound or abs(value - bound["equal"]) <= bound.get("tolerance", 0.0))


def judge(expect: Mapping[str, Bound], scalars: Mapping[str, Scalar], units: Mapping[str, str] | None = None) -> tuple[Expectation, ...]:
    """Each expectation against its scalar; one that could not be measured does not hold. `units`: those of the kind's scalars."""
    lines = []
    for name, bound in expect.items():
        scalar = scalars.get(name)
        if scalar is None:
            lines.append(Expectation(name, None, unit_of(name, units or {}) or "", bound, ok=False))
        else:
            lines.append(Expectation(name, scalar.value, scalar.unit, bound, holds(scalar.value, bound)))
    return tuple(lines)


def verdict_of(status: Status, expect: Mapping[str, Bound], scalars: Mapping[str, Scalar]) -> Verdict:
    """The verdict alone, as `judge` and `verdict` give it, without the lines that say why."""
    if status != "done" or not expect:
        return "none"
    for name, bound in expect.items():
        scalar = scalars.get(name)
        if scalar is None or not holds(scalar.value, bound):
            return "fail"
    return "pass"


def verdict(status: Status, expectations: tuple[Expectation, ...]) -> Verdict:
    """`none` where nothing was expected, or where the run did not come to its end."""
    if status != "done" or not expectations:
        return "none"
    return "pass" if all(e.ok for e in expectations) else "fail"
