"""Slow and obvious: two arrays, one cell after another, in float64. What the fast solver is held to."""

from __future__ import annotations

import itertools

import numpy as np

from twin.physics.wind.boundaries import Side
from twin.physics.wind.lattice import Lattice

AXES = ((1, "y"), (2, "z"), (0, "x"))


def equilibrium(lattice: Lattice, rho: np.ndarray, u: np.ndarray) -> np.ndarray:
    c, w = lattice.velocities, lattice.weights
    return np.stack([w[i] * (rho + 3 * (u @ c[i]) + 4.5 * (u @ c[i]) ** 2 - 1.5 * (u**2).sum(-1)) for i in range(lattice.count)])


def moments(lattice: Lattice, f: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return f.sum(0), np.einsum("q...,qa->...a", f, lattice.velocities)


def collided(lattice: Lattice, f: np.ndarray, excess: np.ndarray, smagorinsky: float, odd_at_once: bool) -> np.ndarray:
    """TRT with the magic number 3/16, or odd parts at once; with eddies one rate for both, tau of each plane is thickened by the stress."""
    equal = equilibrium(lattice, *moments(lattice, f))
    stress = np.einsum("q...,qa,qb->...ab", f - equal, lattice.velocities, lattice.velocities)
    tau = excess[1:-1, None, None] + 0.5
    tau = (tau + np.sqrt(tau**2 + smagorinsky * np.sqrt((stress**2).sum((-1, -2))))) / 2
    odd = 1 / tau if smagorinsky else 1.0 if odd_at_once else (tau - 0.5) / (3 / 16 + (tau - 0.5) / 2)
    back = lattice.opposite
    even_part, odd_part = (f + f[back] - equal - equal[back]) / 2, (f - f[back] - equal + equal[back]) / 2
    return f - even_part / tau - odd * odd_part


def arriving(
    lattice: Lattice, g: np.ndarray, u: np.ndarray, bodies: np.ndarray, sides: dict[str, Side], pace: float, level: float, place, d
) -> float:
    """What reaches the fluid cell at `place` along direction d."""
    c, w, back = lattice.velocities, lattice.weights, lattice.opposite
    source, along, ends, shift = list(place - c[d]), d, [], 0.0
    for axis, name in AXES:
        if 0 <= source[axis] < bodies.shape[axis]:
            continue
        side = sides[f"{name}_{'low' if source[axis] < 0 else 'high'}"]
        if side.kind == "periodic":
            shift += w[d] * (side.jump if source[axis] < 0 else -side.jump)
            source[axis] %= bodies.shape[axis]
        elif side.kind == "slip":
            source[axis] = 0 if source[axis] < 0 else bodies.shape[axis] - 1
            turned = c[along].copy()
            turned[axis] *= -1
            along = next(i for i in range(lattice.count) if (c[i] == turned).all())
        else:
            ends.append(side)
    own = g[(back[d], *place)]
    outlets, walls = [s for s in ends if s.kind == "outlet"], [s for s in ends if s.kind != "outlet"]
    if walls:
        middle = (np.array(place) + 0.5 - c[d] / 2)[None]
        slowest = min((s.velocity_at(middle)[0] for s in walls), key=np.linalg.norm)
        return own + pace * 6 * w[d] * (slowest @ c[d])
    if outlets:
        j = u[tuple(place)]
        return -own + 2 * w[d] * (level + 4.5 * (j @ c[d]) ** 2 - 1.5 * j @ j)
    if bodies[tuple(source)]:
        return own
    return g[(along, *source)] + pace * shift


def run(
    lattice: Lattice, bodies: np.ndarray, sides: dict[str, Side], excess: np.ndarray, smagorinsky: float, start, paces, odd_at_once=False
):
    """Density deviation and velocity after a step for each pace."""
    f = equilibrium(lattice, *start)
    fluid, level = np.argwhere(bodies == 0), 0.0
    for pace in paces:
        u, g, new = moments(lattice, f)[1], collided(lattice, f, excess, smagorinsky, odd_at_once), f.copy()
        for place, d in itertools.product(fluid, range(lattice.count)):
            new[(d, *place)] = arriving(lattice, g, u, bodies, sides, pace, level, place, d)
        if sides["x_high"].kind == "outlet":
            level = np.sqrt(3) * (u[-1, ..., 0][bodies[-1] == 0].mean() - pace * sides["x_high"].velocity[0])
        f = new
    return moments(lattice, f)
