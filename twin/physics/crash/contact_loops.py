"""Contact on the CPU: who is near whom, by a hash of voxels; who is inside whom, and the forces that push them apart."""

from __future__ import annotations

import numpy as np

from twin.kernel import loop, piece, scalar
from twin.physics.crash.segment import above, between, rubbed, shares

__all__ = ["count_near", "depths", "list_near", "press", "spread"]

EDGE = 1.02  # of natural coordinates: a node between two faces belongs to one of them
NOTHING = 1e-6  # of a thickness: that deep a node may be by rounding
ALIKE = 0.5  # cosine between the normals of faces that a node passes over


@piece
def _voxel(x, size):  # type: ignore[no-untyped-def]
    return np.int64(np.floor(x / size))


@piece
def _hash(i, j, k, table):  # type: ignore[no-untyped-def]
    return (i * 73856093 ^ j * 19349663 ^ k * 83492791) & (table - 1)


@loop
def _fill(low, high, size, first, kept, write):  # type: ignore[no-untyped-def]
    """Boxes into the voxels that they touch: counted (`write` False), then written down in the order of their numbers."""
    table = len(first) - 1
    for q in range(len(low)):
        for i in range(_voxel(low[q, 0], size), _voxel(high[q, 0], size) + 1):
            for j in range(_voxel(low[q, 1], size), _voxel(high[q, 1], size) + 1):
                for k in range(_voxel(low[q, 2], size), _voxel(high[q, 2], size) + 1):
                    cell = _hash(i, j, k, table)
                    if write:
                        kept[first[cell]] = q
                    first[cell + (0 if write else 1)] += 1


@loop
def _look(x, part, low, high, of, size, begin, kept, first, found, write):  # type: ignore[no-untyped-def]
    """Boxes of other parts around each point: counted, then listed."""
    table = len(begin) - 1
    for s in range(len(x)):
        cell = _hash(_voxel(x[s, 0], size), _voxel(x[s, 1], size), _voxel(x[s, 2], size), table)
        count, last = 0, -1
        for at in range(begin[cell], begin[cell + 1]):
            q = kept[at]
            if q == last or of[q] == part[s]:
                continue
            inside = True
            for d in range(3):
                inside = inside and low[q, d] <= x[s, d] <= high[q, d]
            if inside:
                if write:
                    found[first[s] + count] = q
                count, last = count + 1, q
        if not write:
            first[s + 1] = count


def count_near(low: np.ndarray, high: np.ndarray, size: float) -> tuple[np.ndarray, np.ndarray]:
    """A hash of voxels: first entry of each cell, and one more; the boxes in it.

    Args:
        low, high: corners of boxes [m], shape (q, 3); size: edge of a voxel [m].
    """
    table = 1 << max(4, int(np.ceil(np.log2(2 * len(low) + 1))))
    counts = np.zeros(table + 1, np.int64)
    _fill(low, high, size, counts, np.zeros(0, np.int32), False)
    first = np.cumsum(counts)
    kept = np.empty(int(first[-1]), np.int32)
    _fill(low, high, size, first.copy(), kept, True)
    return first, kept


def list_near(
    x: np.ndarray, part: np.ndarray, low: np.ndarray, high: np.ndarray, of: np.ndarray, size: float
) -> tuple[np.ndarray, np.ndarray]:
    """For each point the boxes of other parts that it is in: first entry of each point, and one more; the boxes, rising.

    Args:
        x: points [m], shape (s, 3); part: of each; low, high: corners of boxes [m], shape (q, 3); of: part of each.
        size: edge of a voxel [m].
    """
    begin, kept = count_near(low, high, size)
    counts = np.zeros(len(x) + 1, np.int64)
    _look(x, part, low, high, of, size, begin, kept, counts, np.zeros(0, np.int32), False)
    first = np.cumsum(counts)
    found = np.empty(int(first[-1]), np.int32)
    _look(x, part, low, high, of, size, begin, kept, first, found, True)
    return first, found


@scalar
def _corner(x, faces, q, k):  # type: ignore[no-untyped-def]
    n = faces[q, k]
    return x[n, 0], x[n, 1], x[n, 2]


@scalar
def _beside(p, a, b, c, d, reach):  # type: ignore[no-untyped-def]
    """Whether a point is in the box around a face, `reach` wider on all sides: whoever touches the face is, and few others are."""
    for k in range(3):
        low, high = min(min(a[k], b[k]), min(c[k], d[k])), max(max(a[k], b[k]), max(c[k], d[k]))
        if not low - reach <= p[k] <= high + reach:
            return False
    return True


@scalar
def _relative(v, faces, n, q, w):  # type: ignore[no-untyped-def]
    """Velocity of a node against the place of a face with the shares w [m/s]."""
    a, b, c, d = faces[q, 0], faces[q, 1], faces[q, 2], faces[q, 3]
    return (
        v[n, 0] - w[0] * v[a, 0] - w[1] * v[b, 0] - w[2] * v[c, 0] - w[3] * v[d, 0],
        v[n, 1] - w[0] * v[a, 1] - w[1] * v[b, 1] - w[2] * v[c, 1] - w[3] * v[d, 1],
        v[n, 2] - w[0] * v[a, 2] - w[1] * v[b, 2] - w[2] * v[c, 2] - w[3] * v[d, 2],
    )


