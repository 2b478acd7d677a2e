"""Whole runs by law: what is conserved, waves in bars, work and energy, and the same bits however a run is cut up."""

from pathlib import Path

import numpy as np
import pytest

from twin.geometry.solid_mesh import volumes
from twin.kinds import Context, Silent, Target
from twin.physics.crash import run as runs
from twin.physics.crash.case import prepare
from twin.physics.crash.simulate import simulate
from twin.physics.crash.spec import CrashSpec

HERE = Context(Path(__file__).parent)
STEEL = {"density": 7850.0, "young": 210e9, "poisson": 0.3}
THIN = {**STEEL, "poisson": 0.0}  # waves in a bar are one-dimensional, exactly
SOUND = np.sqrt(210e9 / 7850)
CUBE = {"box": {"size": [0.02, 0.02, 0.02], "counts": [3, 3, 3]}}


def spec_of(**document):
    return CrashSpec.model_validate({"pictures": False, "frames": 2, "samples": 50, **document})


def ran(threads=1, **document):
    found = simulate(spec_of(**document), Target(threads=threads), Silent(), HERE)
    assert found.status == "done", found.reason
    return found


def value(found, name):
    return found.scalars[name].value


def bar(side, count, **more):
    return {"shape": {"bar": {"length": 0.1, "width": side, "counts": [1, 1, count]}}, "material": THIN, **more}


def test_free_flight_changes_nothing():
    found = ran(model={"shape": CUBE, "material": "steel_elastic", "velocity": [30.0, -20.0, 10.0]}, until=2e-4)
    energy = 0.5 * 7850 * 8e-6 * 1400
    assert found.series.columns["kinetic"] == pytest.approx(np.full(51, energy), rel=1e-12)
    assert np.abs(found.series.columns["internal"]).max() < 1e-12 * energy
    assert value(found, "rebound_speed.model") == pytest.approx(np.sqrt(1400), rel=1e-12)
    assert found.arrays["nodes"].mean(axis=0) == pytest.approx(np.array([0, 0, 0.01]) + 2e-4 * np.array([30, -20, 10]), abs=1e-12)


def test_a_ball_that_spins_freely_keeps_both_momenta_and_its_energy():
    model = {"shape": CUBE, "material": "steel_elastic", "velocity": [5.0, 0, 0], "spin": [0, 0, 2000.0]}
    run = runs.init(prepare(spec_of(model=model, until=1e-3), Path()), Target())

    def momenta():
        x, v = run.arrays.nodes.x[:-8], run.arrays.nodes.v[:-8]
        half = x - v * run.arrays.clock.now[1] / 2  # where the nodes were when they had these velocities
        mass = run.case.node_mass[:, None]
        return (mass * v).sum(axis=0), (mass * np.cross(half, v)).sum(axis=0)

    linear, angular = momenta()
    assert runs.advance_to_end(run, Silent(), lambda: None, lambda: False) == ""
    there, turning = momenta()
    assert there == pytest.approx(linear, abs=1e-11 * np.linalg.norm(linear))
    assert turning == pytest.approx(angular, abs=2e-4 * np.linalg.norm(angular))
    assert max(abs(row[2] + row[3] + row[4] - run.start) for row in run.history.rows) < 1e-3 * run.start


def test_an_elastic_bar_stays_at_a_wall_for_two_passes_and_flies_back_as_fast_as_it_came():
    found = ran(model=bar(0.01, 500), impact={"speed": 10.0}, until=3 * 0.1 / SOUND, samples=600)
    force = 7850 * SOUND * 10.0 * 1e-4
    t, on_wall = found.series.t, found.series.columns["force.impact"]
    assert value(found, "contact_time.impact") == pytest.approx(2 * 0.1 / SOUND, rel=0.01)
    assert value(found, "rebound_speed.model") == pytest.approx(10.0, rel=0.01)
    assert value(found, "impulse.impact") == pytest.approx(2 * 0.0785 * 10, rel=0.01)
    plateau = on_wall[(t > 0.3 * 0.1 / SOUND) & (t < 1.7 * 0.1 / SOUND)]
    assert plateau == pytest.approx(np.full(len(plateau), force), rel=0.02)
    assert value(found, "peak_internal_energy") == pytest.approx(0.5 * 0.0785 * 100, rel=0.02)  # all of it, for a moment
    assert value(found, "energy_error") < 0.005


