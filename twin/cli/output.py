"""What every verb prints with: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.errors import BadScenario, Fault, TwinError

if TYPE_CHECKING:
    from twin.kinds import Monitor
    from twin.scenario import Scenario

__all__ = [
    "bound_text", "fault_json", "number", "preflight", "print_json", "print_table", "progress", "say", "tell_error", "tell_interrupted",
    "tell_nobody",
]  # fmt: skip

INTERRUPTED = 130  # as a shell reports Ctrl-C
UNREAD = 141  # as a shell reports a program whose reader is gone (SIGPIPE)
OURS = 4  # exit code of an error that is nobody's input


def print_json(document: Any) -> None:
    """The one JSON document of `--json`."""
    from twin.result.document import dumps

    print(dumps(document))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", right: Iterable[int] = ()) -> None:
    """A table on standard output; `right`: columns of numbers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for i in right:
        table.columns[i].justify = "right"
    for row in rows:
        table.add_row(*row)
    with Console(soft_wrap=not sys.stdout.isatty()) as console, console.capture() as text:
        console.print(table)
    print(text.get(), end="")  # not by the console: it ends the process with 1 where the reader is gone


def say(text: str) -> None:
    """A sentence for people, on standard error."""
    print(text, file=sys.stderr)


def preflight(scenario: Scenario) -> Sequence[str]:
    """What the scenario's kind knows of it before it runs, in lines; nothing from most kinds."""
    from twin.kinds import Context, load_kind

    known = load_kind(scenario.kind).preflight
    if known is None or not scenario.resolved:
        return ()
    return known(scenario.spec, Context(scenario.folder, scenario.seed, scenario.site))


def number(value: float | None, unit: str = "1") -> str:
    """A value with its unit, four digits."""
    if value is None or value != value:
        return "not measured"
    shown = f"{value:.4g}"
    return shown if unit in ("1", "") else f"{shown} {unit}"


def bound_text(bound: Mapping[str, float], unit: str) -> str:
    """A bound in words: `>= 0.02 m`, `= 5 N +- 0.1 N`."""
    parts = []
    if "min" in bound:
        parts.append(f">= {number(bound['min'], unit)}")
    if "max" in bound:
        parts.append(f"<= {number(bound['max'], unit)}")
    if "equal" in bound:
        near = f" +- {number(bound['tolerance'], unit)}" if bound.get("tolerance") else ""
        parts.append(f"= {number(bound['equal'], unit)}{near}")
    return " and ".join(parts)


def fault_json(fault: Fault) -> dict[str, Any]:
    """A fault as plain data."""
    given = fault.given if isinstance(fault.given, (str, int, float, bool, type(None))) else repr(fault.given)
    place = {"file": fault.file, "line": fault.line, "path": fault.path}
    return {**place, "given": given, "allowed": fault.allowed, "remedy": fault.remedy}


def tell_error(error: Exception, *, as_json: bool = False) -> int:
    """Say what went wrong; gives back the exit code. An error that no user can mend leaves its traceback in a file."""
    if os.environ.get("TWIN_DEBUG"):
        traceback.print_exception(error)
    if isinstance(error, TwinError):
        code, text = error.exit_code, str(error)
    elif isinstance(error, OSError):
        code, text = OURS, f"{error.filename or 'the system'}: {error.strerror or error}. Check the disk and the permissions."
    else:
        seen = f"The traceback is in {_kept(error)}; TWIN_DEBUG=1 shows it here."
        code, text = OURS, f"twin broke down: {type(error).__name__}: {error}\n{seen}"
    say(text)
    if as_json:
        faults = [fault_json(fault) for fault in error.faults] if isinstance(error, BadScenario) else []
        print(json.dumps({"error": text, "exit_code": code, "faults": faults}))
    return code


def tell_interrupted() -> int:
    """Ctrl-C where nothing was worth keeping."""
    say("interrupted")
    return INTERRUPTED


def tell_nobody() -> int:
    """Whoever read standard output (`| head`) has enough: no error, and nothing more is written there."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return UNREAD


def _kept(error: Exception) -> Path:
    """The traceback in a file of its own."""
    with tempfile.NamedTemporaryFile("w", prefix="twin-traceback-", suffix=".log", delete=False, encoding="utf-8") as file:
        file.writelines(traceback.format_exception(error))
    return Path(file.name)


@contextmanager
def progress(label: str) -> Iterator[Monitor]:
    """A monitor that draws a bar on standard error and turns Ctrl-C into a cancelled run; a second Ctrl-C ends at once."""
    import signal

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        monitor = _Bar(bar, bar.add_task(label, total=1.0), label)
        before = signal.signal(signal.SIGINT, monitor.interrupt)
        try:
            yield monitor
        finally:
            signal.signal(signal.SIGINT, before)


class _Bar:
    """Draws progress; remembers that Ctrl-C was pressed."""

    def __init__(self, bar: Any, task: Any, label: str) -> None:
        self._bar, self._task, self._label, self._interrupted = bar, task, label, False

    def progress(self, fraction: float, note: str = "") -> None:
        """Move the bar; rich redraws ten times a second, however often this is called."""
        self._bar.update(self._task, completed=fraction, description=f"{self._label} {note}".strip())

    def cancelled(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._interrupted

    def interrupt(self, *_: object) -> None:
        """The handler of Ctrl-C."""
        if self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True
        say("stopping; Ctrl-C again ends at once")
