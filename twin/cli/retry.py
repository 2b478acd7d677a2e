"""`twin retry`: the jobs of a batch that failed, were cancelled, or never began."""

from __future__ import annotations

from typing import Annotated

import typer

from twin.cli.batches import BatchName, MaxHours, MaxJobs, StorePath, exit_code, limits_of, show, show_state, watched
from twin.cli.output import print_json

__all__ = ["retry"]


def retry(
    batch: BatchName = "latest",
    store: StorePath = None,
    max_jobs: MaxJobs = None,
    max_hours: MaxHours = None,
    json: Annotated[bool, typer.Option("--json", help="print the summary as JSON")] = False,
) -> None:
    """This process drives the batch to its end; finished jobs are not run again."""
    from twin.dispatch import open_batch
    from twin.study import summarised

    found = open_batch(batch, store)
    with watched(found.name) as progress:
        found.retry(progress=progress, limits=limits_of(max_jobs, max_hours))
    show_state(found)
    summary = summarised(found)
    print_json(summary) if json else show(found, summary)
    raise typer.Exit(exit_code(summary))
