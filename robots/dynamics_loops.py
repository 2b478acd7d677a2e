"""The recursive Newton-Euler algorithm, compiled, in root axes."""

from __future__ import annotations

import numpy as np

from robots.arrays import PRISMATIC, REVOLUTE, Bodies, Tree
from twin.kernel import loop, scalar

Triple = tuple[float, float, float]


@scalar
def _cross(ax: float, ay: float, az: float, bx: float, by: float, bz: float) -> Triple:
    return ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx


@scalar
def _row(table: np.ndarray, i: int) -> Triple:
    return table[i, 0], table[i, 1], table[i, 2]


@scalar
def _turn(T: np.ndarray, x: float, y: float, z: float) -> Triple:
    return (
        T[0, 0] * x + T[0, 1] * y + T[0, 2] * z,
        T[1, 0] * x + T[1, 1] * y + T[1, 2] * z,
        T[2, 0] * x + T[2, 1] * y + T[2, 2] * z,
    )


@scalar
def _turn_back(T: np.ndarray, x: float, y: float, z: float) -> Triple:
    return (
        T[0, 0] * x + T[1, 0] * y + T[2, 0] * z,
        T[0, 1] * x + T[1, 1] * y + T[2, 1] * z,
        T[0, 2] * x + T[1, 2] * y + T[2, 2] * z,
    )


@loop
def newton_euler(tree: Tree, bodies: Bodies, T: np.ndarray, qd: np.ndarray, qdd: np.ndarray, gravity: np.ndarray, tau: np.ndarray) -> None:
    """Joint torques: Luh, Walker, Paul (1980), ASME J. Dyn. Syst. Meas. Control 102, 69-76, in root axes.

    Args:
        tree, bodies: `robots.arrays.Tree`, `robots.arrays.Bodies`.
        T: (n, links, 4, 4) poses of the links.
        qd, qdd: (n, nq).
        gravity: (3,) [m/s^2]; it enters as an acceleration of the root against it.
        tau: (n, nq), overwritten.
    """
    links = tree.parent.shape[0]
    omega, alpha, acc = np.empty((links, 3)), np.empty((links, 3)), np.empty((links, 3))
    force, moment = np.empty((links, 3)), np.empty((links, 3))
    for row in range(qd.shape[0]):
        tau[row] = 0.0
        omega[0] = alpha[0] = 0.0
        for a in range(3):
            acc[0, a] = -gravity[a]
        for i in range(links):
            pose = T[row, i]
            if i > 0:
                up = tree.parent[i]
                wx, wy, wz = _row(omega, up)
                bx, by, bz = _row(alpha, up)
                rx, ry, rz = pose[0, 3] - T[row, up, 0, 3], pose[1, 3] - T[row, up, 1, 3], pose[2, 3] - T[row, up, 2, 3]
                cx, cy, cz = _cross(wx, wy, wz, rx, ry, rz)
                dx, dy, dz = _cross(wx, wy, wz, cx, cy, cz)
                ex, ey, ez = _cross(bx, by, bz, rx, ry, rz)
                px, py, pz = acc[up, 0] + dx + ex, acc[up, 1] + dy + ey, acc[up, 2] + dz + ez
                if tree.drive[i] >= 0:
                    v = tree.factor[i] * qd[row, tree.drive[i]]
                    vd = tree.factor[i] * qdd[row, tree.drive[i]]
                    zx, zy, zz = _turn(pose, tree.axis[i, 0], tree.axis[i, 1], tree.axis[i, 2])
                    cx, cy, cz = _cross(wx, wy, wz, v * zx, v * zy, v * zz)
                    if tree.kind[i] == REVOLUTE:
                        wx, wy, wz = wx + v * zx, wy + v * zy, wz + v * zz
                        bx, by, bz = bx + vd * zx + cx, by + vd * zy + cy, bz + vd * zz + cz
                    else:
                        px, py, pz = px + vd * zx + 2.0 * cx, py + vd * zy + 2.0 * cy, pz + vd * zz + 2.0 * cz
                omega[i, 0], omega[i, 1], omega[i, 2] = wx, wy, wz
                alpha[i, 0], alpha[i, 1], alpha[i, 2] = bx, by, bz
                acc[i, 0], acc[i, 1], acc[i, 2] = px, py, pz
            wx, wy, wz = _row(omega, i)
            bx, by, bz = _row(alpha, i)
            rx, ry, rz = _turn(pose, bodies.com[i, 0], bodies.com[i, 1], bodies.com[i, 2])
            cx, cy, cz = _cross(wx, wy, wz, rx, ry, rz)
            dx, dy, dz = _cross(wx, wy, wz, cx, cy, cz)
            ex, ey, ez = _cross(bx, by, bz, rx, ry, rz)
            m = bodies.mass[i]
            fx, fy, fz = m * (acc[i, 0] + dx + ex), m * (acc[i, 1] + dy + ey), m * (acc[i, 2] + dz + ez)
            # Euler's equation in link axes, where the inertia is constant
            lx, ly, lz = _turn_back(pose, wx, wy, wz)
            ax, ay, az = _turn_back(pose, bx, by, bz)
            hx, hy, hz = _turn(bodies.inertia[i], lx, ly, lz)
            gx, gy, gz = _turn(bodies.inertia[i], ax, ay, az)
            cx, cy, cz = _cross(lx, ly, lz, hx, hy, hz)
            nx, ny, nz = _turn(pose, gx + cx, gy + cy, gz + cz)
            cx, cy, cz = _cross(rx, ry, rz, fx, fy, fz)
            force[i, 0], force[i, 1], force[i, 2] = fx, fy, fz
            moment[i, 0], moment[i, 1], moment[i, 2] = nx + cx, ny + cy, nz + cz
        for i in range(links - 1, 0, -1):
            pose, up = T[row, i], tree.parent[i]
            if tree.drive[i] >= 0:
                zx, zy, zz = _turn(pose, tree.axis[i, 0], tree.axis[i, 1], tree.axis[i, 2])
                load = force[i] if tree.kind[i] == PRISMATIC else moment[i]
                tau[row, tree.drive[i]] += tree.factor[i] * (zx * load[0] + zy * load[1] + zz * load[2])
            rx, ry, rz = pose[0, 3] - T[row, up, 0, 3], pose[1, 3] - T[row, up, 1, 3], pose[2, 3] - T[row, up, 2, 3]
            cx, cy, cz = _cross(rx, ry, rz, force[i, 0], force[i, 1], force[i, 2])
            for a in range(3):
                force[up, a] += force[i, a]
            moment[up, 0] += moment[i, 0] + cx
            moment[up, 1] += moment[i, 1] + cy
            moment[up, 2] += moment[i, 2] + cz
