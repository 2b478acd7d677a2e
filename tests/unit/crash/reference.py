"""Textbook elements in numpy, slow and obvious: what the compiled ones are compared with.

One-point hexahedron and linear tetrahedron (Hughes 2000), strain and rotation of a step at its middle (Hughes & Winget 1980),
hourglass forces (Flanagan & Belytschko 1981; Belytschko & Bindeman 1993), radial return by bisection.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

CORNERS = np.array([[-1, -1, -1], [1, -1, -1], [1, 1, -1], [-1, 1, -1], [-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1]], float)
MODES = np.stack(
    [CORNERS[:, 0] * CORNERS[:, 1], CORNERS[:, 1] * CORNERS[:, 2], CORNERS[:, 2] * CORNERS[:, 0], CORNERS.prod(axis=1)]
)  # fmt: skip
TET = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], float)


@dataclass
class Solid:
    """Constants [Pa]; hourglass and bulk viscosity as pure numbers."""

    young: float = 210e9
    poisson: float = 0.3
    viscous: float = 0.0
    elastic: float = 0.0
    quadratic: float = 0.0
    linear: float = 0.0

    @property
    def bulk(self):
        return self.young / (3 * (1 - 2 * self.poisson))

    @property
    def shear(self):
        return self.young / (2 * (1 + self.poisson))

    @property
    def modulus(self):
        return self.bulk + 4 / 3 * self.shear

    @property
    def constants(self):
        """As the compiled elements take them."""
        return self.bulk, self.shear, self.modulus, self.viscous, self.elastic, self.quadratic, self.linear


@dataclass
class State:
    """Of one element."""

    mass: float
    stress: np.ndarray = field(default_factory=lambda: np.zeros((3, 3)))
    ep: float = 0.0
    energy: float = 0.0
    hourglass: float = 0.0
    temperature: float = 293.15
    held: np.ndarray = field(default_factory=lambda: np.zeros((3, 4)))
    q: float = 0.0


def hex_gradients(x):
    """Derivatives by x of the eight shape functions in the middle, (8, 3) [1/m], and the one-point volume [m^3]."""
    of_natural = CORNERS / 8
    jacobian = x.T @ of_natural
    return of_natural @ np.linalg.inv(jacobian), 8 * np.linalg.det(jacobian)


def hex_length(x):
    """One-point volume over the largest of the three faces through the middle [m]."""
    jacobian = x.T @ CORNERS / 8
    faces = [4 * np.linalg.norm(np.cross(jacobian[:, a], jacobian[:, b])) for a, b in ((0, 1), (1, 2), (2, 0))]
    return 8 * np.linalg.det(jacobian) / max(faces)


def hex_shortest(x, solid):
    """2 / omega_max of the free element times the speed of sound, exact for a brick [m]."""
    slopes, _ = hex_gradients(x)
    sums = ((slopes.T @ CORNERS) ** 2).sum(axis=0)  # gradients of the natural coordinates, squared
    lame = solid.modulus - 2 * solid.shear
    return 2 / np.sqrt((2 * solid.shear * sums.max() + lame * sums.sum()) / solid.modulus)


def tet_shortest(x):
    """Safe for every Poisson's ratio [m]."""
    return 1 / np.sqrt((tet_gradients(x)[0] ** 2).sum())


def tet_gradients(x):
    """The same of a linear tetrahedron, (4, 3)."""
    inverse = np.linalg.inv(np.column_stack([np.ones(4), x]))
    return inverse[1:].T, np.linalg.det(x[1:] - x[0]) / 6


def tet_length(x):
    """Smallest height [m]."""
    heights = [1 / np.linalg.norm(g) for g in tet_gradients(x)[0]]
    return min(heights)


def incremental(x, v, dt, gradients):
    """Strain increment and rotation of a step that ends at x, from the gradient of its displacement by the places in its middle."""
    slopes, _ = gradients(x - v * dt / 2)
    gradient = (v * dt).T @ slopes
    spin = (gradient - gradient.T) / 2
    return (gradient + gradient.T) / 2, np.linalg.solve(np.eye(3) - spin / 2, np.eye(3) + spin / 2)


