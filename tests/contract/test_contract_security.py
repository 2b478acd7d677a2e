"""What the toolkit never does: listen, load code from data, start a shell, keep a secret, read beside the folders it is given.

Tokens: the one of a Ray cluster goes to Ray by its path and is never read or compared by us. The token of a batch's spool
folder, which lies in that folder, is compared in constant time (`twin.dispatch.envelope`). No other token is compared.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from twin.errors import BadInput, BadScenario
from twin.scenario import check, load
from twin.scenario.paths import resolve

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path for package in ("twin", "robots") for path in sorted((ROOT / package).rglob("*.py"))]
TWIN = str(Path(sys.executable).with_name("twin"))
MARKER = "s3cr3t-0d9f6c1e7b"

MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "code", "codeop"}
BUILTINS = {"eval", "exec", "compile", "__import__"}
CALLS = {"os.system", "os.popen", "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "subprocess.getoutput"}
ALLOWED: dict[tuple[str, str], str] = {  # (file, what) -> why
    ("twin/light.py", "exec"): "as the standard library's dataclasses: names of fields of our own classes, once, when the class is made",
}


def found(path: Path) -> Iterator[str]:
    """What stands in a file that must not."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name.split(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in MODULES:
                yield module
            case ast.Call(func=ast.Name(id=name)) if name in BUILTINS:
                yield name
            case ast.Call(func=ast.Attribute() as function) if ast.unparse(function) in CALLS:
                yield ast.unparse(function)
        if isinstance(node, ast.keyword) and node.arg in ("shell", "allow_pickle") and ast.unparse(node.value) != "False":
            yield f"{node.arg}={ast.unparse(node.value)}"


def test_no_source_loads_code_from_data_or_starts_a_shell() -> None:
    faults = {(str(path.relative_to(ROOT)), what) for path in SOURCES for what in found(path)}
    assert faults == set(ALLOWED)


def test_every_array_file_is_read_without_pickle() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.load", "numpy.load"):
                assert "allow_pickle=False" in ast.unparse(node), f"{path}:{node.lineno}"


def test_the_scan_finds_what_it_looks_for(tmp_path: Path) -> None:
    file = tmp_path / "bad.py"
    file.write_text("import pickle\nfrom marshal import loads\neval('1')\nos.system('ls')\nrun('ls', shell=True)\nyaml.load('')\n")
    assert sorted(found(file)) == ["eval", "marshal", "os.system", "pickle", "shell=True", "yaml.load"]


def family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def open_to_others(process: psutil.Process) -> list[object]:
    """Sockets that somebody could connect or send to."""
    try:
        connections = process.net_connections(kind="all")
    except psutil.Error:  # it ended meanwhile
        return []
    unix = [c for c in connections if c.family.name == "AF_UNIX" and c.laddr]  # ours are pairs without a name
    network = [c for c in connections if c.family.name in ("AF_INET", "AF_INET6") and (c.status == psutil.CONN_LISTEN or not c.raddr)]
    return [*unix, *network]


def test_nothing_listens_while_a_batch_runs(tmp_path: Path) -> None:
    file = tmp_path / "case.twin.yaml"
    file.write_text("twin: 1\nkind: noop\nkeep: all\nsleep: 0.05\nsweep: {seeds: 40}\n")
    command = [TWIN, "submit", str(file), "--workers", "2", "--store", str(tmp_path / "store")]
    driver = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path)
    seen: set[int] = set()
    try:
        while driver.poll() is None:
            for process in family(psutil.Process(driver.pid)):
                assert open_to_others(process) == []
                seen.add(process.pid)
            time.sleep(0.02)
    finally:
        if driver.poll() is None:
            driver.kill()
    assert driver.wait() == 0
    assert len(seen) >= 3  # a driver and two workers were looked at


COMMAND = """
twin: 1
kind: command
argv: [python, tell.py]
inputs: [tell.py]
pass_environment: [VENDOR_TOKEN]
keep: all
sweep: {seeds: 2}
"""
TELL = "import os, sys\nprint('token', os.environ['VENDOR_TOKEN'])\nprint(os.environ['VENDOR_TOKEN'], file=sys.stderr)\nsys.exit(0)\n"


def secretive(tmp_path: Path, *arguments: str) -> str:
    """What a verb says, run beside secrets in variables and in a token file that a target names."""
    (tmp_path / "token").write_text(MARKER)
    (tmp_path / "targets.yaml").write_text("targets: {ray: {backend: ray, ray: {address: '127.0.0.1:9', token_file: token}}}\n")
    secret = dict.fromkeys(("VENDOR_TOKEN", "AWS_SECRET_ACCESS_KEY", "RAY_AUTH_TOKEN"), MARKER)
    command = [TWIN, *arguments, "--store", str(tmp_path / "store")]
    environment = {**os.environ, **secret, "TWIN_TARGETS": str(tmp_path / "targets.yaml")}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("text", [COMMAND, "twin: 1\nkind: noop\nkeep: all\nsweep: {grid: {behaviour: [ok, raise, stop, exit]}}\n"])
def test_secrets_are_neither_kept_nor_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "tell.py").write_text(TELL)
    (tmp_path / "case.twin.yaml").write_text(text)
    said = secretive(tmp_path, "submit", "case.twin.yaml", "--workers", "2")
    said += secretive(tmp_path, "logs") + secretive(tmp_path, "results", "--json") + secretive(tmp_path, "status", "--json")
    if "command" in text:
        assert "token" in said  # the program did say it, and its log was kept
    said += secretive(tmp_path, "submit", "case.twin.yaml", "--on", "ray")  # refused, or not reached: nothing answers there
    files = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert len(files) > 5
    assert MARKER not in said
    assert [path for path in files if MARKER.encode() in path.read_bytes()] == []
    assert "RAY_AUTH_TOKEN" not in said


def outside(tmp_path: Path) -> tuple[Path, Path]:
    """A project folder, and a file that is not in it."""
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    project.mkdir()
    elsewhere.mkdir()
    secret = elsewhere / "secret.yaml"
    secret.write_text(MARKER)
    (project / "link.yaml").symlink_to(secret)
    return project, secret


@pytest.mark.parametrize("way", ["absolute", "dots", "link", "assets", "system"])
def test_files_outside_the_project_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    project, secret = outside(tmp_path)
    monkeypatch.chdir(project)
    name = {
        "absolute": str(secret), "dots": "../elsewhere/secret.yaml", "link": "link.yaml",
        "assets": "robots/../../../../../../../../etc/passwd", "system": "/etc/passwd",
    }[way]  # fmt: skip
    with pytest.raises(BadInput, match="a file below"):
        resolve(name, project)
    for key in (f"mesh: {name}", f"site: {name}"):
        file = project / "case.twin.yaml"
        file.write_text(f"twin: 1\nkind: noop\n{key}\n")
        with pytest.raises(BadScenario) as refused:
            load(file)
        assert "a file below" in str(refused.value)
        assert MARKER not in str(refused.value)
    file.write_text(f"twin: 1\nkind: command\nargv: [ls]\ninputs: [{name}]\n")
    assert any("a file below" in fault.allowed for fault in check(file))


def test_a_needed_scenario_outside_the_project_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, secret = outside(tmp_path)
    monkeypatch.chdir(project)
    file = project / "case.twin.yaml"
    for name in (str(secret), "../elsewhere/secret.yaml", "link.yaml"):
        file.write_text(f"twin: 1\nkind: noop\nneeds: {{a: {name}}}\n")
        with pytest.raises(BadScenario, match="a file below") as refused:
            load(file)
        assert MARKER not in str(refused.value)
