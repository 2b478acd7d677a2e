"""The arrays of one run, in groups that compiled loops take as they are."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Blocks", "Clock", "Motions", "Nodes", "Walls"]

Array = Any


class Nodes(NamedTuple):
    """Nodes; eight more at the end carry the lanes that stand for no element.

    Attributes:
        x, v, f: place [m], velocity half a step later [m/s], force [N], shape (n + 8, 3). f is 0 between steps but for what the
            elements put there.
        inverse_mass: [1/kg], shape (n + 8,); 0 for the eight.
        free: 1 where a direction is free, 0 where it is held, shape (n + 8, 3).
        work: what other than the elements did, by chunk of nodes: dissipated in contact, done from outside [J], shape (chunks, 2).
    """

    x: Array
    v: Array
    f: Array
    inverse_mass: Array
    free: Array
    work: Array


class Blocks(NamedTuple):
    """Elements in blocks of 64, in slabs of which only neighbours share nodes.

    Attributes:
        connect: node numbers, shape (blocks, 8, 64), int32.
        state: shape (blocks, COUNT, 64); rows: `twin.physics.crash.layout`.
        material: row of each block in `constants`, shape (blocks,), int32.
        law: which hardening law, shape (blocks,), int32.
        constants: columns: `layout.CONSTANTS`, shape (materials, len(CONSTANTS)).
        first: first block of each slab, and one more, shape (slabs + 1,), int64.
        step: smallest critical time step of each slab [s], shape (slabs,); 0 where one is not a positive number.
        dummy: first of the eight nodes that stand for no element.
    """

    connect: Array
    state: Array
    material: Array
    law: Array
    constants: Array
    first: Array
    step: Array
    dummy: int


class Walls(NamedTuple):
    """Rigid walls.

    Attributes:
        shape: 0 plane, 1 cylinder, 2 sphere, shape (walls,), int32.
        place: point (3), outward normal or axis (3), radius: shape (walls, 7) [m].
        velocity: [m/s], shape (walls, 3).
        inverse_mass: [1/kg]; 0 for walls that nothing pushes, shape (walls,).
        friction: coefficients, shape (walls,).
        impulse: on the nodes so far, by chunk of nodes [N s], shape (chunks, walls, 3).
        before: the impulses' sums at the last step, shape (walls, 3).
    """

    shape: Array
    place: Array
    velocity: Array
    inverse_mass: Array
    friction: Array
    impulse: Array
    before: Array


class Motions(NamedTuple):
    """What is prescribed over time; curves are straight between their corners and constant beyond.

    Attributes:
        first: first corner of each curve, and one more, int64; t: [s]; value: of the corners.
        driven: curve of each node's velocity in each direction, or -1, shape (n + 8, 3), int32; (0, 3) where nothing is driven.
        pushed: nodes that forces work on, shape (k,), int32; push: direction and size of each [N], shape (k, 3); by: curve, shape (k,).
        gravity: [m/s^2], shape (3,).
    """

    first: Array
    t: Array
    value: Array
    driven: Array
    pushed: Array
    push: Array
    by: Array
    gravity: Array


class Clock(NamedTuple):
    """Time, and how the threads meet.

    Attributes:
        now: time [s], last step [s], shape (2,); steps: taken so far, shape (1,), int64.
        limits: share of the critical step, largest growth of a step, `swing2` and `drag` of contact and springs as `swings.stable` has
            them: shape (4,).
    """

    now: Array
    steps: Array
    limits: Array
