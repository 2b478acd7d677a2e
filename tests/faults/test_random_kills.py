"""Workers and drivers killed at random, 200 times: no job is lost, none is published twice, no process is left over.

TWIN_KILLS_SEED chooses another course of events; it is printed with the figures, and with a failure.
"""

import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
import pytest

from tests.faults.drivers import TWIN, until
from twin.dispatch import open_batch
from twin.errors import TwinError
from twin.result import Store

pytestmark = pytest.mark.faults

KILLS = 200
SEED = int(os.environ.get("TWIN_KILLS_SEED", "20260801"))
DRIVER_SHARE, STOP_SHARE = 0.12, 0.1  # of the victims: drivers; workers that are stopped for a while and go on
MEASURED_SHARE = 0.1  # of the kills: the next waits until this one is mended
INFANT_SHARE, INFANT_SECONDS = 0.5, 1.0  # so often those are hit too that were started just now: three in a row end a drive
PAUSES = (0.02, 0.3)  # seconds between blows, at least and at most
QUIET_DRIVES = 5  # once no more blows fall, so many drives must do
PATIENCE = 600.0  # seconds for one batch
SUBMIT = (
    "import sys; from twin.dispatch import submit; "
    "submit(sys.argv[1], store=sys.argv[2], name=sys.argv[3], workers=3, chunk=int(sys.argv[4]))"
)
MARK = "TWIN_KILLS_MARK"


@dataclass(frozen=True)
class Plan:
    """A batch: how many jobs, how long each takes, how many go to a worker at once, which keep folders."""

    jobs: int
    sleep: float
    chunk: int
    keep: str

    def text(self, value):
        return f"twin: 1\nkind: noop\nkeep: {self.keep}\nsleep: {self.sleep}\nvalue: {value}\nsweep: {{seeds: {self.jobs}}}\n"


PLANS = [
    Plan(jobs=300, sleep=0.03, chunk=1, keep="all"),
    Plan(jobs=5000, sleep=0.001, chunk=250, keep="none"),  # rows in parts of the workers
    Plan(jobs=2500, sleep=0.003, chunk=40, keep="none"),
    Plan(jobs=900, sleep=0.002, chunk=220, keep="all"),
]


@dataclass
class Storm:
    """Blows at random against whatever drives a batch; now and then a pause, to measure how long one takes to be mended."""

    random: random.Random
    kills: int = 0
    allowed: int = 0  # kills, up to now
    stops: int = 0
    stopped: dict = field(default_factory=dict)  # worker -> when it goes on
    measured: tuple | None = None  # what was hit, when, the jobs that were under way
    mended: dict = field(default_factory=lambda: {"worker": [], "driver": []})
    next: float = 0.0
    age: float = 0.0  # of the next victim, at least

    def blow(self, driver, running):
        """Kill or stop somebody, if it is time."""
        now = time.monotonic()
        for worker in [w for w, end in self.stopped.items() if now > end]:
            self.release(worker)
        if self.measured or self.kills >= self.allowed or now < self.next or not running or not (workers := workers_of(driver)):
            return
        self.next = now + self.random.uniform(*PAUSES)
        if not (grown := [worker for worker in workers if time.time() - worker.create_time() > self.age]):
            return
        self.age = 0.0 if self.random.random() < INFANT_SHARE else INFANT_SECONDS
        draw, victim = self.random.random(), self.random.choice(grown)
        if draw < DRIVER_SHARE:
            driver.kill()
        elif draw < DRIVER_SHARE + STOP_SHARE:
            send(victim, signal.SIGSTOP)
            self.stopped[victim], self.stops = now + self.random.uniform(0.1, 1.5), self.stops + 1
            return
        else:
            send(victim, signal.SIGKILL)
        self.kills += 1
        if self.random.random() < MEASURED_SHARE and not self.stopped:
            self.measured = "driver" if draw < DRIVER_SHARE else "worker", now, running

    def look(self, unfinished):
        """A blow is mended when all that was under way then has ended."""
        if self.measured and not self.measured[2] & unfinished:
            self.mended[self.measured[0]].append(time.monotonic() - self.measured[1])
            self.measured = None

    def release(self, worker):
        send(worker, signal.SIGCONT)
        del self.stopped[worker]

    def calm(self):
        for worker in list(self.stopped):
            self.release(worker)


def send(process, number):
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def workers_of(driver):
    try:
        return sorted((c for c in psutil.Process(driver.pid).children() if "twin.dispatch.worker" in c.cmdline()), key=lambda c: c.pid)
    except psutil.Error:  # it ended a moment ago
        return []


