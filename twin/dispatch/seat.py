"""One machine drives a batch: a file in its folder, renewed while the driver lives, tells the others on a shared store.

The journal knows of drivers on its own machine alone. On a shared file system the file's time is what the file server
says, so that it is compared with that of a file written just now, not with this machine's clock.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twin.errors import BadInput
from twin.result.aside import write_bytes

__all__ = ["seat"]

RENEW_SECONDS = 10.0
STALE_SECONDS = 60.0


@contextmanager
def seat(folder: Path) -> Iterator[None]:
    """Hold the driver's seat of the batch in this folder.

    Raises:
        BadInput: a driver on another machine has renewed its seat within the last minute.
        StoreFault: the folder cannot be written.
    """
    file = folder / "driver.json"
    other = _holder(file)
    if other is not None and other != socket.gethostname() and _age(file) < STALE_SECONDS:
        raise BadInput(
            f"batch {folder.name}", f"a batch that {other} is running", "one that nobody runs",
            "Ask and cancel it there; a minute after its driver has ended it can be taken up here.",
        )  # fmt: skip
    write_bytes(file, json.dumps({"host": socket.gethostname(), "pid": os.getpid()}).encode())
    over = threading.Event()
    keeper = threading.Thread(target=_renew, args=(file, over), name="seat", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        file.unlink(missing_ok=True)


def _renew(file: Path, over: threading.Event) -> None:
    while not over.wait(RENEW_SECONDS):
        try:
            os.utime(file)
        except OSError:
            continue  # the store is in trouble: the driver will meet that itself


def _holder(file: Path) -> str | None:
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["host"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _age(file: Path) -> float:
    """Seconds since the file was renewed, by the file server's clock."""
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".now-") as now:
        return os.stat(now.name).st_mtime - file.stat().st_mtime
