"""Kind `command`, with real programs: what they get, what they give back, and every way they end."""

from __future__ import annotations

import json
import os
import threading
import time

import psutil
import pytest

from twin import execute
from twin.kinds import Silent, Target
from twin.result import Result
from twin.scenario import check, expand, identity, load

HEAD = "twin: 1\nkind: command\n"


def program(body: str, rest: str = "") -> str:
    """A scenario that runs these lines of Python."""
    return HEAD + f"argv: [python, -c, {json.dumps(body)}]\n" + rest


def scalars_from(text: str, rest: str = "") -> str:
    """A scenario whose program writes this text into scalars.json."""
    return program(f"open('scalars.json', 'w').write({text!r})", rest)


@pytest.fixture
def run(write, tmp_path):
    """Runs a scenario's text; its outputs lie in out/files."""

    def ran(text: str, monitor=None) -> Result:
        return execute.run(load(write(text)), store=tmp_path / "store", out=tmp_path / "out", monitor=monitor)

    return ran


def test_scalars_come_back_in_the_declared_unit(run) -> None:
    result = run(scalars_from('{"a": 2, "b": {"value": 3, "unit": "mm"}, "c": true, "d": 4}', "scalars: {a: s, b: m, c: 1}\n"))
    assert {name: (s.value, s.unit) for name, s in result.scalars.items()} == {"a": (2, "s"), "b": (0.003, "m"), "c": (1, "1")}
    assert (result.status, result.reason, result.stats["exit_code"]) == ("done", "", 0)


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ('{"a": NaN}', "done", "a: nan is not a finite number"),
        ('{"a": Infinity}', "done", "inf is not a finite number"),
        ('{"a": "3"}', "done", "'3' is not a finite number"),
        ('{"b": 1}', "done", "has no a (it has b)"),
        ('{"a": {"value": 1, "unit": "kg"}}', "done", "[mass], not [length]"),
        ('{"a": 1', "failed", "scalars.json is not JSON"),
        ("[1]", "failed", "not an object"),
        ("[" * 100_000, "failed", "scalars.json is not JSON"),
    ],
)
def test_what_is_no_number_is_named(run, text: str, status: str, said: str) -> None:
    result = run(scalars_from(text, "scalars: {a: m}\nexpect: {a: {max: 1}}\n"))
    assert result.status == status
    assert said in result.reason
    assert result.verdict == ("fail" if status == "done" else "none")


def test_a_program_that_writes_nothing(run) -> None:
    result = run(program("pass", "scalars: {a: m}"))
    assert (result.status, result.reason) == ("failed", "the program wrote no scalars.json")
    assert run(program("pass")).status == "done"


def test_a_program_that_fails_says_why(run) -> None:
    result = run(program("import sys; print('first'); sys.exit('no mesh')"))
    assert result.status == "failed"
    assert result.reason == "the program ended with exit code 1: no mesh"
    assert "first" in result.log
    assert "was killed by signal 9" in run(program("import os; os.kill(os.getpid(), 9)")).reason


def test_no_shell_reads_the_arguments(run, tmp_path) -> None:
    result = run(HEAD + "argv: [python, -c, 'import sys; print(sys.argv[1:])', $HOME, '; touch hacked', '*', 3, 0.5]")
    assert "['$HOME', '; touch hacked', '*', '3', '0.5']" in result.log
    assert not list(tmp_path.rglob("hacked"))


def test_the_surroundings_are_a_fresh_folder_and_few_variables(run, write, monkeypatch) -> None:
    monkeypatch.setenv("UNRELATED_SECRET", "hidden-from-it")
    monkeypatch.setenv("LICENSE_KEY", "given-to-it")
    write("payload", "data/in.txt")
    body = "import os, json; print(sorted(os.listdir()), open('data/in.txt').read(), json.load(open('parameters.json')));"
    body += "e = os.environ; print(e.get('UNRELATED_SECRET'), e['TWIN_SEED'], e['MODE'] == 'fast-mode', len(e['LICENSE_KEY']))"
    rest = "inputs: [data/in.txt]\nparameters: {friction: 0.3}\nenvironment: {MODE: fast-mode}\npass_environment: [LICENSE_KEY]\nseed: 7"
    assert "['data', 'parameters.json'] payload {'friction': 0.3}\nNone 7 True 11" in run(program(body, rest)).log


