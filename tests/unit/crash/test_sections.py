"""Forces and moments through cross-sections: by Newton's law for what is ahead, and those of bars and beams."""

from pathlib import Path

import meshio
import numpy as np
import pytest

from tests.unit.crash.reference import rotation
from tests.unit.crash.test_tet4 import six_of_each
from twin.errors import BadInput
from twin.kinds import Context, Silent, Target
from twin.physics.crash import run as runs
from twin.physics.crash.case import prepare
from twin.physics.crash.sections import cuts, sectioned
from twin.physics.crash.simulate import simulate
from twin.physics.crash.spec import CrashSpec

STEEL = {"density": 7850.0, "young": 210e9, "poisson": 0.3}
SOFT = {**STEEL, "yield_stress": 100e6, "hardening": 1e9}
TURNED = {"roll": 0.3, "pitch": 0.2, "yaw": 0.5}
CUBE = {"box": {"size": [0.01, 0.01, 0.02], "counts": [3, 3, 6]}}
CONTROL = {"hourglass": {"elastic": 0.05, "viscous": 0.05}}


def spec_of(**document):
    return CrashSpec.model_validate({"pictures": False, "frames": 2, "samples": 20, "until": 1e-4, **document})


def started(**document):
    return runs.init(prepare(spec_of(**document), Path(__file__).parent), Target())


def ahead(run, name):
    """Nodes ahead of a plane at the start."""
    section = run.case.spec.sections[name]
    return (run.case.x - np.array(section.point)) @ np.array(section.normal) >= 0


def newton(run, name):
    """What must pass through the section: all forces on the nodes ahead are from outside or through it; moment about its centre."""
    nodes, cut = run.arrays.nodes, cuts(run.case)[list(run.case.spec.sections).index(name)]
    mine = np.flatnonzero(ahead(run, name))
    centre = cut.weights @ nodes.x[cut.nodes]
    force = nodes.f[mine]
    return -np.r_[force.sum(axis=0), np.cross(nodes.x[mine] - centre, force).sum(axis=0)]


@pytest.mark.parametrize("shape", [CUBE, {"cylinder": {"radius": 0.005, "length": 0.02, "cells_across": 2, "cells_along": 6}}])
def test_what_passes_is_what_moves_the_nodes_ahead(shape):
    """Crooked elements that flow, spin and ring: exact in every step, whichever way the plane lies."""
    model = {"shape": shape, "material": SOFT, **TURNED, **CONTROL, "spin": [500, 900, 2000]}
    sections = {"one": {"point": [0, 0.001, 0.009], "normal": [0.2, 0.3, 1]}, "two": {"point": [0, 0, 0.005], "normal": [1, -0.5, 0.3]}}
    run = started(model=model, sections=sections)
    count = len(run.case.x)
    run.arrays.nodes.v[:count] += np.random.default_rng(4).normal(size=(count, 3)) * 5
    for _ in range(5):
        runs.step(run, 1.0, 3)
        found = sectioned(run.history.sections, run.arrays.nodes, run.arrays.blocks)
        for k, name in enumerate(sections):
            wanted = newton(run, name)
            assert found[k, :3] == pytest.approx(wanted[:3], abs=1e-9 * np.abs(wanted[:3]).max())
            assert found[k, 3:] == pytest.approx(wanted[3:], abs=1e-9 * np.abs(wanted[3:]).max())


@pytest.mark.slow
def test_of_tetrahedra_too(tmp_path):
    x, found = six_of_each(3)
    meshio.write(tmp_path / "cube.msh", meshio.Mesh(x @ rotation([1, 2, 3], 0.5).T, [("tetra", found)]), file_format="gmsh22")
    model = {"mesh": "cube.msh", "scale": 0.01, "material": SOFT, "spin": [500, 900, 2000]}
    spec = spec_of(
        model=model, sections={"one": {"point": (0.005 * rotation([1, 2, 3], 0.5).sum(axis=1)).tolist(), "normal": [0.2, 0.3, 1]}}
    )
    run = runs.init(prepare(spec, tmp_path), Target())
    count = len(run.case.x)
    run.arrays.nodes.v[:count] += np.random.default_rng(4).normal(size=(count, 3)) * 5
    runs.step(run, 1.0, 5)
    found, wanted = sectioned(run.history.sections, run.arrays.nodes, run.arrays.blocks)[0], newton(run, "one")
    assert np.abs(wanted).max() > 0
    assert found == pytest.approx(wanted, abs=1e-9 * np.abs(wanted).max())


