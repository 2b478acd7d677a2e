"""Who drives a batch: one process, known by its id and start time, so that a reused process id fools nobody."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["alive", "mine"]


def mine() -> str:
    """The name of this process: boot, process id, start time."""
    return _name(os.getpid()) or f"-:{os.getpid()}:-"


def alive(name: str | None) -> bool:
    """Whether the process of that name still runs on this machine."""
    if not name:
        return False
    pid = int(name.split(":")[1])
    now = _name(pid)
    return _answers(pid) if now is None and name.startswith("-:") else now == name


def _name(pid: int) -> str | None:
    """None when there is no such process, or the system tells no start times; zombies are gone too."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{boot}:{pid}:{fields[19]}"


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
