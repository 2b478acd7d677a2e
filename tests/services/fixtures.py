"""The services as fixtures; each is started once, when the first test asks for it, and healed for every test."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.require import needs
from tests.services.slurm import PROGRAMS, SLOTS, Slurm


@pytest.fixture(scope="session")
def slurm_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slurm]:
    """A Slurm of two nodes with two processors each."""
    lacking = [program for program in PROGRAMS if shutil.which(program) is None]
    needs("slurm", not lacking, f"this machine lacks {', '.join(lacking)} (Debian: slurm-wlm, munge, iproute2)")
    try:
        service = Slurm(tmp_path_factory.mktemp("slurm"))
    except OSError as error:
        needs("slurm", False, str(error))
        return
    yield service
    service.close()


@pytest.fixture
def slurm(slurm_service: Slurm) -> Iterator[Slurm]:
    """The Slurm, whole and idle, whatever an earlier test did to it."""
    slurm_service.heal()
    yield slurm_service
    slurm_service.heal()


@pytest.fixture
def noop(write: Callable[..., Path]) -> Callable[..., Any]:
    """Loads a scenario of kind `noop` with the given lines."""
    from twin.scenario import load

    return lambda *lines: load(write("\n".join(["twin: 1", "kind: noop", *lines])))


@pytest.fixture
def slurm_backend(slurm: Slurm, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Makes Slurm backends for a scenario, on the test's store; impatient, and stopped at the end."""
    from tests.backends.loop import setup
    from twin.dispatch.backends.slurm import Slurm as Backend
    from twin.dispatch.backends.slurm_commands import SlurmCommands
    from twin.dispatch.backends.slurm_watch import Patience

    patience = Patience(poll=0.5, start=20, silence=4, gone=1, controller=120, stop=10)
    made: list[Backend] = []

    def make(scenario: Any, *, slots: int = SLOTS, **options: Any) -> Backend:
        usual = {"launcher": [sys.executable], "kinds": ["noop"], "commands": SlurmCommands(slurm.prefix, 20), "patience": patience}
        made.append(Backend(slots, setup(tmp_path / "store", scenario), **{**usual, **options}))
        return made[-1]

    yield make
    for backend in made:
        backend.stop()
