"""Slurm backends for the tests, and none left running."""

from __future__ import annotations

import sys

import pytest

from tests.backends.loop import setup
from twin.dispatch.backends.slurm import Slurm
from twin.dispatch.backends.slurm_commands import SlurmCommands
from twin.dispatch.backends.slurm_watch import Patience
from twin.scenario import load

PATIENCE = Patience(poll=0.5, start=20, silence=4, gone=1, controller=120, stop=10)


@pytest.fixture
def scenario(write):
    """Loads a noop scenario of the given lines."""

    def loaded(*lines):
        return load(write("\n".join(["twin: 1", "kind: noop", *lines])))

    return loaded


@pytest.fixture
def commands(slurm):
    return SlurmCommands(slurm.prefix, seconds=20)


@pytest.fixture
def backend(slurm, commands, tmp_path):
    """Makes backends of four slots on the test's store; stops them at the end."""
    made = []

    def make(scenario, *, slots=4, **options):
        known = {"launcher": [sys.executable], "kinds": ["noop"], "commands": commands, "patience": PATIENCE, **options}
        made.append(Slurm(slots, setup(tmp_path / "store", scenario), **known))
        return made[-1]

    yield make
    for backend in made:
        backend.stop()
