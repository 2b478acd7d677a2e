from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.require import needs
from twin.contact import ENGINES, Engine, World, make_engine


@pytest.fixture(params=ENGINES)
def build(request: pytest.FixtureRequest) -> Iterator[Callable[[World], Engine]]:
    """Builds a world in each engine in turn and closes it afterwards."""
    import sys

    needs("pybullet", request.param != "pybullet" or sys.version_info < (3, 12), "pybullet has wheels up to CPython 3.11 only")
    made: list[Engine] = []

    def make(world: World) -> Engine:
        made.append(make_engine(request.param, world))
        return made[-1]

    yield make
    for engine in made:
        engine.close()
