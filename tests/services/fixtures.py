"""The services as fixtures; each is started once, when the first test asks for it, and healed for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.require import needs
from tests.services.slurm import PROGRAMS, Slurm


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
