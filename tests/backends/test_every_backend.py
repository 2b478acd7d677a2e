"""One suite over all backends: `inline`, `process`, a real Slurm, a real Ray; the same jobs, the same numbers to the bit."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backends.place import SECONDS, Place, place_of
from twin.dispatch import open_batch
from twin.scenario import expand, load

HEAD = "twin: 1\nkind: noop\n"
SWEEP = "sweep: {sample: {count: 24, method: uniform, ranges: {value: [-1, 1], width: [1 mm, 2 mm]}}}\n"


@pytest.fixture(params=["inline", "process", pytest.param("slurm", marks=pytest.mark.slurm), pytest.param("ray", marks=pytest.mark.ray)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place_of(request.param, request, tmp_path)


def test_every_job_ends_once_with_the_numbers_of_a_single_run(place: Place, write: Callable[..., Path]) -> None:
    file = write(HEAD + "expect: {value: {min: 0}}\nkeep: failed\n" + SWEEP)
    code, summary = place.submit(file)
    rows, jobs = place.rows(), list(expand(load(file)))
    passes = sum(row["values"]["value"] >= 0 for row in rows)
    assert [(row["index"], row["id"], row["values"]) for row in rows] == [(job.index, job.id, job.values) for job in jobs]
    assert all(row["scalars"]["value"] == row["values"]["value"] and row["scalars"]["width"] == row["values"]["width"] for row in rows)
    assert summary["verdicts"] == {"pass": passes, "fail": 24 - passes, "none": 0}
    assert (summary["done"], summary["failed"], summary["cached"]) == (24, 0, 0)
    assert code == 1
    assert {row["attempts"] for row in rows} == {1}
    batch = open_batch("latest", place.store)
    assert sum(batch.folder(row["id"]) is not None for row in rows) == 24 - passes  # as `keep` says
    assert place.submit(file)[1]["cached"] == 24


def test_what_fails_is_data_and_a_need_runs_where_its_children_do(place: Place, write: Callable[..., Path]) -> None:
    write(HEAD + "width: 30 mm\n", "first.twin.yaml")
    file = write(HEAD + "needs: {first: first.twin.yaml}\nwidth: {from: first.width}\nsweep: {grid: {behaviour: [ok, raise, stop]}}\n")
    code, summary = place.submit(file)
    rows = place.rows()
    assert [row["status"] for row in rows] == ["done", "failed", "stopped"]
    assert rows[0]["scalars"]["width"] == 0.03
    assert "asked to raise" in rows[1]["reason"]
    assert (code, summary["failed"], summary["stopped"]) == (4, 1, 1)
    needed = open_batch("first (needed)", place.store).status()
    assert (needed["at"], needed["done"]) == ("here", 1)


def test_a_budget_stops_it_and_a_retry_from_another_shell_goes_on(place: Place, write: Callable[..., Path]) -> None:
    _, summary = place.submit(write(HEAD + "sweep: {seeds: 9}\n"), "--max-jobs", "4")
    assert summary["done"] == 4
    assert json.loads(place.twin("status", "latest", "--json").stdout)["state"] == "stopped"
    again = place.twin("retry", "latest", "--json")
    assert json.loads(again.stdout)["done"] == 9, again.stderr
    assert {row["attempts"] for row in place.rows()} == {1}


def test_a_driver_of_its_own_is_seen_and_cancelled_from_another_shell(place: Place, write: Callable[..., Path]) -> None:
    file = write(HEAD + "sleep: 0.3\nsweep: {seeds: 400}\n")
    begun = place.twin("submit", file, "--on", "here", "--detach", "--json")
    assert begun.returncode == 0, begun.stderr
    batch = open_batch("latest", place.store)
    end = time.monotonic() + SECONDS
    while not batch.status()["done"] and time.monotonic() < end:
        time.sleep(0.2)
    assert batch.status()["state"] == "running"
    assert place.twin("cancel", "latest").returncode == 0
    while batch.status()["state"] == "running" and time.monotonic() < end:
        time.sleep(0.2)
    state = batch.status()
    assert state["state"] == "cancelled"
    assert 0 < state["done"] < 400
    assert state["done"] + state["cancelled"] == 400
    assert len(place.rows()) == state["done"]


def test_data_that_must_stay_is_sent_only_where_it_does(place: Place, write: Callable[..., Path]) -> None:
    here = place.twin("submit", write(HEAD + "policy: {residency: DE}\n"), "--on", "here")
    assert here.returncode == 0, here.stderr
    there = place.twin("submit", write(HEAD + "policy: {residency: FR}\nwork: secret\n"), "--on", "here")
    if place.backend in ("inline", "process"):
        assert there.returncode == 0  # nothing leaves this machine
    else:
        assert there.returncode == 2
        assert "residency" in there.stderr
        assert not any("secret" in path.read_text(errors="replace") for path in place.store.rglob("*") if path.is_file())