def deviatoric(s):
    return s - np.trace(s) / 3 * np.eye(3)


def mises(s):
    d = deviatoric(s)
    return np.sqrt(1.5 * (d * d).sum())


def effective(strain):
    """Effective strain of a strain increment."""
    d = deviatoric(strain)
    return np.sqrt(2 / 3 * (d * d).sum())


def returned(trial, ep, shear, strength: Callable[[float], float]):
    """Plastic strain of a step, by bisection: mises(trial) - 3 G de = strength(ep + de)."""
    size = mises(trial)
    if size <= strength(ep):
        return 0.0
    low, high = 0.0, size / (3 * shear)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if size - 3 * shear * middle > strength(ep + middle) else (low, middle)
    return (low + high) / 2


def stressed(old, strain, rotation, solid, strength):
    """Stress after a step, plastic strain of it, and what is left of the trial deviator."""
    turned = rotation @ old.stress @ rotation.T
    trial = turned + 2 * solid.shear * strain + (solid.bulk - 2 / 3 * solid.shear) * np.trace(strain) * np.eye(3)
    more = returned(trial, old.ep, solid.shear, strength)
    keep = 1 - 3 * solid.shear * more / mises(trial) if more else 1.0
    return keep * deviatoric(trial) + np.trace(trial) / 3 * np.eye(3), more, keep


def damped(strain, dt, volume, length, short, mass, solid):
    """Pressure of the bulk viscosity [Pa], and the critical time step with it [s] (Hallquist 2006, 21.2)."""
    rho = mass / volume
    sound, rate = np.sqrt(solid.modulus / rho), min(np.trace(strain) / dt, 0.0)
    q = solid.linear * sound - solid.quadratic * length * rate
    return rho * length * (solid.quadratic * length * rate**2 - solid.linear * sound * rate), short / (q + np.sqrt(q * q + sound**2))


def hex_step(x, v, old, dt, solid, strength=lambda ep: np.inf):
    """A step of one hexahedron that ends at x (8, 3) [m] with velocities v (8, 3) [m/s]: forces (8, 3), state, critical time step."""
    strain, rotation = incremental(x, v, dt, hex_gradients)
    stress, more, keep = stressed(old, strain, rotation, solid, strength)
    slopes, volume = hex_gradients(x)
    q, step = damped(strain, dt, volume, hex_length(x), hex_shortest(x, solid), old.mass, solid)
    # hourglass: what the modes are beyond the linear field (eq. 55), against its rate (eq. 62), and the strains that they are
    gammas = MODES - (MODES @ x) @ slopes.T
    rates = (gammas @ v).T
    areas = ((volume * slopes) ** 2).sum() / 8
    size2 = 4 / np.sqrt(3) * np.sqrt(areas)
    damping = solid.viscous * size2 * np.sqrt(solid.modulus * old.mass / volume) / 4
    strains = hourglass_strains(x)
    shares = volume / 3 * np.array([1, 1, 1, 1 / 3])  # of xi^2, and of (xi eta)^2
    grown = strains @ rates.reshape(-1) * dt
    held = keep * (old.held + (plates(solid) @ grown.reshape(3, 4, 1))[..., 0])
    hourglass = damping * rates + ((shares * held).reshape(-1) @ strains).reshape(3, 4)
    worked = dt * (damping * rates**2).sum() + (shares * (held + old.held) / 2 * grown.reshape(3, 4)).sum()
    force = -volume * slopes @ (stress - q * np.eye(3)) - (hourglass @ gammas).T
    energy = volume * (((stress + old.stress) / 2 * strain).sum() - (q + old.q) / 2 * np.trace(strain))
    new = State(old.mass, stress, old.ep + more, old.energy + energy, old.hourglass + worked, old.temperature, held, q)
    return force, new, step


def mode_slopes(p):
    """Derivatives of the four modes by the natural coordinates at a point, (4, 3)."""
    xi, eta, zeta = p
    return np.array([[eta, xi, 0], [0, zeta, eta], [zeta, 0, xi], [eta * zeta, zeta * xi, xi * eta]], float)