def test_equal_bars_exchange_their_momentum():
    parts = {"still": bar(0.01, 60), "fast": bar(0.01, 60, position=[0, 0, 0.1], velocity=[0, 0, -10.0])}
    found = ran(parts=parts, until=3 * 0.1 / SOUND)
    assert value(found, "rebound_speed.still") == pytest.approx(10, rel=0.02)
    assert value(found, "rebound_speed.fast") == pytest.approx(0, abs=0.2)
    assert value(found, "rebound_speed.still") + value(found, "rebound_speed.fast") == pytest.approx(10, rel=0.02)
    assert value(found, "energy_error") < 0.005


def test_a_falling_body_gains_what_gravity_gives():
    found = ran(model={"shape": CUBE, "material": "steel_elastic"}, gravity=[0, 0, -9.81e4], until=2e-4)
    assert value(found, "rebound_speed.model") == pytest.approx(9.81e4 * 2e-4, rel=0.01)
    fallen = 9.81e4 * 2e-4**2 / 2
    assert 0.01 - found.arrays["nodes"].mean(axis=0)[2] == pytest.approx(fallen, rel=0.01)
    assert value(found, "external_work") == pytest.approx(7850 * 8e-6 * 9.81e4 * fallen, rel=0.01)
    # starting under load, central differences count an eighth of m g^2 dt^2 too little once and for all
    assert found.series.columns["energy_error"][-1] < 1e-4


def test_a_push_does_the_work_that_becomes_energy():
    forces = {"push": {"on": {"set": "z_low"}, "vector": [0, 0, 2e4], "curve": [[0, 0], [1e-4, 1], [2e-4, 0]]}}
    found = ran(model={"shape": CUBE, "material": "steel_elastic"}, forces=forces, until=4e-4)
    speed = 2e4 * 1e-4 / (7850 * 8e-6)  # the curve's area over the mass
    assert value(found, "rebound_speed.model") == pytest.approx(speed, rel=1e-3)
    assert value(found, "external_work") == pytest.approx(0.5 * 7850 * 8e-6 * speed**2, rel=0.01)
    assert value(found, "energy_error") < 0.005


def test_a_pulled_bar_takes_the_work_that_is_done_on_it():
    """Slowly to 0.1 % of strain: E strain^2 / 2 in every volume; then plastically."""
    shape = {"bar": {"length": 0.02, "width": 0.01, "counts": [3, 3, 6]}}
    motion = {"of": {"set": "tip"}, "axis": "z", "velocity": [[0, 0], [2e-4, 0.1], [4e-4, 0]]}
    found = ran(model={"shape": shape, "material": THIN, "hold": {"foot": "z"}}, motions={"pull": motion}, until=4e-4)
    assert value(found, "length_z.model") == pytest.approx(0.02 * 1.001, rel=1e-6)
    assert value(found, "internal_energy") == pytest.approx(0.5 * 210e9 * 1e-6 * 2e-6, rel=0.01)
    assert value(found, "external_work") == pytest.approx(value(found, "internal_energy"), rel=0.01)
    assert value(found, "energy_error") < 0.005
    soft = {**STEEL, "yield_stress": 100e6, "hardening": 600e6}  # enough not to neck
    motion["velocity"] = [[0, 0], [2e-4, 10.0], [4e-4, 0]]
    found = ran(model={"shape": shape, "material": soft, "hold": {"foot": "z"}}, motions={"pull": motion}, until=4e-4)
    strain = np.log(1.1)
    assert value(found, "external_work") == pytest.approx(2e-6 * (100e6 * strain + 300e6 * strain**2), rel=0.01)
    assert value(found, "max_plastic_strain") == pytest.approx(strain, rel=0.02)
    assert value(found, "energy_error") < 0.005


def test_a_wall_that_can_be_pushed_takes_the_momentum():
    found = ran(model=bar(0.01, 40), impact={"speed": 10.0, "mass": 0.0785}, until=3 * 0.1 / SOUND, timing={"safety": 0.5})
    # the wall, as heavy as the bar, leaves with its speed bit by bit: what the bar has lost the wall has
    bar_now = -value(found, "rebound_speed.model") * 0.0785
    assert value(found, "impulse.impact") + bar_now == pytest.approx(0.785, rel=1e-9)
    assert value(found, "impulse.impact") > 0.5 * 0.785
    assert value(found, "energy_error") < 0.005


def test_elements_that_fail_are_taken_out_and_their_energy_stays_counted():
    weak = {**STEEL, "yield_stress": 300e6, "hardening": 100e6, "failure_strain": 0.3}
    shape = {"bar": {"length": 0.03, "width": 0.006, "counts": [4, 4, 20]}}
    found = ran(model={"shape": shape, "material": weak}, impact={"speed": 300.0}, until=3e-5, timing={"safety": 0.5})
    assert 0 < value(found, "failed_elements") < 320
    strains = found.arrays["plastic_strain"]
    assert (strains >= 0.3).sum() == value(found, "failed_elements")
    assert value(found, "energy_error") < 0.005


