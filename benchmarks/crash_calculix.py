"""CalculiX's explicit dynamics (`ccx`, Debian's calculix-ccx): the same block of copper against the same wall."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import tempfile
from math import ceil
from pathlib import Path

import numpy as np

from twin.physics.crash.case import Case

__all__ = ["installed", "rate"]

STEP = 8.0e-8  # [s] about that which it takes for elements of 1 mm; it chooses its own


def installed() -> bool:
    """Whether `ccx` is there.

    Raises:
        SystemExit: it is not, and TWIN_REQUIRE names peers.
    """
    found = shutil.which("ccx") is not None
    if not found and "peers" in os.environ.get("TWIN_REQUIRE", "").split(","):
        raise SystemExit("TWIN_REQUIRE names peers, and ccx is not installed: apt-get install calculix-ccx")
    return found


def rate(case: Case, speed: float, increments: int) -> float:
    """Element-cycles a second on one thread: what a run twice as long takes in addition, without reading and writing."""
    short, few = _run(case, speed, increments)
    long, many = _run(case, speed, 2 * increments)
    return case.elements * (many - few) / (long - short)


def _run(case: Case, speed: float, increments: int) -> tuple[float, int]:
    """Processor seconds of a run, and its increments."""
    until = STEP * increments
    with tempfile.TemporaryDirectory() as place:
        Path(place, "block.inp").write_text(deck(case, speed, until))
        begin = _spent()
        done = subprocess.run(
            ["ccx", "block"], cwd=place, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=True
        )
        seconds = _spent() - begin
    chosen = re.search(r"SELECTED time increment:\s*(\S+)", done.stdout)
    if chosen is None or "Job finished" not in done.stdout:
        raise RuntimeError(f"ccx did not finish:\n{done.stdout[-1000:]}")
    return seconds, ceil(until / float(chosen[1]))


def _spent() -> float:
    """Processor seconds of all child processes so far: neighbours on the same cores do not count."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def deck(case: Case, speed: float, until: float) -> str:
    """Reduced integration, hourglass control, J2 plasticity with linear hardening; the wall is u_z = 0 on the lowest nodes."""
    material = next(iter(case.materials.values()))
    yield_ = float(material.yield_stress or 0.0)
    low = case.x[:, 2] < case.x[:, 2].min() + 1e-9
    lines = ["*NODE, NSET=ALL", *(f"{n + 1},{x:.9g},{y:.9g},{z:.9g}" for n, (x, y, z) in enumerate(case.x))]
    lines += ["*ELEMENT, TYPE=C3D8R, ELSET=BLOCK"]
    lines += [",".join(str(n) for n in (e + 1, *(corners + 1))) for e, corners in enumerate(case.connect)]
    lines += [
        "*NSET, NSET=LOW",
        *(f"{n + 1}," for n in np.flatnonzero(low)),
        "*NSET, NSET=REST",
        *(f"{n + 1}," for n in np.flatnonzero(~low)),
    ]
    lines += ["*MATERIAL, NAME=COPPER", "*ELASTIC", f"{material.young},{material.poisson}", "*DENSITY", f"{material.density},"]
    lines += ["*PLASTIC", f"{yield_},0.", f"{yield_ + material.hardening},1."]
    lines += ["*SOLID SECTION, ELSET=BLOCK, MATERIAL=COPPER", "*BOUNDARY", "LOW,3,3"]
    lines += ["*INITIAL CONDITIONS, TYPE=VELOCITY", f"REST,3,{-speed}", "*STEP, NLGEOM, INC=1000000", "*DYNAMIC, EXPLICIT"]
    lines += [f"{STEP},{until}", "*NODE FILE, FREQUENCY=1000000", "U", "*END STEP", ""]
    return "\n".join(lines)
