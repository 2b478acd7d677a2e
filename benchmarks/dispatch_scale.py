"""A million jobs: how long until all are entered, until a killed driver's successor works again, and what a question costs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from benchmarks.table import row
from twin.dispatch import open_batch
from twin.dispatch.batch import Batch
from twin.errors import TwinError

__all__ = ["rows"]

JOBS = 1_000_000
ASKED = {"submit": 60.0, "resume": 5.0, "status": 0.2, "memory": 1024.0}
TWIN = Path(sys.executable).with_name("twin")
QUESTIONS = 21
PATIENCE = 1800.0


def rows(jobs: int = JOBS) -> list[dict[str, Any]]:
    """Two workers at work meanwhile; `kill -9` once all jobs are entered."""
    with tempfile.TemporaryDirectory(dir=".", prefix="benchmark-") as name:
        folder = Path(name).absolute()
        file = folder / "million.twin.yaml"
        file.write_text(f"twin: 1\nkind: noop\nkeep: none\nexpect: {{value: {{max: 1}}}}\nsweep: {{seeds: {jobs}}}\n")
        begun = time.perf_counter()
        driver = _begin(folder, "submit", str(file), "--yes", "--workers", "2")
        batch = _until(lambda: open_batch("latest", folder / "store"))
        _until(lambda: batch.status()["entered"] == jobs)
        submit = time.perf_counter() - begun
        memory = _peak(driver)
        _kill(driver)
        ended = batch.status()["done"]
        status = median(_seconds(batch) for _ in range(QUESTIONS))
        begun = time.perf_counter()
        driver = _begin(folder, "retry", batch.id)
        _until(lambda: batch.status()["done"] > ended)
        resume = time.perf_counter() - begun
        memory = max(memory, _peak(driver))
        _kill(driver)
    note = f"{jobs} jobs, two workers at work meanwhile; {ended} had ended when the driver was killed"
    return [
        _row(f"{jobs} jobs, submit", "s", submit, ASKED["submit"], f"until all are durable; {note}"),
        _row(f"{jobs} jobs, resume after kill -9", "s", resume, ASKED["resume"], f"from `twin retry` to the next ended job; {note}"),
        _row(f"{jobs} jobs, status query", "s", status, ASKED["status"], f"median of {QUESTIONS}; {note}"),
        _row(f"{jobs} jobs, memory of the driver", "MiB", memory, ASKED["memory"], f"peak; {note}"),
    ]


def _row(case: str, unit: str, ours: float, asked: float, note: str) -> dict[str, Any]:
    figures = row(case, unit, ours, asked, "asked at most", threads=2, note=note)
    return {**figures, "ours": round(ours, 4)}


def _begin(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(TWIN), *arguments, "--store", str(folder / "store")], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _until(ask: Any) -> Any:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if answer := ask():
                return answer
        except TwinError:
            pass
        time.sleep(0.1)
    raise SystemExit("the million jobs came to no end")


def _peak(driver: subprocess.Popen[bytes]) -> float:
    """Largest resident memory so far [MiB]."""
    status = Path(f"/proc/{driver.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def _kill(driver: subprocess.Popen[bytes]) -> None:
    workers = psutil.Process(driver.pid).children()
    os.kill(driver.pid, signal.SIGKILL)
    driver.wait()
    psutil.wait_procs(workers, timeout=10)


def _seconds(batch: Batch) -> float:
    begun = time.perf_counter()
    batch.status()
    return time.perf_counter() - begun
