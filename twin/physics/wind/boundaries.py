"""From what stands in the tunnel to lists of links: for each population that no fluid cell sends, where it comes from.

A population that arrives at a fluid cell m along direction d comes from the cell m - c_d. Where that one is no fluid, a link
says what stands in: a copy of what left elsewhere (periodic sides, mirrors), what the cell itself sent the other way (walls,
inlets), or a pressure (outlets). Links of bodies carry the true place of the wall.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from twin.physics.wind.grid import Grid
from twin.physics.wind.runs import cells_in_runs, first_of_turns, last_turn, links_in_runs, turns

__all__ = ["Boundary", "Fractions", "Side", "connect"]

Velocity = np.ndarray | Callable[[np.ndarray], np.ndarray]
STILL = np.zeros(3)


@dataclass(frozen=True, eq=False)
class Side:
    """One side of the tunnel.

    Attributes:
        velocity: of a wall or an inlet [cells a step]: (3,), or a function of places (n, 3) [cells] giving (n, 3); of an outlet the
            mean velocity that leaves through it.
        jump: of a periodic side: density deviation that the flow gains by passing it towards +x (a pressure that drives).
    """

    kind: Literal["periodic", "slip", "wall", "inlet", "outlet"]
    velocity: Velocity = field(default_factory=lambda: STILL)
    jump: float = 0.0

    def velocity_at(self, places: np.ndarray) -> np.ndarray:
        """Velocities at places (n, 3) [cells]: (n, 3)."""
        found: np.ndarray = self.velocity(places) if callable(self.velocity) else np.broadcast_to(self.velocity, places.shape)
        return found


@dataclass(frozen=True, eq=False)
class Fractions:
    """Where walls cut links: cell (flat, C order of nx, ny, nz), direction that leaves it, fraction q in (0, 1]."""

    cells: np.ndarray
    directions: np.ndarray
    q: np.ndarray

    def at(self, cells: np.ndarray, direction: int) -> np.ndarray:
        """q of the links that leave these cells; 1/2 where nothing is known."""
        mine = self.directions == direction
        order = np.argsort(self.cells[mine], kind="stable")
        known, q = self.cells[mine][order], self.q[mine][order]
        if not len(known):
            return np.full(len(cells), 0.5)
        place = np.minimum(np.searchsorted(known, cells), len(known) - 1)
        return np.where(known[place] == cells, q[place], 0.5)


@dataclass(frozen=True, eq=False)
class Boundary:
    """Lists for the loops, see `twin.physics.wind.loops`, and what measuring wants to know of bodies' links.

    Attributes:
        solid: (cells in memory,) uint8, 0 where fluid.
        outlet: (cells, masks, mean speed (1,)). reflected: (to, from, shift).
        bodies: (to, from, third, near, far, shift, starts, rest), by turn and cell, see `loops.interpolate`.
        exchanged: (to, from) of the same links by body, for the force.
        runs: the same outlet cells and links as the CPU takes them, see `twin.physics.wind.runs`: (outlet, table, starts), and
            (turns + 1,) the first of the bodies' cells in each turn.
        spans: body number -> (begin, end) in `exchanged`.
        directions, places, q: of bodies' links, as in `exchanged`: the direction that leaves the wall, the fluid cell (m, 3), the fraction.
        in_order: planes hang on their neighbours alone: x is not periodic, and air leaves at its end only.
        halved: links that were taken half-way because a wall stands on the other side of the cell as well.
    """

    solid: np.ndarray
    outlet: tuple[np.ndarray, np.ndarray, np.ndarray]
    reflected: tuple[np.ndarray, np.ndarray, np.ndarray]
    bodies: tuple[np.ndarray, ...]
    exchanged: tuple[np.ndarray, np.ndarray]
    runs: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    in_order: bool
    spans: Mapping[int, tuple[int, int]]
    directions: np.ndarray
    places: np.ndarray
    q: np.ndarray
    halved: int


@dataclass
class _Lists:
    """Links as they are found, direction by direction."""

    outlet: dict[int, list[np.ndarray]]
    reflected: list[tuple[np.ndarray, ...]]
    bodies: list[tuple[np.ndarray, ...]]


def connect(grid: Grid, bodies: np.ndarray, sides: Mapping[str, Side], fractions: Fractions | None, dtype: type) -> Boundary:
    """Links of a tunnel.

    Args:
        bodies: (nx, ny, nz), 0 where fluid, else the body's number from 1.
        sides: of `x_low`, `x_high`, `y_low`, `y_high`, `z_low`, `z_high` (those of y not in plane cases).
        fractions: true places of walls on links; None: half-way.
        dtype: of the populations.
    """
    lists = _Lists({}, [], [])
    fluid = np.nonzero(bodies == 0)
    for d in range(1, grid.lattice.count):
        _arrivals(grid, bodies, sides, fractions, d, fluid, lists)
    solid = np.ones(grid.cells, np.uint8)
    solid[grid.cell(*fluid)] = 0
    to, source, shift = (_joined([part[k] for part in lists.reflected], k < 2, dtype) for k in range(3))
    turn = _joined([part[3] for part in lists.reflected], False, np.int64)
    order = np.lexsort((to[0], turn))
    to, source, shift = np.ascontiguousarray(to[:, order]), np.ascontiguousarray(source[:, order]), shift[order]
    leaving: np.ndarray = sides["x_high"].velocity_at(np.zeros((1, 3)))[0, :1].astype(dtype)
    cells, masks = _outlets(grid, lists.outlet)
    bodies_links, turn_of_cells, exchanged, *known = _walls(grid, lists.bodies, dtype)
    runs = cells_in_runs(cells, masks), *links_in_runs(grid, to, source, turn[order]), first_of_turns(grid, turn_of_cells)
    others = {side.kind for name, side in sides.items() if name != "x_high"}
    in_order = sides["x_low"].kind != "periodic" and "outlet" not in others
    return Boundary(solid, (cells, masks, leaving), (to, source, shift), bodies_links, exchanged, runs, in_order, *known)


def _arrivals(
    grid: Grid,
    bodies: np.ndarray,
    sides: Mapping[str, Side],
    fractions: Fractions | None,
    d: int,
    fluid: tuple[np.ndarray, ...],
    lists: _Lists,
) -> None:
    """Links of all populations that arrive along direction d."""
    lattice, shape = grid.lattice, np.array(grid.shape)
    c, back = lattice.velocities[d], int(lattice.opposite[d])
    border = np.zeros(len(fluid[0]), bool)
    for axis in range(3):
        if c[axis]:
            border |= fluid[axis] == (0 if c[axis] > 0 else shape[axis] - 1)
    inner = ~border
    inner[inner] = bodies[tuple(fluid[a][inner] - c[a] for a in range(3))] != 0
    m = np.stack([axis[border | inner] for axis in fluid], axis=1)  # (n, 3) cells with a link
    if not len(m):
        return
    source = m - c
    along = np.full(len(m), d)  # the direction in which it left the source
    end = np.full(len(m), "", "U6")  # the side it ended at; "" while it is inside
    shift = np.zeros(len(m))
    for axis, name in ((1, "y"), (2, "z"), (0, "x")):
        if c[axis] == 0:
            continue
        low, high = source[:, axis] < 0, source[:, axis] >= shape[axis]
        for outside, side in ((low, f"{name}_low"), (high, f"{name}_high")):
            kind = sides[side].kind
            if kind not in ("wall", "inlet"):
                outside = outside & (end == "")
            if not outside.any():
                continue
            if kind == "periodic":
                source[outside, axis] %= shape[axis]
                shift[outside] += (sides[side].jump if side.endswith("low") else -sides[side].jump) * lattice.weights[d]
            elif kind == "slip":
                source[outside, axis] = np.where(source[outside, axis] < 0, 0, shape[axis] - 1)
                along[outside] = lattice.mirrored(axis)[along[outside]]
            elif kind == "outlet":
                end[outside] = side
            else:
                end[outside & (end == "")] = side
                end[outside] = np.where(_slower(sides, end[outside], side, m[outside] + 0.5 - c / 2), side, end[outside])
    inside = end == ""
    number = np.zeros(len(m), int)
    number[inside] = bodies[tuple(source[inside].T)]
    base, offsets = grid.base(*m.T), grid.offsets
    to = np.stack([base + offsets[1 - t][d] for t in (0, 1)])
    own = np.stack([base + offsets[t][d] for t in (0, 1)])  # where the cell's own way back was written: opposite of `back`

    ghost, first = turns(grid, m - c), grid.bands  # the earliest turn: of the first plane
    copied = inside & (number == 0)
    if copied.any():
        far = grid.base(*source[copied].T)
        left = np.stack([far + offsets[t][lattice.opposite[along[copied]]] for t in (0, 1)])
        turn = np.maximum(turns(grid, source[copied]), ghost[copied])
        lists.reflected.append((to[:, copied], left, shift[copied], np.maximum(turn, first)))
    for side in set(end[~inside].tolist()):
        here, kind = end == side, sides[side].kind
        if kind == "outlet":
            lists.outlet.setdefault(d, []).append(base[here])
            continue
        middle = m[here] + 0.5 - c / 2  # of the link, in cells from the tunnel's corner
        moving = 6 * lattice.weights[d] * (sides[side].velocity_at(middle) @ c)
        turn = np.maximum(turns(grid, m[here]), ghost[here])
        lists.reflected.append((to[:, here], own[:, here], moving, turn))
    hit = number > 0
    if hit.any():
        q = np.full(int(hit.sum()), 0.5)
        if fractions is not None:
            q = fractions.at(np.ravel_multi_index(tuple(m[hit].T), grid.shape), back)
        behind = m[hit] + c  # a wall there too leaves nothing to interpolate with
        clear = np.ones(len(behind), bool)
        known = ((behind >= 0) & (behind < shape)).all(axis=1)
        clear[known] = bodies[tuple(behind[known].T)] == 0
        incoming = np.stack([base[hit] + offsets[1 - t][back] for t in (0, 1)])
        outgoing = np.stack([base[hit] + offsets[t][back] for t in (0, 1)])
        turn = np.maximum.reduce([turns(grid, m[hit]), ghost[hit], turns(grid, behind)])
        farthest = m[hit][:, 0] + (c[0] != 0)  # plane that the cell asks; what comes from outside is the work of links
        turn = np.where(known, turn, np.where(_late(sides, behind, shape), last_turn(grid), (farthest + 2) * grid.bands - 1))
        lists.bodies.append(
            (number[hit], to[:, hit], own[:, hit], incoming, outgoing, q, clear, np.full(len(q), d), m[hit], base[hit], turn)
        )


def _late(sides: Mapping[str, Side], places: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Which cells outside, (n, 3), send what is known after all sweeps only: those beyond outlets, and beyond the ends of a periodic x."""
    late = np.zeros(len(places), bool)
    for name, side in sides.items():
        axis = "xyz".index(name[0])
        if side.kind == "outlet" or (axis == 0 and side.kind == "periodic"):
            late |= places[:, axis] < 0 if name.endswith("low") else places[:, axis] >= shape[axis]
    return late


