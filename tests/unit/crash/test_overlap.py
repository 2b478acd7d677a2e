"""Bodies inside of each other at the start, found by their elements."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tests.unit.crash.reference import CORNERS, rotation
from twin.kinds import Context
from twin.physics.crash.case import prepare
from twin.physics.crash.check import check
from twin.physics.crash.overlap import overlapping
from twin.physics.crash.spec import CrashSpec

HERE = Context(Path())


def box(size, counts, **where):
    return {"shape": {"box": {"size": list(size), "counts": list(counts)}}, "material": "steel_elastic", **where}


def spec_of(a, b, **more):
    return CrashSpec.model_validate({"parts": {"a": {**a, "velocity": [1, 0, 0]}, "b": b}, "until": 1e-4, **more})


def found(a, b):
    case = prepare(spec_of(a, b), Path())
    return overlapping(case, np.zeros(case.elements, bool))


BLOCK = box((0.02, 0.02, 0.02), (4, 4, 4))
PLATE = box((0.1, 0.1, 0.002), (1, 1, 1))
BAR = box((0.1, 0.004, 0.004), (1, 1, 1))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (BLOCK, BLOCK),
        (PLATE, PLATE),
        (BLOCK, {**PLATE, "position": [0, 0, 0.009]}),
        (BLOCK, {**PLATE, "position": [0.03, 0.02, 0.009], "roll": 0.2, "pitch": 0.1}),
        (box((0.02, 0.02, 0.02), (1, 1, 1)), {**PLATE, "position": [0.035, 0, 0.009]}),
        # two bars crosswise: no corner of one is inside the other, nor is its middle
        ({**BAR, "position": [0.03, 0, 0]}, {**BAR, "position": [0, 0.03, 0.001], "yaw": np.pi / 2}),
        (BLOCK, {**BAR, "roll": 0.3, "pitch": 0.5, "position": [0, 0, 0.01]}),
    ],
)
def test_bodies_through_each_other_are_refused(a, b):
    assert found(a, b) is not None
    faults = check(spec_of(a, b), HERE)
    assert [fault.allowed for fault in faults] == ["bodies that touch at most"]
    assert "of another body" in str(faults[0].given)
    assert "`ties`" in faults[0].remedy


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (BLOCK, {**BLOCK, "position": [0, 0, 0.02]}),
        (BLOCK, {**PLATE, "position": [0, 0, 0.02]}),
        (BLOCK, {**PLATE, "position": [0, 0, -0.002]}),
        ({**BLOCK, "yaw": 0.4}, {**PLATE, "position": [0, 0, 0.0201]}),
        ({**BAR, "position": [0.03, 0, 0]}, {**BAR, "position": [0, 0.03, 0.0041], "yaw": np.pi / 2}),
        (
            {"shape": {"sphere": {"diameter": 0.02, "cells": 8}}, "material": "steel_elastic"},
            {"shape": {"sphere": {"diameter": 0.02, "cells": 8}}, "material": "steel_elastic", "position": [0, 0, 0.02]},
        ),
    ],
)
def test_bodies_that_touch_are_not(a, b):
    assert found(a, b) is None
    assert check(spec_of(a, b), HERE) == []


def depth_of(a, b):
    """Smallest overlap in any of very many directions, and whether a point is in both (by their inequalities)."""
    faces = []
    for centre, half, turn in (a, b):
        for k in range(3):
            n = turn[:, k]
            faces += [(n, n @ centre + half[k]), (-n, -n @ centre + half[k])]
    rows, limits = np.array([n for n, _ in faces]), np.array([limit for _, limit in faces])
    # the largest ball inside of both
    answer = linprog([0, 0, 0, -1], np.c_[rows, np.ones(12)], limits, bounds=[(None, None)] * 4)
    return -answer.fun


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_two_bricks_by_linear_programming(seed):
    """Where the largest ball in both bricks is large they overlap; where it is none they do not."""
    rng = np.random.default_rng(seed)
    half = rng.uniform(0.3, 2, (2, 3)) * 0.01
    angles, shift = rng.uniform(-1, 1, 3), rng.uniform(-0.025, 0.025, 3)
    a = box(2 * half[0], (1, 1, 1))
    roll, pitch, yaw = angles.tolist()
    b = box(2 * half[1], (1, 1, 1), roll=roll, pitch=pitch, yaw=yaw, position=shift.tolist())
    turn = rotation([0, 0, 1], yaw) @ rotation([0, 1, 0], pitch) @ rotation([1, 0, 0], roll)
    case = prepare(spec_of(a, b), Path())
    assert case.x[case.connect[1]] == pytest.approx(shift + (CORNERS * half[1] + np.array([0, 0, half[1, 2]])) @ turn.T)
    ball = depth_of(
        (np.array([0, 0, half[0, 2]]), half[0], np.eye(3)), (shift + turn @ np.array([0, 0, half[1, 2]]), half[1], turn)
    )  # fmt: skip
    thin = 2 * half.min()
    pair = overlapping(case, np.zeros(2, bool))
    if ball <= 0:
        assert pair is None
    if ball > 0.1 * thin:  # a ball of that radius is 0.2 of the size across
        assert pair is not None
