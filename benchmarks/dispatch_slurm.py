"""How busy a Slurm target's slots are: 2,000 jobs of 0.2 s on 4 slots of a real Slurm (two nodes on this machine).

Busy share: seconds of jobs divided by slots times wall time, from `submit` until the first slot has no work left. Left
out, and stated: the rest of the wall time, in which the other slots finish and the last rows are stored.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.dispatch import register_noop
from benchmarks.table import row
from twin.dispatch import submit
from twin.scenario import from_document

JOBS, SECONDS, SLOTS = 2_000, 0.2, 4
WANTED = 0.9


def rows() -> list[dict[str, Any]]:
    """One row; none where this machine lacks Slurm's daemons or may not make a network for them."""
    from tests.services.slurm import PROGRAMS, Slurm

    if any(shutil.which(program) is None for program in PROGRAMS):
        return []
    register_noop()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        try:
            slurm = Slurm(Path(folder) / "slurm")
        except OSError:
            return []
        try:
            with _target(Path(folder), slurm), slurm.network.inside():
                share, wall, tail = _busy(Path(folder))
        finally:
            slurm.close()
    note = f"{JOBS} jobs of {SECONDS} s, {wall:.1f} s in all; the last {tail:.1f} s, when a slot has no work left, are left out"
    return [row("busy share of Slurm slots", "%", 100 * share, 100 * WANTED, "target", threads=SLOTS, note=note)]


def _busy(folder: Path) -> tuple[float, float, float]:
    """Share, wall time and the time at the end that is left out [s]."""
    document = {"twin": 1, "kind": "noop", "sleep": f"{SECONDS} s", "sweep": {"seeds": JOBS}}
    begun, started = time.time(), time.perf_counter()
    batch = submit(from_document(document, folder), on="cluster", workers=SLOTS, store=folder / "store")
    wall = time.perf_counter() - started
    assert batch.summary()["done"] == JOBS
    logs = sorted((batch.store.path / "batches" / batch.id / "logs").glob("slurm-*.log"), key=lambda log: log.stat().st_mtime)
    ends = [log.stat().st_mtime - begun for log in logs[-SLOTS:]]
    busy = sum(row["seconds"] for row in batch.rows())
    tail = wall - min(ends)
    return (busy - sum(end - min(ends) for end in ends)) / (SLOTS * min(ends)), wall, tail


@contextmanager
def _target(folder: Path, slurm: Any) -> Iterator[None]:
    """The Slurm as the target `cluster` of this process."""
    file = folder / "targets.yaml"
    file.write_text("targets: {cluster: {backend: slurm}}\n", encoding="utf-8")
    before = dict(os.environ)
    os.environ.update(slurm.environment, TWIN_TARGETS=str(file))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    print(*rows() or ["Slurm's daemons are not here"], sep="\n")
    sys.exit()
