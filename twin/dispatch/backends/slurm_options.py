"""What a target's owner may say about Slurm jobs, and how sbatch is told."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SlurmOptions", "arguments", "script"]

NOTICE_SECONDS = 30  # between SIGTERM and the end, where an element has a time limit
MIB = 2**20
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
MEMORY = {"MALLOC_MMAP_THRESHOLD_": 33554432, "MALLOC_TRIM_THRESHOLD_": 536870912, "MALLOC_TOP_PAD_": 33554432}


@dataclass(frozen=True, slots=True)
class SlurmOptions:
    """Options of every element.

    Attributes:
        partition, account: as sbatch takes them; empty: the cluster's default.
        cpus: processors of an element; threads of a job.
        memory: bytes of an element; None: the cluster's default.
        gpus: of an element.
        time_limit: seconds of an element, well above a chunk's 60 s; None: the partition's default.
        extra: further options of sbatch, one argument each.
    """

    partition: str = ""
    account: str = ""
    cpus: int = 1
    memory: float | None = None
    gpus: int = 0
    time_limit: float | None = None
    extra: Sequence[str] = ()


def arguments(options: SlurmOptions) -> list[str]:
    """Options for sbatch; the owner's extra ones come last, so that they win."""
    said = ["--requeue", "--open-mode=append", "--nodes=1", "--ntasks=1", f"--cpus-per-task={options.cpus}"]
    if options.partition:
        said.append(f"--partition={options.partition}")
    if options.account:
        said.append(f"--account={options.account}")
    if options.memory is not None:
        said.append(f"--mem={math.ceil(options.memory / MIB)}M")
    if options.gpus:
        said.append(f"--gres=gpu:{options.gpus}")
    if options.time_limit is not None:
        minutes, seconds = divmod(math.ceil(options.time_limit), 60)
        said += [f"--time={minutes}:{seconds:02}", f"--signal=B:TERM@{NOTICE_SECONDS}"]
    return [*said, *options.extra]


def script(launcher: Sequence[str], spool: Path, wave: str, cpus: int) -> str:
    """The batch script of a wave. `exec`: Slurm's signals reach the element itself, not a shell that waits for it."""
    settings = dict.fromkeys(THREADS, cpus) | MEMORY | {"PYTHONUNBUFFERED": 1}
    exports = "\n".join(f"export {name}={value}" for name, value in settings.items())
    return f"#!/bin/sh\n{exports}\nexec {shlex.join([*launcher, '-m', 'twin.dispatch.element', str(spool), wave])}\n"
