"""Trust is computed: what has it, and what loses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from twin.physics.wind.bodies import placed
from twin.physics.wind.measure import measured
from twin.physics.wind.preflight import expected
from twin.physics.wind.spec import WindSpec
from twin.physics.wind.trust import Trust, trust_of
from twin.physics.wind.tunnel import laid_out
from twin.physics.wind.validate import channel, sphere


def before(spec: WindSpec) -> Trust:
    surfaces = placed(spec, Path())
    return expected(spec, laid_out(spec, surfaces), surfaces, 0)


@pytest.mark.parametrize("spec", [sphere(100, 16), channel(0.2, 20), channel(1.0, 40)], ids=["sphere", "2D-1", "2D-2"])
def test_resolved_laminar_flows_are_absolute(spec):
    assert before(spec) == Trust("absolute", ())


@pytest.mark.parametrize(
    ("spec", "level", "words"),
    [
        (sphere(100, 6), "none", "cells across"),
        (sphere(1e5, 16), "relative", "boundary layer"),
        (sphere(100, 16, resolution={"cells_across": 16, "lattice_speed": 0.15}), "relative", "Mach number"),
        (sphere(100, 16, tunnel={"size": [15.0, 3.0, 3.0], "origin": [-5.0, -1.5, -1.5]}), "relative", "fill 8."),
    ],
    ids=["coarse", "turbulent", "fast", "blocked"],
)
def test_what_loses_it(spec, level, words):
    found = before(spec)
    assert found.level == level
    assert any(words in reason for reason in found.reasons)


def test_odd_moments_keep_the_magic_number_where_cells_are_fine_for_the_viscosity():
    def at_once(spec: WindSpec) -> bool:
        return laid_out(spec, placed(spec, Path())).odd_at_once

    assert not any(at_once(spec) for spec in (sphere(100, 16), channel(0.2, 20), channel(1.0, 40)))
    assert at_once(sphere(300, 16))


@pytest.mark.parametrize("name", ["ahmed_25", "ahmed_35", "amr_cover"])
def test_without_a_wall_model_cars_and_hoods_are_relative(name):
    assert before(twin.load(name).spec).level == "relative"


def history(noise: float) -> Any:
    spec = sphere(100, 16)
    layout = laid_out(spec, placed(spec, Path()))
    steps = np.arange(1, 400) * 10 + layout.ramp_steps
    loads = np.zeros((len(steps), 1, 6))
    scale = layout.lattice_speed**2 * layout.area / layout.cell**2 / 2
    loads[:, 0, 0] = scale * (1 + noise * np.random.default_rng(0).normal(size=len(steps)))
    return measured(steps, loads, ["ball"], layout)


def test_a_run_can_only_take_away():
    good = Trust("absolute", ())
    assert trust_of(good, history(0.01), 0.01, finished=True).level == "absolute"
    assert trust_of(good, history(0.5), 0.01, finished=True).level == "relative"
    assert trust_of(good, history(5.0), 0.01, finished=True).level == "none"
    assert trust_of(good, history(0.01), 0.01, finished=False).level == "none"
    assert trust_of(Trust("relative", ("why",)), history(0.01), 0.01, finished=True) == Trust("relative", ("why",))


def test_coefficients_are_forces_over_dynamic_pressure_and_area():
    assert history(0.0).drag.value == pytest.approx(1.0, rel=1e-9)
