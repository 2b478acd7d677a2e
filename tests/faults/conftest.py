"""Starts drivers."""

import pytest

from tests.faults.drivers import Driver


@pytest.fixture
def drive(tmp_path):
    """Starts drivers; none outlives the test."""
    drivers = []

    def driven(*arguments):
        drivers.append(Driver(tmp_path, *arguments))
        return drivers[-1]

    yield driven
    for driver in drivers:
        if driver.process.poll() is None:
            driver.kill()
