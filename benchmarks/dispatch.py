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
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.table import alternately, row
from twin.dispatch import submit
from twin.scenario import from_document

PLUGINS = Path(__file__).resolve().parent.parent / "tests" / "plugins"
WORKERS = 2
ROUNDS = 3
SINGLE_JOBS, CHUNKED_JOBS = 6_000, 60_000
POOL_CALLS, POOL_CHUNKED = 6_000, 200_000
COMMIT_SECONDS = 1.0


def rows() -> list[dict[str, Any]]:
    """One by one (each job a chunk, a message, a start and an end of its own), and in chunks chosen by the dispatcher."""
    register_noop()
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        list(pool.map(_nothing, range(100)))  # start the processes: the pool is measured warm
        single, calls, commits = alternately(ROUNDS, [partial(_jobs, SINGLE_JOBS, chunk=1), partial(_pool, pool), _commits])
        chunked, mapped, commits_too = alternately(ROUNDS, [partial(_jobs, CHUNKED_JOBS), partial(_pool_chunked, pool), _commits])
    note = f"{SINGLE_JOBS} jobs, start of the workers included; held to >= 0.3 x the smaller peer"
    chunk_note = f"{CHUNKED_JOBS} jobs, start of the workers included; held to >= 10,000 jobs/s"
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
