"""What the verbs about batches share: naming one, watching one, and telling how it went."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.output import bound_text, number, print_table, say

if TYPE_CHECKING:
    from twin.dispatch import Batch, Limits
    from twin.dispatch.tally import Tally

__all__ = [
    "INTERRUPTED",
    "BatchName",
    "MaxHours",
    "MaxJobs",
    "StorePath",
    "WorkerCount",
    "exit_code",
    "limits_of",
    "show",
    "show_state",
    "watched",
]

BatchName = Annotated[str, typer.Argument(metavar="[BATCH]", help="name, id, or beginning of the id; the latest when left out")]
StorePath = Annotated[Path | None, typer.Option("--store", metavar="DIR", help="by default TWIN_STORE or ./twin-store")]
WorkerCount = Annotated[int | None, typer.Option("--workers", metavar="N", min=1, help="jobs at a time; by default one a core")]
MaxJobs = Annotated[int | None, typer.Option("--max-jobs", metavar="N", help="begin no more jobs than this; the rest waits for a retry")]
MaxHours = Annotated[
    float | None, typer.Option("--max-hours", metavar="H", help="begin nothing after so many hours of work, all workers together")
]
INTERRUPTED = 130  # as a shell reports Ctrl-C
SAY_SECONDS = 15.0  # between lines where there is no terminal to draw on


def exit_code(summary: Mapping[str, Any]) -> int:
    """Of a batch: 4 jobs failed, 3 jobs stopped; else the study decides, or without one any failed verdict: 1 or 0."""
    if summary["failed"]:
        return 4
    if summary["stopped"]:
        return 3
    if summary["study"] is not None:
        return 1 if summary["study"]["verdict"] == "fail" else 0
    return 1 if summary["verdicts"]["fail"] else 0


def limits_of(max_jobs: int | None, max_hours: float | None) -> Limits:
    """The options as limits of a drive."""
    from twin.dispatch import Limits

    return Limits(max_jobs, max_hours)


@contextmanager
def watched(label: str) -> Iterator[Callable[[Tally], None]]:
    """Draws a batch's progress on standard error. Ctrl-C ends the process; it says that nothing is lost, and how to go on."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        watcher = _Watcher(bar, label, plain=not console.is_terminal)
        try:
            yield watcher.see
        except KeyboardInterrupt as interrupt:
            bar.stop()
            if watcher.batch:
                say(f"interrupted: {watcher.ended} jobs are finished and kept. Go on with `twin retry {watcher.batch}`.")
            raise typer.Exit(INTERRUPTED) from interrupt


class _Watcher:
    """Draws tallies as they come."""

    def __init__(self, bar: Any, label: str, *, plain: bool) -> None:
        self._bar, self._task, self._label = bar, bar.add_task(label, total=None, note=""), label
        self._plain, self._said = plain, time.monotonic()
        self.batch, self.ended = "", 0

    def see(self, tally: Tally) -> None:
        """The batch is this far."""
        self.batch, self.ended = tally.batch, tally.ended
        note = _note(tally)
        self._bar.update(self._task, total=tally.jobs, completed=tally.ended, note=note)
        if self._plain and time.monotonic() - self._said > SAY_SECONDS:
            self._said = time.monotonic()
            say(f"{self._label}: {tally.ended} of {tally.jobs} jobs, {note}")


def _note(tally: Tally) -> str:
    parts = [f"{tally.verdicts['pass']} pass", f"{tally.verdicts['fail']} fail"]
    parts += [f"{tally.states[state]} {state}" for state in ("stopped", "failed") if tally.states[state]]
    parts += [f"{tally.cached} cached"] if tally.cached else []
    parts += [f"{tally.eta:.0f} s left"] if tally.eta is not None else []
    return ", ".join(parts)


def show(batch: Batch, summary: Mapping[str, Any]) -> None:
    """How a batch went, for people, on standard output."""
    verdicts = summary["verdicts"]
    counts = [("jobs", summary["jobs"]), *((key, summary[key]) for key in ("done", "stopped", "failed", "cached") if summary[key])]
    counts += [(key, count) for key, count in verdicts.items() if count]
    print_table([key for key, _ in counts], [[str(count) for _, count in counts]], title=f"{batch.name}  {batch.id}")
    study = summary["study"]
    if study is not None:
        rows = [_study_row(line) for line in study["expectations"]]
        print_table(("", "over the batch", "value", "lower limit", "upper limit", "bound", "confidence"), rows)
    for reason, count in _reasons(batch).items():
        print(f"{count:6d}  {reason}")
    word = {0: "PASS" if verdicts["pass"] or study else "no verdict", 1: "FAIL", 3: "STOPPED", 4: "FAILED"}[exit_code(summary)]
    print(f"{word}  {batch.name} in {summary['seconds']:.1f} s")


def show_state(batch: Batch) -> None:
    """What is left of a batch that is not at its end, and how to go on."""
    state = batch.status()
    left = state["jobs"] - sum(state[key] for key in ("done", "stopped", "failed", "cancelled"))
    if state["state"] == "stopped":
        say(f"{state['reason']}: {left} jobs wait. Go on with `twin retry {batch.id}`.")
    elif state["state"] == "running":
        say(f"{batch.id} runs on {state['at']}, {left} of {state['jobs']} jobs to go: `twin status --watch`, `twin cancel {batch.id}`.")


def _study_row(line: Mapping[str, Any]) -> tuple[str, ...]:
    unit = line["unit"]
    limits = ["too few jobs" if line[key] is None else number(line[key], unit) for key in ("low", "high")]
    verdict = "ok" if line["ok"] else "FAILED"
    return verdict, line["name"], number(line["value"], unit), *limits, bound_text(line["bound"], unit), f"{100 * line['confidence']:g} %"


def _reasons(batch: Batch) -> dict[str, int]:
    """Why jobs did not come to a good end, the most frequent first."""
    from collections import Counter

    return dict(Counter(row["reason"].splitlines()[0] for row in batch.rows() if row["reason"]).most_common(8))
