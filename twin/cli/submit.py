"""`twin submit`: all jobs of a sweep as a batch."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from twin.cli.batches import MaxHours, MaxJobs, StorePath, WorkerCount, exit_code, limits_of, show, show_state, watched
from twin.cli.output import print_json, say

__all__ = ["submit"]


def submit(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="scenario files, or names of bundled ones; each is a batch")],
    on: Annotated[
        str, typer.Option("--on", metavar="TARGET", help="where it runs: local, this machine, or a target of targets.yaml")
    ] = "local",
    name: Annotated[str | None, typer.Option("--name", metavar="N", help="of the batch; by default the scenario's")] = None,
    workers: WorkerCount = None,
    store: StorePath = None,
    sets: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="replace a value of the scenario")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="until all jobs have ended, also when detached")] = False,
    backend: Annotated[
        Literal["process", "inline"] | None, typer.Option("--backend", help="on this machine: worker processes, or this one")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="leave it to a process of its own, and return at once")] = False,
    priority: Annotated[int, typer.Option("--priority", metavar="N", help="-10 to 10: one more has twice the slots")] = 0,
    max_jobs: MaxJobs = None,
    max_hours: MaxHours = None,
    yes: Annotated[bool, typer.Option("--yes", help="confirm a sweep of more than 100,000 jobs")] = False,
    json: Annotated[bool, typer.Option("--json", help="print the summary as JSON")] = False,
) -> None:
    """This process drives the batch, so it returns when all jobs have ended; `--detach` leaves that to another. Whatever ends
    it earlier, kill -9 included, finished jobs are kept: submit again, or `twin retry`, runs the rest.
    """
    from twin import dispatch
    from twin.scenario import load
    from twin.scenario.job import TooManyJobs
    from twin.scenario.read import set_options
    from twin.study import summarised

    limits, summaries = limits_of(max_jobs, max_hours), []
    for scenario in [load(file, set_options(sets or [])) for file in files]:
        try:
            with watched(scenario.name) as progress:
                batch = dispatch.submit(
                    scenario,
                    on=on,
                    name=name,
                    workers=workers,
                    store=store,
                    wait=wait,
                    backend=backend,
                    detach=detach,
                    priority=priority,
                    limits=limits,
                    confirm_large=yes,
                    progress=progress,
                )
        except TooManyJobs as error:
            say("`--yes` confirms them.")
            raise error
        show_state(batch)
        summary = summarised(batch)
        summaries.append(summary)
        if not json and not (detach and not wait):
            show(batch, summary)
            print(f"report  twin report {batch.id} -o report.html")
    if json:
        print_json(summaries[0] if len(summaries) == 1 else summaries)
    codes = {exit_code(summary) for summary in summaries} if wait or not detach else {0}
    raise typer.Exit(next((code for code in (4, 3, 1) if code in codes), 0))
