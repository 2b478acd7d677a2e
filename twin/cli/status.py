"""`twin status`: how far batches are, asked from any shell."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.batches import StorePath
from twin.cli.output import print_json, print_table

if TYPE_CHECKING:
    from twin.dispatch import Batch

__all__ = ["status"]

LATEST = 20  # batches shown when none is named
WATCH_SECONDS = 1.0
OTHERS = ("stopped", "failed", "cancelled", "cached", "placed", "running", "lost")


def status(
    batch: Annotated[
        str | None, typer.Argument(metavar="[BATCH]", help="name, id, or beginning of the id; the latest ones if none")
    ] = None,
    store: StorePath = None,
    watch: Annotated[bool, typer.Option("--watch", help="until nobody works on it any more")] = False,
    json: Annotated[bool, typer.Option("--json", help="print as JSON: one object, or a list when no batch is named")] = False,
) -> None:
    """State, counts and verdicts. An interrupted batch goes on with `twin retry`."""
    from twin.dispatch import open_batch

    chosen = _latest(store) if batch is None and not watch else [open_batch(batch or "latest", store)]
    if watch:
        _watch(chosen[0], quiet=json)
    states = [each.status() for each in chosen]
    if json:
        print_json(states if batch is None and not watch else states[0])
    else:
        _show(states)


def _latest(store: Any) -> list[Batch]:
    from twin.dispatch import open_batch
    from twin.dispatch.batch import batches
    from twin.result import Store

    kept = Store(store)
    return [open_batch(entry.id, kept) for entry in batches(kept)[-LATEST:]]


def _watch(batch: Batch, *, quiet: bool) -> None:
    """Draw until the batch rests."""
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
        while (state := batch.status())["state"] == "running":
            if not quiet:
                live.update(_line(state), refresh=True)
            time.sleep(WATCH_SECONDS)


def _line(state: Mapping[str, Any]) -> str:
    return f"{state['name']}  {state['state']}  {_ended(state)}/{state['jobs']}  {_ends(state)}  {state['seconds']:.0f} s"


def _show(states: list[dict[str, Any]]) -> None:
    if not states:
        print("This store has no batches; `twin submit FILE` makes one.")
        return
    rows = [(s["batch"], s["name"], s["at"], s["state"], f"{_ended(s)}/{s['jobs']}", _ends(s), f"{s['seconds']:.1f} s") for s in states]
    print_table(("batch", "name", "at", "state", "ended", "how", "for"), rows)
    for s in states:
        if s["state"] == "interrupted" and s["reason"] not in ("", "interrupted"):
            print(f"{s['batch']}: {s['reason']}")
        if s["state"] == "stopped":
            print(f"{s['batch']}: {s['reason']}; `twin retry {s['batch']}` runs the rest")


def _ended(state: Mapping[str, Any]) -> int:
    return int(state["jobs"] - sum(state[key] for key in ("pending", "placed", "running", "lost")))


def _ends(state: Mapping[str, Any]) -> str:
    """Verdicts and misfortunes, those that there are."""
    named = {**{verdict: state["verdicts"][verdict] for verdict in ("pass", "fail")}, **{key: state[key] for key in OTHERS}}
    return ", ".join(f"{count} {name}" for name, count in named.items() if count)
