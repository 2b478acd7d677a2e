"""`twin view` and `twin report` on a real batch, and what they say when there is nothing to see."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCENARIO = """
twin: 1
kind: noop
name: demo_sweep
expect: {value: {max: 4}}
sweep: {grid: {value: [1, 2, 3, 4, 5, 6], width: [10 mm, 20 mm]}}
study: {expect: {pass_rate: {min: 99 %}}}
keep: all
"""


def twin(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from twin.cli import main; main()", *arguments]
    # a machine without a browser or a display, as a server is
    environment = {**os.environ, "BROWSER": "", "DISPLAY": "", "PATH": "/nowhere"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    (folder / "demo.twin.yaml").write_text(SCENARIO)
    done = twin(folder, "submit", "demo.twin.yaml", "--wait", "--json")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["verdicts"] == {"pass": 8, "fail": 4, "none": 0}
    return folder


def test_report_of_a_batch(store: Path) -> None:
    done = twin(store, "report", "demo_sweep", "-o", "out/report.html")
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == store / "out" / "report.html"
    html = (store / "out" / "report.html").read_text()
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])
    assert [row["scalars"]["value"] for row in data["rows"]] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert data["swept"] == ["value", "width"]
    assert "value not ≤ 4" in html
    assert "66.7 %" in html
    assert 'verdict fail large">failed' in html


def test_view_of_a_result_by_id_and_by_folder(store: Path) -> None:
    ids = [path.name for path in (store / "twin-store" / "results").glob("??/*")]
    done = twin(store, "view", ids[0][:20], "--html", "one.html")
    assert done.returncode == 0, done.stderr
    assert "demo_sweep" in (store / "one.html").read_text()
    done = twin(store, "view", f"twin-store/results/{ids[0][:2]}/{ids[0]}")
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_file(), "without a browser the path is told all the same"


def test_view_of_a_batch_is_its_report(store: Path) -> None:
    done = twin(store, "view", "latest", "--html", "batch.html")
    assert done.returncode == 0, done.stderr
    assert "All runs" in (store / "batch.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"), [(("view", "nothing"), "demo_sweep"), (("view", "."), "result"), (("report", "nothing"), "demo_sweep")]
)
def test_what_is_not_there_is_bad_input(store: Path, arguments: tuple[str, ...], words: str) -> None:
    done = twin(store, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_page_that_cannot_be_written(store: Path) -> None:
    (store / "file").write_text("")
    done = twin(store, "report", "latest", "-o", "file/report.html")
    assert done.returncode == 4
    assert "cannot be written" in done.stderr
