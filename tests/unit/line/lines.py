"""Small lines and how they run, for the tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twin.kinds import Context, Silent, Target
from twin.physics.line import KIND
from twin.physics.line.spec import LineSpec
from twin.result.model import Result

OUT: dict[str, Any] = {"out": {}}
ONCE = {"replications": 1, "max_replications": 1}


def ran(line: dict[str, Any], *, seed: int = 0, threads: int = 1, folder: Path | None = None) -> Result:
    """A run of that line, in one replication where nothing else is said."""
    spec = LineSpec.model_validate({"time": 10_000, "warm_up": 0, "until": ONCE, "sinks": OUT, **line})
    assert list(KIND.check(spec, Context(folder or Path.cwd()))) == []
    result: Result = KIND.simulate(spec, Target(threads=threads), Silent(), Context(folder or Path.cwd(), seed=seed))
    known = KIND.scalars(spec)
    assert {name: s.unit for name, s in result.scalars.items()} == {name: known[name] for name in result.scalars}
    return result


def value(result: Result, name: str) -> float:
    """A scalar of a run that came to its end."""
    assert result.status == "done", result.reason
    return result.scalars[name].value


def faults(line: dict[str, Any], folder: Path | None = None) -> list[str]:
    """What is wrong with it."""
    spec = LineSpec.model_validate({"sinks": OUT, **line})
    return [str(fault) for fault in KIND.check(spec, Context(folder or Path.cwd()))]
