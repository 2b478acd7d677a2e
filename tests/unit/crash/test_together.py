"""Rigid bodies, springs, ties and added masses: by the laws of mechanics."""

from pathlib import Path

import numpy as np
import pytest

from twin.kinds import Context, Silent, Target
from twin.physics.crash.shapes import mesh_of
from twin.physics.crash.simulate import simulate, simulate_many
from twin.physics.crash.spec import CrashSpec

STEEL = {"density": 7850.0, "young": 210e9, "poisson": 0.3}
RIGID = {**STEEL, "rigid": True}
SOUND = np.sqrt(210e9 / 7850)


def ran(**document):
    spec = CrashSpec.model_validate({"pictures": False, "frames": 2, "samples": 200, **document})
    found = simulate(spec, Target(), Silent(), Context(Path.cwd()))
    assert found.status == "done", found.reason
    return found


def value(found, name):
    return found.scalars[name].value


def test_a_rigid_body_flies_and_turns_freely():
    """A brick thrown with a spin about no axis of its own: its energy stays, its sides stay, its centre goes straight on."""
    brick = {"shape": {"box": {"size": [0.04, 0.02, 0.01], "counts": [4, 2, 1]}}, "material": RIGID}
    found = ran(model={**brick, "velocity": [1.0, 0, 0], "spin": [100.0, 250.0, 60.0]}, until=0.05, samples=2000)
    kinetic = found.series.columns["kinetic"]
    assert kinetic[-1] == pytest.approx(kinetic[0], rel=2e-3)
    x, before = found.arrays["nodes"], CrashSpec.model_validate({"model": brick, "until": 1.0}).model.shape
    start = mesh_of(before).nodes
    assert x.mean(axis=0) - start.mean(axis=0) == pytest.approx([0.05, 0, 0], abs=1e-9)
    far = np.linalg.norm(x[:, None] - x[None], axis=2)
    assert far == pytest.approx(np.linalg.norm(start[:, None] - start[None], axis=2), abs=1e-12)


def test_two_blocks_on_a_spring_swing_with_their_frequency():
    """Thrown apart: omega^2 = k (1/m1 + 1/m2); the energy goes to and fro."""
    block = {"shape": {"box": {"size": [0.02, 0.02, 0.02], "counts": [1, 1, 1]}}, "material": RIGID}
    mass = 7850 * 0.02**3
    stiffness, extra = 1e5, 0.05
    period = 2 * np.pi / np.sqrt(stiffness * (1 / mass + 1 / (mass + extra)))
    found = ran(
        parts={"a": {**block, "velocity": [-1.0, 0, 0]}, "b": {**block, "position": [0.1, 0, 0], "velocity": [1.0, 0, 0]}},
        springs={"s": {"between": [{"part": "a", "set": "x_high"}, {"part": "b", "set": "x_low"}], "stiffness": stiffness}},
        masses={"m": {"on": {"part": "b", "set": "x_high"}, "mass": extra}},
        intrusions={"gap": [{"part": "a", "set": "x_high"}, {"part": "b", "set": "x_low"}]},
        until=2 * period,
        samples=800,
    )  # fmt: skip
    t, gap = found.series.t, found.series.columns["distance.gap"]
    crossings = t[1:][(gap[:-1] < gap[0]) & (gap[1:] >= gap[0]) & (t[1:] > 0.1 * period)]
    assert crossings[0] == pytest.approx(period, rel=5e-3)
    assert found.scalars["mass.b"].value == pytest.approx(mass + extra)
    reduced = 1 / (1 / mass + 1 / (mass + extra))
    assert gap.max() - gap[0] == pytest.approx(2 * np.sqrt(reduced / stiffness), rel=5e-3)
    assert value(found, "energy_error") < 1e-3


def test_a_damper_takes_the_energy_out():
    block = {"shape": {"box": {"size": [0.02, 0.02, 0.02], "counts": [1, 1, 1]}}, "material": RIGID}
    found = ran(
        parts={"a": {**block, "velocity": [-1.0, 0, 0]}, "b": {**block, "position": [0.1, 0, 0], "velocity": [1.0, 0, 0]}},
        springs={"s": {"between": [{"part": "a", "set": "x_high"}, {"part": "b", "set": "x_low"}], "stiffness": 1e5, "damping": 40.0}},
        until=0.02,
    )  # fmt: skip
    assert value(found, "kinetic_energy") < 0.01 * found.series.columns["kinetic"][0]
    assert value(found, "energy_error") < 0.01


def test_a_bar_of_two_glued_halves_is_one_bar():
    """Against a wall it stays as long as a bar of the whole length."""
    half = {"shape": {"bar": {"length": 0.05, "width": 2e-3, "counts": [1, 1, 100]}}, "material": {**STEEL, "poisson": 0.0}}
    found = ran(
        parts={"low": half, "high": {**half, "position": [0, 0, 0.05]}},
        ties={"glue": {"nodes": {"part": "high", "set": "foot"}, "to": "low"}},
        impact={"speed": 10.0},
        until=3 * 0.1 / SOUND,
        samples=600,
    )
    assert value(found, "contact_time.impact") == pytest.approx(2 * 0.1 / SOUND, rel=0.02)
    assert value(found, "rebound_speed.high") == pytest.approx(10, rel=0.04)
    assert value(found, "energy_error") < 0.005


def test_a_rigid_plate_on_a_soft_block_presses_with_its_weight_of_inertia():
    """A driven rigid plate pushes a bar with its velocity: the stress behind the front is rho c v."""
    bar = {"shape": {"bar": {"length": 0.1, "width": 4e-3, "counts": [1, 1, 100]}}, "material": {**STEEL, "poisson": 0.0}}
    plate = {"shape": {"box": {"size": [0.02, 0.02, 0.005], "counts": [2, 2, 1]}}, "material": RIGID, "position": [0, 0, 0.1]}
    found = ran(
        parts={"bar": bar, "plate": plate},
        motions={"down": {"of": {"part": "plate", "set": "z_low"}, "axis": "z", "velocity": -5.0}},
        until=0.8 * 0.1 / SOUND,
    )
    force = found.series.columns["contact_force.bar"]
    late = found.series.t > 0.4 * 0.1 / SOUND
    assert force[late].mean() / 16e-6 == pytest.approx(7850 * SOUND * 5, rel=0.02)
    assert value(found, "energy_error") < 0.01


def test_cases_that_share_a_launch_have_the_bits_of_each_alone():
    bar = {"shape": {"bar": {"length": 0.02, "width": 2e-3, "counts": [1, 1, 20]}}, "material": {**STEEL, "yield_stress": 250e6}}
    document = {"model": bar, "until": 1e-5, "samples": 20, "frames": 2, "pictures": False}
    specs = [CrashSpec.model_validate({**document, "impact": {"speed": speed}}) for speed in (5.0, 10.0, 20.0)]
    contexts = [Context(Path.cwd())] * len(specs)
    together = simulate_many(specs, Target(threads=2), Silent(), contexts)
    for spec, found in zip(specs, together, strict=True):
        alone = simulate(spec, Target(), Silent(), Context(Path.cwd()))
        assert found.scalars == alone.scalars
        assert np.array_equal(found.arrays["nodes"], alone.arrays["nodes"])
