"""Batches of the test kind `noop` in a store of their own."""

import pytest

from twin.dispatch import submit
from twin.scenario import load


@pytest.fixture
def scenario(write):
    """Loads a noop scenario of the given lines."""

    def loaded(*lines, name="case.twin.yaml"):
        return load(write("\n".join(["twin: 1", "kind: noop", *lines]), name))

    return loaded


@pytest.fixture
def run(tmp_path):
    """Submits to the test's store; small: two workers."""

    def submitted(scenario, **options):
        return submit(scenario, **{"store": tmp_path / "store", "workers": 2, "backend": "inline", **options})

    return submitted
