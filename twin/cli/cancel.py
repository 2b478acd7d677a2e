"""`twin cancel`: the end of a batch; what is finished stays."""

from __future__ import annotations

from typing import Annotated

import typer

from twin.cli.batches import BatchName, StorePath
from twin.cli.output import print_json

__all__ = ["cancel"]


def cancel(
    batch: BatchName = "latest",
    store: StorePath = None,
    json: Annotated[bool, typer.Option("--json", help="print the state as JSON")] = False,
) -> None:
    """Running jobs are stopped, waiting ones are not begun. `twin retry` takes it up again."""
    from twin.dispatch import open_batch

    found = open_batch(batch, store)
    found.cancel()
    status = found.wait().status()
    if json:
        print_json(status)
    else:
        print(f"{found.name}  {found.id}: {status['state']}; {status['done'] + status['stopped'] + status['failed']} jobs had ended.")
