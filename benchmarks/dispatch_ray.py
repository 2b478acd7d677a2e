"""No-op jobs on a real Ray cluster, beside Ray actors that compute nothing and store nothing; two actors each, all warm.

Ours is a whole batch from when the actors are ready: expanding the sweep, the durable journal, the workers' path,
judging, and the Parquet parts. Head, node, driver and actors share this machine's cores. Needs root, for a network of
its own: Ray's daemons listen on all interfaces.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.table import alternately, row
from tests.services.ray import RayCluster

WORKERS = 2
ROUNDS = 3
BARE_CALLS, BARE_ITEMS, BARE_CHUNK = 5_000, 200_000, 500
LIMIT_SECONDS = 300.0


def rows(single_jobs: int = 6_000, chunked_jobs: int = 60_000, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One by one, and in chunks chosen by the dispatcher; none where Ray, or a network of its own, cannot be had."""
    if find_spec("ray") is None:
        return []
    try:
        cluster = RayCluster()
    except OSError:
        return []
    try:
        cluster.add(cpus=WORKERS)
        single, calls = alternately(rounds, [partial(_jobs, cluster, single_jobs, 1), partial(_bare, cluster, BARE_CALLS, 1)])
        chunked, items = alternately(rounds, [partial(_jobs, cluster, chunked_jobs), partial(_bare, cluster, BARE_ITEMS, BARE_CHUNK)])
    finally:
        cluster.close()
    figures = partial(row, unit="jobs/s", peer_name="bare Ray actors", threads=WORKERS)
    return [
        figures("ray no-op jobs one by one", ours=single, peer=calls, note=f"{single_jobs} jobs, warm; held to >= 0.7"),
        figures("ray no-op jobs chunked", ours=chunked, peer=items, note=f"{chunked_jobs} jobs, warm; held to >= 20,000 jobs/s"),
    ]


def _jobs(cluster: RayCluster, count: int, chunk: int | None = None) -> float:
    """Jobs per second of a batch, from warm actors to the last stored row."""
    with tempfile.TemporaryDirectory(dir=".", prefix="benchmark-") as folder:
        file = Path(folder).resolve() / "noop.twin.yaml"
        file.write_text(f"twin: 1\nkind: noop\nexpect: {{value: {{max: 1.0}}}}\nsweep: {{seeds: {count}}}\n")
        asked = {"address": cluster.address, "file": str(file), "store": str(file.parent / "store"), "workers": WORKERS, "wait": True}
        told = _answer(cluster, "tests.services.ray_driver", json.dumps(asked | {"chunk": chunk}))
    if told["done"] != count:
        raise SystemExit(f"the batch did not do what it should: {told}")
    return count / float(told["warm"])


def _bare(cluster: RayCluster, count: int, chunk: int) -> float:
    return float(_answer(cluster, "benchmarks.dispatch_ray", cluster.address, str(count), str(chunk)))


def _answer(cluster: RayCluster, module: str, *arguments: str) -> Any:
    ran = cluster.run(sys.executable, "-m", module, *arguments, timeout=LIMIT_SECONDS)
    if ran.returncode:
        raise SystemExit(f"{module}: {ran.stderr}")
    return json.loads(ran.stdout.splitlines()[-1])


class Bare:
    """An actor as in Ray's own introduction."""

    def one(self, number: int) -> int:
        return number + 1

    def many(self, numbers: list[int]) -> list[int]:
        return [number + 1 for number in numbers]


def bare(address: str, count: int, chunk: int) -> float:
    """Calls per second, all submitted at once; items per second when `chunk` of them go together."""
    import ray

    ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    actors = [ray.remote(Bare).options(num_cpus=1).remote() for _ in range(WORKERS)]
    ray.get([actor.one.remote(1) for actor in actors for _ in range(100)])
    begun = time.perf_counter()
    if chunk == 1:
        ray.get([actors[i % WORKERS].one.remote(i) for i in range(count)])
    else:
        ray.get([actors[i % WORKERS].many.remote(list(range(chunk))) for i in range(count // chunk)])
    return count / (time.perf_counter() - begun)


if __name__ == "__main__":
    if sys.argv[1:]:
        print(bare(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
    else:
        print(json.dumps(rows(), indent=1))
