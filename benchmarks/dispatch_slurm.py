"""How busy a Slurm target's slots are: 2,000 jobs of 0.2 s on 4 slots of a real Slurm (two nodes on this machine).

Busy share: seconds of jobs divided by slots times wall time, from `submit` to the last moment at which all slots work.
Left out, and stated: the rest of the wall time, in which the last elements end and the last rows are stored.
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

SECONDS, SLOTS = 0.2, 4
WANTED = 0.9


def rows(jobs: int = 2_000) -> list[dict[str, Any]]:
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
                share, wall, tail = _busy(Path(folder), jobs)
        finally:
            slurm.close()
    whole = 100 * jobs * SECONDS / (SLOTS * wall)
    note = (
        f"{jobs} jobs of {SECONDS} s in {wall:.1f} s ({whole:.0f} % of all); left out: the last {tail:.1f} s, when not all slots have work"
    )
    return [row("busy share of Slurm slots", "%", 100 * share, 100 * WANTED, "target", threads=SLOTS, note=note)]


def _busy(folder: Path, jobs: int) -> tuple[float, float, float]:
    """Share, wall time and the time at the end that is left out [s]."""
    document = {"twin": 1, "kind": "noop", "sleep": f"{SECONDS} s", "sweep": {"seeds": jobs}}
    begun, started = time.time(), time.perf_counter()
    batch = submit(from_document(document, folder), on="cluster", workers=SLOTS, store=folder / "store")
    wall = time.perf_counter() - started
    if batch.summary()["done"] != jobs:
        raise SystemExit(f"the batch did not do what it should: {batch.summary()}")
    logs = (batch.store.path / "batches" / batch.id / "logs").glob("slurm-*.log")
    spans = [_span(log) for log in logs]
    full = _last_full(spans) - begun
    busy = sum(row["seconds"] for row in batch.rows())
    late = sum(until - begun - full for since, until in spans if until - begun > full)
    return (busy - late) / (SLOTS * full), wall, wall - full


def _span(log: Path) -> tuple[float, float]:
    """When an element began and ended [s since the epoch]: its log is made at its start, and its last line written at its end."""
    first = log.read_text(encoding="utf-8").splitlines()[0]
    return time.mktime(time.strptime(first[:19], "%Y-%m-%d %H:%M:%S")), log.stat().st_mtime


def _last_full(spans: list[tuple[float, float]]) -> float:
    """The last moment at which all slots worked."""
    changes = sorted([(since, 1) for since, _ in spans] + [(until, -1) for _, until in spans])
    working, last = 0, 0.0
    for moment, change in changes:
        if working >= SLOTS:
            last = moment
        working += change
    return last


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
