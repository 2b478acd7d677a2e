"""Contact on CUDA threads: one thread a node that is near to other bodies, then one thread a node that any of this may push.

Who is near whom is looked up by the host now and then (`contact.renewed`). What contact puts on a node comes from itself and from
those that have found its faces near them: these are listed once a look-up, in the CPU's order, so that every node adds up its own.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from twin.kernel import real
from twin.kernel.choose import maximum, minimum
from twin.kernel.cuda import BLOCK, blocks, cuda, kernel, part
from twin.physics.crash.contact import Contact
from twin.physics.crash.contact_loops import ALIKE, EDGE, NOTHING
from twin.physics.crash.segment import above, rubbed, shares

__all__ = ["Touch", "press_node", "spread_node"]

LISTED = ("near", "first", "candidates")
KEPT = ("face", "share", "normal", "depth", "force", "rub", "work", "deepest")
"""What the kernels change."""

LEAST = -1e30  # of scores


@part
def _corner(x, faces, q, k):  # type: ignore[no-untyped-def]
    n = faces[q, k]
    return x[n, 0], x[n, 1], x[n, 2]


@part
def _dot(a, b):  # type: ignore[no-untyped-def]
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@part
def _relative(v, faces, n, q, w):  # type: ignore[no-untyped-def]
    """Velocity of a node against the place of a face with the shares w [m/s]."""
    a, b, c, d = faces[q, 0], faces[q, 1], faces[q, 2], faces[q, 3]
    return (
        v[n, 0] - w[0] * v[a, 0] - w[1] * v[b, 0] - w[2] * v[c, 0] - w[3] * v[d, 0],
        v[n, 1] - w[0] * v[a, 1] - w[1] * v[b, 1] - w[2] * v[c, 1] - w[3] * v[d, 1],
        v[n, 2] - w[0] * v[a, 2] - w[1] * v[b, 2] - w[2] * v[c, 2] - w[3] * v[d, 2],
    )


@part
def _nearest(x, v, faces, thickness, candidates, begin, end, n, held, before, dt):  # type: ignore[no-untyped-def]
    """As `contact_loops._nearest`: face or -1, how deep [m], shares of its corners, its normal."""
    p = x[n, 0], x[n, 1], x[n, 2]
    zero, one, edge = real(0, dt), real(1, dt), real(EDGE, dt)
    none = real(LEAST, dt)
    best, face, deep = none, -1, zero
    w0 = w1 = w2 = w3 = n0 = n1 = n2 = zero
    old = held >= 0
    for _ in range(2):
        for at in range(begin, end):
            q = candidates[at]
            r, t, height, normal = above(
                p, _corner(x, faces, q, 0), _corner(x, faces, q, 1), _corner(x, faces, q, 2), _corner(x, faces, q, 3)
            )
            if -thickness[q] < height and height < zero and abs(r) <= edge and abs(t) <= edge:
                w = shares(minimum(maximum(r, -one), one), minimum(maximum(t, -one), one))
                fits = True
                score = height
                if old:
                    fits = _dot(normal, before) > real(ALIKE, dt)
                else:
                    score = -_dot(_relative(v, faces, n, q, w), normal)
                    fits = height + dt * score >= -real(NOTHING, dt) * thickness[q]
                if fits and score > best:
                    best, face, deep = score, q, -height
                    w0, w1, w2, w3 = w
                    n0, n1, n2 = normal
        if face >= 0 or not old:
            break
        old = False  # it has left the faces that it touched: perhaps it is inside others
    return face, deep, (w0, w1, w2, w3), (n0, n1, n2)


def press_node(  # type: ignore[no-untyped-def]
    near, first, candidates, nodes, faces, thickness, area, node_stiffness, face_stiffness, friction,
    held, share, normals, depth, force, rub, work, deepest, x, v, pace,
):  # fmt: skip
    """As `contact_loops.press` for one node; arguments as in `contact.Contact`, held is its `face`."""
    k, dt = cuda.grid(1), pace[1]
    zero, half = real(0, dt), real(0.5, dt)
    if k < len(near) and dt > zero:
        s = near[k]
        n, old = nodes[s], held[s]
        done = zero
        if old >= 0:
            u = _relative(v, faces, n, old, (share[s, 0], share[s, 1], share[s, 2], share[s, 3]))
            done -= half * dt * _dot((force[s, 0], force[s, 1], force[s, 2]), u)
        before = normals[s, 0], normals[s, 1], normals[s, 2]
        q, deep, w, normal = _nearest(x, v, faces, thickness, candidates, first[s], first[s + 1], n, old, before, dt)
        held[s], depth[s] = q, deep
        f0 = f1 = f2 = r0 = r1 = r2 = zero
        if q >= 0:
            u = _relative(v, faces, n, q, w)
            across = math.fabs(_dot((area[s, 0], area[s, 1], area[s, 2]), normal))
            stiffness = across * minimum(node_stiffness[s], face_stiffness[q])
            push = stiffness * deep
            last = rub[s, 0], rub[s, 1], rub[s, 2]
            r0, r1, r2 = rubbed(last, (u[0] * dt, u[1] * dt, u[2] * dt), normal, push, stiffness, friction[0])
            f0, f1, f2 = push * normal[0] + r0, push * normal[1] + r1, push * normal[2] + r2
            done -= half * dt * _dot((f0, f1, f2), u)
            share[s, 0], share[s, 1], share[s, 2], share[s, 3] = w
            normals[s, 0], normals[s, 1], normals[s, 2] = normal
            deepest[s] = maximum(deepest[s], deep / thickness[q])
        rub[s, 0], rub[s, 1], rub[s, 2] = r0, r1, r2
        force[s, 0], force[s, 1], force[s, 2] = f0, f1, f2
        work[s] += done


def spread_node(touched, begin, who, through, corner, held, share, force, f, pace):  # type: ignore[no-untyped-def]
    """Contact forces on one node.

    Args:
        touched: nodes that may get some; begin: first entry of each, and one more; who: whose force; through: the face that it must
            touch, corner: which of its corners the node is, both -1 where it is the node's own.
    """
    k = cuda.grid(1)
    if k < len(touched) and pace[1] > real(0, pace[1]):
        n = touched[k]
        f0, f1, f2 = f[n, 0], f[n, 1], f[n, 2]
        for j in range(begin[k], begin[k + 1]):
            s, q = who[j], through[j]
            if held[s] >= 0:
                if q < 0:
                    f0, f1, f2 = f0 + force[s, 0], f1 + force[s, 1], f2 + force[s, 2]
                elif q == held[s]:
                    w = share[s, corner[j]]
                    f0, f1, f2 = f0 - w * force[s, 0], f1 - w * force[s, 1], f2 - w * force[s, 2]
        f[n, 0], f[n, 1], f[n, 2] = f0, f1, f2


_press, _spread = kernel(press_node), kernel(spread_node)


def entries_of(contact: Contact) -> tuple[np.ndarray, ...]:
    """What `spread_node` goes through: touched, begin, who, through, corner."""
    sizes = np.diff(contact.first)
    s = np.repeat(np.arange(len(contact.nodes)), sizes)
    quads = contact.faces[contact.candidates]
    node = np.concatenate([contact.nodes[contact.near], quads.reshape(-1)])
    who = np.concatenate([contact.near, np.repeat(s, 4)])
    through = np.concatenate([np.full(len(contact.near), -1), np.repeat(contact.candidates, 4)])
    corner = np.concatenate([np.full(len(contact.near), -1), np.tile(np.arange(4), len(s))])
    order = np.lexsort((corner, through, who, node))
    touched, begin = np.unique(node[order], return_index=True)
    return touched, np.r_[begin, len(order)], *(a[order].astype(np.int32) for a in (who, through, corner))


class Touch:
    """A run's contact on the current device."""

    def __init__(self) -> None:
        self._contact: Contact | None = None
        self._listed: list[Any] = []

    def take(self, contact: Contact) -> None:
        """The contact of the steps that follow; looked up anew it is another object."""
        if contact is self._contact:
            return
        put = cuda.to_device
        if self._contact is None:
            fixed = contact.nodes, contact.faces, contact.thickness
            self._fixed = [put(a) for a in fixed]
            self._stiff = [put(a) for a in (contact.node_stiffness, contact.face_stiffness, contact.friction)]
        self._contact = contact
        self._listed = [put(getattr(contact, name)) for name in LISTED]
        self._area = put(contact.area)
        self._kept = {name: put(getattr(contact, name)) for name in KEPT}
        self._entries = [put(a) for a in entries_of(contact)]

    def press(self, x: Any, v: Any, f: Any, pace: Any) -> None:
        """Forces of the contact, added to those on the nodes."""
        if not self._listed or not len(self._listed[0]):
            return
        count, kept = len(self._listed[0]), self._kept
        _press[blocks(count), BLOCK](*self._listed, *self._fixed, self._area, *self._stiff, *kept.values(), x, v, pace)
        _spread[blocks(len(self._entries[0])), BLOCK](*self._entries, kept["face"], kept["share"], kept["force"], f, pace)

    def fetch(self) -> None:
        """Into the host's arrays."""
        if self._contact is not None:
            for name in KEPT:
                self._kept[name].copy_to_host(getattr(self._contact, name))