@piece
def press(nodes, contact, dt, me, threads):  # type: ignore[no-untyped-def]
    """Forces on this thread's nodes after a step; their work is half that of the force before the step, half that of the one after."""
    near, faces, x, v = len(contact.near), contact.faces, nodes.x, nodes.v
    for at in range(me * near // threads, (me + 1) * near // threads):
        s = contact.near[at]
        n, old = contact.nodes[s], contact.face[s]
        if old >= 0:
            w = contact.share[s, 0], contact.share[s, 1], contact.share[s, 2], contact.share[s, 3]
            u = _relative(v, faces, n, old, w)
            force = contact.force[s, 0] * u[0] + contact.force[s, 1] * u[1] + contact.force[s, 2] * u[2]
            contact.work[s] -= 0.5 * dt * force
        before = contact.normal[s, 0], contact.normal[s, 1], contact.normal[s, 2]
        begin, end = contact.first[s], contact.first[s + 1]
        q, deep, w, normal = _nearest(x, v, faces, contact.thickness, contact.candidates, begin, end, n, old >= 0, before, dt)
        contact.face[s] = q
        if q >= 0:
            u = _relative(v, faces, n, q, w)
            area = abs(contact.area[s, 0] * normal[0] + contact.area[s, 1] * normal[1] + contact.area[s, 2] * normal[2])
            stiffness = area * min(contact.node_stiffness[s], contact.face_stiffness[q])
            push = stiffness * deep
            held = contact.rub[s, 0], contact.rub[s, 1], contact.rub[s, 2]
            rub = rubbed(held, (u[0] * dt, u[1] * dt, u[2] * dt), normal, push, stiffness, contact.friction[0])
            work = 0.0
            for d in range(3):
                contact.normal[s, d], contact.rub[s, d] = normal[d], rub[d]
                contact.force[s, d] = push * normal[d] + rub[d]
                work += contact.force[s, d] * u[d]
            for k in range(4):
                contact.share[s, k] = w[k]
            contact.depth[s], contact.deepest[s] = deep, max(contact.deepest[s], deep / contact.thickness[q])
            contact.work[s] -= 0.5 * dt * work
        elif old >= 0:
            contact.depth[s] = 0.0
            for d in range(3):
                contact.force[s, d] = contact.rub[s, d] = 0.0


@scalar
def _nearest(x, v, faces, thickness, candidates, begin, end, n, old, before, dt):  # type: ignore[no-untyped-def]
    """The face that a node is inside of, or -1; how deep [m]; shares of its corners; its normal.

    At an edge a node may be inside of two. Whoever touches already stays with faces that look the same way, the least deep of
    them; whoever comes in was outside of its face before the step, and belongs to the one that it moves into fastest.

    Args:
        begin, end: its faces in `candidates`; n: the node; old: whether it touched a face before the step, whose normal was `before`.
    """
    p = x[n, 0], x[n, 1], x[n, 2]
    best, face, deep = -np.inf, -1, 0.0
    shared, out = (0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    for _ in range(2):
        for at in range(begin, end):
            q = candidates[at]
            a, b, c, d = _corner(x, faces, q, 0), _corner(x, faces, q, 1), _corner(x, faces, q, 2), _corner(x, faces, q, 3)
            if not (between(p, a, b, c, d, thickness[q]) and _beside(p, a, b, c, d, thickness[q])):
                continue
            r, t, height, normal = above(p, a, b, c, d)
            if not (-thickness[q] < height < 0.0 and abs(r) <= EDGE and abs(t) <= EDGE):
                continue
            w = shares(min(max(r, -1.0), 1.0), min(max(t, -1.0), 1.0))
            if old:
                like = normal[0] * before[0] + normal[1] * before[1] + normal[2] * before[2]
                score = height if like > ALIKE else -np.inf
            else:
                u = _relative(v, faces, n, q, w)
                score = -u[0] * normal[0] - u[1] * normal[1] - u[2] * normal[2]
                if height + dt * score < -NOTHING * thickness[q]:
                    continue
            if score > best:
                best, face, deep, shared, out = score, q, -height, w, normal
        if face >= 0 or not old:
            break
        old = False  # it has left the faces that it touched: perhaps it is inside others
    return face, deep, shared, out


@piece
def spread(nodes, contact):  # type: ignore[no-untyped-def]
    """All contact forces onto the nodes, one after the other in a fixed order."""
    f, faces, face, share, force = nodes.f, contact.faces, contact.face, contact.share, contact.force
    for at in range(len(contact.near)):
        s = contact.near[at]
        q = face[s]
        if q >= 0:
            n = contact.nodes[s]
            for d in range(3):
                f[n, d] += force[s, d]
                for k in range(4):
                    f[faces[q, k], d] -= share[s, k] * force[s, d]


@loop
def depths(x, contact, found):  # type: ignore[no-untyped-def]
    """How deep each node is inside of the face that is nearest to it, over the thickness behind; 0 where it is outside."""
    for at in range(len(contact.near)):
        s = contact.near[at]
        n = contact.nodes[s]
        p = x[n, 0], x[n, 1], x[n, 2]
        nearest = np.inf
        for k in range(contact.first[s], contact.first[s + 1]):
            q = contact.candidates[k]
            r, t, height, _ = above(
                p, _corner(x, contact.faces, q, 0), _corner(x, contact.faces, q, 1), _corner(x, contact.faces, q, 2),
                _corner(x, contact.faces, q, 3),
            )  # fmt: skip
            if abs(r) <= EDGE and abs(t) <= EDGE and abs(height) < nearest:
                nearest = abs(height)
                found[s] = max(-height, 0.0) / contact.thickness[q]
