"""Rigid bodies at rigid walls: they do not pass, and give back the momentum and the energy that they took."""

from pathlib import Path

import numpy as np
import pytest

from twin.kinds import Context, Silent, Target
from twin.physics.crash import run as runs
from twin.physics.crash.case import prepare
from twin.physics.crash.check import check
from twin.physics.crash.simulate import simulate
from twin.physics.crash.spec import CrashSpec

CUBE = {"box": {"size": [0.02, 0.02, 0.02], "counts": [2, 2, 2]}}
MASS = 7850 * 8e-6
WALLS = {
    "plane": {"position": [0, 0, -0.0001]},
    "sphere": {"shape": "sphere", "position": [0.002, 0.001, -0.0501], "radius": 0.05},
    "cylinder": {"shape": "cylinder", "position": [0.002, 0, -0.0501], "normal": [0, 1, 0], "radius": 0.05},
}


def spec_of(wall, *, speed=-5.0, **more):
    parts = {
        "hard": {"shape": CUBE, "material": "rigid", "velocity": [0, 0, speed], **more},
        "soft": {"shape": CUBE, "material": "steel_elastic", "position": [0.2, 0, 0.1]},
    }
    return CrashSpec.model_validate(
        {"parts": parts, "walls": {"wall": wall}, "until": 3e-4, "pictures": False, "frames": 2, "samples": 100}
    )


def ran(spec):
    assert check(spec, Context(Path())) == []
    result = simulate(spec, Target(), Silent(), Context(Path()))
    assert result.status == "done", result.reason
    return result


@pytest.mark.parametrize("name", list(WALLS))
def test_it_comes_back_as_fast_as_it_came(name):
    result = ran(spec_of(WALLS[name]))
    if name == "plane":  # flat on it: it does not turn
        assert result.scalars["rebound_speed.hard"].value == pytest.approx(5, rel=0.01)
        assert result.scalars["impulse.wall"].value == pytest.approx(10 * MASS, rel=0.01)
    assert result.scalars["kinetic_energy"].value == pytest.approx(MASS * 25 / 2, rel=0.01)
    assert result.scalars["energy_error"].value < 0.005
    assert result.scalars["contact_time.wall"].value > 0


def test_it_is_never_deeper_than_its_penalty_lets_it():
    """At most v sqrt(m / k), all nodes of a face together."""
    run = runs.init(prepare(spec_of(WALLS["plane"]), Path()), Target())
    hard = run.case.nodes_of("hard")
    face = run.case.x[hard, 2] < 1e-9
    stiffness, deepest = run.arrays.bodies.stiffness[face].sum(), 0.0
    while run.arrays.clock.now[0] < 1e-4:
        runs.step(run, 1.0, 1)
        deepest = min(deepest, float(run.arrays.nodes.x[hard, 2].min()) + 0.0001)
    assert -deepest == pytest.approx(5 * np.sqrt(MASS / stiffness), rel=0.1)


def test_on_a_corner_it_starts_to_turn_and_keeps_its_energy():
    turned = {"roll": 0.5, "pitch": 0.4}
    lowest = float(prepare(spec_of({"position": [0, 0, -1.0]}, **turned), Path()).x[:, 2].min())
    result = ran(spec_of({"position": [0, 0, lowest - 1e-4]}, **turned))
    assert result.scalars["kinetic_energy"].value == pytest.approx(MASS * 25 / 2, rel=0.01)
    assert result.scalars["energy_error"].value < 0.01
    assert result.scalars["rebound_speed.hard"].value < 4.9


def test_a_wall_that_is_pushed_gets_what_the_body_loses():
    """Three times as heavy as the body, which comes back with half of its speed."""
    result = ran(spec_of({"position": [0, 0, -0.0001], "mass": 3 * MASS}))
    assert result.scalars["impulse.wall"].value == pytest.approx(7.5 * MASS, rel=0.01)
    assert result.scalars["rebound_speed.hard"].value == pytest.approx(2.5, rel=0.01)
    assert result.scalars["energy_error"].value < 0.01


def test_a_wall_that_moves_does_work():
    """At rest, hit with 5 m/s: it flies off with 10."""
    result = ran(spec_of({"position": [0, 0, -0.0001], "velocity": [0, 0, 5.0]}, speed=0.0))
    assert result.scalars["rebound_speed.hard"].value == pytest.approx(10, rel=0.01)
    assert result.scalars["external_work"].value == pytest.approx(MASS * 100 / 2, rel=0.01)
    assert result.scalars["energy_error"].value < 0.01


def test_a_body_that_is_driven_through_a_wall_stops_the_run():
    document = spec_of(WALLS["plane"]).model_dump(exclude_unset=True)
    document["motions"] = {"ram": {"of": {"part": "hard", "set": "z_high"}, "axis": "z", "velocity": -50.0}}
    result = simulate(CrashSpec.model_validate(document), Target(), Silent(), Context(Path()))
    assert result.status == "stopped"
    assert "hard, a rigid body, is 5 mm deep in a rigid wall" in result.reason
    assert "driven" in result.reason
    assert 0.9e-4 < result.scalars["time"].value < 1.2e-4
