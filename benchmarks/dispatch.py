"""What a job costs beside its simulation: jobs of a kind that computes nothing, two workers, from scenario to stored row.

Ours is the wall time of `twin.dispatch.submit` on an empty store: starting the workers, expanding and checking the
sweep, hashing, the durable journal, the workers' whole path (`run_job`), judging, and the Parquet parts. The peers do
less: a bare process pool calls an empty function; the commit rate is that of single-row SQLite commits on the same disk.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.table import alternately, required, row
from twin.dispatch import submit
from twin.scenario import from_document

PLUGINS = Path(__file__).resolve().parent.parent / "tests" / "plugins"
WORKERS = 2
ROUNDS = 3
POOL_CALLS, POOL_CHUNKED = 6_000, 200_000
COMMIT_SECONDS = 1.0


@dataclass(frozen=True)
class Sizes:
    """How many jobs each case takes.

    Attributes:
        single, chunked: no-op jobs one by one, and in chunks chosen by the dispatcher; here and on Ray.
        slurm: jobs of 0.2 s on four slots.
        million: jobs that are entered, killed and taken up again.
        cells: rigid cells in shared launches.
    """

    single: int = 6_000
    chunked: int = 60_000
    slurm: int = 2_000
    million: int = 1_000_000
    cells: int = 4096


def rows(sizes: Sizes = Sizes(), rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Here, on Ray, on Slurm, a million jobs, and rigid cells that share launches."""
    from benchmarks import dispatch_ray, dispatch_scale, dispatch_slurm, robots_cells

    found = local_rows(sizes, rounds)
    found += robots_cells.rows(sizes.cells, rounds)[:1]
    if required("ray"):
        found += dispatch_ray.rows(sizes.single, sizes.chunked, rounds)
    found += dispatch_slurm.rows(sizes.slurm)
    return found + dispatch_scale.rows(sizes.million)


def local_rows(sizes: Sizes, rounds: int) -> list[dict[str, Any]]:
    """One by one (each job a chunk, a message, a start and an end of its own), and in chunks."""
    register_noop()
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        list(pool.map(_nothing, range(100)))  # start the processes: the pool is measured warm
        single, calls, commits = alternately(rounds, [partial(_jobs, sizes.single, chunk=1), partial(_pool, pool), _commits])
        chunked, mapped, commits_too = alternately(rounds, [partial(_jobs, sizes.chunked), partial(_pool_chunked, pool), _commits])
    note = f"{sizes.single} jobs, start of the workers included; held to >= 0.35 x the smaller peer"
    chunk_note = f"{sizes.chunked} jobs, start of the workers included; held to >= 20,000 jobs/s on an idle machine"
    figures = partial(row, unit="jobs/s", threads=WORKERS)
    return [
        figures("no-op jobs one by one", ours=single, peer=calls, peer_name="process pool", note=note),
        figures("no-op jobs one by one", ours=single, peer=commits, peer_name="commit rate", note=note),
        figures("no-op jobs chunked", ours=chunked, peer=mapped, peer_name="process pool", note=chunk_note),
        figures("no-op jobs chunked", ours=chunked, peer=commits_too, peer_name="commit rate", note=chunk_note),
    ]


def register_noop() -> None:
    """Make the tests' kind `noop` known here and in the workers."""
    sys.path.insert(0, str(PLUGINS))
    os.environ["PYTHONPATH"] = os.pathsep.join([str(PLUGINS), *filter(None, [os.environ.get("PYTHONPATH")])])


def _jobs(count: int, chunk: int | None = None) -> float:
    """Jobs per second from submit to the last stored row, on an empty store."""
    document = {"twin": 1, "kind": "noop", "expect": {"value": {"max": 1.0}}, "sweep": {"seeds": count}}
    with tempfile.TemporaryDirectory(dir=".", prefix="benchmark-") as folder:
        scenario = from_document(document, folder)
        begun = time.perf_counter()
        batch = submit(scenario, store=folder, workers=WORKERS, chunk=chunk)
        seconds = time.perf_counter() - begun
        stored = batch.sql("select count(*) as jobs, count(distinct id) as ids, sum(seed) as seeds from results where verdict = 'pass'")
    if stored.to_pylist() != [{"jobs": count, "ids": count, "seeds": count * (count - 1) / 2}]:
        raise SystemExit(f"the batch did not store what it should: {stored.to_pylist()}")
    return count / seconds


def _nothing(number: int) -> int:
    return number + 1


def _pool(pool: ProcessPoolExecutor) -> float:
    """Calls per second, submitted one by one."""
    begun = time.perf_counter()
    futures = [pool.submit(_nothing, i) for i in range(POOL_CALLS)]
    for future in futures:
        future.result()
    return POOL_CALLS / (time.perf_counter() - begun)


def _pool_chunked(pool: ProcessPoolExecutor) -> float:
    """Calls per second in chunks of 500."""
    begun = time.perf_counter()
    for _ in pool.map(_nothing, range(POOL_CHUNKED), chunksize=500):
        pass
    return POOL_CHUNKED / (time.perf_counter() - begun)


def _commits() -> float:
    """Single-row commits per second, WAL and synchronous=full, on the store's disk."""
    with tempfile.TemporaryDirectory(dir=".", prefix="benchmark-") as folder:
        database = sqlite3.connect(Path(folder) / "rate.sqlite", isolation_level=None)
        database.execute("pragma journal_mode=wal")
        database.execute("pragma synchronous=full")
        database.execute("create table job (number integer primary key, state text)")
        commits, begun = 0, time.perf_counter()
        while (seconds := time.perf_counter() - begun) < COMMIT_SECONDS:
            database.execute("insert into job values (?, 'done')", (commits,))
            commits += 1
        database.close()
    return commits / seconds
