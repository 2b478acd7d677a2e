"""Generated modules: written into the cache folder under the hash of their text, imported from there, found again."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import logging
import os
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from types import ModuleType

from twin.kernel.cache import folder

__all__ = ["module_of"]

LOCK = threading.Lock()
"""One thread imports a module; the others wait for it."""


def module_of(name: str, source: str) -> ModuleType:
    """The module with this text. Its file stays in the cache folder, for a debugger and for numba's own disk cache.

    Where the cache folder cannot be written, a folder of this process stands in for it: everything works, and is
    compiled again in the next process.
    """
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    full = f"twin_generated_{digest}_{name}"
    with LOCK:
        if full in sys.modules:
            return sys.modules[full]
        path = _placed(f"{digest}/{name}.py", source)
        spec = importlib.util.spec_from_file_location(full, path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} cannot be imported")  # a path that ends in .py has a loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[full] = module  # not before it is whole: another thread may ask
        return module


def _placed(name: str, source: str) -> Path:
    try:
        return _written(folder() / "generated" / name, source)
    except OSError as error:
        logging.getLogger("twin").warning("kernel cache %s cannot be written (%s): kernels are not kept", folder(), error.strerror)
        return _written(_stand_in() / name, source)


def _written(path: Path, source: str) -> Path:
    """The file with this text; a torn one is written anew. Two processes may race: each writes aside and renames."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if path.read_text(encoding="utf-8") == source:
            return path
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    aside.write_text(source, encoding="utf-8")
    aside.replace(path)
    return path


@cache
def _stand_in() -> Path:
    """A folder that lives as long as this process."""
    return Path(_kept().name)


@cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="twin-kernels-")
