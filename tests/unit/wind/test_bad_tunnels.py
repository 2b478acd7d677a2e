"""Everything that can be wrong with a tunnel is said before or while it runs, with the place, what is allowed and a remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.geometry import shapes
from twin.geometry.surface import Surface
from twin.kinds import Context, Silent, Target
from twin.physics.wind.check import check
from twin.physics.wind.preflight import lines, preflight
from twin.physics.wind.simulate import simulate
from twin.physics.wind.spec import WindSpec
from twin.scenario import check as check_file

BALL = {"shape": {"sphere": {"diameter": 0.1}}}


def spec(**changes: Any) -> WindSpec:
    document: dict[str, Any] = {
        "bodies": {"ball": BALL},
        "air": {"speed": 1.0, "density": 1.0, "viscosity": 1e-3},
        "tunnel": {"size": [0.8, 0.4, 0.4], "origin": [-0.2, -0.2, -0.2]},
        "resolution": {"cells_across": 8},
        "pictures": False,
    }
    return WindSpec.model_validate({**document, **changes})


def faults(folder: Path = Path(), **changes: Any) -> dict[str, str]:
    """Path -> the whole sentence."""
    return {fault.path: str(fault) for fault in check(spec(**changes), Context(folder))}


def write_stl(path: Path, surface: Surface) -> Path:
    """ASCII, as every program writes it."""
    facets = [
        "facet normal 0 0 0\nouter loop\n" + "\n".join("vertex {:.9g} {:.9g} {:.9g}".format(*p) for p in corners) + "\nendloop\nendfacet"
        for corners in surface.vertices[surface.faces]
    ]
    path.write_text("solid it\n" + "\n".join(facets) + "\nendsolid it\n")
    return path


def test_a_good_tunnel_has_no_faults():
    assert faults() == {}


def test_a_car_of_four_kilometres_was_drawn_in_millimetres(tmp_path):
    write_stl(tmp_path / "car.stl", shapes.box((4000.0, 1600.0, 1400.0)))
    found = faults(tmp_path, bodies={"car": {"mesh": "car.stl"}}, tunnel={})
    assert "4000 m long" in found["bodies.car.scale"]
    assert "scale: 0.001" in found["bodies.car.scale"]
    assert faults(tmp_path, bodies={"car": {"mesh": "car.stl", "scale": 0.001}}, tunnel={}) == {}


def test_a_body_of_a_micrometre_was_drawn_in_metres(tmp_path):
    write_stl(tmp_path / "cover.stl", shapes.box((0.5, 0.3, 0.2)))
    assert "scale: 1" in faults(tmp_path, bodies={"cover": {"mesh": "cover.stl", "scale": 1e-6}}, tunnel={})["bodies.cover.scale"]


def test_a_missing_and_a_broken_mesh(tmp_path):
    assert "bodies.x.mesh" in faults(tmp_path, bodies={"x": {"mesh": "none.stl"}})
    (tmp_path / "torn.stl").write_bytes(b"solid torn\nfacet nor")
    assert "bodies.x.mesh" in faults(tmp_path, bodies={"x": {"mesh": "torn.stl"}})


@pytest.mark.parametrize("position", [[0.7, 0, 0], [0, 0.3, 0], [0, 0, -0.3]])
def test_a_body_outside_the_tunnel(position):
    assert "a body inside the tunnel" in faults(bodies={"ball": {**BALL, "position": position}})["bodies.ball"]


def test_a_body_larger_than_the_tunnel():
    assert "bodies.ball" in faults(bodies={"ball": {"shape": {"sphere": {"diameter": 0.5}}}})


def test_a_body_that_fills_the_tunnel():
    found = faults(tunnel={"size": [0.8, 0.11, 0.11], "origin": [-0.2, -0.055, -0.055]})
    assert "less than half of the cross-section" in found["tunnel.size"]


def test_no_room_between_inlet_and_body():
    assert "4 cells of free air" in faults(tunnel={"size": [0.8, 0.4, 0.4], "origin": [-0.06, -0.2, -0.2]})["tunnel.size"]


def test_cells_too_coarse_for_a_part():
    small = {"shape": {"sphere": {"diameter": 0.01}}, "position": [0.3, 0, 0]}
    found = faults(bodies={"ball": BALL, "knob": small}, resolution={"cell": 0.005})
    assert "the smallest has 2" in found["resolution.cell"]
    assert "finer" in found["resolution.cell"]


def test_a_wind_too_fast_for_the_lattice():
    tunnel = {"size": [0.8, 0.4, 0.4], "origin": [-0.2, -0.2, -0.2], "walls": "no_slip", "inlet": "parabolic"}
    found = faults(tunnel=tunnel, resolution={"cells_across": 8, "lattice_speed": 0.2})
    assert "Mach number" in found["resolution.lattice_speed"]


def test_more_cells_than_memory():
    found = faults(resolution={"cell": 1e-5})
    assert "GiB" in found["resolution.cell"]
    assert "memory:" in found["resolution.cell"]


def test_too_little_memory_for_any_useful_cell():
    assert "cells across every body" in faults(resolution={"memory": 2e5})["resolution.memory"]


@pytest.mark.parametrize("name", ["../out", "a/b", "a.b", "", "x" * 65])
def test_names_of_bodies_cannot_lead_out_of_the_folder(name):
    with pytest.raises(ValueError, match="letters, digits"):
        spec(bodies={name: BALL})


def test_a_body_below_the_floor():
    found = faults(ground={}, tunnel={"size": [0.8, 0.4, 0.4], "origin": [-0.2, -0.2, -0.2]}, bodies={"ball": BALL})
    assert "clearance" in found["ground"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tunnel: {walls: slip, inlet: parabolic}", "no_slip"),
        ("tunnel: {inlet: [[0 m, 1 m/s]]}", "at least two pairs"),
        ("tunnel: {inlet: [[1 m, 1 m/s], [0 m, 2 m/s]]}", "heights rising"),
        ("tunnel: {origin: [0, 0, 0]}", "wants sizes"),
        ("resolution: {cells_across: 32, cell: 5 mm}", "only one of"),
        ("resolution: {cells_across: 2}", "4"),
        ("resolution: {lattice_speed: 0.5}", "0.2"),
        ("until: {drag_ci95: 0}", "0"),
        ("tunel: {}", "tunnel"),
        ("bodies: {x: {mesh: a.stl, shape: {sphere: {diameter: 1 m}}}}", "exactly one of"),
        ("bodies: {x: {shape: {sphere: {diameter: 1 m}, box: {size: [1, 1, 1]}}}}", "exactly one of"),
        ("bodies: {}", "1"),
        ("air: {speed: 12 km}", "m/s"),
        ("air: {speed: -3}", "0"),
        ("eddies: lots", "auto"),
        ("grid: 2", "3"),
    ],
)
def test_what_a_file_can_say_wrongly(tmp_path, text, words):
    keys = {"bodies": "bodies: {ball: {shape: {sphere: {diameter: 0.1 m}}}}", "air": "air: {speed: 1 m/s}"}
    lines_ = ["twin: 1", "kind: wind", *(line for key, line in keys.items() if not text.startswith(key)), text]
    file = tmp_path / "bad.twin.yaml"
    file.write_text("\n".join(lines_) + "\n")
    found = check_file(str(file))
    assert found
    assert any(words in str(fault) for fault in found)
    assert all(fault.line for fault in found)


def test_a_sheet_without_thickness_has_no_inside(tmp_path):
    corners = np.array([(0.0, -0.05, -0.05), (0.0, 0.05, -0.05), (0.0, 0.05, 0.05), (0.0, -0.05, 0.05)])
    sheet = Surface(corners, np.array([(0, 1, 2), (0, 2, 3)], np.int32))
    twice = Surface(corners, np.array([(0, 1, 2), (0, 2, 3), (2, 1, 0), (3, 2, 0)], np.int32))
    for surface in (sheet, twice):
        write_stl(tmp_path / "it.stl", surface)
        assert "thickness" in faults(tmp_path, bodies={"it": {"mesh": "it.stl"}})["bodies.it.mesh"]


def test_a_plate_thinner_than_a_cell_does_not_vanish(tmp_path):
    thin = spec(bodies={"plate": {"shape": {"box": {"size": [0.002, 0.1, 0.1]}}}}, until={"max_flow_throughs": 0.5})
    assert check(thin, Context(tmp_path)) == []
    result = simulate(thin, Target(), Silent(), Context(tmp_path))
    assert result.scalars["drag_coefficient"].value > 0.8
    assert result.scalars["trust_level"].value < 2
    assert "thin parts did not vanish" in result.log


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["open", "inverted", "crossed"])
def test_damaged_meshes_run_and_say_so(tmp_path, damage):
    """A hole, faces turned round, bodies through each other: computed as well as it can be, trusted less."""
    ball = shapes.sphere(0.1, subdivisions=3)
    if damage == "open":
        ball = Surface(ball.vertices, ball.faces[: -len(ball.faces) // 50])
    elif damage == "inverted":
        ball = Surface(ball.vertices, np.ascontiguousarray(ball.faces[:, ::-1]))
    else:
        again = ball.moved(np.array([[1, 0, 0, 0.03], [0, 1, 0, 0.007], [0, 0, 1, 0.003], [0, 0, 0, 1.0]]))
        ball = Surface(np.concatenate([ball.vertices, again.vertices]), np.concatenate([ball.faces, again.faces + len(ball.vertices)]))
    write_stl(tmp_path / "it.stl", ball)
    it = spec(bodies={"it": {"mesh": "it.stl"}}, until={"max_flow_throughs": 0.3})
    context = Context(tmp_path)
    assert check(it, context) == []
    known = preflight(it, tmp_path)
    said = "\n".join(lines(it, context))
    assert ("body it:" in said) or damage == "inverted", said
    if damage == "open":
        assert known.trust.level != "absolute"
    result = simulate(it, Target(), Silent(), context)
    assert result.status == "done"
    assert result.scalars["drag_coefficient"].value > 0.2


def test_a_flow_that_becomes_unstable_is_stopped_and_keeps_what_it_had():
    """Real: no viscosity to speak of, no eddies, a fast lattice."""
    wild = spec(
        air={"speed": 30.0, "density": 1.2, "viscosity": 1e-9},
        resolution={"cells_across": 8, "lattice_speed": 0.2},
        eddies="none",
        until={"max_flow_throughs": 30, "drag_ci95": 1e-6},
    )
    result = simulate(wild, Target(), Silent(), Context(Path()))
    assert result.status == "stopped"
    for word in ("unstable at t =", "step", "in cell (", "x =", "tau - 1/2", "eddies: 0.1"):
        assert word in result.reason
    assert result.series is not None
    assert len(result.series.t) > 3
    assert np.isfinite(result.series.columns["Cd"][:-4]).all()
    assert result.stats["trust"]["level"] == "none"


def test_what_is_not_a_number_in_a_solid_stops_nobody():
    from twin.physics.wind.case import prepare
    from twin.physics.wind.guard import sound, trouble
    from twin.physics.wind.run import init, step

    run = init(prepare(spec(), Path()), Target())
    step(run)
    middle = tuple(np.argwhere(run.case.bodies > 0).mean(axis=0).astype(int))
    run.flow.f[run.case.grid.base(*middle)] = np.nan
    assert not sound(run.flow)
    assert trouble(run.flow, run.case.layout) == ""
    before = run.flow.fields()[1][run.case.bodies == 0]
    run.flow.clean()
    assert sound(run.flow)
    np.testing.assert_array_equal(run.flow.fields()[1][run.case.bodies == 0], before)


def test_the_first_number_that_is_none_is_found_where_it_is():
    from twin.physics.wind.case import prepare
    from twin.physics.wind.guard import trouble
    from twin.physics.wind.run import init, step

    run = init(prepare(spec(), Path()), Target())
    step(run)
    run.flow.f[run.case.grid.base(3, 4, 5)] = np.nan  # at rest: of that cell alone
    assert "in cell (3, 4, 5)" in trouble(run.flow, run.case.layout)
    assert "not finite" in trouble(run.flow, run.case.layout)
