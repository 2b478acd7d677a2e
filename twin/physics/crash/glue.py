"""What holds parts together: ties of nodes to faces, springs between places."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.errors import BadInput, UnknownName
from twin.physics.crash.case import Case
from twin.physics.crash.segment import above, shares

__all__ = ["Springs", "Ties", "springs_of", "stretched", "tied"]

NEAR = 0.2  # of a face's size: how far from a face a node may be that is glued to it


class Ties(NamedTuple):
    """Glued nodes; their masses are those of the corners.

    Attributes:
        nodes: (k,), int32; corners: of the faces (k, 4); share: of each corner (k, 4).
    """

    nodes: np.ndarray
    corners: np.ndarray
    share: np.ndarray


class Springs(NamedTuple):
    """Springs between the middles of two groups of nodes each.

    Attributes:
        first, members: nodes of the groups, two groups a spring; length: at rest (s,) [m]; stiffness, damping: (s,) [N/m, N s/m].
        slow: of the dampers, last force (s,) [N]; lost: to them so far (s,) [J].
    """

    first: np.ndarray
    members: np.ndarray
    length: np.ndarray
    stiffness: np.ndarray
    damping: np.ndarray
    slow: np.ndarray
    lost: np.ndarray


def tied(case: Case, quads: np.ndarray, owners: np.ndarray) -> Ties:
    """The ties of a case.

    Raises:
        BadInput: an unknown part or set, a node that lies on no face, or that is glued twice.
    """
    nodes, corners, share = list[int](), list[np.ndarray](), list[np.ndarray]()
    for name, tie in case.spec.ties.items():
        where = f"ties.{name}"
        if tie.to not in case.names:
            raise UnknownName(f"{where}.to", tie.to, case.names)
        faces = quads[case.part[owners] == case.names.index(tie.to)]
        middles = case.x[faces].mean(axis=1)
        sizes = np.linalg.norm(case.x[faces[:, 2]] - case.x[faces[:, 0]], axis=1)
        for node in case.place(tie.nodes, f"{where}.nodes"):
            face, weights, away = _on_a_face(case.x, int(node), faces, middles, sizes)
            within = tie.within if tie.within is not None else NEAR * float(sizes.max())
            if away > within:
                given = f"a node {1e3 * away:.3g} mm away from {tie.to}"
                raise BadInput(f"{where}.nodes", given, f"nodes within {1e3 * within:.3g} mm", "Move the part, or give `within`.")
            nodes.append(int(node))
            corners.append(faces[face])
            share.append(weights)
    if len(set(nodes)) < len(nodes) or set(nodes) & set(np.array(corners).reshape(-1).tolist()):
        allowed = "nodes that are glued once, to faces whose own nodes are not"
        raise BadInput("ties", "a node that is glued twice, or glued and glued to", allowed)
    return Ties(np.array(nodes, np.int32), np.array(corners, np.int32).reshape(-1, 4), np.array(share, float).reshape(-1, 4))


def _on_a_face(x: np.ndarray, node: int, faces: np.ndarray, middles: np.ndarray, sizes: np.ndarray) -> tuple[int, np.ndarray, float]:
    """The nearest face, the shares of its corners, and the distance [m]."""
    near = np.argsort(np.linalg.norm(middles - x[node], axis=1) - sizes / 2, kind="stable")[:8]
    best = (0, np.zeros(4), np.inf)
    for face in near.tolist():
        r, s, _, _ = above(tuple(x[node]), *(tuple(x[k]) for k in faces[face]))
        weights = np.array(shares(min(max(r, -1.0), 1.0), min(max(s, -1.0), 1.0)))
        away = float(np.linalg.norm(weights @ x[faces[face]] - x[node]))
        if away < best[2]:
            best = (face, weights, away)
    return best


def springs_of(case: Case) -> Springs:
    """The springs of a case, as long as they are at the start.

    Raises:
        BadInput: an unknown part or set, or two ends at one place.
    """
    spec = case.spec.springs
    groups = [case.place(end, f"springs.{name}.between.{k}") for name, spring in spec.items() for k, end in enumerate(spring.between)]
    middles = np.array([case.x[nodes].mean(axis=0) for nodes in groups]).reshape(-1, 3)
    length = np.linalg.norm(middles[::2] - middles[1::2], axis=1)
    for name, size in zip(spec, length, strict=True):
        if not size > 0:
            raise BadInput(f"springs.{name}.between", "two ends at one place", "ends apart from each other")
    first = np.cumsum([0, *(len(nodes) for nodes in groups)], dtype=np.int64)
    stiffness, damping = (np.array([getattr(s, what) for s in spec.values()], float) for what in ("stiffness", "damping"))
    members = np.concatenate([np.zeros(0, np.int64), *groups]).astype(np.int32)
    return Springs(first, members, length, stiffness, damping, np.zeros(len(spec)), np.zeros(len(spec)))


def stretched(springs: Springs, x: np.ndarray) -> tuple[float, float]:
    """Elastic energy in the springs, and what the dampers took [J]."""
    if not len(springs.length):
        return 0.0, 0.0
    middles = np.array([x[springs.members[a:b]].mean(axis=0) for a, b in zip(springs.first[:-1], springs.first[1:], strict=True)])
    longer = np.linalg.norm(middles[::2] - middles[1::2], axis=1) - springs.length
    return float((springs.stiffness * longer**2).sum() / 2), float(springs.lost.sum())
