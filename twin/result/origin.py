"""How a result was made: versions, machine, target, seed."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

__all__ = ["provenance"]

ENGINES = ("numpy", "scipy", "numba", "pybullet", "mujoco", "ruckig", "trimesh")


class _Target(Protocol):
    @property
    def device(self) -> str: ...
    @property
    def dtype(self) -> str: ...
    @property
    def threads(self) -> int: ...


def provenance(target: _Target, seed: int) -> dict[str, Any]:
    """Plain JSON: versions of twin, Python and engines, the git commit when in a checkout, machine, target, dtype, seed."""
    return {**_made_by(target.device, target.dtype, target.threads), "seed": seed}


@cache
def _made_by(device: str, dtype: str, threads: int) -> dict[str, Any]:
    """What all results of this process on one target share."""
    about = {"versions": dict(_versions()), "commit": _commit(), "machine": dict(_machine())}
    return {**about, "target": device, "dtype": dtype, "threads": threads}


@cache
def _versions() -> dict[str, str]:
    from twin import __version__

    found = {"twin": __version__, "python": platform.python_version()}
    for engine in ENGINES:
        try:
            found[engine] = metadata.version(engine)
        except metadata.PackageNotFoundError:
            continue
    return found


@cache
def _commit() -> str | None:
    """Commit of the checkout that twin runs from, `-dirty` when files differ from it; None when installed."""
    checkout = Path(__file__).resolve().parents[2]
    if not (checkout / ".git").exists():
        return None
    command = ["git", "-C", str(checkout), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None


@cache
def _machine() -> dict[str, Any]:
    cpu = _cpu_info()
    return {
        "cpu": cpu.get("model name", platform.processor() or platform.machine()),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "features": [f for f in ("avx", "avx2", "fma", "avx512f") if f in cpu.get("flags", "").split()],
        "system": f"{platform.system()} {platform.machine()}",
        "byteorder": sys.byteorder,
    }


def _cpu_info() -> dict[str, str]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return {}
    lines = (line.partition(":") for line in text.partition("\n\n")[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in lines}
