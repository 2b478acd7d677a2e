"""Cases with exact answers: one element, bars, spheres, a beam."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from twin.kinds import Context, Silent, Target
from twin.physics.crash import element
from twin.physics.crash.constants import constants_of, moduli
from twin.physics.crash.critical import CORNERS
from twin.physics.crash.material_spec import MaterialSpec
from twin.physics.crash.plasticity import johnson_cook
from twin.physics.crash.shapes import Shape, mesh_of
from twin.physics.crash.simulate import simulate
from twin.physics.crash.spec import CrashSpec
from twin.result.model import Result

__all__ = ["STEEL", "johnson_cook_gap", "patch", "ran", "spin", "taylor"]

STEEL: dict[str, Any] = {"density": 7850.0, "young": 210e9, "poisson": 0.3}

CROOKED = np.array(
    [[0.1, -0.2, 0.05], [-0.15, 0.1, 0.1], [0.2, 0.1, -0.1], [0.0, -0.1, 0.15], [0.1, 0.1, 0.1], [-0.1, 0.0, -0.2], [0.05, -0.15, 0.1],
     [-0.2, 0.2, 0.0]]
)  # fmt: skip


def ran(document: dict[str, Any], threads: int = 2) -> Result:
    """The whole way of a scenario, without pictures."""
    spec = CrashSpec.model_validate({"pictures": False, "frames": 2, **document})
    return simulate(spec, Target(threads=threads), Silent(), Context(Path.cwd()))


def _solid(m: MaterialSpec) -> tuple[float, ...]:
    bulk, shear, modulus = moduli(m)
    return bulk, shear, modulus, 0.0, 0.05, 0.0, 0.0


def _step(x: np.ndarray, v: np.ndarray, old: Any, dt: float, constants: Any, form: Any) -> Any:
    """A step of one hexahedron whose nodes are at x (8, 3) at its end and moved with v (8, 3) [m, m/s]."""
    nodes = tuple(tuple(x[:, d].tolist()) for d in range(3)) + tuple(tuple(v[:, d].tolist()) for d in range(3))
    return form(nodes, old, dt, constants)


def _at_rest(mass: float, stress: tuple[float, ...] = (0.0,) * 6, temperature: float = 293.15) -> Any:
    return stress, 0.0, 0.0, 0.0, mass, temperature, ((0.0,) * 4,) * 3, 0.0


def _after(new: Any, mass: float) -> Any:
    _, stress, ep, energy, hourglass, temperature, held, _, q = new
    return stress, ep, energy, hourglass, mass, temperature, held, q


def patch() -> float:
    """Largest relative difference of a crooked element's stress from the exact one under a uniform small strain."""
    m = MaterialSpec.model_validate(STEEL)
    bulk, shear, _ = moduli(m)
    strain = 1e-7 * np.array([[1.0, 0.4, -0.3], [0.4, -0.5, 0.6], [-0.3, 0.6, 0.8]])
    x = 0.01 * (CORNERS + CROOKED)
    new = _step(x @ (np.eye(3) + strain), x @ strain, _at_rest(1e-3), 1.0, (_solid(m), (1e30, 0.0)), element.hex_linear)
    exact = 2 * shear * strain + (bulk - 2 / 3 * shear) * np.trace(strain) * np.eye(3)
    wanted = np.array([exact[0, 0], exact[1, 1], exact[2, 2], exact[0, 1], exact[1, 2], exact[2, 0]])
    return float(np.abs(np.array(new[1]) - wanted).max() / np.abs(wanted).max())


def spin(steps: int = 720) -> float:
    """Largest relative difference of a stressed element's stress after a rigid turn by 360 degrees in so many steps."""
    m = MaterialSpec.model_validate(STEEL)
    stress = (3e8, -1e8, 2e8, 1e8, -5e7, 8e7)
    old, axis = _at_rest(1e-3, stress), np.array([1.0, 2.0, 3.0]) / math.sqrt(14)
    x = 0.01 * (CORNERS + CROOKED)
    k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    angle = 2 * math.pi / steps
    turn = np.eye(3) + math.sin(angle) * k + (1 - math.cos(angle)) * k @ k
    for _ in range(steps):
        before, x = x, x @ turn.T
        old = _after(_step(x, x - before, old, 1.0, (_solid(m), (1e30, 0.0)), element.hex_linear), 1e-3)
    return float(np.abs(np.array(old[0]) - stress).max() / 3e8)


def johnson_cook_gap(m: MaterialSpec, rate: float = 1e3, steps: int = 500) -> tuple[float, float]:
    """Shear one element to a strain of 0.5; largest relative distance of its stress from the law, and of its heat from its work.

    Args:
        m: a material with Johnson and Cook's law; rate: effective strain rate [1/s].
    """
    row = constants_of(m, viscous=0.0, elastic=0.0, linear=0.0, quadratic=0.0)
    law, heat = tuple(row[12:20].tolist()), tuple(row[20:22].tolist())
    constants = ((*_solid(m)[:4], 0.0, 0.0, 0.0), law, heat)
    side, mass = 0.01, m.density * 0.008**3
    old, x = _at_rest(mass, temperature=law[6]), 0.5 * side * CORNERS
    dt, shear = 0.5 / rate / steps, rate * math.sqrt(3) * 0.5 / steps / rate
    worst, work = 0.0, 0.0
    for _ in range(steps):
        moved = np.zeros_like(x)
        moved[:, 0] = shear * x[:, 2]
        x = x + moved
        new = _step(x, moved / dt, old, dt, constants, element.hex_johnson_cook)
        s = np.array(new[1])
        d = s - np.array([1, 1, 1, 0, 0, 0]) * s[:3].mean()
        mises = math.sqrt(1.5 * (d @ d + d[3:] @ d[3:]))
        gained = new[2] - old[1]
        work += mises * gained
        # the rate of the step as the element sees it: in a large shear the midpoint's
        height = 0.5 * moved[:, 0].max() / (0.5 * side)
        seen = 2 * height / math.sqrt(3) / dt
        if gained > 0:
            worst = max(worst, abs(mises / johnson_cook(new[2], seen, old[5], law) - 1))
        old = _after(new, mass)
    return worst, abs((old[5] - law[6]) / (heat[1] * work / heat[0]) - 1)


def taylor(across: int, threads: int = 2) -> tuple[float, float, float, float]:
    """The Taylor bar with so many elements across the core, its foot held on the wall.

    Returns:
        mean radius of the foot [mm], length [mm], largest plastic strain, energy error.
    """
    shape = {"taylor_bar": {"length": 32.4e-3, "radius": 3.2e-3, "cells_across": across}}
    found = ran(
        {
            "model": {
                "shape": shape, "material": "copper_taylor", "velocity": [0, 0, -227.0],
                "hold": {"x_low": "x", "y_low": "y", "foot": "z"},
            },
            "until": 80e-6,
            "samples": 100,
        },
        threads,
    )  # fmt: skip
    value = {name: scalar.value for name, scalar in found.scalars.items()}
    rim = mesh_of(Shape.model_validate(shape)).sets["rim"]
    radius = 1e3 * float(np.hypot(*found.arrays["nodes"][rim, :2].T).mean())
    return radius, 1e3 * value["length_z.model"], value["max_plastic_strain"], value["energy_error"]
