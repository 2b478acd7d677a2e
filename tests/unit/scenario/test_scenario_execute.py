"""The one path: check, needs, simulate, expect, store."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from twin import execute
from twin.errors import BadInput
from twin.kinds import Silent, Target
from twin.result import Store
from twin.scenario import Single, check, expand, identity, load

HEAD = "twin: 1\nkind: noop\n"


def run_jobs(scenario):
    return [execute.run_job(job, target=Target(), monitor=Silent()) for job in expand(scenario)]


def test_a_run_is_judged_and_stored_under_its_id(write, tmp_path) -> None:
    scenario = load(write(HEAD + "value: 3\nexpect: {value: {max: 2}, width: {max: 3 cm}}"))
    result = execute.run(scenario, store=tmp_path / "store")
    assert (result.status, result.verdict, result.id) == ("done", "fail", identity(scenario))
    assert [(e.name, e.ok) for e in result.expectations] == [("value", False), ("width", True)]
    assert result.provenance["seed"] == 0
    assert result.stats["seconds"] >= 0
    assert Store(tmp_path / "store").get(result.id).scalars == result.scalars


def test_a_finished_scenario_is_not_run_again_but_judged_anew(write, tmp_path) -> None:
    first = execute.run(load(write(HEAD + "sleep: 50 ms\nexpect: {value: {min: 1}}")), store=tmp_path / "store")
    again = execute.run(load(write(HEAD + "sleep: 50 ms\nexpect: {value: {max: 1}}\nname: other")), store=tmp_path / "store")
    assert (first.verdict, again.verdict, again.name) == ("fail", "pass", "other")
    assert again.id == first.id
    assert again.stats == first.stats  # those of the one simulation


@pytest.mark.parametrize(("behaviour", "status", "said"), [("raise", "failed", "asked to raise"), ("stop", "stopped", "asked to stop")])
def test_a_broken_simulation_is_data(write, tmp_path, behaviour: str, status: str, said: str) -> None:
    scenario = load(write(HEAD + f"behaviour: {behaviour}\nexpect: {{value: {{max: 1}}}}"))
    for result in (execute.run(scenario, store=tmp_path / "store"), *run_jobs(scenario)):
        assert (result.status, result.verdict) == (status, "none")
        assert said in result.reason
        assert result.id == identity(scenario)


def test_alone_and_in_a_sweep_the_same_job_is_the_same(write, tmp_path) -> None:
    sweep = load(write(HEAD + "expect: {value: {max: 1}}\nsweep: {grid: {value: [1, 2]}}"))
    alone = execute.run(load(write(HEAD + "value: 2\nexpect: {value: {max: 1}}")), store=tmp_path / "store")
    _, second = run_jobs(sweep)
    strip = {"stats": {}, "provenance": {}, "log": ""}
    assert replace(alone, **strip) == replace(second, **strip)
    assert second.verdict == "fail"


def test_run_job_never_raises_for_bad_documents(write) -> None:
    (job,) = expand(load(write(HEAD)))
    for document in ({**job.document, "width": -1}, {**job.document, "kind": "nop"}, {}, {**job.document, "mesh": "/etc/passwd"}):
        result = execute.run_job(replace(job, sheet=Single(document, job.folder)), target=Target(), monitor=Silent())
        assert result.status == "failed"
        assert result.id == job.id
    assert execute.run_job(job, target=Target("cuda"), monitor=Silent()).status == "failed"


def test_a_job_whose_file_changed_meanwhile_does_not_run(write) -> None:
    mesh = write("solid a", "a.stl")
    (job,) = expand(load(write(HEAD + "mesh: a.stl")))
    assert execute.run_job(job, target=Target(), monitor=Silent()).status == "done"
    mesh.write_text("solid b", encoding="utf-8")
    late = execute.run_job(job, target=Target(), monitor=Silent())
    assert late.status == "failed"
    assert "submit the scenario again" in late.reason


def test_a_cancelled_run_keeps_what_it_had_and_is_no_answer(write, tmp_path) -> None:
    class Impatient(Silent):
        def cancelled(self) -> bool:
            return True

    scenario = load(write(HEAD + "sleep: 10 ms"))
    cut = execute.run(scenario, store=tmp_path / "store", monitor=Impatient())
    assert (cut.status, cut.reason) == ("stopped", "cancelled")
    assert Store(tmp_path / "store").get(cut.id).status == "stopped"
    assert execute.run(scenario, store=tmp_path / "store").status == "done"
    assert Store(tmp_path / "store").get(cut.id).status == "done"


def test_a_device_that_a_kind_does_not_run_on_is_bad_input(write, tmp_path) -> None:
    with pytest.raises(BadInput, match="Kinds that run on cuda"):
        execute.run(load(write(HEAD)), target=Target("cuda"), store=tmp_path / "store")


def test_the_result_folder_goes_where_it_is_asked_for(write, tmp_path) -> None:
    scenario = load(write(HEAD))
    execute.run(scenario, store=tmp_path / "store", out=tmp_path / "out")
    assert json.loads((tmp_path / "out" / "result.json").read_text())["id"] == identity(scenario)
    assert not Store(tmp_path / "store").has(identity(scenario))


NEEDS = HEAD + "needs: {part: part.twin.yaml}\nwidth: {from: part.width}\n"


def test_needed_results_are_run_first_and_once(write, tmp_path) -> None:
    write(HEAD + "width: 7 mm", "part.twin.yaml")
    scenario = load(write(NEEDS))
    assert not scenario.resolved
    assert scenario.document["width"] == {"from": "part.width"}
    result = execute.run(scenario, store=tmp_path / "store")
    assert result.scalars["width"].value == 0.007
    part = identity(load(tmp_path / "part.twin.yaml"))
    assert Store(tmp_path / "store").has(part)
    assert result.id == identity(scenario)  # known before anything ran
    resolved = execute.resolve_needs(scenario, store=tmp_path / "store")
    scalars = {"width": 0.007, "value": 0, "seed": 0}
    assert resolved.document["needs"]["part"] == {"source": "part.twin.yaml", "id": part, "scalars": scalars}
    assert identity(resolved) == result.id
    assert [r.scalars["width"].value for r in run_jobs(resolved)] == [0.007]


def test_the_id_follows_what_is_needed(write) -> None:
    write(HEAD + "width: 7 mm", "part.twin.yaml")
    before = identity(load(write(NEEDS)))
    write(HEAD + "width: 8 mm", "part.twin.yaml")
    assert identity(load(write(NEEDS))) != before


def test_a_result_folder_can_be_needed(write, tmp_path) -> None:
    part = execute.run(load(write(HEAD + "width: 5 mm")), store=tmp_path / "store", out=tmp_path / "done")
    scenario = load(write(HEAD + "needs: {part: done}\nwidth: {from: part.width}"))
    assert scenario.resolved
    assert scenario.spec.width == 0.005
    assert scenario.document["needs"]["part"]["id"] == part.id


@pytest.mark.parametrize("behaviour", ["raise", "stop"])
def test_a_failed_need_fails_what_needs_it_with_the_reason(write, tmp_path, behaviour: str) -> None:
    write(HEAD + f"behaviour: {behaviour}", "part.twin.yaml")
    scenario = load(write(NEEDS))
    result = execute.run(scenario, store=tmp_path / "store")
    assert result.status == "failed"
    assert "needs.part" in result.reason
    assert f"asked to {behaviour}" in result.reason


@pytest.mark.parametrize(
    ("text", "part", "path", "said"),
    [
        ("needs: {part: case.twin.yaml}", "", "needs.part", "The circle: case.twin.yaml -> case.twin.yaml"),
        ("needs: {part: part.twin.yaml}", "needs: {case: case.twin.yaml}", "needs", "The circle: case.twin.yaml -> part.twin.yaml"),
        ("needs: {part: nothing}", "", "needs.part", "a result folder, or an existing file"),
        ("needs: {part: part.twin.yaml}\nwidth: {from: part.widht}", "", "width.from", "Did you mean width"),
        ("needs: {part: part.twin.yaml}\nwidth: {from: prt.width}", "", "width.from", "Did you mean part"),
        ("width: {from: part.width}", "", "width.from", "Add needs:"),
        ("needs: {part: part.twin.yaml}\nsleep: {from: part.width}", "", "sleep", "[length], not [time]"),
        ("needs: {part: part.twin.yaml}", "width: 3 s", "width", "[time], not [length]"),
    ],
)
def test_faults_of_needs(write, text: str, part: str, path: str, said: str) -> None:
    write(HEAD + part, "part.twin.yaml")
    faults = check(write(HEAD + text))
    assert path in {fault.path for fault in faults} or any(fault.path.startswith(path) for fault in faults)
    assert said in str([str(fault) for fault in faults])
    assert all(fault.line for fault in faults)
