"""Traversal of the tree, compiled: link poses and Jacobians, row by row of q."""

from __future__ import annotations

import math

import numpy as np

from robots.arrays import PRISMATIC, REVOLUTE, Tree
from twin.kernel import loop


@loop
def poses(tree: Tree, q: np.ndarray, T: np.ndarray) -> None:
    """T_root_link of every link for every row of q.

    Args:
        tree: `robots.arrays.Tree`.
        q: (n, nq).
        T: (n, links, 4, 4), overwritten.
    """
    for row in range(q.shape[0]):
        for i in range(tree.parent.shape[0]):
            pose = T[row, i]
            pose[:] = 0.0
            pose[3, 3] = 1.0
            if i == 0:
                pose[0, 0] = pose[1, 1] = pose[2, 2] = 1.0
                continue
            above, origin = T[row, tree.parent[i]], tree.origin[i]
            for a in range(3):
                for b in range(4):
                    s = above[a, 0] * origin[0, b] + above[a, 1] * origin[1, b] + above[a, 2] * origin[2, b]
                    pose[a, b] = s + above[a, 3] if b == 3 else s
            if tree.drive[i] < 0:
                continue
            value = tree.factor[i] * q[row, tree.drive[i]] + tree.shift[i]
            x, y, z = tree.axis[i, 0], tree.axis[i, 1], tree.axis[i, 2]
            if tree.kind[i] == PRISMATIC:
                for a in range(3):
                    pose[a, 3] += value * (pose[a, 0] * x + pose[a, 1] * y + pose[a, 2] * z)
                continue
            s, c = math.sin(value), math.cos(value)
            v = 1.0 - c
            for a in range(3):  # Rodrigues' rotation from the right
                r0, r1, r2 = pose[a, 0], pose[a, 1], pose[a, 2]
                along = v * (r0 * x + r1 * y + r2 * z)
                pose[a, 0] = c * r0 + s * (r1 * z - r2 * y) + along * x
                pose[a, 1] = c * r1 + s * (r2 * x - r0 * z) + along * y
                pose[a, 2] = c * r2 + s * (r0 * y - r1 * x) + along * z


@loop
def jacobians(tree: Tree, T: np.ndarray, frame: int, J: np.ndarray) -> None:
    """Jacobians of the link `frame` at its origin, in root axes: linear rows first.

    Args:
        tree: `robots.arrays.Tree`.
        T: (n, links, 4, 4) from `poses`.
        frame: index of the link.
        J: (n, 6, nq), overwritten.
    """
    for row in range(T.shape[0]):
        J[row] = 0.0
        i = frame
        while i > 0:
            column = tree.drive[i]
            if column >= 0:
                pose, factor = T[row, i], tree.factor[i]
                x, y, z = tree.axis[i, 0], tree.axis[i, 1], tree.axis[i, 2]
                ax = factor * (pose[0, 0] * x + pose[0, 1] * y + pose[0, 2] * z)
                ay = factor * (pose[1, 0] * x + pose[1, 1] * y + pose[1, 2] * z)
                az = factor * (pose[2, 0] * x + pose[2, 1] * y + pose[2, 2] * z)
                if tree.kind[i] == REVOLUTE:
                    rx = T[row, frame, 0, 3] - pose[0, 3]
                    ry = T[row, frame, 1, 3] - pose[1, 3]
                    rz = T[row, frame, 2, 3] - pose[2, 3]
                    J[row, 0, column] += ay * rz - az * ry
                    J[row, 1, column] += az * rx - ax * rz
                    J[row, 2, column] += ax * ry - ay * rx
                    J[row, 3, column] += ax
                    J[row, 4, column] += ay
                    J[row, 5, column] += az
                else:
                    J[row, 0, column] += ax
                    J[row, 1, column] += ay
                    J[row, 2, column] += az
            i = tree.parent[i]
