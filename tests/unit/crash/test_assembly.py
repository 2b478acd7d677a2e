"""One step of a whole mesh beside textbook elements put together one by one: gathering, laws, scattering, lanes without an element."""

from pathlib import Path

import meshio
import numpy as np
import pytest

from tests.unit.crash import reference
from tests.unit.crash.reference import Solid, State, hex_gradients, hex_step, rotation, tet_gradients, tet_step
from tests.unit.crash.test_tet4 import six_of_each
from twin.kinds import Target
from twin.physics.crash import run as runs
from twin.physics.crash.case import prepare
from twin.physics.crash.layout import ENERGY, HOURGLASS, MASS, PLASTIC, STRESS, TEMPERATURE, VISCOUS
from twin.physics.crash.spec import CrashSpec

pytestmark = pytest.mark.slow  # every law has a kernel to compile

HERE = Path(__file__).parent
METAL = {"density": 7850.0, "young": 210e9, "poisson": 0.3}
LINEAR = {**METAL, "yield_stress": 200e6, "hardening": 1e9}
TABLE = {**METAL, "curve": [[0, 200e6], [0.01, 210e6], [0.02, 250e6]], "rate": {"c": 40, "p": 5}}
COPPER = {"a": 90e6, "b": 292e6, "n": 0.31, "c": 0.025, "m": 1.09, "melting": 1356, "specific_heat": 383}
HOT = {**METAL, "johnson_cook": COPPER}
SOLID = Solid(elastic=0.03, viscous=0.02, linear=0.06, quadratic=1.5)
HOURGLASSED = {"elastic": 0.03, "viscous": 0.02}


def box(material, at, counts=(5, 4, 6)):
    return {
        "shape": {"box": {"size": [0.01, 0.01, 0.01], "counts": list(counts)}}, "material": material, "position": [at, 0, 0],
        "roll": 0.3, "pitch": 0.2, "hourglass": HOURGLASSED,
    }  # fmt: skip


def stepped(spec, folder):
    """After two steps of bodies that fly apart in every sense: the run, and places, velocities and states between the two."""
    run = runs.init(prepare(spec, folder), Target())
    rng, count = np.random.default_rng(5), len(run.case.x)
    run.arrays.nodes.v[:count] += rng.normal(size=(count, 3)) * 12
    runs.step(run, 1.0, 1)
    before = run.arrays.blocks.state.copy()
    runs.step(run, 1.0, 1)
    return run, before


def strength(material, rate, temperature):
    """Yield stress over plastic strain, by the written material."""
    if material is LINEAR:
        return lambda ep: 200e6 + 1e9 * ep
    if material is TABLE:
        factor = 1 + (rate / 40) ** 0.2
        return lambda ep: factor * np.interp(ep, *np.array(TABLE["curve"]).T)
    hot = min(max((temperature - 293.15) / (1356 - 293.15), 0), 1)
    soft = (1 + 0.025 * np.log(max(rate, 1.0))) * (1 - hot**1.09)
    return lambda ep: (90e6 + 292e6 * ep**0.31) * soft


def compared(materials, folder=HERE, **document):
    spec = CrashSpec.model_validate({"pictures": False, "until": 1.0, **document})
    run, before = stepped(spec, folder)
    case, order, after = run.case, run.arrays.order, run.arrays.blocks.state
    x, v, dt = run.arrays.nodes.x, run.arrays.nodes.v, float(run.arrays.clock.now[1])
    force, scale, steps = np.zeros((len(x), 3)), 0.0, []
    read = {name: (order.read(before, row), order.read(after, row)) for name, row in ROWS.items()}
    stress = [np.array([order.read(s, STRESS + k) for k in range(6)]).T for s in (before, after)]
    held = [np.array([order.read(s, 12 + k) for k in range(12)]).T.reshape(-1, 3, 4) for s in (before, after)]
    flowing = 0
    for e, nodes in enumerate(case.connect):
        tet, material = case.tet[e], materials[case.part[e]]
        nodes, gradients, textbook = (nodes[:4], tet_gradients, tet_step) if tet else (nodes, hex_gradients, hex_step)
        strain, _ = reference.incremental(x[nodes], v[nodes], dt, gradients)
        law = strength(material, reference.effective(strain) / dt, read["temperature"][0][e])
        old = State(
            read["mass"][0][e], full(stress[0][e]), read["ep"][0][e], read["energy"][0][e], read["hourglass"][0][e],
            read["temperature"][0][e], held[0][e], order.read(before, VISCOUS)[e],
        )  # fmt: skip
        found, new, step = textbook(x[nodes], v[nodes], old, dt, SOLID, law)
        force[nodes] += found
        scale = max(scale, np.abs(found).max())
        steps.append(step)
        flowing += new.ep > old.ep
        assert full(stress[1][e]) == pytest.approx(new.stress, abs=1e-8 * np.abs(new.stress).max())
        assert held[1][e] == pytest.approx(new.held, abs=1e-8 * np.abs(new.held).max())
        for name in ("ep", "energy", "hourglass"):
            assert read[name][1][e] == pytest.approx(getattr(new, name), rel=1e-8, abs=1e-14)
    assert np.abs(run.arrays.nodes.f[:-8] - force[:-8]).max() < 1e-9 * scale
    assert run.arrays.blocks.step.min() == pytest.approx(min(steps), rel=1e-9)
    assert 0 < flowing < case.elements
    return read


ROWS = {"ep": PLASTIC, "energy": ENERGY, "hourglass": HOURGLASS, "mass": MASS, "temperature": TEMPERATURE}


def full(s):
    xx, yy, zz, xy, yz, zx = s
    return np.array([[xx, xy, zx], [xy, yy, yz], [zx, yz, zz]])


def test_hexahedra_with_linear_hardening():
    compared([LINEAR, LINEAR], parts={"one": box(LINEAR, 0.0), "two": box(LINEAR, 0.1, (1, 1, 1))})


@pytest.mark.slow
def test_every_law_with_hexahedra_and_tetrahedra(tmp_path):
    x, found = six_of_each(4)
    meshio.write(tmp_path / "cube.msh", meshio.Mesh(x @ rotation([1, 2, 3], 0.5).T, [("tetra", found)]), file_format="gmsh22")
    tets = {"mesh": "cube.msh", "scale": 0.01, "hourglass": HOURGLASSED}
    materials = [LINEAR, TABLE, HOT, LINEAR, TABLE, HOT]
    parts = {f"hex{k}": box(m, 0.1 * k) for k, m in enumerate(materials[:3])}
    parts |= {f"tet{k}": {**tets, "material": m, "position": [0.1 * k, 0.1, 0]} for k, m in enumerate(materials[3:])}
    read = compared(materials, tmp_path, parts=parts)
    assert read["temperature"][1].max() > 293.2
