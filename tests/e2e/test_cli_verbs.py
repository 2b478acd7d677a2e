"""The installed command: verbs, exit codes, JSON on standard output and nothing else, errors that can be read."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.machine import slowness

HEAD = "twin: 1\nkind: noop\n"
NOTHING = "no such scenario"


def test_help_answers_quickly(twin) -> None:
    assert "run" in twin("--help").stdout
    walls, processor = [], []
    for _ in range(5):
        begin, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        twin("--help")
        walls.append(time.perf_counter() - begin)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor.append(after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime)
    assert min(*walls, *processor) < 0.3 * slowness()  # on a machine that others keep busy only processor time says how long it takes


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from twin.cli import main\ntry: main(['--help'])\nfinally: print(*sorted(sys.modules), file=sys.stderr)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr.split()
    assert not {"numpy", "pydantic", "rich", "yaml", "twin.scenario", "twin.kinds"} & set(loaded)


def test_every_listed_verb_has_help(twin) -> None:
    listed = [
        line.split()[0] for line in twin("--help").stdout.split("Commands:")[1].splitlines() if line.startswith("  ") and line[2] != " "
    ]
    assert {"check", "run", "list", "schema", "new", "validate", "doctor", "explain"} <= set(listed)
    for verb in listed:
        done = twin(verb, "--help")
        assert (done.returncode, done.stderr) == (0, ""), verb
        assert f"twin {verb}" in done.stdout


@pytest.mark.parametrize("call", [["rnu"], ["run"], ["run", "a", "b"], ["run", "a", "--nope"], ["run", "a", "--target", "tpu"]])
def test_wrong_calls_are_bad_input(twin, call: list[str]) -> None:
    done = twin(*call)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr


@pytest.mark.parametrize(
    ("body", "code", "status", "verdict"),
    [
        ("", 0, "done", "none"),
        ("expect: {value: {max: 1}}", 0, "done", "pass"),
        ("expect: {value: {min: 1}}", 1, "done", "fail"),
        ("behaviour: stop", 3, "stopped", "none"),
        ("behaviour: raise", 4, "failed", "none"),
    ],
)
def test_exit_codes_and_json_of_run(twin, write, body: str, code: int, status: str, verdict: str) -> None:
    write(HEAD + body)
    done = twin("run", "case.twin.yaml", "--json")
    assert done.returncode == code
    result = json.loads(done.stdout)
    assert (result["status"], result["verdict"]) == (status, verdict)
    assert set(result) == {"id", "kind", "name", "status", "verdict", "reason", "expectations", "scalars", "stats", "provenance"}
    assert done.stderr == ""
    plain = twin("run", "case.twin.yaml")
    assert plain.returncode == code
    assert str(Path("store") / "results") in plain.stdout


def test_check_reports_every_fault_with_its_line(twin, write) -> None:
    write(HEAD + "valu: 1\nwidth: 3 s\n")
    done = twin("check", "case.twin.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "case.twin.yaml:3: valu" in done.stderr
    assert "case.twin.yaml:4: width" in done.stderr
    faults = json.loads(twin("check", "case.twin.yaml", "--json").stdout)
    assert [(fault["path"], fault["line"]) for fault in faults] == [("width", 4), ("valu", 3)]


def test_a_good_file(twin, write) -> None:
    write(HEAD + "sweep: {seeds: 1500}")
    done = twin("check", "case.twin.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "case.twin.yaml: good; 1,500 jobs\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", NOTHING], "bundled scenario"),
        (["run", "case.twin.yaml", "--set", "value"], "path=value"),
        (["run", "case.twin.yaml", "--set", "valu=3"], "Did you mean value"),
        (["run", "case.twin.yaml", "--target", "cuda"], "Kinds that run on cuda"),
        (["schema", "nop"], "Did you mean noop"),
        (["new", "noop", "case.twin.yaml"], "a file that does not exist yet"),
        (["new", "noop", "case.yaml"], "ends in .twin.yaml"),
        (["explain", "abc"], "result in"),
        (["explain", "../etc"], "the first letters"),
        (["validate", "nop"], "KIND"),
    ],
)
def test_bad_input_is_told_with_its_remedy(twin, write, arguments: list[str], said: str) -> None:
    write(HEAD)
    done = twin(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_input_with_json_is_one_document(twin, write) -> None:
    write(HEAD + "valu: 1")
    done = twin("run", "case.twin.yaml", "--json")
    document = json.loads(done.stdout)
    assert document["exit_code"] == done.returncode == 2
    assert [fault["path"] for fault in document["faults"]] == ["valu"]


def test_an_error_of_ours_leaves_its_traceback_in_a_file(twin, tmp_path, write) -> None:
    write("raise RuntimeError('broken on purpose')\n", "broken_kind.py")
    write("Metadata-Version: 2.1\nName: broken\nVersion: 1\n", "broken-1.dist-info/METADATA")
    write("[twin.kinds]\nbroken = broken_kind:KIND\n", "broken-1.dist-info/entry_points.txt")
    path = {"PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]])}
    done = twin("schema", "broken", **path)
    assert (done.returncode, done.stdout) == (4, "")
    assert "RuntimeError: broken on purpose" in done.stderr
    log = Path(done.stderr.split("The traceback is in ")[1].split(";")[0])
    assert "Traceback" in log.read_text()
    log.unlink()
    assert "Traceback" in twin("schema", "broken", **path, TWIN_DEBUG="1").stderr


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["schema", "cell"]])
def test_a_reader_that_has_enough_is_no_error(arguments: list[str]) -> None:
    """As `twin list | head -0`: the process ends as SIGPIPE ends others, and says nothing."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        done = subprocess.run([sys.executable, "-m", "twin", *arguments], stdout=nobody, stderr=subprocess.PIPE, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")


