"""A target of one backend, as a user meets it: by the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.faults.drivers import TWIN
from twin.dispatch import open_batch

__all__ = ["SECONDS", "Place", "place_of"]

SECONDS = 240  # for one command, on a busy machine
PLACES = {
    "inline": "{backend: inline}",
    "process": "{backend: process, concurrency: 2}",
    "slurm": "{backend: slurm, concurrency: 2, residency: DE}",
    "ray": "{backend: ray, concurrency: 2, residency: DE, ray: {address: '%s'}}",
}


class Place:
    """A store, and a targets file with one target, `here`."""

    def __init__(self, backend: str, folder: Path, prefix: list[str], address: str) -> None:
        self.backend, self.store, self._folder, self._prefix = backend, folder / "store", folder, prefix
        self._targets = folder / "targets.yaml"
        where = PLACES[backend] % address if "%s" in PLACES[backend] else PLACES[backend]
        self._targets.write_text(f"targets:\n  here: {where}\n")

    def twin(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self._command(*arguments), cwd=self._folder, capture_output=True, text=True, timeout=SECONDS)

    def begin(self, *arguments: object) -> subprocess.Popen[str]:
        """The command, under way; a process group of its own."""
        command = self._command(*arguments)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self._folder, text=True, start_new_session=True, **pipes)  # type: ignore[call-overload,no-any-return]

    def _command(self, *arguments: object) -> list[str]:
        settings = ["env", f"TWIN_TARGETS={self._targets}", f"TWIN_STORE={self.store}", "COLUMNS=200"]
        return [*self._prefix, *settings, TWIN, *map(str, arguments)]

    def submit(self, file: Path, *options: object) -> tuple[int, dict[str, Any]]:
        ran = self.twin("submit", file, "--on", "here", "--json", *options)
        assert ran.stdout, ran.stderr
        return ran.returncode, json.loads(ran.stdout)

    def rows(self) -> list[dict[str, Any]]:
        return open_batch("latest", self.store).rows()


def place_of(backend: str, request: pytest.FixtureRequest, folder: Path) -> Place:
    """The place, on the services that all tests of a run share."""
    if backend == "slurm":
        return Place(backend, folder, request.getfixturevalue("slurm").prefix, "")
    if backend == "ray":
        cluster = request.getfixturevalue("ray_cluster")
        return Place(backend, folder, cluster.network.prefix, cluster.address)
    return Place(backend, folder, [], "")
