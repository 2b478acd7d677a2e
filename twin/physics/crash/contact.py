"""Contact between bodies: every node of a skin against the faces of the other bodies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.physics.crash.case import Case
from twin.physics.crash.constants import moduli
from twin.physics.crash.contact_loops import list_near

__all__ = ["Contact", "against_walls", "begun", "pressed", "renewed", "surrounded", "swinging"]

SOFT = 0.2
"""Of the stiffness K A^2 / V of the element behind a face (Hallquist, Goudreau & Benson 1985), shared by its corners."""

LOOKS = 200  # steps between two looks at who is near whom, where bodies are slow enough
NEAREST, FARTHEST = 0.05, 0.5  # of a face's size: how far ahead faces are looked for
TILT = 0.03  # of a face's size: what a node may be beside the face that it is inside of (`contact_loops.EDGE`), and some more


class Contact(NamedTuple):
    """Arrays of the contact; `s` counts the nodes of all skins, `q` their faces.

    Attributes:
        nodes: numbers, (s,); part: of each; faces: corners (q, 4); of: part of each; thickness: of the element behind (q,) [m].
        area: that a node stands for, as a vector (s, 3) [m^2]; node_stiffness, face_stiffness: (s,), (q,) [N/m^3]; friction: (1,).
        near: nodes with faces of others near, rising; first, candidates: these faces of each node.
        face: that a node is inside of, or -1 (s,); share: of its corners (s, 4); normal: (s, 3); depth: (s,) [m].
        force: on the node (s, 3) [N]; rub: its friction part; work: that the contact took so far (s,) [J].
        deepest: so far, over the thickness (s,).
    """

    nodes: np.ndarray
    part: np.ndarray
    faces: np.ndarray
    of: np.ndarray
    thickness: np.ndarray
    area: np.ndarray
    node_stiffness: np.ndarray
    face_stiffness: np.ndarray
    friction: np.ndarray
    near: np.ndarray
    first: np.ndarray
    candidates: np.ndarray
    face: np.ndarray
    share: np.ndarray
    normal: np.ndarray
    depth: np.ndarray
    force: np.ndarray
    rub: np.ndarray
    work: np.ndarray
    deepest: np.ndarray


def begun(case: Case, quads: np.ndarray, owners: np.ndarray) -> Contact:
    """Contact of a case at rest; without nodes and faces where there is one body only.

    Args:
        quads: skins of all bodies, shape (q, 4); owners: elements behind.
    """
    spec = case.spec.contact
    if len(case.names) < 2:
        quads, owners = quads[:0], owners[:0]
    thickness, stiffness = penalties(case, quads, owners)
    nodes = np.unique(quads)
    stiffest = _stiffest(quads, stiffness, nodes)
    part = np.searchsorted(case.first_node, nodes, side="right") - 1
    count = len(nodes)
    friction = np.array([spec.friction if spec is not None else 0.0])
    return Contact(
        nodes.astype(np.int32), part.astype(np.int32), quads.astype(np.int32), case.part[owners].astype(np.int32),
        thickness, _shares(case.x, quads, nodes), stiffest, stiffness, friction,
        np.zeros(0, np.int32), np.zeros(count + 1, np.int64), np.zeros(0, np.int32),
        np.full(count, -1, np.int32), np.zeros((count, 4)), np.zeros((count, 3)), np.zeros(count),
        np.zeros((count, 3)), np.zeros((count, 3)), np.zeros(count), np.zeros(count),
    )  # fmt: skip


def penalties(case: Case, quads: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Thickness behind faces [m], and what a penalty there is for an area [N/m^3], shape (q,) each; arguments as `begun`."""
    thickness: np.ndarray = case.volumes[owners] / _areas(case.x, quads)
    bulk = np.array([moduli(m)[0] for m in case.materials.values()])[case.part[owners]]
    stiffness: np.ndarray = SOFT * (case.spec.contact.stiffness if case.spec.contact is not None else 1.0) * bulk / thickness
    return thickness, stiffness