def test_set_and_out(twin, write, tmp_path) -> None:
    write(HEAD + "expect: {width: {max: 3 cm}}")
    done = twin("run", "case.twin.yaml", "--set", "width=4 cm", "--set", "seed=3", "--out", "here")
    assert done.returncode == 1
    result = json.loads((tmp_path / "here" / "result.json").read_text())
    assert result["scalars"]["width"] == {"value": 0.04, "unit": "m"}
    assert {file.name for file in (tmp_path / "here").iterdir()} == {"scenario.yaml", "result.json", "log.txt"}
    again = twin("run", "here/scenario.yaml", "--json")
    assert json.loads(again.stdout)["id"] == result["id"]


def test_explain_says_why_with_the_numbers(twin, write) -> None:
    write(HEAD + "value: 5\nexpect: {value: {max: 3}, width: {min: 1 mm}}")
    id = json.loads(twin("run", "case.twin.yaml", "--json").stdout)["id"]
    said = twin("explain", id[:8]).stdout
    assert "failed: 1 of 2 expectations do not hold" in said
    assert "value is 5; it should be <= 3: off by 2" in said
    assert "width is 0.02 m, as it should be (>= 0.001 m)" in said
    write(HEAD + "behaviour: stop", "stop.twin.yaml")
    twin("run", "stop.twin.yaml", "--out", "stopped")
    assert "stopped before its end because: noop was asked to stop" in twin("explain", "stopped").stdout


def test_new_scenarios_run(twin, tmp_path) -> None:
    for kind in ("noop", "command"):
        assert twin("new", kind, f"{kind}.twin.yaml").returncode == 0
        done = twin("run", f"{kind}.twin.yaml")
        assert done.returncode == 0, done.stderr
        assert "PASS" in done.stdout


def test_list_doctor_and_schema(twin, tmp_path) -> None:
    listed = json.loads(twin("list", "--json").stdout)
    assert {"command", "noop"} <= {kind["name"] for kind in listed["kinds"]}
    assert all(scenario["description"] for scenario in listed["scenarios"])
    parts = json.loads(twin("doctor", "--json").stdout)
    assert {"python", "pybullet", "mujoco", "browser", "node", "3-D player", "disk", "store"} <= {part["part"] for part in parts}
    assert all(part["remedy"] for part in parts if not part["works"])
    assert twin("schema", "noop", "-o", "noop.json").returncode == 0
    assert (tmp_path / "noop.json").read_text() == twin("schema", "noop").stdout


def test_ctrl_c_stops_the_run_and_keeps_what_it_had(write, tmp_path) -> None:
    write(HEAD + "sleep: 60")
    command = [str(Path(sys.executable).with_name("twin")), "run", "case.twin.yaml", "--out", "kept"]
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch)}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while not list(scratch.glob("twin-*")) and time.monotonic() < end:  # the run has a scratch folder as soon as it begins
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 3, err
    assert "stopping" in err
    assert "STOPPED" in out
    assert json.loads((tmp_path / "kept" / "result.json").read_text())["reason"] == "cancelled"
