"""`twin explain`: why a result passed, failed or stopped, in sentences with the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.output import bound_text, number

if TYPE_CHECKING:
    from twin.result import Expectation, Result

__all__ = ["explain"]

EVENTS_MOST = 12


def explain(
    result: Annotated[str, typer.Argument(metavar="RESULT", help="a result folder, or the first letters of an id")],
    store: Annotated[Path | None, typer.Option("--store", metavar="DIR", help="by default TWIN_STORE or ./twin-store")] = None,
) -> None:
    """Reads the stored result; simulates nothing."""
    import twin.result as results

    folder = Path(result)
    if not (folder / "result.json").is_file():
        folder = results.Store(store).find(result)
    found = results.open(folder)
    print("\n".join(_sentences(found)))
    print(f"It lies in {folder.resolve()}.")


def _sentences(result: Result) -> Iterator[str]:
    yield f"{result.name} ({result.kind}) {_outcome(result)}"
    for expectation in sorted(result.expectations, key=lambda e: e.ok):
        yield "  " + _held(expectation)
    if result.events:
        timed = any(event.get("t") for event in result.events)
        yield "What happened:" if timed else "What was found:"
        shown = result.events if len(result.events) <= EVENTS_MOST else (*result.events[: EVENTS_MOST - 4], *result.events[-4:])
        yield from ("  " + _event(event, timed=timed) for event in shown)
        if len(result.events) > len(shown):
            yield f"  ({len(result.events) - len(shown)} more between these)"
    if note := str(result.stats.get("note", "")):
        yield f"{note[0].upper()}{note[1:]}."
    if made := result.provenance:
        how = f"on {made.get('target', '?')} in {made.get('dtype', '?')} with seed {made.get('seed', '?')}"
        yield f"It was computed {how}{_took(result.stats)}"


def _outcome(result: Result) -> str:
    because = f" because: {result.reason}" if result.reason else ""
    if result.status == "stopped":
        return f"stopped before its end{because}; no verdict."
    if result.status == "failed":
        return f"did not come to a result{because}; no verdict."
    failed = [e for e in result.expectations if not e.ok]
    process = f" The process failed{because}." if because else ""
    if result.verdict == "pass":
        return f"passed: all {len(result.expectations)} expectations hold."
    if result.verdict == "none":
        return f"ran to its end; the scenario expects nothing, so there is no verdict.{process}"
    return f"failed: {len(failed)} of {len(result.expectations)} expectations do not hold.{process}"


def _held(e: Expectation) -> str:
    bound = bound_text(e.bound, e.unit)
    if e.value is None or e.value != e.value:
        return f"{e.name} could not be measured; it should be {bound}."
    if e.ok:
        return f"{e.name} is {number(e.value, e.unit)}, as it should be ({bound})."
    off = number(_off(e.value, e.bound), e.unit)
    return f"{e.name} is {number(e.value, e.unit)}; it should be {bound}: off by {off}."


def _off(value: float, bound: Mapping[str, float]) -> float:
    """How far the value is beyond its bound."""
    beyond = [bound["min"] - value] if "min" in bound else []
    beyond += [value - bound["max"]] if "max" in bound else []
    beyond += [abs(value - bound["equal"]) - bound.get("tolerance", 0.0)] if "equal" in bound else []
    return max(beyond)


def _event(event: Mapping[str, Any], *, timed: bool) -> str:
    extra = ", ".join(f"{key} {_plain(value)}" for key, value in event.items() if key not in ("t", "what", "who"))
    who = event.get("who", "")
    names = " and ".join(map(str, who)) if isinstance(who, (list, tuple)) else str(who)
    when = f"at {float(event.get('t', 0.0)):.3f} s " if timed else ""
    return f"{when}{names}: {event.get('what', '')}" + (f" ({extra})" if extra else "")


def _plain(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _took(stats: Mapping[str, Any]) -> str:
    seconds = stats.get("seconds")
    return f"; it took {seconds:.2f} s." if isinstance(seconds, (int, float)) else "."