def hourglass_strains(x):
    """Of the modes' rates by component, as one vector (12): strain rates (12, 12).

    In the middle of each of three faces the two normal strains and the shear strain in its plane; of the fourth mode the normal strain at
    a corner in the direction of that face's normal.
    """
    jacobian = x.T @ CORNERS / 8
    half = np.linalg.norm(jacobian, axis=0)
    directions = (jacobian / half).T
    rows = np.zeros((3, 4, 12))
    for k in range(12):
        mode = np.zeros(12)
        mode[k] = 1 / 8  # the modes' squares add up to 8
        mode = mode.reshape(3, 4)
        for normal, (a, b) in enumerate(((1, 2), (2, 0), (0, 1))):
            there = directions @ mode @ mode_slopes(np.eye(3)[normal]) / half
            corner = directions @ mode[:, 3:] @ mode_slopes(np.ones(3))[3:] / half
            rows[normal, :, k] = there[a, a], there[b, b], there[a, b] + there[b, a], corner[normal, normal]
    return rows.reshape(12, 12)


def plates(solid):
    """Plane stress from two normal strains, a shear strain and a normal strain alone, (4, 4) [Pa]."""
    poisson = solid.poisson
    scale = 4.5 * solid.elastic * solid.modulus
    return scale * np.array([[1, poisson, 0, 0], [poisson, 1, 0, 0], [0, 0, (1 - poisson) / 2, 0], [0, 0, 0, 1]])


def tet_step(x, v, old, dt, solid, strength=lambda ep: np.inf):
    """The same of a tetrahedron, nodes (4, 3)."""
    strain, rotation = incremental(x, v, dt, tet_gradients)
    stress, more, _ = stressed(old, strain, rotation, solid, strength)
    slopes, volume = tet_gradients(x)
    q, step = damped(strain, dt, volume, tet_length(x), tet_shortest(x), old.mass, solid)
    energy = volume * (((stress + old.stress) / 2 * strain).sum() - (q + old.q) / 2 * np.trace(strain))
    new = State(old.mass, stress, old.ep + more, old.energy + energy, old.hourglass, old.temperature, old.held, q)
    return -volume * slopes @ (stress - q * np.eye(3)), new, step


def stiffness(x, solid, gradients):
    """Of one element with one integration point, (3 n, 3 n) [N/m]."""
    slopes, volume = gradients(x)
    b = np.concatenate([_strain_rows(*g) for g in slopes], axis=1)
    c = np.diag([2 * solid.shear] * 3 + [solid.shear] * 3)
    c[:3, :3] += solid.bulk - 2 / 3 * solid.shear
    return volume * b.T @ c @ b


def _strain_rows(gx, gy, gz):
    return np.array([[gx, 0, 0], [0, gy, 0], [0, 0, gz], [gy, gx, 0], [0, gz, gy], [gz, 0, gx]])


def fastest(x, mass, solid, gradients):
    """Highest natural frequency of one free element with its mass shared evenly by its nodes [rad/s]."""
    return np.sqrt(np.linalg.eigvalsh(stiffness(x, solid, gradients))[-1] / (mass / len(x)))


def rotation(axis, angle):
    """About an axis, by Rodrigues' formula."""
    n = np.asarray(axis, float) / np.linalg.norm(axis)
    k = np.array([[0, -n[2], n[1]], [n[2], 0, -n[0]], [-n[1], n[0], 0]])
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


def crooked(rng, size=1.0, by=0.25):
    """A hexahedron that is none too regular, turned anyhow."""
    return size / 2 * (CORNERS + rng.uniform(-by, by, (8, 3))) @ rotation(rng.normal(size=3), rng.uniform(0, 3)).T


def crooked_tet(rng, size=1.0, by=0.15):
    return size * (TET + rng.uniform(-by, by, (4, 3))) @ rotation(rng.normal(size=3), rng.uniform(0, 3)).T


def symmetric(rng, scale=1.0):
    a = rng.normal(size=(3, 3))
    return scale * (a + a.T) / 2
