"""The calendar is a minimum; the loop does the same without the compiler."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
from hypothesis import given, strategies

from twin.physics.line.calendar import calendar, first, schedule

MOVES = strategies.lists(strategies.tuples(strategies.integers(0, 12), strategies.floats(0, 100)), max_size=60)

PROGRAM = """
import warnings
warnings.simplefilter("ignore", RuntimeWarning)  # whole numbers that run over are meant to
from pathlib import Path
from twin.physics.line.plant import plant
from twin.physics.line.spec import LineSpec
from twin.physics.line.state import Replication
line = {
    "sources": {"in": {"every": {"exponential": 2}, "to": "q"}},
    "buffers": {"q": {"to": "a"}},
    "stations": {"a": {"process": {"gamma": {"mean": 1, "shape": 2}}, "to": "out"}},
    "sinks": {"out": {}},
}
run = Replication.begin(plant(LineSpec.model_validate(line), Path), 5, 0)
run.advance(200.0)
print(run.counted()[:, 0, 0].tolist(), run.stays().tolist(), run.spent().tolist())
"""


@given(MOVES)
def test_the_first_of_the_calendar_is_the_earliest_and_of_equals_the_lowest(moves: list[tuple[int, float]]) -> None:
    ints, reals = calendar(13)
    for slot, t in moves:
        schedule(ints, reals, slot, float(round(t)))
        found, when = first(ints, reals)
        assert when == reals[:13].min()
        assert found == int(np.argmin(reals))


def test_the_loop_does_the_same_without_the_compiler() -> None:
    said = [
        subprocess.run([sys.executable, "-c", PROGRAM], env={**os.environ, **more}, capture_output=True, text=True, timeout=300)
        for more in ({}, {"NUMBA_DISABLE_JIT": "1"})
    ]
    assert all(done.returncode == 0 for done in said), said[1].stderr[-2000:]
    assert said[0].stdout == said[1].stdout