def _stiffest(quads: np.ndarray, stiffness: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Of the faces around each node."""
    found = np.zeros(int(nodes.max(initial=-1)) + 1)
    np.maximum.at(found, quads.reshape(-1), np.repeat(stiffness, 4))
    of_nodes: np.ndarray = found[nodes]
    return of_nodes


def against_walls(case: Case, quads: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Stiffness of a penalty at each node for the area that it stands for [N/m], shape (n,); 0 inside of bodies. Arguments as `begun`."""
    nodes, found = np.unique(quads), np.zeros(len(case.x))
    area = np.linalg.norm(_shares(case.x, quads, nodes), axis=1)
    found[nodes] = area * _stiffest(quads, penalties(case, quads, owners)[1], nodes)
    return found


def _areas(x: np.ndarray, quads: np.ndarray) -> np.ndarray:
    corners = x[quads]
    area: np.ndarray = np.linalg.norm(np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]), axis=1) / 2
    return area


def _shares(x: np.ndarray, quads: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """A quarter of the faces around each node, as a vector out of the body [m^2], (s, 3)."""
    corners = x[quads]
    vectors = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]) / 2
    flat = quads.reshape(-1)
    sums = [np.bincount(flat, weights=np.repeat(vectors[:, d] / 4, 4), minlength=len(x))[nodes] for d in range(3)]
    return np.ascontiguousarray(np.stack(sums, axis=1), dtype=float)


def swinging(contact: Contact, node_mass: np.ndarray) -> float:
    """A quarter of the square of the contact's highest frequency [1/s^2], as `swings.stable` takes it.

    Both sides push, and both sides move: the frequency between two equal nodes is 2 sqrt(k / m).
    """
    if not len(contact.nodes):
        return 0.0
    stiffness = np.linalg.norm(contact.area, axis=1) * contact.node_stiffness
    mass = node_mass[contact.nodes]  # glued nodes have none
    return float((stiffness[mass > 0] / mass[mass > 0]).max())


def renewed(contact: Contact, x: np.ndarray, v: np.ndarray, dt: float) -> tuple[Contact, int]:
    """The contact with its candidates looked up anew, and for how many steps they are good.

    Whoever is inside of a face is between it and the face moved inwards by its thickness; around that stands a box, wider by what may move
    until the next look.

    Args:
        x, v: places [m] and velocities [m/s] of all nodes, (n, 3); dt: time step [s].
    """
    corners, skin = x[contact.faces], v[contact.nodes]
    size = float(np.linalg.norm(corners[:, 2] - corners[:, 0], axis=1).max())
    # bodies may become twice as fast against each other before the next look
    pace = max(2 * float(np.linalg.norm(skin.max(axis=0) - skin.min(axis=0))) * dt, 1e-300)
    reach = float(np.clip(LOOKS * pace, NEAREST * size, FARTHEST * size))
    steps = int(np.clip(reach / pace, 1, LOOKS))
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    inwards = -contact.thickness[:, None] * normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
    margin = 2 * reach + TILT * size  # twice: the face may turn as well
    low = corners.min(axis=1) + np.minimum(inwards, 0.0) - margin
    high = corners.max(axis=1) + np.maximum(inwards, 0.0) + margin
    contact = _listed(contact, x, low, high, size + 2 * margin)
    gone = np.ones(len(contact.nodes), bool)
    gone[contact.near] = False
    contact.face[gone] = -1
    contact.force[gone], contact.rub[gone], contact.depth[gone] = 0.0, 0.0, 0.0
    return contact._replace(area=_shares(x, contact.faces, contact.nodes)), steps


def surrounded(contact: Contact, x: np.ndarray) -> Contact:
    """The contact with all faces as candidates that a node is near to from either side, nodes at x [m], (n, 3)."""
    corners = x[contact.faces]
    size = float(np.linalg.norm(corners[:, 2] - corners[:, 0], axis=1).max())
    margin = FARTHEST * size + contact.thickness[:, None]
    return _listed(contact, x, corners.min(axis=1) - margin, corners.max(axis=1) + margin, 2 * size)


def _listed(contact: Contact, x: np.ndarray, low: np.ndarray, high: np.ndarray, voxel: float) -> Contact:
    """Faces of others whose boxes a node is in."""
    first, found = list_near(x[contact.nodes], contact.part, low, high, contact.of, voxel)
    return contact._replace(near=np.flatnonzero(np.diff(first)).astype(np.int32), first=first, candidates=found)


def pressed(contact: Contact, bodies: int) -> np.ndarray:
    """Contact force on each body [N], shape (bodies, 3)."""
    touching = contact.face >= 0
    forces = np.zeros((bodies, 3))
    np.add.at(forces, contact.part[touching], contact.force[touching])
    np.subtract.at(forces, contact.of[contact.face[touching]], contact.force[touching])
    return forces
