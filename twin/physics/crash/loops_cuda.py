"""The step on CUDA: bodies stay on the device between samples.

A step is a handful of launches. `tick` takes the smallest critical step and moves the clock and the walls; `move_node` moves the nodes;
a kernel for each law strains the elements and stores what every element does to its nodes; `gather_node` adds that up for each node in
the CPU's order, so that no two threads write to one place. What blocks of threads sum, they sum in a fixed order. When nothing is
left to do `tick` sets the step to 0, with which the other kernels do nothing: the host looks at the clock now and then only.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.kernel.cuda import BLOCK, blocks, cuda, kernel, require_device
from twin.physics.crash.contact import Contact
from twin.physics.crash.contact_cuda import Touch
from twin.physics.crash.elements_cuda import FAILURE, FORCES, STRAINS, pick_rows
from twin.physics.crash.lanes import TETS
from twin.physics.crash.layout import ENERGY, HOURGLASS, LANES, PLASTIC, STEP, TEMPERATURE
from twin.physics.crash.nodes_cuda import gather_node, move_node, push_node, tick
from twin.physics.crash.start import Arrays

__all__ = ["Device", "in_rows"]

MOST = 1000  # steps between two looks at the clock

_tick, _move, _gather, _push, _pick = (kernel(one) for one in (tick, move_node, gather_node, push_node, pick_rows))

SEEN = np.array([PLASTIC, ENERGY, HOURGLASS, TEMPERATURE, STEP])
"""Rows of the state that a sample looks at."""


def in_rows(arrays: Arrays) -> Arrays:
    """With a row of work and of impulses for each block of threads, in place of one for each chunk of nodes.

    Raises:
        EngineMissing: there is no device.
    """
    require_device()
    rows = blocks(len(arrays.nodes.x) - 8)
    nodes = arrays.nodes._replace(work=np.zeros((rows, 2)))
    walls = arrays.walls._replace(impulse=np.zeros((rows, *arrays.walls.impulse.shape[1:])))
    return replace(arrays, nodes=nodes, walls=walls)


def entries(keys: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Places of each key in 0..count - 1, rising: first entry of each key, and one more; the places. Keys beyond are left out."""
    order = np.argsort(keys, kind="stable")
    first = np.searchsorted(keys[order], np.arange(count + 1))
    return first, order[: first[-1]]