def slowly(end, count=21):
    """A smooth way from 0 to 1."""
    return [[end * k / (count - 1), 0.5 - 0.5 * np.cos(np.pi * k / (count - 1))] for k in range(count)]


def settled(spec, after):
    """Means of all sections once the load is there, (sections, 6) and names of the series."""
    result = simulate(spec, Target(), Silent(), Context(Path()))
    assert result.status == "done", result.reason
    late = result.series.t > after
    return {name: column[late].mean() for name, column in result.series.columns.items()}, result


def test_a_bar_passes_its_load_on():
    shape, end = {"bar": {"length": 0.1, "width": 0.01, "counts": [2, 2, 20]}}, 8e-4
    found, result = settled(
        spec_of(
            model={"shape": shape, "material": {**STEEL, "poisson": 0.0}, "hold": {"foot": "xyz"}},
            until=1.4e-3,
            samples=400,
            forces={"pull": {"on": {"set": "tip"}, "vector": [0, 0, 1000.0], "curve": slowly(end)}},
            sections={
                "middle": {"point": [0, 0, 0.052]},
                "upside_down": {"point": [0, 0, 0.052], "normal": [0, 0, -1]},
                "foot": {"set": "foot"},
            },
        ),
        end,
    )
    for name, wanted in (("middle", 1000), ("upside_down", -1000), ("foot", 1000)):
        assert found[f"section_force.{name}.z"] == pytest.approx(wanted, rel=2e-3)
        assert abs(found[f"section_force.{name}.x"]) < 1e-3
        assert abs(found[f"section_moment.{name}.y"]) < 1e-5
    assert result.scalars["peak_section_force.middle"].value == pytest.approx(1000, rel=0.02)


def test_a_cantilever_has_its_shear_force_and_its_bending_moment():
    """Loaded at the tip: F in every section, F times the way to the tip."""
    shape, end = {"cantilever": {"length": 0.05, "width": 0.005, "height": 0.01, "counts": [20, 1, 4]}}, 2e-3
    found, result = settled(
        spec_of(
            model={"shape": shape, "material": STEEL, "hold": {"clamp": "xyz"}},
            until=2.6e-3,
            samples=800,
            forces={"push": {"on": {"set": "tip"}, "vector": [0, 0, -100.0], "curve": slowly(end)}},
            sections={"near": {"point": [0.01, 0, 0], "normal": [1, 0, 0]}, "far": {"point": [0.041, 0, 0], "normal": [1, 0, 0]}},
        ),
        end,
    )
    for name, at in (("near", 0.01), ("far", 0.041)):
        assert found[f"section_force.{name}.z"] == pytest.approx(-100, rel=0.01)
        assert found[f"section_moment.{name}.y"] == pytest.approx(100 * (0.05 - at), rel=0.01)
        assert abs(found[f"section_force.{name}.x"]) < 1
    assert result.scalars["peak_section_moment.near"].value == pytest.approx(100 * 0.04, rel=0.03)
    assert result.scalars["peak_section_moment.near"].unit == "N*m"


def test_the_centre_of_a_cut_is_that_of_its_area():
    """A plane askew through uneven elements."""
    case = prepare(
        spec_of(model={"shape": CUBE, "material": STEEL}, sections={"one": {"point": [0, 0, 0.009], "normal": [0.3, 0, 1]}}), Path()
    )
    cut = cuts(case)[0]
    assert cut.weights.sum() == pytest.approx(1)
    assert cut.weights @ case.x[cut.nodes] == pytest.approx([0, 0, 0.009], abs=1e-12)


@pytest.mark.parametrize(
    ("section", "where", "said"),
    [
        ({"point": [0, 0, 0.5]}, "sections.one.point", "a plane through the body"),
        ({"set": "z_hihg"}, "sections.one.set", "z_high"),
        ({"part": "no", "point": [0, 0, 0.01]}, "sections.one.part", "model"),
    ],
)
def test_sections_that_cannot_be(section, where, said):
    with pytest.raises(BadInput) as caught:
        cuts(prepare(spec_of(model={"shape": CUBE, "material": STEEL}, sections={"one": section}), Path()))
    assert caught.value.where == where
    assert said in str(caught.value)


def test_a_rigid_body_has_none():
    with pytest.raises(BadInput, match="a body that deforms"):
        cuts(prepare(spec_of(model={"shape": CUBE, "material": "rigid"}, sections={"one": {"point": [0, 0, 0.01]}}), Path()))