def _slower(sides: Mapping[str, Side], others: np.ndarray, side: str, places: np.ndarray) -> np.ndarray:
    """Where this side moves less than the other one that a corner's link ends at.

    A corner belongs to the slower wall: the lid of a cavity that reached around its corners would make the whole flow
    first-order accurate.
    """
    mine, theirs = np.linalg.norm(sides[side].velocity_at(places), axis=1), np.full(len(places), np.inf)
    for other in set(others.tolist()):
        here = others == other
        theirs[here] = np.linalg.norm(sides[other].velocity_at(places[here]), axis=1)
    slower: np.ndarray = mine < theirs
    return slower


def _walls(grid: Grid, parts: list[tuple[np.ndarray, ...]], dtype: type):  # type: ignore[no-untyped-def]
    """`bodies`, the turns of their cells, `exchanged`, spans, directions, places, q, halved."""
    links: tuple[np.ndarray, ...]
    if not parts:
        none: np.ndarray = np.zeros(0, dtype)
        pair, nowhere = np.zeros((2, 0), np.int64), np.zeros(0, np.int64)
        links = pair, pair, pair, none, none, none, np.zeros(1, np.int64), nowhere
        return links, nowhere, (pair, pair), {}, nowhere, np.zeros((0, 3), np.int64), np.zeros(0), 0
    number, q, clear, directions, cell, turn = (np.concatenate([part[k] for part in parts]) for k in (0, 5, 6, 7, 9, 10))
    to, own, incoming, outgoing = (np.concatenate([part[k] for part in parts], axis=1) for k in (1, 2, 3, 4))
    places = np.concatenate([part[8] for part in parts])
    near, far = np.where(q < 0.5, 2 * q, 1 / (2 * q)), np.where(q < 0.5, 1 - 2 * q, 1 - 1 / (2 * q))
    third = np.where(q < 0.5, incoming, outgoing)
    # What arrives from a wall is itself the work of a link: half-way there. (What left towards a wall may be read.)
    halved = ~clear & (q < 0.5)
    near, far, third = np.where(halved, 1.0, near), np.where(halved, 0.0, far), np.where(halved, own, third)
    rest, mine = np.unique(cell, return_inverse=True)
    latest = np.zeros(len(rest), np.int64)
    np.maximum.at(latest, mine, turn)
    order = np.lexsort((directions, cell, latest[mine]))
    starts = np.flatnonzero(np.append(True, np.diff(cell[order]) != 0))
    rest, turn = cell[order][starts], latest[mine][order][starts]
    links = (
        np.ascontiguousarray(to[:, order]), np.ascontiguousarray(own[:, order]), np.ascontiguousarray(third[:, order]),
        near[order].astype(dtype), far[order].astype(dtype), np.zeros(len(order), dtype), np.append(starts, len(order)), rest,
    )  # fmt: skip
    order = np.lexsort((to[0], number))
    exchanged = np.ascontiguousarray(to[:, order]), np.ascontiguousarray(own[:, order])
    numbers = number[order]
    spans = {int(k): tuple(np.searchsorted(numbers, [k, k + 1]).tolist()) for k in np.unique(numbers)}
    return links, turn, exchanged, spans, directions[order], places[order], q[order], int(halved.sum())


def _joined(parts: list[np.ndarray], paired: bool, dtype: type) -> np.ndarray:
    if not parts:
        return np.zeros((2, 0), np.int64) if paired else np.zeros(0, dtype)
    return np.ascontiguousarray(np.concatenate(parts, axis=-1)) if paired else np.concatenate(parts).astype(dtype)


def _outlets(grid: Grid, found: Mapping[int, list[np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Cells with an outlet beside them, each once, and a bit for every direction that arrives through it."""
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    cells = np.unique(np.concatenate([part for parts in found.values() for part in parts]))
    masks = np.zeros(len(cells), np.int64)
    for d, parts in found.items():
        masks[np.searchsorted(cells, np.concatenate(parts))] |= 1 << d
    return cells, masks
