"""`twin run`: one scenario, here and now."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from twin.cli.output import bound_text, number, preflight, print_json, print_table, progress, say

if TYPE_CHECKING:
    from twin.result import Result

__all__ = ["exit_code", "run"]


def run(
    file: Annotated[str, typer.Argument(metavar="FILE", help="a scenario file, or the name of a bundled one")],
    sets: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="replace a value: program.push.speed=0.1")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="write the result folder there")] = None,
    target: Annotated[Literal["cpu", "cuda"], typer.Option("--target", help="where to compute")] = "cpu",
    threads: Annotated[int, typer.Option("--threads", min=1, help="threads of one simulation")] = 1,
    store: Annotated[Path | None, typer.Option("--store", metavar="DIR", help="by default TWIN_STORE or ./twin-store")] = None,
    json: Annotated[bool, typer.Option("--json", help="print result.json")] = False,
) -> None:
    """A sweep in the file is left aside; `twin submit` runs it."""
    from twin import execute
    from twin import scenario as scenarios
    from twin.kinds import Target
    from twin.result import Store, result_json
    from twin.scenario.read import set_options

    scenario = scenarios.load(file, set_options(sets or []))
    kept = Store(store)
    if (jobs := scenarios.sweep_count(scenario)) > 1:
        say(f"{scenario.name} sweeps {jobs:,} jobs; this runs the one it starts from. `twin submit {file}` runs all of them.")
    on = Target(target, threads=threads)
    if kept.get(scenarios.identity(scenario, on)) is None:
        for line in preflight(scenario):
            say(line)
    begin = time.perf_counter()
    with progress(scenario.name) as monitor:
        result = execute.run(scenario, target=on, monitor=monitor, store=kept, out=out)
    if json:
        print_json(result_json(result))
    else:
        _show(result, time.perf_counter() - begin)
        print(f"result  {out.absolute() if out is not None else kept.folder(result.id)}")
    raise typer.Exit(exit_code(result))


def exit_code(result: Result) -> int:
    """Of one result: 4 failed, 3 stopped, 1 an expectation failed, else 0."""
    return {"failed": 4, "stopped": 3}.get(result.status, 1 if result.verdict == "fail" else 0)


def _show(result: Result, seconds: float) -> None:
    """Verdict, expectations, then what else was measured."""
    if result.expectations and result.scalars:
        rows = [("ok" if e.ok else "FAILED", e.name, number(e.value, e.unit), bound_text(e.bound, e.unit)) for e in result.expectations]
        print_table(("", "expectation", "value", "bound"), rows, right=(2,))
    expected = {e.name for e in result.expectations}
    others = [(name, number(s.value, s.unit)) for name, s in result.scalars.items() if name not in expected]
    if others:
        print_table(("scalar", "value"), others, right=(1,))
    verdict = {"pass": "PASS", "fail": "FAIL", "none": "no verdict"}[result.verdict]
    if result.status != "done":
        verdict = result.status.upper()
    print(f"{verdict}  {result.name} ({result.kind}) in {seconds:.1f} s" + (f": {result.reason}" if result.reason else ""))