def corners_of(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Where the forces on each node stand: first entry of each node, and one more; places of the x-components, in the CPU's order."""
    held, count = arrays.blocks, len(arrays.nodes.x) - 8
    slab = np.repeat(np.arange(len(held.first) - 1), np.diff(held.first))
    order = np.lexsort((slab, slab % 2))  # the even slabs, then the odd ones
    keys = held.connect[order].copy()
    keys[held.law[order] >= TETS, 4:] = count  # of a tetrahedron four nodes count
    first, at = entries(keys.reshape(-1), count)
    turn, within = np.divmod(at, 8 * LANES)
    places = order[turn] * FORCES * LANES + within
    return first, places.astype(np.int32 if held.connect.size * 3 < 2**31 else np.int64)


class Device:
    """A run's arrays on the current device."""

    def __init__(self, arrays: Arrays, contact: Contact) -> None:
        self._host, put = arrays, cuda.to_device
        nodes, held, walls, clock, motions = arrays.nodes, arrays.blocks, arrays.walls, arrays.clock, arrays.motions
        self._nodes = [put(a) for a in (nodes.x, nodes.v, nodes.f, nodes.inverse_mass, nodes.free, nodes.work)]
        self._connect, self._state, self._material = put(held.connect), put(held.state), put(held.material)
        self._constants = put(held.constants)
        self._which = {int(law): put(np.flatnonzero(held.law == law)) for law in np.unique(held.law)}
        self._forces = cuda.device_array(len(held.law) * FORCES * LANES)
        self._least = put(np.full(len(held.law), held.step.min()))
        self._walls = [put(a) for a in (walls.shape, walls.place, walls.velocity, walls.friction, walls.impulse)]
        self._pushable = put(walls.inverse_mass), put(walls.before)
        self._now, self._steps, self._pace = put(clock.now), put(clock.steps), put(np.zeros(3))
        self._limits = put(clock.limits)
        self._curves = [put(a) for a in (motions.first, motions.t, motions.value)]
        self._driven, self._gravity = put(motions.driven), put(motions.gravity)
        self._gathered = [put(a) for a in corners_of(arrays)]
        self._erodes = bool((held.constants[:, FAILURE] > 0).any())
        pushed, turned = np.unique(motions.pushed, return_inverse=True)
        self._pushed = [put(a) for a in (pushed, *entries(turned, len(pushed)), motions.by, motions.push)]
        self._rows, self._seen = put(SEEN), cuda.device_array((len(held.law), len(SEEN), LANES))
        self._touch = Touch() if len(contact.nodes) else None
        self._step(0.0)  # compiles the kernels: nothing is left to do before the start

    def advance(self, until: float, cycles: int, contact: Contact) -> None:
        """At most so many steps, or to the time `until` [s]; the host's clock goes along."""
        clock = self._host.clock
        if self._touch is not None:
            self._touch.take(contact)
        while cycles > 0:
            ahead = (until - clock.now[0]) / clock.now[1] if clock.now[1] > 0 else 1.0
            steps = int(min(cycles, MOST, max(1.0, ahead)))
            for _ in range(steps):
                self._step(float(until))
            cycles -= steps
            before = int(clock.steps[0])
            self._now.copy_to_host(clock.now)
            self._steps.copy_to_host(clock.steps)
            if int(clock.steps[0]) < before + steps or clock.now[0] >= until:
                return

    def _step(self, until: float) -> None:
        """What `loops.advance` does in one cycle."""
        x, v, f, inverse_mass, free, work = self._nodes
        shape, place, speed, friction, impulse = self._walls
        pushable, before = self._pushable
        count = len(self._host.nodes.x) - 8
        _tick[1, BLOCK](
            self._least, place, speed, pushable, impulse, before, self._limits, self._now, self._steps, self._pace, until
        )  # fmt: skip
        walls = shape, place, speed, friction, impulse
        _move[blocks(count), BLOCK](
            x, v, f, inverse_mass, free, work, *walls, *self._curves, self._driven, self._gravity, self._pace
        )  # fmt: skip
        for law, which in self._which.items():
            STRAINS[law][len(which), LANES](
                which, self._connect, self._state, self._material, self._constants, x, v, self._pace, self._forces, self._least, count
            )  # fmt: skip
        _gather[blocks(count), BLOCK](*self._gathered, self._forces, f, self._pace)
        if self._touch is not None:
            self._touch.press(x, v, f, self._pace)
        if n := len(self._pushed[0]):
            _push[blocks(n), BLOCK](*self._pushed, *self._curves, v, f, work, self._pace)

    def fetch(self, whole: bool = False) -> None:
        """What a sample looks at, into the host's arrays; `whole`: all that later steps depend on."""
        nodes, held, walls = self._host.nodes, self._host.blocks, self._host.walls
        for there, here in zip(self._nodes[:3], (nodes.x, nodes.v, nodes.f), strict=True):
            there.copy_to_host(here)
        self._nodes[5].copy_to_host(nodes.work)
        self._walls[1].copy_to_host(walls.place)
        self._walls[2].copy_to_host(walls.velocity)
        self._walls[4].copy_to_host(walls.impulse)
        self._pushable[1].copy_to_host(walls.before)
        held.step[:] = np.minimum.reduceat(self._least.copy_to_host(), held.first[:-1])
        if self._erodes:
            self._connect.copy_to_host(held.connect)
        if self._touch is not None:
            self._touch.fetch()
        if whole:
            self._state.copy_to_host(held.state)
        else:
            _pick[len(held.law), LANES](self._state, self._rows, self._seen)
            held.state[:, SEEN] = self._seen.copy_to_host()