def test_mass_scaling_reaches_its_time_step_and_says_what_it_added():
    shape = {"bar": {"length": 0.02, "width": 0.01, "counts": [4, 4, 4]}}  # 2.5 x 2.5 x 5 mm
    plain = ran(model={"shape": shape, "material": THIN, "velocity": [0, 0, 1.0]}, samples=10, until=5e-4)
    first = plain.stats["first_step"]
    assert value(plain, "added_mass") == 0
    wanted = 1.5 * 0.0025 / SOUND * 0.9 / (0.06 + np.sqrt(0.06**2 + 1))
    found = ran(
        model={"shape": shape, "material": THIN, "velocity": [0, 0, 1.0]}, samples=10, until=5e-4, timing={"mass_scaling": wanted},
        guards={"added_mass": 2.0},
    )  # fmt: skip
    assert found.stats["first_step"] == pytest.approx(1.5 * first, rel=0.02)
    assert value(found, "added_mass") == pytest.approx(1.25 * 7850 * 2e-6, rel=1e-9)
    assert value(found, "mass.model") == pytest.approx(2.25 * 7850 * 2e-6, rel=1e-9)


def big_one():
    """Two blocks of 3,456 and 125 elements that collide, slide, and flow at the wall."""
    soft = {**STEEL, "yield_stress": 250e6, "hardening": 1e9, "failure_strain": 0.2}
    big = {"shape": {"box": {"size": [0.012, 0.012, 0.024], "counts": [12, 12, 24]}}, "material": soft, "velocity": [0, 0, -200.0]}
    small = {
        "shape": {"box": {"size": [0.006, 0.006, 0.006], "counts": [5, 5, 5]}}, "material": soft, "position": [0.002, 0.001, 0.0241],
        "velocity": [20.0, 0, -400.0],
    }  # fmt: skip
    walls = {"floor": {"friction": 0.2}, "ram": {"shape": "sphere", "radius": 0.003, "position": [0.00902, 0, 0.001], "mass": 0.01}}
    return spec_of(parts={"big": big, "small": small}, walls=walls, contact={"friction": 0.3}, until=6e-6, gravity=[0, 0, -9.81])


def whole(threads):
    run = runs.init(prepare(big_one(), Path()), Target(threads=threads))
    run.threads = threads
    assert len(run.arrays.blocks.step) >= 3
    return run


def finish(run):
    assert runs.advance_to_end(run, Silent(), lambda: None, lambda: False) == ""
    return {name: np.array(array) for name, array in run.state().items() if name not in ("seconds",)}


class Stopping(Silent):
    """Cancels once half of the run is done."""

    def __init__(self):
        self.now = 0.0

    def progress(self, fraction, note=""):
        self.now = fraction

    def cancelled(self):
        return self.now > 0.4


def same_bits(a, b):
    assert a.keys() == b.keys()
    for name in a:
        if not name.startswith("contact.") or name.split(".")[1] in ("force", "rub", "work", "face", "deepest"):
            assert a[name].tobytes() == b[name].tobytes(), name


@pytest.fixture(scope="module")
def single():
    return finish(whole(1))


@pytest.mark.parametrize("threads", [2, 3])
def test_the_number_of_threads_changes_no_bit(single, threads):
    same_bits(finish(whole(threads)), single)


def test_the_big_one_does_what_it_should(single):
    assert (single["contact.deepest"] > 0).any()
    assert (single["strains"][-1] > 0.01).any()
    assert np.abs(single["walls.impulse"]).sum(axis=0).all(axis=0).any()


def test_a_run_that_was_cut_goes_on_as_if_it_had_not_been(single, monkeypatch):
    monkeypatch.setattr(runs, "PATIENCE", 0.0)
    run, kept = whole(2), {}
    reason = runs.advance_to_end(run, Stopping(), lambda: kept.update({k: np.array(v) for k, v in run.state().items()}), lambda: False)
    assert reason == runs.CANCELLED
    assert 0.3 < run.arrays.clock.now[0] / 6e-6 < 0.9
    again = whole(2)
    again.restore(kept)
    same_bits(finish(again), single)


def test_masses_of_bodies_are_those_of_their_volumes():
    case = prepare(big_one(), Path())
    for name, mesh in case.meshes.items():
        assert case.node_mass[case.nodes_of(name)].sum() == pytest.approx(7850 * volumes(mesh).sum(), rel=1e-12)