def test_values_of_variables_are_not_seen_in_logs(run, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LICENSE_KEY", "given-to-it")
    body = "import os, sys; print(os.environ['TOKEN'], os.environ['LICENSE_KEY']); sys.exit(os.environ['TOKEN'])"
    result = run(program(body, "environment: {TOKEN: s3cr3t-token}\npass_environment: [LICENSE_KEY]"))
    assert "*** ***" in result.log
    assert result.reason.endswith("***")
    stored = (tmp_path / "out" / "result.json").read_text() + (tmp_path / "out" / "log.txt").read_text()
    assert "s3cr3t" not in stored
    assert "given-to-it" not in stored + (tmp_path / "out" / "scenario.yaml").read_text()


def test_outputs_are_kept_and_links_out_of_the_folder_are_not(run, tmp_path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("private")
    body = f"import os; os.mkdir('d'); open('d/a.csv','w').write('1'); open('b.txt','w'); os.symlink({str(secret)!r}, 'link.csv')"
    run(program(body, "outputs: ['**/*.csv']"))
    files = tmp_path / "out" / "files"
    assert [str(f.relative_to(files)) for f in sorted(files.rglob("*")) if f.is_file()] == ["d/a.csv"]


def test_an_input_can_be_the_program(run, write) -> None:
    write("#!/bin/sh\necho from the script\n", "solve.sh")
    assert "from the script" in run(HEAD + "argv: [solve.sh]\ninputs: [solve.sh]").log


def alive(mark: str) -> list[int]:
    return [p.pid for p in psutil.process_iter(["cmdline"]) if mark in " ".join(p.info["cmdline"] or [])]


CHILDREN = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', MARK]); time.sleep(WAIT)"


def gone(mark: str) -> bool:
    """Whether the kernel has buried the processes, within a second."""
    end = time.monotonic() + 1
    while alive(mark) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(mark)


def test_the_time_limit_kills_the_program_and_its_children(run) -> None:
    mark = f"limit-{os.getpid()}"
    begin = time.monotonic()
    result = run(program(CHILDREN.replace("MARK", repr(mark)).replace("WAIT", "60"), "time_limit: 0.5 s"))
    assert (result.status, result.reason) == ("failed", "the program was killed at its time limit of 0.5 s")
    assert time.monotonic() - begin < 10
    assert gone(mark)


def test_children_do_not_outlive_a_finished_program(run) -> None:
    mark = f"left-{os.getpid()}"
    assert run(program(CHILDREN.replace("MARK", repr(mark)).replace("WAIT", "0"))).status == "done"
    assert gone(mark)


def test_cancelling_kills_the_program(run) -> None:
    mark = f"cancel-{os.getpid()}"
    pressed = threading.Event()

    class Button(Silent):
        def cancelled(self) -> bool:
            return pressed.is_set()

    threading.Timer(0.5, pressed.set).start()
    result = run(program(CHILDREN.replace("MARK", repr(mark)).replace("WAIT", "60")), Button())
    assert (result.status, result.reason) == ("stopped", "cancelled")
    assert gone(mark)


def test_parameters_arguments_and_variables_are_swept(write) -> None:
    body = "import json, os, sys; p = json.load(open('parameters.json')); x = p['x'] + float(sys.argv[1]) + float(os.environ['Z'])"
    body += "; json.dump({'sum': x}, open('scalars.json', 'w'))"
    text = HEAD + f"argv: [python, -c, {json.dumps(body)}, 10]\nparameters: {{x: 1}}\nenvironment: {{Z: 100}}\nscalars: {{sum: 1}}\n"
    scenario = load(write(text + "sweep: {zip: {parameters.x: [1, 2], argv.3: [10, 20], environment.Z: [100, 200]}}"))
    results = [execute.run_job(job, target=Target(), monitor=Silent()) for job in expand(scenario)]
    assert [result.scalars["sum"].value for result in results] == [111, 222]


def test_inputs_are_in_the_id_and_values_that_are_passed_on_are_not(write, monkeypatch) -> None:
    file = write("1", "in.txt")
    monkeypatch.setenv("LICENSE_KEY", "one")
    scenario = load(write(program("pass", "inputs: [in.txt]\npass_environment: [LICENSE_KEY]")))
    first = identity(scenario)
    monkeypatch.setenv("LICENSE_KEY", "two")
    assert identity(scenario) == first
    file.write_text("2")
    assert identity(scenario) != first


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("argv: []", "argv", "at least 1"),
        ("argv: python -c pass", "argv", "tuple"),
        ("argv: [no_such_program_here]", "argv.0", "Install it"),
        ("argv: [python]\ninputs: [nothing.txt]", "inputs.0", "an existing file"),
        ("argv: [python]\noutputs: [../*.csv]", "outputs", "without `..`"),
        ("argv: [python]\nscalars_file: /tmp/x.json", "scalars_file", "inside the program's own folder"),
        ("argv: [python]\nscalars: {a: parsecond}", "scalars", "units that exist"),
        ("argv: [python]\npass_environment: [NOT_SET_ANYWHERE]", "pass_environment.0", "NOT_SET_ANYWHERE=..."),
        ("argv: [python]\ntime_limit: 0 s", "time_limit", "greater than 0 [s]"),
        ("argv: [python]\nexpect: {a: {max: 1}}\nscalars: {b: 1}", "expect.a", "a scalar of this kind: b"),
    ],
)
def test_faults(write, text: str, path: str, said: str) -> None:
    faults = check(write(HEAD + text))
    assert [fault.path for fault in faults] == [path]
    assert said in str(faults[0])
