"""One program: started in a session of its own, watched, and ended with everything that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from twin.kinds import Monitor

__all__ = ["Ending", "watch"]

GRACE = 2.0  # [s] between asking a program to end and killing it
LOOK = 0.02  # [s] between two looks at the monitor


@dataclass(frozen=True, slots=True)
class Ending:
    """How a program ended: by itself with `code` (negative: the signal that killed it), at its time limit, or cancelled."""

    how: Literal["itself", "time limit", "cancelled"]
    code: int
    seconds: float


def watch(argv: Sequence[str], work: Path, variables: Mapping[str, str], out: Path, err: Path, limit: float, monitor: Monitor) -> Ending:
    """Run the program in `work` until it ends, `limit` [s] is over or the monitor cancels.

    Raises:
        OSError: it cannot be started.
    """
    begin = time.monotonic()
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            argv, cwd=work, env=dict(variables), stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
        )
        how: Literal["itself", "time limit", "cancelled"] = "itself"
        try:
            while not _ended(process, LOOK):
                seconds = time.monotonic() - begin
                monitor.progress(min(seconds / limit, 1.0))
                if seconds > limit or monitor.cancelled():
                    how = "time limit" if seconds > limit else "cancelled"
                    break
        finally:
            _end(process)
    return Ending(how, process.returncode, time.monotonic() - begin)


def _ended(process: subprocess.Popen[bytes], within: float) -> bool:
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the whole process group to end, then kill what is left of it; also what a finished program left behind."""
    if process.poll() is None:
        _signal(process, signal.SIGTERM)
        _ended(process, GRACE)
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)  # its pid is the group's: start_new_session
