"""Material flow beside SimPy: the bundled lines as they are, by the one kernel that does all lines.

SimPy's models are the shortest that say the same; both draw their own numbers.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.line_fleet import times_real, town
from benchmarks.table import alternately, required, row
from twin.kernel import split
from twin.physics.line.plant import Plant, plant
from twin.physics.line.spec import LineSpec
from twin.physics.line.state import Replication
from twin.scenario import load

__all__ = ["rows"]

SECONDS = 2e5  # of the breakdown line
CUSTOMERS = 2e5


def rows(seconds: float = SECONDS, customers: float = CUSTOMERS, repeats: int = 7) -> list[dict[str, Any]]:
    """Parts and customers a second of processor time, ours and SimPy's in turn; replications on two threads."""
    found = []
    line, queue = bundled("breakdown_line"), bundled("single_queue")
    if required("simpy"):
        for case, mine, unit, peer in (
            ("breakdown line", lambda: speed(line, seconds, "out"), "parts/s", lambda: simpy_line(seconds / 60)),
            ("m/m/1", lambda: speed(queue, 1.25 * customers, "out"), "customers/s", lambda: simpy_queue(int(customers / 60))),
        ):
            mine()
            ours, theirs = alternately(repeats, [mine, peer])
            found.append(row(case, unit, ours, theirs, "simpy", threads=1, dtype="float64", note="one replication; processor time"))
    fleet, run = times_real(town(), 3600.0)
    note = f"1,000 robots on a network of 2,000 nodes, 200 relations, {int(run.levels()[-1])} parts on their way; processor time"
    found.append(row("1000 mobile robots", "s/s", fleet, 1.0, "real time", threads=1, dtype="float64", note=note))
    one, two = _replications(line, seconds / 20, 40, repeats)
    note = f"40 replications: {one:.3f} s and {two:.3f} s"
    found.append(row("replications on 2 threads", "x", one / two, 1.0, "1 thread", threads=2, dtype="float64", note=note))
    return found


def bundled(name: str) -> Plant:
    """A bundled line, ready to run."""
    spec = load(name).spec
    if not isinstance(spec, LineSpec):
        raise TypeError(f"{name} is no line")
    return plant(spec, Path)


def speed(line: Plant, seconds: float, sink: str) -> float:
    """Parts that end in the sink in a second of processor time."""
    run = Replication.begin(line, 1, 0)
    begin = time.thread_time()
    run.advance(seconds)
    return float(run.counted()[line.row(sink) - 1, :, 0].sum()) / (time.thread_time() - begin)


def simpy_line(until: float, stations: int = 5, places: int = 10) -> float:
    """The same line in SimPy, one process a station."""
    import simpy

    chance, env, out = random.Random(1), simpy.Environment(), [0]
    buffers = [simpy.Store(env, places) for _ in range(stations - 1)]

    def station(i: int) -> Any:
        to_failure = chance.expovariate(1 / 100)
        while True:
            if i:
                yield buffers[i - 1].get()
            work = chance.expovariate(1.0)
            while work > to_failure:
                yield env.timeout(to_failure)
                work -= to_failure
                yield env.timeout(chance.expovariate(1 / 10))
                to_failure = chance.expovariate(1 / 100)
            yield env.timeout(work)
            to_failure -= work
            if i < stations - 1:
                yield buffers[i].put(1)
            else:
                out[0] += 1

    for i in range(stations):
        env.process(station(i))
    return _timed(lambda: env.run(until=until), lambda: out[0])


def simpy_queue(customers: int) -> float:
    """M/M/1 in SimPy, one process a customer."""
    import simpy

    chance, env = random.Random(1), simpy.Environment()
    server = simpy.Resource(env, 1)

    def customer() -> Any:
        with server.request() as turn:
            yield turn
            yield env.timeout(chance.expovariate(1.0))

    def arrivals() -> Any:
        for _ in range(customers):
            yield env.timeout(chance.expovariate(0.8))
            env.process(customer())

    env.process(arrivals())
    return _timed(env.run, lambda: customers)


def _timed(run: Callable[[], object], count: Callable[[], float]) -> float:
    begin = time.thread_time()
    run()
    return count() / (time.thread_time() - begin)


def _replications(line: Plant, seconds: float, count: int, repeats: int) -> tuple[float, float]:
    """Seconds that they take on one thread and on two, in turn, medians."""

    def on(threads: int) -> float:
        begin = time.perf_counter()
        split(lambda first, last: [Replication.begin(line, 1, k).advance(seconds) for k in range(first, last)], count, threads)
        return time.perf_counter() - begin

    on(2)
    taken = np.array([[on(1), on(2)] for _ in range(repeats)])
    return median(taken[:, 0]), median(taken[:, 1])
