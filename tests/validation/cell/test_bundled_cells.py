"""The bundled cells pass on both engines, and a mutated twin of each fails for the reason it should."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec

import pytest

from tests.require import needs
from twin.contact import ENGINES
from twin.execute import judged
from twin.kinds import Context, Silent, Target
from twin.physics.cell.simulate import simulate
from twin.result import Result
from twin.scenario import load

CELLS = ("server_sled_insertion", "iiwa_pick_place", "panda_pick_place", "h10w_two_arm_lift")


@cache
def _run(name: str, engine: str, changes: tuple[tuple[str, str], ...] = ()) -> Result:
    scenario = load(name, {"engine": engine, **dict(changes)})
    result = simulate(scenario.spec, Target(), Silent(), Context(scenario.folder, scenario.seed, scenario.site))
    return judged(result, scenario, "id", Target())


def run(name: str, engine: str, changes: Mapping[str, str] | None = None) -> Result:
    needs("pybullet", engine != "pybullet" or find_spec("pybullet"), "pybullet has wheels up to CPython 3.11 only")
    needs("pybullet", "h10w" in name or "sled" in name or find_spec("pybullet_data"), "the robot's files come with pybullet")
    return _run(name, engine, tuple((changes or {}).items()))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", CELLS)
def test_a_bundled_cell_passes(name: str, engine: str) -> None:
    result = run(name, engine)
    assert result.verdict == "pass", (result.reason, [e for e in result.expectations if not e.ok])
    assert result.scalars["completed"].value == 1
    assert result.scene is not None
    assert len(result.scene.t) > 100


@pytest.mark.parametrize("name", CELLS)
def test_both_engines_take_the_same_time(name: str) -> None:
    first, second = (run(name, engine).scalars["cycle_time"].value for engine in ENGINES)
    assert first == pytest.approx(second, rel=0.05)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_sled_rubs_on_its_rails_while_it_is_pushed(engine: str) -> None:
    """Lying in the rack after it was let go does not count: 50 ms before that the window closes."""
    result = run("server_sled_insertion", engine)
    assert load("server_sled_insertion").spec.time_step <= 2e-3
    starts = {event["detail"].split(" ")[0]: event["t"] for event in result.events if event["what"] == "step"}
    assert result.series is not None
    t, force = result.series.t, result.series.columns["contact.sled.rack.force"]
    pushed = (t >= starts["push"]) & (t < starts["let_go"] - 0.05)
    sample = t[1] - t[0]
    assert (force[pushed] > 0.1).sum() * sample >= 0.05
    assert force[pushed].sum() * sample > 0.1


MUTANTS = [
    ("server_sled_insertion", {"fixtures.rack.shape.compound.0.shape.slot.width": "219 mm"}, ("jammed", "force limit")),
    ("server_sled_insertion", {"program.right.steps.push.insert.force_limit": "2 N"}, ("force limit",)),
    ("server_sled_insertion", {"program.right.steps.take.grip.force": "60 N"}, ("grip lost",)),
    ("server_sled_insertion", {"parts.sled.offset.position.x": "100 mm"}, ("grip missed",)),
    ("iiwa_pick_place", {"fixtures.place_table.pose.position.y": "1.3 m"}, ("unreachable",)),
    ("panda_pick_place", {"program.arm.steps.above.move_joint.speed": "0.01", "time_limit": "3 s"}, ("time limit",)),
    ("h10w_two_arm_lift", {"program.right.steps.take.grip.force": "40 N"}, ("grip lost",)),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("name", "changes", "reasons"), MUTANTS)
def test_a_mutant_fails_for_its_reason(name: str, changes: dict[str, str], reasons: tuple[str, ...], engine: str) -> None:
    result = run(name, engine, changes)
    assert result.status == "done"
    assert result.verdict == "fail"
    assert result.reason.startswith(reasons), result.reason
    assert " at " in result.reason
    assert result.reason.split(" at ")[1].split(" s")[0].replace(".", "").isdigit()
    assert "cycle_time" not in result.scalars


def test_the_same_cell_gives_the_same_bits() -> None:
    """A fresh engine for every run: what ran before in this process leaves no trace."""
    changes = {"time_limit": "2 s"}
    engine = "pybullet" if find_spec("pybullet") else "mujoco"
    first = run("server_sled_insertion", engine, changes)
    run("h10w_two_arm_lift", engine)
    _run.cache_clear()
    second = run("server_sled_insertion", engine, changes)
    assert first.series is not None
    assert second.series is not None
    for name, values in first.series.columns.items():
        assert values.tobytes() == second.series.columns[name].tobytes(), name


def test_both_engines_beside_each_other() -> None:
    needs("pybullet", find_spec("pybullet"), "pybullet has wheels up to CPython 3.11 only")
    scalars = run("server_sled_insertion", "both").scalars
    assert scalars["engines_agree"].value == 1.0
    assert scalars["engine_difference.cycle_time"].value <= 0.05
    assert scalars["engine_difference.final_position.sled"].value < 2e-3
    assert scalars["mujoco.cycle_time"].value > 0
