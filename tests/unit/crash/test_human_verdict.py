"""Robots against people: masses, speeds and verdicts of known robots; the operational mass against a slow reference and pinocchio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from pydantic import ValidationError

from robots import dynamics, kinematics
from robots.catalogue import load
from twin import assets
from twin.draw import scene_picture
from twin.kinds import Context, Silent, Target
from twin.physics.crash.human import Assessment, evaluate, human_check, human_files, human_preflight, human_result, human_scalars
from twin.physics.crash.human_robot import heaviest, operational_mass, toucher
from twin.physics.crash.human_spec import HumanSpec
from twin.scene.check import check as check_scene

HERE = Path()
ARM = [f"right_joint_{i}" for i in range(1, 8)]
SWING = {"poses": [{"right_joint_1": -1.0}, {"right_joint_1": 0.2}, {"right_joint_4": -1.0}], "share": 0.2, "samples": 5}


def spec(**changes: Any) -> HumanSpec:
    document: dict[str, Any] = {"robot": {"model": "iiwa"}, "region": "chest", "speed": "250 mm/s"}
    document = {**document, **changes}
    return HumanSpec.model_validate({key: value for key, value in document.items() if value is not None})


def judged(**changes: Any) -> Assessment:
    return evaluate(spec(**changes), HERE)


def h10w(**changes: Any) -> HumanSpec:
    return spec(**{"robot": {"model": "h10w"}, "link": "right_tcp", **changes})


def faults(given: HumanSpec) -> dict[str, str]:
    """Path -> the whole sentence."""
    return {fault.path: str(fault) for fault in human_check(given, Context(HERE))}


def test_an_iiwa_at_the_chest_by_hand():
    found = judged(payload=1.5, area="4 cm^2")
    assert found.who.mass == pytest.approx(4 + 4 + 3 + 2.7 + 1.7 + 1.8 + 0.3)
    assert found.robot_mass == pytest.approx(17.5 / 2 + 1.5)
    mu = 1 / (1 / 40 + 1 / 10.25)
    assert found.reduced_mass == pytest.approx(mu)
    assert found.places.force[0] == pytest.approx(0.25 * np.sqrt(mu * 25e3))
    assert found.places.allowed[0] == pytest.approx(280 / np.sqrt(mu * 25e3))
    assert found.transient_margin == pytest.approx(1 - 0.25 / found.places.allowed[0])
    assert found.verdict == "within"
    assert "onfirm against the standard: ISO/TS 15066:2016" in found.sentence


def test_a_small_area_makes_pressure_decide():
    found = judged(area="0.5 cm^2", speed="0.4 m/s")
    assert found.blow.both == pytest.approx(2 * 120 * 0.5)
    assert found.places.allowed[0] == pytest.approx(120 / np.sqrt(found.reduced_mass * 25e3))
    assert found.verdict == "exceeds"
    assert found.reasons == (f"peak pressure {found.places.force[0] / 0.5:.4g} N/cm^2 at the sternum exceeds 240 N/cm^2",)


def test_what_moves_counts_with_everything_it_carries():
    arm, torso, head = 2.8 + 2.7 + 2.2 + 2.1 + 1.6 + 1.3 + 0.6 + 1.1 + 2 * 0.12, 16.0, 2.3
    assert toucher(h10w(moving=ARM), HERE).mass == pytest.approx(arm)
    assert toucher(h10w(), HERE).mass == pytest.approx(2 * arm + torso + head)
    assert toucher(h10w(base_moves=True), HERE).mass == pytest.approx(sum(link.mass for link in load("h10w").links))
    assert toucher(h10w(link="right_link_4", moving=ARM), HERE).mass == pytest.approx(arm)
    assert toucher(h10w(link="torso"), HERE).moving == ("lift",)


@pytest.mark.parametrize("name", ["iiwa", "h10w"])
def test_operational_mass_is_that_of_plain_matrices(name: str):
    given = h10w() if name == "h10w" else spec()
    who, rng = toucher(given.model_copy(update={"offset": (0.02, -0.03, 0.05)}), HERE), np.random.default_rng(3)
    robot = who.robot
    for payload in (0.0, 2.5):
        q = (robot.home + rng.uniform(-0.3, 0.3, robot.nq))[None]
        u = rng.normal(size=3)
        u /= np.linalg.norm(u)
        step, J = 1e-6, np.zeros((3, robot.nq))
        for joint in range(robot.nq):  # the velocity of the point by central differences
            d = np.eye(robot.nq)[joint] * step
            J[:, joint] = (who.point(q + d)[0] - who.point(q - d)[0]) / (2 * step)
        zero = np.zeros(robot.nv)
        still = dynamics.inverse_dynamics(robot, q[0], zero, zero)[0]
        M = np.array([dynamics.inverse_dynamics(robot, q[0], zero, row)[0] - still for row in np.eye(robot.nv)]).T
        tool = kinematics.jacobian(robot, q, who.tool or "")[0, :3]
        M = M + payload * tool.T @ tool
        rows = [robot.index(joint) for joint in who.moving]
        M, J = M[np.ix_(rows, rows)], J[:, rows]
        expected = 1 / (u @ J @ np.linalg.inv(M) @ J.T @ u)
        assert operational_mass(who.jacobian(q), who.inertia(q, payload), u[None])[0] == pytest.approx(expected, rel=1e-6)


def test_operational_mass_is_that_of_pinocchio():
    pinocchio = pytest.importorskip("pinocchio")
    who = toucher(spec(link="lbr_iiwa_link_7"), HERE)
    model = pinocchio.buildModelFromUrdf(str(who.robot.source))
    data, q, u = model.createData(), who.robot.home + 0.1, np.array([0.6, 0.0, 0.8])
    frame = model.getFrameId("lbr_iiwa_link_7")
    J = pinocchio.computeFrameJacobian(model, data, q, frame, pinocchio.ReferenceFrame.LOCAL_WORLD_ALIGNED)[:3]
    M = pinocchio.crba(model, data, q)
    M = np.triu(M) + np.triu(M, 1).T
    expected = 1 / (u @ J @ np.linalg.solve(M, J.T @ u))
    assert operational_mass(who.jacobian(q[None]), who.inertia(q[None], 0.0), u[None])[0] == pytest.approx(expected, rel=1e-9)


def test_nothing_is_heavier_than_the_heaviest_direction():
    who, rng = toucher(spec(), HERE), np.random.default_rng(5)
    q = who.robot.home[None] + rng.uniform(-0.3, 0.3, (1, 7))
    J, M = who.jacobian(q), who.inertia(q, 0.0)
    most = operational_mass(J, M, heaviest(J, M))[0]
    for u in rng.normal(size=(200, 3)):
        assert operational_mass(J, M, (u / np.linalg.norm(u))[None])[0] <= most * (1 + 1e-9)


def test_the_mass_at_a_pose_lies_below_all_that_moves():
    found = judged(robot={"model": "h10w"}, link="right_tcp", path=SWING, speed=None)
    assert (found.places.operational < found.who.mass).all()
    assert np.ptp(found.places.operational) > 0.05


def test_allowed_speed_falls_with_payload_and_with_what_moves():
    speeds = [judged(payload=m).places.allowed[0] for m in (0, 1, 5, 14)]
    assert (np.diff(speeds) < 0).all()
    arm, lift, base = (evaluate(given, HERE).places.allowed[0] for given in (h10w(moving=tuple(ARM)), h10w(), h10w(base_moves=True)))
    assert arm > lift > base
    margins = [judged(speed=v).margin for v in (0.1, 0.3, 0.6, 1.2)]
    assert (np.diff(margins) < 0).all()
    assert margins[-1] < 0


@pytest.mark.parametrize("region", ["skull", "face"])
@pytest.mark.parametrize("contact", ["transient", "quasi_static", "both"])
def test_contact_with_the_head_is_not_permissible(region: str, contact: str):
    given = spec(region=region, contact=contact, clamping_force=1.0, speed=1e-3)
    found = human_result(given, Target(), Silent(), Context(HERE))
    assert found.status == "done"
    assert found.reason.endswith("is not permissible; confirm against the standard")
    assert human_preflight(given, Context(HERE))[-1].startswith("Confirm against the standard: ISO/TS 15066")
    assert found.scalars["within"].value == 0
    assert found.scalars["margin"].value == -1
    if given.blow:
        assert found.scalars["allowed_speed"].value == found.scalars["transient_force_limit"].value == 0


def test_a_clamp_has_half_the_limit_of_a_blow():
    found = judged(contact="both", clamping_force=139, area="2 cm^2", region="hand", site="palm")
    assert found.clamp.force == 140
    assert found.blow.force == 280
    assert found.quasi_static_margin == pytest.approx(1 - 139 / 140)
    assert found.within
    assert judged(contact="quasi_static", clamping_force=141, speed=None).reasons == ("clamping force 141 N exceeds 140 N",)


def test_speed_and_direction_from_joint_speeds():
    found = judged(speed=None, joint_speeds={"lbr_iiwa_joint_1": "30 deg/s"})
    x, y, _ = found.places.point[0]
    assert found.places.speed[0] == pytest.approx(np.radians(30) * np.hypot(x, y))
    assert found.places.direction[0] == pytest.approx(np.array([-y, x, 0]) / np.hypot(x, y), abs=1e-9)


def test_a_driving_base_moves_the_hand_as_fast():
    found = evaluate(h10w(base_moves=True, speed=None, joint_speeds={"base_x": "0.5 m/s"}), HERE)
    assert found.places.speed[0] == pytest.approx(0.5)
    assert found.places.direction[0] == pytest.approx([1, 0, 0], abs=1e-12)


def test_a_path_keeps_the_joint_limits_and_its_speeds_are_those_of_the_point():
    found = evaluate(h10w(path={**SWING, "samples": 200}, speed=None), HERE)
    places, robot = found.places, found.who.robot
    assert len(places.t) == 401
    assert (np.diff(places.t) > 0).all()
    rates = np.abs(np.diff(places.q, axis=0)) / np.diff(places.t)[:, None]
    assert rates.max(axis=0)[robot.index("right_joint_1")] == pytest.approx(0.2 * 2.0, rel=1e-6)
    travelled = np.linalg.norm(np.diff(places.point, axis=0), axis=1) / np.diff(places.t)
    middle = (places.speed[1:] + places.speed[:-1]) / 2
    smooth = np.ones(400, bool)
    smooth[199:201] = False  # beside the pose where the joints change
    assert travelled[smooth] == pytest.approx(middle[smooth], rel=1e-3)
    assert places.margin[found.worst] == places.margin.min()


def test_a_path_with_a_speed_is_passed_at_that_speed():
    places = evaluate(h10w(path=SWING, speed=0.2), HERE).places
    assert places.speed == pytest.approx(np.full(len(places.t), 0.2))
    way = np.linalg.norm(np.diff(places.point, axis=0), axis=1)
    assert np.diff(places.t) == pytest.approx(way / 0.2)


@pytest.mark.parametrize(
    "changes",
    [
        {"speed": 0.2},
        {"speed": 0.2, "area": 1e-4},
        {"speed": None, "contact": "quasi_static", "clamping_force": 50, "area": 1e-4},
        {"speed": None, "contact": "both", "clamping_force": 50, "path": SWING},
        {"speed": None, "contact": "quasi_static", "clamping_force": 50, "path": SWING},
        {"speed": None, "region": "face", "path": SWING},
    ],
)
def test_results_have_the_scalars_that_were_promised(changes: dict[str, Any], tmp_path: Path):
    given = h10w(**changes)
    assert faults(given) == {}
    found = human_result(given, Target(), Silent(), Context(HERE, scratch=tmp_path))
    assert {name: scalar.unit for name, scalar in found.scalars.items()} == dict(human_scalars(given))
    assert "onfirm against the standard" in found.log
    assert found.stats["note"] == "confirm against the standard"
    assert found.scene is not None
    check_scene(found.scene)
    if found.series is not None:
        assert set(found.series.columns) == set(found.series.units)
        assert all(len(column) == len(found.series.t) for column in found.series.columns.values())
    assert [file.name for file in tmp_path.iterdir()] == (["speed_map.png"] if given.path else [])


def test_the_force_of_the_blow_over_time_peaks_at_the_peak_force():
    found = human_result(spec(), Target(), Silent(), Context(HERE))
    assert found.series is not None
    assert found.series.columns["force"].max() == pytest.approx(found.scalars["peak_force"].value)


@pytest.mark.parametrize("name", ["h10w_hand_chest", "h10w_hand_hand"])
def test_bundled_scenarios_hold(name: str):
    file = assets.root() / "scenarios" / f"{name}.twin.yaml"
    document = yaml.safe_load(file.read_text())
    given = HumanSpec.model_validate(document["human"])
    assert faults(given) == {}
    found = human_result(given, Target(), Silent(), Context(file.parent))
    assert found.scalars["within"].value == 1
    assert set(document["expect"]) <= set(human_scalars(given))
    assert found.scene is not None
    assert scene_picture(found.scene, width=640, height=360).startswith(b"\x89PNG")


def test_files_are_the_table_and_the_robot():
    names = {file.name for file in human_files(spec(), HERE)}
    assert {"iso_ts_15066.yaml", "model.urdf"} <= names


BAD = [
    ({"region": "tail"}, "human.region", "chest"),
    ({"region": "chest", "site": "heart"}, "human.site", "sternum"),
    ({"robot": {"model": "robbie"}}, "human.robot", "h10w, iiwa, panda"),
    ({"robot": {"urdf": "none.urdf"}}, "human.robot", "an existing file"),
    ({"link": "hand"}, "human.link", "lbr_iiwa_link_7"),
    ({"link": "lbr_iiwa_link_0"}, "human.link", "base_moves"),
    ({"robot": {"model": "h10w"}}, "human.link", "right_tcp"),
    ({"moving": ("elbow",)}, "human.moving", "lbr_iiwa_joint_1"),
    ({"moving": ("lbr_iiwa_joint_7",), "link": "lbr_iiwa_link_3"}, "human.moving", "a point that a joint moves"),
    ({"pose": {"lbr_iiwa_joint_9": 0}}, "human.pose.lbr_iiwa_joint_9", "Did you mean"),
    ({"pose": {"lbr_iiwa_joint_2": "170 deg"}}, "human.pose.lbr_iiwa_joint_2", "the joint's limits"),
    ({"speed": None, "joint_speeds": {"lbr_iiwa_joint_1": 50}}, "human.joint_speeds.lbr_iiwa_joint_1", "the joint's limit"),
    ({"speed": None, "joint_speeds": {"lbr_iiwa_joint_7": 0.5}}, "human.joint_speeds", "speeds that move tool"),
    ({"speed": None, "path": {"poses": [{}, {}]}}, "human.path.poses", "at least two that differ"),
    (
        {"moving": ("lbr_iiwa_joint_1",), "speed": None, "path": {"poses": [{}, {"lbr_iiwa_joint_2": 1.0}]}},
        "human.moving",
        "lbr_iiwa_joint_2 too",
    ),
    ({"base_moves": True, "speed": None, "path": {"poses": [{}, {"base_x": 1.0}]}}, "human.path", "Give `speed`"),
]


@pytest.mark.parametrize(("changes", "path", "words"), BAD, ids=[f"{path}-{k}" for k, (_, path, _) in enumerate(BAD)])
def test_bad_input_is_a_fault_with_its_place(changes: dict[str, Any], path: str, words: str):
    found = faults(spec(**changes))
    assert path in found
    assert words in found[path]


@pytest.mark.parametrize(
    "changes",
    [
        {"speed": 0},
        {"speed": -1},
        {"speed": None},
        {"speed": "3 kg"},
        {"speed": 0.2, "joint_speeds": {"lbr_iiwa_joint_1": 1}},
        {"path": {"poses": [{}]}},
        {"contact": "both"},
        {"contact": "gentle"},
        {"direction": [0, 0, 0]},
        {"area": 0},
        {"payload": "-1 kg"},
        {"clamping_force": 0},
        {"robot": {}},
        {"robot": {"model": "iiwa", "urdf": "x.urdf"}},
        {"regio": "chest"},
        {"pose": {"lbr_iiwa_joint_1": "3 kg"}},
    ],
)
def test_what_fields_alone_show_is_refused(changes: dict[str, Any]):
    with pytest.raises(ValidationError):
        spec(**changes)


def test_a_point_that_cannot_give_way_is_infinitely_heavy_and_still_judged():
    given = h10w(link="torso", direction=(1, 0, 0), speed=0.1)
    found = human_result(given, Target(), Silent(), Context(HERE))
    assert "robot_mass_operational" not in found.scalars
    assert found.scalars["allowed_speed_operational"].value == pytest.approx(280 / np.sqrt(40 * 25e3))
    assert "cannot give way" in found.log
