"""Springs and dampers shorten the time step as far as they must, and runs with stiff ones do not swing up."""

from pathlib import Path

import numpy as np
import pytest

from twin.kinds import Target
from twin.physics.crash import run as runs
from twin.physics.crash.case import prepare
from twin.physics.crash.contact import swinging
from twin.physics.crash.energy import energies
from twin.physics.crash.spec import CrashSpec
from twin.physics.crash.swings import stable

CUBE = {"box": {"size": [0.01, 0.01, 0.01], "counts": [1, 1, 1]}}
NODE = 7850 * 1e-6 / 8  # [kg]


def started(springs, *, rigid=False, apart=0.02, **more):
    def part(at, **also):
        return {"shape": CUBE, "material": "rigid" if rigid else "steel_elastic", "position": [0, 0, at], **also}

    parts = {"low": part(0.0), "high": part(apart, velocity=[0, 0, 1.0])}
    document = {"pictures": False, "frames": 2, "samples": 20, "until": 1e-4, "parts": parts, "springs": springs, **more}
    return runs.init(prepare(CrashSpec.model_validate(document), Path()), Target())


def between(low, high, **figures):
    return {"between": [{"part": "low", **low}, {"part": "high", **high}], **figures}


CORNERS = {"near": [0.005, 0.005, 0.01]}, {"near": [0.005, 0.005, 0.02]}
FACES = {"set": "z_high"}, {"set": "z_low"}


def own(run):
    """swing2 and drag without what contact has of them."""
    return run.arrays.clock.limits[2] - swinging(run.contact, run.case.node_mass), run.arrays.clock.limits[3]


def test_a_step_is_that_of_the_oscillator_with_its_damper():
    """x'' + 2 zeta w x' + w^2 x = 0 is followed stably up to 2/w (sqrt(1 + zeta^2) - zeta)."""
    w, zeta = 1e4, 0.3
    assert stable(np.inf, w**2 / 4, 2 * zeta * w / 4) == pytest.approx(2 / w * (np.sqrt(1 + zeta**2) - zeta), rel=1e-12)
    assert stable(2 / w, 0.0, 0.0) == pytest.approx(2 / w, rel=1e-12)
    assert stable(0.0, w, w) == 0


def test_between_two_nodes_it_is_that_of_two_masses_and_a_spring():
    swing2, drag = own(started({"one": between(*CORNERS, stiffness=1e9, damping=100.0)}))
    assert swing2 == pytest.approx(1e9 * 2 / NODE / 4, rel=1e-9)
    assert drag == pytest.approx(100 * 2 / NODE / 4, rel=1e-9)


def test_a_face_is_four_nodes():
    swing2, _ = own(started({"one": between(*FACES, stiffness=1e9)}))
    assert swing2 == pytest.approx(1e9 * 2 / (4 * NODE) / 4, rel=1e-9)


def test_springs_at_the_same_nodes_add_up():
    one = between(*CORNERS, stiffness=1e9)
    swing2, _ = own(started({"one": one, "two": one, "far": between(*FACES, stiffness=1.0)}))
    assert swing2 == pytest.approx(2e9 * 2 / NODE / 4, rel=1e-6)


def test_rigid_bodies_move_and_turn():
    """A cube pulled at a corner: 1/m + r^2 / I is at most what its end gives way by."""
    swing2, _ = own(started({"one": between(*CORNERS, stiffness=1e9)}, rigid=True))
    m, inertia, arm2 = 8 * NODE, 8 * NODE * 0.005**2 * 2, 3 * 0.005**2
    assert swing2 == pytest.approx(1e9 * 2 * (1 / m + arm2 / inertia) / 4, rel=1e-9)


@pytest.mark.parametrize("figures", [{"stiffness": 2e10}, {"stiffness": 0.0, "damping": 2e4}, {"stiffness": 2e10, "damping": 2e4}])
@pytest.mark.parametrize(("longer", "kept"), [(1.0, True), (1.3, False)])
def test_a_stiff_spring_does_not_swing_up_at_its_step_but_at_a_longer_one(figures, longer, kept):
    run = started({"one": between(*CORNERS, **figures)}, viscosity={"linear": 0, "quadratic": 0})
    assert run.first_step < 0.5 * started({}).first_step
    run.arrays.clock.limits[0] *= longer
    seen = []
    for _ in range(300):
        runs.step(run, 1.0, 1)
        seen.append(abs(energies(run.arrays, run.contact).kinetic) / run.start)
    assert (max(seen) < 1.01) == kept
    if kept:
        assert energies(run.arrays, run.contact).total == pytest.approx(run.start, rel=1e-4)
