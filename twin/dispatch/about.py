"""Which program this is: two machines that work on one batch must have the same."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from twin.kinds import load_kind

__all__ = ["about", "difference"]

BESIDE = ("cli", "view")  # packages that no worker imports


def about(kinds: Iterable[str]) -> dict[str, Any]:
    """Hash of the sources that workers run, the version of each kind, and Python's."""
    version = ".".join(map(str, sys.version_info[:2]))
    return {"source": _source(), "kinds": {name: dict(load_kind(name).version()) for name in kinds}, "python": version}


def difference(here: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    """What differs between two programs, with both values; empty when nothing does."""
    found = [f"{key} {there.get(key)} there, {here[key]} here" for key in ("source", "python") if here[key] != there.get(key)]
    for name, version in here["kinds"].items():
        other = there.get("kinds", {}).get(name, {})
        found += [f"{name}.{key} {other.get(key, 'none')} there, {version[key]} here" for key in version if version[key] != other.get(key)]
    return "; ".join(found)


@cache
def _source() -> str:
    package = Path(__file__).resolve().parents[1]
    sources = sorted(path.relative_to(package) for path in package.rglob("*.py"))
    digest = sha256()
    for source in sources:
        if source.parts[0] not in BESIDE:
            digest.update(source.as_posix().encode() + b"\0" + (package / source).read_bytes())
    return digest.hexdigest()[:16]
