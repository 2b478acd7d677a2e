"""`twin check`: read scenarios and say all that is wrong with them."""

from __future__ import annotations

from typing import Annotated

import typer

from twin.cli.output import fault_json, preflight, print_json, say

__all__ = ["check"]


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="scenario files, or names of bundled ones")],
    sets: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="replace a value, in each file")] = None,
    json: Annotated[bool, typer.Option("--json", help="faults as JSON")] = False,
) -> None:
    """Exit code 2 when anything is wrong."""
    from twin import scenario
    from twin.scenario.read import set_options

    overrides = set_options(sets or [])
    found = {file: scenario.check(file, overrides) for file in files}
    faults = [fault for some in found.values() for fault in some]
    if json:
        print_json([fault_json(fault) for fault in faults])
    for file, some in found.items():
        for fault in some:
            say(str(fault))
        if not some and not json:
            loaded = scenario.load(file, overrides)
            print(f"{file}: good; {_jobs(scenario.sweep_count(loaded))}")
            for line in preflight(loaded):
                print(f"  {line}")
    if faults:
        say(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}")
        raise typer.Exit(2)


def _jobs(count: int) -> str:
    return f"{count:,} jobs" if count > 1 else "1 job"
