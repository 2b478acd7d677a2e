"""Everything that can be wrong with a crash is said before it runs, with the place, what is allowed and a remedy."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import pytest

from twin.errors import BadScenario, Fault
from twin.geometry import shapes
from twin.geometry.surface import Surface
from twin.scenario import check, load

FIGURES = "density: 7850 kg/m^3, young: 210 GPa"
SHAPE = "{box: {size: [10 mm, 10 mm, 20 mm], counts: [2, 2, 4]}}"
MODEL = f"model: {{shape: {SHAPE}, material: steel_s235}}"
KEYS = {"model": MODEL, "impact": "impact: {speed: 5 m/s}", "until": "until: 1 ms"}
PARTS = f"""\
parts:
  a: {{shape: {SHAPE}, material: steel_s235}}
  b: {{shape: {SHAPE}, material: steel_s235, position: [0, 0, 30 mm], velocity: [0, 0, -5 m/s]}}"""

Faults = Callable[..., list[Fault]]


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    """Of a good scenario with some keys changed; '' leaves a key away."""

    def found(*, extra: str = "", **changes: str) -> list[Fault]:
        lines = [*({**KEYS, **changes}.values()), extra]
        file = tmp_path / "bad.twin.yaml"
        file.write_text("\n".join(["twin: 1", "kind: crash", *filter(None, lines)]) + "\n")
        return check(str(file))

    return found


def only(found: list[Fault]) -> Fault:
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


def of_material(figures: str) -> str:
    return f"model: {{shape: {SHAPE}, material: {{{figures}}}}}"


def write_msh(path: Path, nodes: Any, elements: Any, kind: str = "hexahedron") -> None:
    meshio.Mesh(np.array(nodes, float), [(kind, np.array(elements))]).write(path, file_format="gmsh22", binary=False)


def test_a_good_crash_has_no_faults(faults: Faults):
    assert faults() == []
    assert faults(model=PARTS, impact="") == []


def test_the_command_s_reader_refuses_what_check_finds(faults: Faults, tmp_path: Path):
    assert faults(model=MODEL.replace("s235", "s236"))
    with pytest.raises(BadScenario, match="Did you mean steel_s235"):
        load(tmp_path / "bad.twin.yaml")


# meshes


CUBE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]]) * 0.01
DENTED = CUBE.copy()
DENTED[6] = -0.008
MESH = "model: {mesh: it.msh, material: steel_s235}"


@pytest.mark.parametrize(
    ("nodes", "elements", "kind", "says"),
    [
        (DENTED, [range(8)], "hexahedron", "element 0 at (0.00275, 0.00275, 0.00275) m has a corner that is flat or turned inside out"),
        (CUBE, [[0, 1, 2, 3, 6, 7, 4, 5]], "hexahedron", "element 0 with no volume in its middle"),
        (CUBE * [1, 1, 0], [range(8)], "hexahedron", "element 0 at (0.005, 0.005, 0) m has next to no volume"),
        (CUBE[[0, 1, 2, 3]], [[0, 1, 2, 3]], "tetra", "next to no volume"),
        (CUBE, [[0, 0, 2, 3, 4, 5, 6, 7]], "hexahedron", "element 0 names node 0 more than once"),
        (np.concatenate([CUBE, CUBE + np.array([0, 0, 0.01])]), [range(8), range(8, 16)], "hexahedron", "are both at"),
    ],
    ids=["a corner inside out", "twisted", "zero-volume", "flat tet", "node twice", "duplicate nodes"],
)
def test_a_damaged_mesh_is_named_element_by_element(faults: Faults, tmp_path: Path, nodes, elements, kind, says):
    write_msh(tmp_path / "it.msh", nodes, [list(e) for e in elements], kind)
    fault = only(faults(model=MESH))
    assert fault.path == "model.mesh"
    assert says in str(fault.given)
    assert fault.allowed.startswith("elements with a positive volume")
    assert fault.remedy == "Mend the mesh."
    assert fault.line == 3


def test_of_many_bad_elements_the_first_is_named_and_the_rest_counted(faults: Faults, tmp_path: Path):
    nodes = np.concatenate([DENTED + np.array([0.1 * k, 0, 0]) for k in range(3)])
    write_msh(tmp_path / "it.msh", nodes, [list(range(8 * k, 8 * k + 8)) for k in range(3)])
    given = str(only(faults(model=MESH)).given)
    assert given.startswith("element 0 at")
    assert given.endswith("and 2 more")


def test_elements_whose_nodes_go_the_other_way_round_are_turned_and_loose_nodes_left_out(faults: Faults, tmp_path: Path):
    """Programs do not agree on the order; nothing is ambiguous about it."""
    write_msh(tmp_path / "it.msh", np.concatenate([CUBE, [[5, 5, 5]]]), [[4, 5, 6, 7, 0, 1, 2, 3]])
    assert faults(model=MESH) == []
    write_msh(tmp_path / "it.msh", CUBE[[0, 1, 2, 4]], [[0, 2, 1, 3]], "tetra")
    assert faults(model=MESH) == []


def test_a_mesh_that_is_missing_torn_or_of_sheets(faults: Faults, tmp_path: Path):
    assert only(faults(model=MESH)).path == "model.mesh"
    (tmp_path / "it.msh").write_text("$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n8\n1 0 0")
    assert only(faults(model=MESH)).path == "model.mesh"
    write_msh(tmp_path / "it.msh", CUBE, [[0, 1, 2]], "triangle")
    assert only(faults(model="parts: {lid: {mesh: it.msh, material: steel_s235}}")).path == "parts.lid.mesh"


def write_stl(path: Path, surface: Surface) -> None:
    facets = [
        "facet normal 0 0 0\nouter loop\n" + "\n".join("vertex {:.9g} {:.9g} {:.9g}".format(*p) for p in corners) + "\nendloop\nendfacet"
        for corners in surface.vertices[surface.faces]
    ]
    path.write_text("solid it\n" + "\n".join(facets) + "\nendsolid it\n")


def test_a_surface_wants_cubes_that_fill_it(faults: Faults, tmp_path: Path):
    write_stl(tmp_path / "it.stl", shapes.box((0.02, 0.02, 0.02)))
    fault = only(faults(model="model: {mesh: it.stl, material: steel_s235}"))
    assert fault.path == "model.mesh"
    assert "`cell`" in fault.allowed
    assert faults(model="model: {mesh: it.stl, cell: 5 mm, material: steel_s235}") == []


def test_a_body_drawn_in_millimetres(faults: Faults, tmp_path: Path):
    write_msh(tmp_path / "it.msh", 1e5 * CUBE, [range(8)])
    fault = only(faults(model=MESH))
    assert (fault.path, fault.given) == ("model.scale", 1.0)
    assert "this one is 1000 m long" in fault.allowed
    assert "scale: 0.001" in fault.remedy
    assert faults(model="model: {mesh: it.msh, scale: 0.001, material: steel_s235}") == []


@pytest.mark.parametrize("size", ["[500, 500, 500]", "[5 um, 5 um, 5 um]"])
def test_a_shape_as_large_as_a_town_or_as_small_as_dust(faults: Faults, size):
    fault = only(faults(model=f"model: {{shape: {{box: {{size: {size}}}}}, material: steel_s235}}"))
    assert fault.path == "model.shape"
    assert "between 0.01 mm and 100 m" in fault.allowed
    assert "metres" in fault.remedy


# materials


@pytest.mark.parametrize(
    ("name", "meant"), [("stell_s235", "steel_s235"), ("copper", "copper_ofhc"), ("aluminum_6061_t6", "aluminium_6061_t6")]
)
def test_an_unknown_material_suggests_a_known_one(faults: Faults, name, meant):
    fault = only(faults(model=MODEL.replace("steel_s235", name)))
    assert (fault.path, fault.given) == ("model.material", name)
    assert "steel_4340" in fault.allowed
    assert "rigid" in fault.allowed
    assert f"Did you mean {meant}" in fault.remedy
    assert only(faults(model=PARTS.replace("steel_s235", name, 1), impact="")).path == "parts.a.material"


def test_no_material(faults: Faults):
    fault = only(faults(model=f"model: {{shape: {SHAPE}}}"))
    assert fault.path == "model.material"
    assert "required" in fault.allowed
    assert "bundled material" in fault.remedy


@pytest.mark.parametrize(
    ("figures", "path", "allowed", "remedy"),
    [
        ("density: 7850, young: 210 kPa", "young", "above 1e+08 Pa for what is as heavy as 7850 kg/m^3", "Steel has 210 GPa"),
        ("density: 7850, young: 210", "young", "between 10000 and 1.5e+12 Pa", "a bare number is in Pa"),
        ("density: 7850, young: 1.9e12", "young", "between 10000 and 1.5e+12 Pa", "a bare number is in Pa"),
        ("density: 7.85, young: 210 GPa", "density", "slower than 25000 m/s", "Steel has 7850 kg/m^3"),
        ("density: 7.85e-9, young: 210 GPa", "density", "slower than 25000 m/s", "a bare number is in kg/m^3"),
        (f"{FIGURES}, yield_stress: 235 GPa", "yield_stress", "below a fifth of Young's modulus, 4.2e+10 Pa", "Mixed units?"),
        (f"{FIGURES}, curve: [[0, 60 GPa], [1, 61 GPa]]", "yield_stress", "a fifth", "Mixed units?"),
        ("density: 7850, young: 210 N", "young", "in Pa", "'210 N' is [mass]"),
        ("density: -7850, young: 210 GPa", "density", "greater than 0", ""),
        (f"{FIGURES}, poisson: 0.5", "poisson", "less than 0.5", ""),
        (f"{FIGURES}, yeild_stress: 235 MPa", "yeild_stress", "yield_stress", "Did you mean yield_stress"),
        (f"{FIGURES}, curve: [[0, 300 MPa], [0.1, 200 MPa]]", "", "do not fall", ""),
        (f"{FIGURES}, curve: [[0, 300 MPa], [0.2, 400 MPa], [0.1, 500 MPa]]", "", "start at 0 and rise", ""),
        (f"{FIGURES}, curve: [[0.01, 300 MPa], [0.2, 400 MPa]]", "", "start at 0 and rise", ""),
        (f"{FIGURES}, curve: [[0, 300 MPa]]", "", "2 to 8 pairs", ""),
        (f"{FIGURES}, yield_stress: 1 MPa, curve: [[0, 1 MPa], [1, 2 MPa]]", "", "only one of yield_stress, curve and johnson_cook", ""),
        (f"{FIGURES}, rate: {{c: 40, p: 5}}", "", "a rate effect wants a yield_stress or a curve", ""),
        (f"{FIGURES}, hardening: 1 MPa", "", "hardening wants a yield_stress", ""),
        (f"{FIGURES}, failure_strain: 0.2", "", "a failure_strain wants a yield_stress", ""),
        (f"{FIGURES}, rigid: true, yield_stress: 1 MPa", "", "a rigid material does not yield", ""),
    ],
)
def test_figures_that_are_those_of_no_material(faults: Faults, figures, path, allowed, remedy):
    fault = only(faults(model=of_material(figures)))
    assert fault.path == f"model.material{'.' if path else ''}{path}"
    assert allowed in fault.allowed
    assert remedy in fault.remedy


# sizes of the run


def test_a_run_of_more_than_a_billion_steps(faults: Faults):
    fault = only(faults(until="until: 1000 s"))
    assert (fault.path, fault.given) == ("until", 1000.0)
    assert re.search(r"at most 1e\+09 steps; these would be \S+e\+09 of \S+ s, set by model", fault.allowed)
    assert "timing.mass_scaling" in fault.remedy


def test_more_elements_than_memory(faults: Faults, monkeypatch):
    block = "{{shape: {{box: {{size: [0.4 m, 0.4 m, 0.4 m], cell: 4 mm}}}}, material: steel_s235, position: [{}, 0, 0]}}"
    small = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**17}
    monkeypatch.setattr(os, "sysconf", small.__getitem__)
    fault = only(faults(model="model: " + block.format(0)))
    assert (fault.path, fault.given) == ("model", "1,000,000 elements")
    assert "this machine's 0.5 GiB; this one takes 2.4 GiB" in fault.allowed
    assert fault.remedy == "Take larger cells."
    assert only(faults(model=f"parts: {{a: {block.format(0)}, b: {block.format(1)}}}")).path == "parts"


def test_more_elements_than_anybody_waits_for(faults: Faults):
    fault = only(faults(model="model: {shape: {box: {size: [1 m, 1 m, 1 m], cell: 1 mm}}, material: steel_s235}"))
    assert fault.path == "model.shape.box"
    assert "these would be 1,000,000,000" in fault.allowed


def test_mass_scaling_that_makes_another_body_of_it(faults: Faults):
    fault = only(faults(extra="timing: {mass_scaling: 10 us}"))
    assert fault.path == "timing.mass_scaling"
    assert "adds at most 5 % (guards.added_mass); this adds 3.71e+04 %" in fault.allowed
    assert fault.remedy == "Take a smaller time step."
    assert faults(extra="timing: {mass_scaling: 10 us}\nguards: {added_mass: 10}")
    assert faults(extra="timing: {mass_scaling: 0.52 us}") == []


# names and places


SETS = "x_high, x_low, y_high, y_low, z_high, z_low"


@pytest.mark.parametrize(
    ("extra", "path"),
    [
        ("displacements: {tip: {set: z_hihg}}", "displacements.tip.set"),
        ("accelerations: {tip: {of: {set: z_hihg}}}\nsamples: 2000", "accelerations.tip.of.set"),
        ("intrusions: {tip: [{set: z_low}, {set: z_hihg}]}", "intrusions.tip.1.set"),
        ("forces: {push: {on: {set: z_hihg}, vector: [0, 0, 1 N]}}", "forces.push.on.set"),
        ("motions: {push: {of: {set: z_hihg}, axis: z, velocity: 1 m/s}}", "motions.push.of.set"),
        ("masses: {driver: {on: {set: z_hihg}, mass: 1 kg}}", "masses.driver.on.set"),
        ("springs: {s: {between: [{set: z_low}, {set: z_hihg}], stiffness: 1 N/m}}", "springs.s.between.1.set"),
    ],
)
def test_an_unknown_node_set_lists_those_there_are(faults: Faults, extra, path):
    fault = only(faults(extra=extra))
    assert (fault.path, fault.given, fault.allowed) == (path, "z_hihg", SETS)
    assert "Did you mean z_high" in fault.remedy


def test_an_unknown_set_to_hold(faults: Faults):
    fault = only(faults(model=MODEL.replace("s235}", "s235, hold: {z_lo: z}}")))
    assert (fault.path, fault.given, fault.allowed) == ("model.hold", "z_lo", SETS)


def test_of_several_bodies_a_set_needs_its_body_s_name(faults: Faults):
    fault = only(faults(model=PARTS, impact="", extra="displacements: {tip: {set: z_high}}"))
    assert (fault.path, fault.allowed) == ("displacements.tip.part", "a, b")
    assert "needs the name of its body" in fault.remedy
    fault = only(faults(model=PARTS, impact="", extra="displacements: {tip: {part: bb, set: z_high}}"))
    assert (fault.path, fault.allowed, fault.remedy) == ("displacements.tip.part", "a, b", "Did you mean b?")
    assert faults(model=PARTS, impact="", extra="displacements: {tip: {near: [0, 0, 20 mm]}}") == []


@pytest.mark.parametrize(
    ("tie", "path", "words"),
    [
        ("{nodes: {part: b, set: z_low}, to: c}", "ties.glue.to", "a, b"),
        ("{nodes: {part: b, set: z_low}, to: a}", "ties.glue.nodes", "nodes within 1.41 mm. Move the part, or give `within`."),
        ("{nodes: {part: b, set: foot}, to: a}", "ties.glue.nodes.set", SETS),
        ("{nodes: {part: a, set: z_low}, to: a}", "ties", "glued once"),
    ],
)
def test_ties_that_cannot_be(faults: Faults, tie, path, words):
    fault = only(faults(model=PARTS, impact="", extra=f"ties: {{glue: {tie}}}"))
    assert fault.path == path
    assert words in str(fault)


def test_a_spring_of_no_length(faults: Faults):
    fault = only(faults(extra="springs: {s: {between: [{set: z_low}, {set: z_low}], stiffness: 1 N/m}}"))
    assert (fault.path, fault.allowed) == ("springs.s.between", "ends apart from each other")


@pytest.mark.parametrize("name", ["a.b", "../x", "a/b", "", "x" * 65])
def test_names_that_cannot_be_names_of_scalars_and_files(faults: Faults, name):
    fault = only(faults(model=f"parts: {{{name!r}: {{shape: {SHAPE}, material: steel_s235}}}}"))
    assert fault.path == "parts"
    assert "names of letters, digits, _ and -" in fault.allowed
    assert "walls" in only(faults(extra=f"walls: {{{name!r}: {{position: [0, 0, -1 m]}}}}")).path


def test_a_scalar_that_no_run_has(faults: Faults):
    fault = only(faults(extra="expect: {peak_force.wall: {max: 1 kN}}"))
    assert fault.path == "expect.peak_force.wall"
    assert "peak_force.impact" in fault.allowed
    assert fault.remedy == "Did you mean peak_force.impact?"


# what happens


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"model": ""}, "", "exactly one of `model`"),
        ({"extra": PARTS}, "", "exactly one of `model`"),
        ({"until": ""}, "", "`until` is missing: how long the run takes, such as 5 ms"),
        ({"until": "until: -1 ms"}, "until", "greater than 0 [s]"),
        ({"until": "until: 1 mm"}, "until", "'1 mm' is [length], not [time]"),
        ({"until": "until: .nan"}, "until", "finite"),
        ({"model": f"model: {{shape: {SHAPE}, mesh: a.msh, material: steel_s235}}"}, "model", "exactly one of `shape`"),
        ({"model": "model: {material: steel_s235}"}, "model", "exactly one of `shape`"),
        ({"model": "model: {shape: {cube: {size: [1, 1, 1]}}, material: rigid}"}, "model.shape.cube", "bar, block, box"),
        ({"model": MODEL.replace("[10 mm", "[-10 mm")}, "model.shape.box.size.0", "greater than or equal to"),
        ({"model": MODEL.replace("s235}", "s235, hold: {z_low: w}}")}, "model.hold", "directions out of x, y and z"),
        ({"impact": "impact: {wall: sphere, speed: 5 m/s}"}, "impact", "need a `radius`"),
        ({"impact": "impact: {wall: cylinder, speed: 5 m/s}"}, "impact", "need a `radius`"),
        ({"impact": "impact: {wall: plane, speed: 5 m/s, radius: 1 m}"}, "impact", "a plane has none"),
        ({"impact": "impact: {speed: 5 m/s, direction: [0, 0, 0]}"}, "impact", "points nowhere"),
        ({"impact": "impact: {speed: -5 m/s}"}, "impact.speed", "greater than 0 [m/s]"),
        ({"impact": "impact: {speed: .inf}"}, "impact.speed", "finite"),
        ({"impact": "impact: {sped: 5 m/s}"}, "impact.speed", "required"),
        ({"extra": "walls: {w: {shape: cylinder}}"}, "walls.w", "need a `radius`"),
        ({"extra": "walls: {w: {normal: [0, 0, 0]}}"}, "walls.w", "points nowhere"),
        ({"extra": "walls: {w: {position: [0, 0, 10 mm]}}"}, "walls.w.position", "18 nodes behind it, model's 10 mm deep"),
        ({"extra": "walls: {w: {shape: sphere, radius: 8 mm}}"}, "walls.w.position", "touch at most"),
        ({"extra": "masses: {m: {on: {set: z_low}, mass: -1 kg}}"}, "masses.m.mass", "greater than 0 [kg]"),
        ({"extra": "springs: {s: {between: [{set: z_low}, {set: z_high}], stiffness: -1}}"}, "springs.s.stiffness", "[N/m]"),
        ({"extra": "contact: {friction: -1}"}, "contact.friction", "greater than or equal to 0"),
        ({"extra": "contact: {}"}, "", "one body does not touch itself"),
        ({"extra": "timing: {safety: 1.5}"}, "timing.safety", "less than or equal to 1"),
        ({"extra": "samples: 5"}, "samples", "greater than or equal to 10"),
        ({"extra": "impacts: {speed: 1 m/s}"}, "impacts", "Did you mean impact"),
        ({"extra": "forces: {f: {on: {set: z_low}, vector: [0, 0, .nan]}}"}, "forces.f.vector.2", "finite"),
        ({"extra": "forces: {f: {on: {set: z_low}, vector: [0, 0, 1 kg]}}"}, "forces.f.vector.2", "in N"),
        ({"extra": "forces: {f: {on: {set: z_low}, vector: [0, 0, 1], curve: [[1, 0], [0, 1]]}}"}, "forces.f.curve", "times rising"),
        ({"extra": "forces: {f: {on: {set: z_low}, vector: [0, 0, 1], curve: []}}"}, "forces.f.curve", "at least one"),
        ({"extra": "motions: {m: {of: {set: z_low}, axis: z, velocity: [[1, 0], [0, 1]]}}"}, "motions.m.velocity", "times rising"),
        ({"extra": "motions: {m: {of: {set: z_low}, axis: w, velocity: 1}}"}, "motions.m.axis", "'x', 'y' or 'z'"),
        ({"extra": "displacements: {d: {}}"}, "displacements.d", "exactly one of `set`"),
        ({"extra": "accelerations: {a: {of: {set: z_low}, filter: 60}}\nsamples: 10"}, "", ""),
    ],
)  # fmt: skip
def test_what_a_file_can_say_wrongly(faults: Faults, changes, path, words):
    found = faults(**changes)
    if not words:  # what looks odd and is right
        assert found == []
        return
    assert any(fault.path == (path or "(file)") or str(changes).count(fault.path) for fault in found)
    assert any(words in str(fault) for fault in found), "\n".join(map(str, found))
    assert any(fault.path.startswith(path) and words in str(fault) for fault in found) or path == "impact.speed"
    assert all(fault.line for fault in found)


def test_bodies_at_rest(faults: Faults):
    fault = only(faults(impact=""))
    assert (fault.path, fault.given) == ("model", "bodies at rest")
    assert "`velocity` or `spin`" in fault.allowed
    assert "impact: {speed: 5 m/s}" in fault.remedy
    assert faults(impact="", extra="gravity: [0, 0, -9.81 m/s^2]") == []


def test_nodes_that_are_to_move_in_two_ways(faults: Faults):
    held = MODEL.replace("s235}", "s235, hold: {z_low: z}}")
    fault = only(faults(model=held, impact="", extra="motions: {press: {of: {set: z_low}, axis: z, velocity: 1 m/s}}"))
    assert (fault.path, fault.given) == ("motions.press", "nodes whose z is decided by model.hold")
    both = "motions: {a: {of: {set: z_low}, axis: z, velocity: 1 m/s}, b: {of: {set: x_low}, axis: z, velocity: 2 m/s}}"
    assert "motions.a" in str(only(faults(impact="", extra=both)).given)
    assert faults(model=held, impact="", extra="motions: {press: {of: {set: z_low}, axis: x, velocity: 1 m/s}}") == []


def test_an_acceleration_sampled_too_seldom(faults: Faults):
    fault = only(faults(until="until: 1 s", extra="accelerations: {head: {of: {set: z_high}}}"))
    assert (fault.path, fault.given) == ("accelerations.head.filter", 180)
    assert "up to 100 with samples 1 ms apart" in fault.allowed
    assert "1800 samples" in fault.remedy


def test_bodies_inside_of_each_other(faults: Faults):
    fault = only(faults(model=PARTS.replace("30 mm", "15 mm"), impact=""))
    assert fault.path.startswith("parts.")
    assert "inside of another body" in str(fault.given)
    assert "bodies that touch at most" in fault.allowed
    assert "`ties`" in fault.remedy
    assert faults(model=PARTS.replace("30 mm", "20 mm"), impact="") == []


def test_rigid_bodies_alone_against_a_rigid_wall(faults: Faults):
    fault = only(faults(model=MODEL.replace("steel_s235", "rigid")))
    assert (fault.path, fault.given) == ("impact", "rigid bodies alone")


# a robot and a person


@pytest.mark.parametrize(
    ("given", "path", "words"),
    [
        ("region: chets, speed: 0.2 m/s", "human.region", "Did you mean chest?"),
        ("region: chest, site: sternon, speed: 0.2 m/s", "human.site", "Did you mean sternum?"),
        ("region: chest", "human", "a blow needs `speed`, `joint_speeds` or a `path`"),
        ("region: chest, contact: both, speed: 0.2 m/s", "human", "need a `clamping_force`"),
        ("region: chest, speed: -0.2 m/s", "human.speed", "greater than 0"),
        ("region: chest, speed: 0.2 m/s, direction: [0, 0, 0]", "human", "points nowhere"),
        ("region: chest, speed: 0.2 m/s, pose: {joint_9: 1}", "human.pose.joint_9", "lbr_iiwa_joint_1"),
        ("region: chest, speed: 0.2 m/s, pose: {lbr_iiwa_joint_1: 400 deg}", "human.pose.lbr_iiwa_joint_1", "the joint's limits"),
    ],
)
def test_a_person_who_is_none(faults: Faults, given, path, words):
    fault = only(faults(model=f"human: {{robot: {{model: iiwa}}, {given}}}", impact="", until=""))
    assert fault.path == path
    assert words in str(fault)


def test_a_robot_that_is_none(faults: Faults):
    found = faults(model="human: {robot: {model: iwia}, region: chest, speed: 0.2 m/s}", impact="", until="")
    assert "Did you mean iiwa?" in str(only(found))


def test_a_person_stands_alone(faults: Faults):
    found = faults(model="human: {robot: {model: iiwa}, region: chest, speed: 0.2 m/s}")
    assert "beside `human` there is no impact, until" in str(only(found))
