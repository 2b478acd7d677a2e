"""Jobs that can share a launch do, and nobody can tell from the results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.cell.test_rigid_cells import CELL
from twin import execute
from twin.dispatch import submit
from twin.dispatch.started import wishes
from twin.kinds import Silent, Target, load_kind
from twin.scenario import Job, Single, expand, from_document, identity, load

SWEEP = """\
keep: none
expect: {cycle_time: {max: 5 s}}
sweep:
  sample: {count: 12, method: sobol, ranges: {robots.arm.base.position.x: [-0.2 m, 0.2 m], robots.arm.base.position.y: [-2 m, 0.2 m]}}
"""


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    file = tmp_path / "reach.twin.yaml"
    base = "robots: {arm: {model: iiwa, base: {position: [0, 0, 0]}}}"
    file.write_text(CELL.replace("robots: {arm: {model: iiwa}}", base) + SWEEP)
    return list(expand(load(file)))


def all_of(jobs: list[Job]) -> list[execute.Result]:
    return list(execute.run_jobs(jobs, target=Target(), monitor=Silent()))


def test_a_shared_launch_gives_what_single_runs_give(jobs: list[Job]) -> None:
    together = all_of(jobs)
    assert {result.stats["cells"] for result in together} == {12}
    for job, result in zip(jobs, together, strict=True):
        alone = execute.run_job(job, target=Target(), monitor=Silent())
        assert (alone.id, alone.verdict, alone.reason, alone.scalars) == (result.id, result.verdict, result.reason, result.scalars)
    assert {result.verdict for result in together} == {"pass", "fail"}


def test_jobs_that_differ_in_more_than_numbers_run_apart(jobs: list[Job]) -> None:
    other = jobs[3].document | {"time_step": 1e-3}
    finer = Job(identity(from_document(other, jobs[3].folder)), 3, Single(other, jobs[3].folder))
    results = all_of([*jobs[:3], finer, *jobs[4:6]])
    assert [result.stats["cells"] for result in results] == [5, 5, 5, 1, 5, 5]
    assert results[3].stats["time_step"] == 1e-3


def test_one_that_breaks_the_launch_takes_no_other_along(jobs: list[Job], monkeypatch) -> None:
    """The launch is halved until the guilty job is alone; it fails by itself."""
    kind = load_kind("cell")
    guilty = jobs[5].document["robots"]["arm"]["base"]["position"]

    def fragile(specs, target, monitor, contexts):
        if any(list(spec.robots["arm"].base.position) == guilty for spec in specs):
            raise ZeroDivisionError("a bug in the launch")
        return kind.simulate_many(specs, target, monitor, contexts)

    def alone(spec, target, monitor, context):
        return fragile([spec], target, monitor, [context])[0]

    broken = replace(kind, simulate_many=fragile, simulate=alone)
    expected = all_of(jobs)
    monkeypatch.setattr(execute, "load_kind", lambda name: broken)
    results = all_of(jobs)
    assert results[5].status == "failed"
    assert "a bug in the launch" in results[5].reason
    for i, (result, before) in enumerate(zip(results, expected, strict=True)):
        if i != 5:
            assert (result.status, result.scalars) == (before.status, before.scalars)


def test_a_time_limit_is_each_job_s_own(jobs: list[Job]) -> None:
    limited = [replace(job, sheet=Single(job.document | {"resources": {"time": 60.0}}, job.folder)) for job in jobs[:3]]
    assert [result.stats["cells"] for result in all_of(limited)] == [1, 1, 1]


def test_a_batch_shares_launches_and_stores_what_single_runs_give(jobs: list[Job], tmp_path: Path) -> None:
    scenario = load(tmp_path / "reach.twin.yaml")
    batch = submit(scenario, store=tmp_path / "store", workers=1, chunk=6, wait=True)
    table = {row["id"]: row for row in batch.rows()}
    assert len(table) == 12
    for job in jobs[:4]:
        alone = execute.run_job(job, target=Target(), monitor=Silent())
        assert table[job.id]["scalars"] == {name: scalar.value for name, scalar in alone.scalars.items()}


def test_only_jobs_that_share_launches_come_in_large_chunks(jobs: list[Job], tmp_path: Path) -> None:
    """Cells with contact are long and run apart: they go one by one, so that no worker is left with a pile of them."""
    rigid = load(tmp_path / "reach.twin.yaml")
    assert wishes(2, rigid).first > 1
    assert wishes(2, load("server_sled_sweep")).first == 1
    assert wishes(2, load(tmp_path / "reach.twin.yaml", {"resources.time": "60 s"})).first == 1
