"""Random kills on a real Slurm and a real Ray, of workers and of the driver: nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psutil
import pytest

from tests.backends.place import SECONDS, Place, place_of
from tests.faults.drivers import until
from twin.dispatch import open_batch
from twin.dispatch.batch import Batch

KILLS, JOBS = 5, 60
SEED = int(os.environ.get("TWIN_FAULT_SEED", "20261128"))
JOB = "twin: 1\nkind: noop\nkeep: all\nsleep: 0.4\nexpect: {value: {min: 0}}\nsweep: {seeds: " + str(JOBS) + "}\n"


@pytest.fixture(params=[pytest.param("slurm", marks=pytest.mark.slurm), pytest.param("ray", marks=pytest.mark.ray)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place_of(request.param, request, tmp_path)


def workers(place: Place, request: pytest.FixtureRequest) -> list[psutil.Process]:
    """Processes that work on the batch."""
    if place.backend == "ray":
        return list(request.getfixturevalue("ray_cluster").workers())
    return [p for p in psutil.process_iter(["cmdline"]) if _element(p.info["cmdline"] or [], place.store)]


def _element(command: list[str], store: Path) -> bool:
    return "twin.dispatch.element" in command and any(str(store) in word for word in command)


def _driver(place: Place) -> list[psutil.Process]:
    """The process of ours that drives, known by its command."""
    found = [p for p in psutil.process_iter(["cmdline", "environ"]) if {"submit", "retry"} & set((p.info["cmdline"] or [])[1:4])]
    return [p for p in found if (p.info["environ"] or {}).get("TWIN_STORE") == str(place.store)]


def _state(batch: Batch) -> str:
    return str(batch.status()["state"])


@pytest.mark.faults
def test_whoever_is_killed_nothing_is_lost(place: Place, write: Callable[..., Path], request: pytest.FixtureRequest) -> None:
    chance, seconds = random.Random(SEED), list[float]()
    file = write(JOB)
    running = place.begin("submit", file, "--on", "here", "--json")
    try:
        batch = until(lambda: open_batch("latest", place.store), SECONDS)
        for kill in range(KILLS):
            ended = batch.status()["done"]
            until(lambda: batch.status()["done"] > ended, SECONDS)  # noqa: B023
            victims = [*workers(place, request), *(_driver(place) if kill % 2 else [])]
            if _state(batch) != "running" or not victims:
                break
            victim, begun, before = chance.choice(victims), time.monotonic(), batch.status()["done"]
            try:
                victim.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
            time.sleep(0.5)
            if running.poll() is not None and _state(batch) == "interrupted":
                running = place.begin("retry", batch.id, "--json")
            until(lambda: batch.status()["done"] > before, SECONDS)  # noqa: B023
            seconds.append(time.monotonic() - begun)
        out, err = running.communicate(timeout=SECONDS)
        assert running.returncode == 0, (SEED, out, err)
    finally:
        if running.poll() is None:
            running.kill()
            running.communicate()
    rows = batch.rows()
    assert [row["index"] for row in rows] == list(range(JOBS)), SEED
    assert all(row["status"] == "done" and row["scalars"]["seed"] == row["index"] for row in rows), SEED
    assert sorted(batch.store.ids()) == sorted(row["id"] for row in rows), SEED
    print(f"{place.backend}: {len(seconds)} kills, seed {SEED}; next job ended after {median(seconds):.1f} s, at most {max(seconds):.1f} s")
