"""Whether two machines would compute the same: source of twin, versions of the kinds, the processor's way of rounding."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from twin.kinds import load_kind
from twin.scenario.identity import cpu_features

__all__ = ["differences", "fingerprint"]

DIGITS = 16  # of a hash


def fingerprint(kinds: Iterable[str]) -> dict[str, str]:
    """What decides the numbers on this machine: aspect -> value.

    Raises:
        UnknownName: a kind is not installed here.
    """
    versions = {f"kind {name}": _digest(json.dumps(dict(load_kind(name).version()), sort_keys=True).encode()) for name in kinds}
    python = ".".join(map(str, sys.version_info[:2]))
    return {"source of twin": _source(), "python": python, "processor": " ".join((platform.machine(), *cpu_features())), **versions}


def differences(driver: Mapping[str, str], node: Mapping[str, str]) -> list[str]:
    """Aspects in which a node differs from its driver, in words."""
    names = [*driver, *(name for name in node if name not in driver)]
    told = {name: (driver.get(name, "absent"), node.get(name, "absent")) for name in names}
    return [f"{name}: driver {ours}, node {theirs}" for name, (ours, theirs) in told.items() if ours != theirs]


@cache
def _source() -> str:
    """Hash of the package's Python files, names included."""
    root = Path(__file__).resolve().parents[1]
    files = sorted(root.rglob("*.py"))
    return _digest(b"".join(str(file.relative_to(root)).encode() + b"\n" + file.read_bytes() for file in files))


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:DIGITS]
