"""A real NaN reaches every compiled guard, and stays in its own lane."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import robots
from robots.compile import compiled, lanes
from twin.kernel.choose import maximum, minimum, select

NAN = math.nan


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("algorithm", ["forward_dynamics", "inverse_dynamics"])
def test_a_spoilt_lane_spoils_no_other(algorithm: str, dtype: Any) -> None:
    kernel, width = compiled(robots.load("iiwa"), algorithm, dtype=dtype), lanes(dtype)
    rng = np.random.default_rng(0)
    sound = {name: rng.normal(size=(width, rows)) for name, rows in kernel.text.inputs.items()}
    (wanted,) = kernel(sound, width).values()
    for lane in range(width):
        for name in sound:
            spoilt = {key: values.copy() for key, values in sound.items()}
            spoilt[name][lane, 3] = NAN
            (found,) = kernel(spoilt, width).values()
            assert np.isnan(found[lane]).any()
            others = np.arange(width) != lane
            assert (found[others] == wanted[others]).all()


def test_choices_take_the_second_where_the_first_is_nan() -> None:
    assert minimum(NAN, 1.0) == maximum(NAN, 1.0) == 1.0
    assert math.isnan(minimum(1.0, NAN))
    assert math.isnan(maximum(1.0, NAN))
    assert select(NAN, 1.0, 2.0, 3.0) == select(1.0, NAN, 2.0, 3.0) == 3.0
    assert select(0.0, 1.0, 2.0, 3.0) == 2.0