def open_jobs(store, name):
    """(jobs that are entered and have not ended, those of them that are under way), as the journal has them."""
    journal = sqlite3.connect(f"file:{store.path / 'journal.sqlite'}?mode=ro", uri=True, timeout=60)
    try:
        query = "select number, attempt from job where batch=(select number from batch where name=?) and state not in ('done', 'stopped')"
        rows = journal.execute(query, (name,)).fetchall()
    finally:
        journal.close()
    return {number for number, _ in rows}, {number for number, attempt in rows if attempt}


def finished(store, name):
    try:
        return open_batch(name, store).status()["done"]
    except TwinError:
        return 0


@pytest.fixture
def environment(tmp_path):
    """Marks all processes of the test; none outlives it."""
    marked = {**os.environ, MARK: str(tmp_path)}
    yield marked
    for process in left_over(marked):
        process.kill()


def left_over(environment):
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == environment[MARK] and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def launched(command, environment, store):
    logs = store.path.parent / "logs"
    logs.mkdir(exist_ok=True)
    with (logs / f"{len(list(logs.iterdir())):03}.log").open("wb") as output:
        return subprocess.Popen([*map(str, command)], cwd=store.path.parent, env=environment, stdout=output, stderr=output)


def driven(plan, name, file, store, storm, environment):
    """Drive a batch to its end, whoever is killed meanwhile; how many drives it took."""
    drives = quiet = 0
    end = time.monotonic() + PATIENCE
    driver = launched([sys.executable, "-c", SUBMIT, file, store.path, name, plan.chunk], environment, store)
    until(lambda: driver.poll() is not None or open_batch(name, store))
    assert open_batch(name, store).name == name
    while True:
        assert time.monotonic() < end, f"{name} did not end in {PATIENCE} s"
        left, running = open_jobs(store, name)
        storm.look(left)
        if driver.poll() is None:
            storm.blow(driver, running)
            time.sleep(0.02)
            continue
        if finished(store, name) == plan.jobs:
            storm.look(set())
            return drives
        drives, quiet = drives + 1, quiet + (storm.kills >= storm.allowed)
        assert quiet <= QUIET_DRIVES, f"{name}: {finished(store, name)} of {plan.jobs} jobs after {QUIET_DRIVES} quiet drives"
        driver = launched([TWIN, "retry", name, "--store", store.path], environment, store)


def whole(plan, name, store, value):
    """Every job ended once, with its own numbers; its folder is there where it was asked for."""
    rows = open_batch(name, store).rows()
    assert [row["index"] for row in rows] == list(range(plan.jobs))
    assert {row["status"] for row in rows} == {"done"}
    assert all(row["scalars"] == {"value": value, "seed": row["index"], "width": 0.02} for row in rows)
    ids = {row["id"] for row in rows}
    assert len(ids) == plan.jobs
    return ids


def test_nothing_is_lost_or_doubled_whoever_is_killed(tmp_path, write, environment, capsys):
    store, storm, kept, number, drives = Store(tmp_path / "store"), Storm(random.Random(SEED)), set(), 0, 0
    begin = time.monotonic()
    try:
        while storm.kills < KILLS:
            storm.allowed = min(KILLS, storm.allowed + KILLS // len(PLANS))
            plan, name = PLANS[number % len(PLANS)], f"storm-{number}"
            drives += driven(plan, name, write(plan.text(number), f"{name}.twin.yaml"), store, storm, environment)
            ids = whole(plan, name, store, number)
            kept |= ids if plan.keep == "all" else set()
            number += 1
        storm.calm()
        until(lambda: not left_over(environment), 60)  # orphans end by themselves
        launched([TWIN, "submit", write(PLANS[0].text(-1).replace("300", "1")), "--store", store.path], environment, store).wait(120)
        assert kept < set(store.ids())
        assert len(set(store.ids()) - kept) == 1  # that of the last drive, which swept up after the dead
        for id in kept:
            assert store.get(id).status == "done"
        assert not list(store.path.rglob("*.part"))
        assert not list(store.path.glob("journal.sqlite.damaged-*"))
        assert until(lambda: not left_over(environment), 60)
    except BaseException:
        print(f"TWIN_KILLS_SEED={SEED}, {storm.kills} kills, batch {number}")
        for log in sorted((tmp_path / "logs").iterdir())[-4:]:
            print(f"{log.name}: {log.read_text()[-2000:]}")
        raise
    with capsys.disabled():
        told = [f"{what} {statistics.median(s):.2f} s, at most {max(s):.2f} s ({len(s)})" for what, s in storm.mended.items() if s]
        print(
            f"\n{storm.kills} kills and {storm.stops} stops in {time.monotonic() - begin:.0f} s, seed {SEED}, {number} batches, "
            f"{drives} retries; until all jobs under way had ended, median: {'; '.join(told)}"
        )
