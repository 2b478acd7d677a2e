"""Where compiled kernels are kept: `TWIN_CACHE`, else the user's cache folder, under a hash of their sources."""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path

__all__ = ["folder", "folder_for", "writable"]


def folder() -> Path:
    """Folder of all compiled kernels of this user."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "twin"
    return Path(os.environ.get("TWIN_CACHE") or home) / "kernels"


def folder_for(source: str) -> Path:
    """Folder for the kernels of the file `source`; another one as soon as a file beside it or a flag has changed."""
    return folder() / _digest(Path(source).parent)


@cache
def _digest(package: Path) -> str:
    sources = [*sorted(package.glob("*.py")), *sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in sources)).hexdigest()[:16]


@cache
def writable(place: Path) -> bool:
    """Whether files can be made in this folder, which is made where it is missing."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False
