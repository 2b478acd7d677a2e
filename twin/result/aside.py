"""Complete or absent: things are written beside their place, forced to disk, and renamed into it."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from twin.errors import StoreFault

__all__ = ["aside", "clear_abandoned", "sync_tree", "write_bytes"]

PLACES = ("results/??/.*.part", "batches/*/.*.part", "batches/*/parts/.*.part", "checkpoints/??/.*.part")  # where a store is written to
STALE_SECONDS = 86_400.0  # after which a writer on another machine, whose life cannot be told from here, is taken for dead

_REMEDY = {
    errno.ENOSPC: "The disk is full: free some space there, or choose another store with --store or TWIN_STORE, and run again.",
    errno.EDQUOT: "The disk quota is used up: free some space there, or choose another store with --store or TWIN_STORE, and run again.",
    errno.EFBIG: "The file size limit is reached: raise it (ulimit -f), or choose another store with --store or TWIN_STORE, and run again.",
    errno.EACCES: "Allow writing there, or choose another store with --store or TWIN_STORE.",
    errno.EPERM: "Allow writing there, or choose another store with --store or TWIN_STORE.",
    errno.EROFS: "The file system is read-only: choose another store with --store or TWIN_STORE.",
}


@contextmanager
def aside(target: Path) -> Iterator[Path]:
    """A fresh path beside `target` to write a file or folder at. The caller renames it; what is left over is removed.

    Raises:
        StoreFault: the disk is full, read-only or forbidden; nothing is left behind.
    """
    path = target.parent / f".{target.name}.{_host()}.{os.getpid()}.{secrets.token_hex(4)}.part"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield path
    except OSError as error:
        raise fault(target, error) from error
    finally:
        _remove(path)


def clear_abandoned(root: Path) -> None:
    """Remove what writers in the store `root` left behind when they were killed; those that still live are not disturbed."""
    for path in (path for places in PLACES for path in root.glob(places)):
        host, pid = path.name.split(".")[-4:-2]
        here = host == _host()
        if pid.isdigit() and (not _lives(int(pid)) if here else _stale(path)):
            _remove(path)


@cache
def _host() -> str:
    """Name of this machine, as a part of a file name."""
    return re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname()) or "-"


def _stale(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > STALE_SECONDS
    except FileNotFoundError:
        return False


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def fault(target: Path, error: OSError) -> StoreFault:
    """What a failed write means to the user."""
    remedy = _REMEDY.get(error.errno or 0, "Check the disk, or choose another store with --store or TWIN_STORE.")
    return StoreFault(f"{target}: cannot be written ({error.strerror or error}); nothing was published. {remedy}")


def write_bytes(target: Path, content: bytes) -> None:
    """Replace the file `target` by `content`, durably and at once.

    Raises:
        StoreFault: it cannot be written; the old content stands.
    """
    with aside(target) as path:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.replace(target)
        _sync(target.parent)


def sync_tree(folder: Path) -> None:
    """Force everything in `folder`, and the folder itself, to disk."""
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
