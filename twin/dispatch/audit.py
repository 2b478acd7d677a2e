"""The audit log of a store: who submitted what, where it ran, what was refused. Lines of JSON, only ever added to."""

from __future__ import annotations

import getpass
import json
import os
import socket
import time
from collections.abc import Iterator
from typing import Any

from twin.errors import StoreFault
from twin.result import Store

__all__ = ["entries", "record"]

FILE = "audit.jsonl"


def record(store: Store, event: str, **about: Any) -> None:
    """Add a line: when, who, on which machine, what; durable when this returns.

    Raises:
        StoreFault: it cannot be written.
    """
    line = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "user": _user(), "host": socket.gethostname(), "event": event}
    data = (json.dumps({**line, **about}, default=str) + "\n").encode()
    path = store.path / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, data)  # one write of a short line: lines of several processes do not mix
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise StoreFault(f"{path}: the audit log cannot be written ({error.strerror}). Choose another --store.") from error


def entries(store: Store) -> Iterator[dict[str, Any]]:
    """The lines, the oldest first; one that a crash tore is left out."""
    path = store.path / FILE
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                yield entry


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
