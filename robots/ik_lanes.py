"""Inverse kinematics, one attempt to a lane: whoever is done makes room for the next attempt, so that no lane idles.

An attempt is a start and a target. Attempts know nothing of each other: which lane one gets, and who its neighbours are,
does not show in its result.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from robots.compile import body_text, head, lanes
from robots.emit import body
from robots.ik_step import Chain, Step, chain_of, step
from robots.ik_tasks import Shape
from robots.mechanism import mechanism
from robots.model import Robot
from twin.kernel import Ready, array_type, module_of, ready, split

__all__ = ["Attempts", "attempts"]

PATIENCE = 12.0  # steps without better error before an attempt is given up


@dataclass(frozen=True, eq=False)
class Attempts:
    """The compiled loop for one chain and the shapes of its tasks."""

    chain: Chain
    module: Any
    made: Ready

    def __call__(
        self,
        *,
        target: np.ndarray,
        start: np.ndarray,
        starts: np.ndarray,
        own: np.ndarray,
        goals: np.ndarray,
        limits: np.ndarray,
        iterations: int,
        threads: int,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Work on attempts.

        Args:
            target: (a,) which target each attempt is after; start: (a,) row of `starts`, or -1: the target's own.
            starts: (s, k) joint values to start from; own: (n, k).
            goals: (n, rest) held joints, posture, tolerances (squared distance, squared chord) and targets, as `Step.fixed` has them.
            limits: (2, k).

        Returns:
            joint values (a, k), and (a, 2): whether they are a solution, steps taken.
        """
        count = len(target)
        q, figures = np.empty((count, own.shape[1])), np.empty((count, 2))

        def work(first: int, last: int) -> None:
            self.module.run(target, start, starts, own, goals, limits, iterations, PATIENCE, first, last, q, figures)

        split(work, count, min(threads, -(-count // lanes(np.float64))))
        return q, figures


@lru_cache(maxsize=128)
def attempts(robot: Robot, shapes: tuple[Shape, ...], moving: tuple[int, ...], posture: bool) -> Attempts:
    """Compile the search for these tasks, or find it in the cache folder."""
    chain = chain_of(mechanism(robot), [shape.frame for shape in shapes], moving)
    one = step(chain, shapes, posture=posture)
    title = f"ik_{robot.name}_{'_'.join(shape.frame for shape in shapes)}"
    module = module_of("".join(c if c.isalnum() else "_" for c in title), source(title, one, len(chain.moving)))
    index, table = array_type(np.int64, 1), array_type(np.float64)
    made = ready(module.run, index, index, *[table] * 4, int, float, int, int, table, table)
    return Attempts(chain, module, made)


def source(title: str, one: Step, k: int) -> str:
    """The module: `body` is one step of one attempt, `run` keeps the lanes busy."""
    made = body(one.sheet, [*one.advanced, one.stop])
    names = [x.name for x in (*one.state, *one.fixed)]
    width, state = lanes(np.float64), len(one.state)
    stop = len(names)  # the row of the results that tells whether to stop
    results = [f"y{i}" for i in range(state + 1)]
    rows = [*range(state), stop]
    rest = len(names) - state - 2 * k  # held joints, posture, tolerances and targets
    lines = [
        f'"""{title}: {made.operations} operations a step. Written by robots.ik_lanes; do not edit."""',
        "",
        *head(made, "float64"),
        *body_text(made, names),
        *LOAD.format(k=k, width=width, state=state, low=state * width, high=(state + k) * width).splitlines(),
        *goal_lines(k, state, rest, width),
        *RUN.format(size=(stop + 1) * width, width=width).splitlines(),
        f"            {', '.join(results)}, = body({', '.join(f's[{i * width} + i]' for i in range(len(names)))})",
        *(f"            s[{row * width} + i] = {name}" for row, name in zip(rows, results, strict=True)),
        *FINISH.format(k=k, width=width, waited=(2 * k + 1) * width, hit=(2 * k + 2) * width, stop=stop * width).splitlines(),
        "",
    ]
    return "\n".join(lines)


def goal_lines(k: int, state: int, rest: int, width: int) -> list[str]:
    """Held joints, posture, tolerances and target of an attempt into its lane."""
    return [
        f"    for r in range({rest}):",
        f"        s[({state + 2 * k} + r) * {width} + i] = goals[target, r]",
        "",
        "",
    ]


LOAD = """\
@scalar
def load(s, i, target, start, starts, own, goals, limits):
    for r in range({k}):
        value = own[target, r] if start < 0 else starts[start, r]
        if start >= 0 and not np.isfinite(limits[0, r]):
            value += own[target, r]
        value = min(max(value, limits[0, r]), limits[1, r])
        s[r * {width} + i] = value
        s[({k} + r) * {width} + i] = value
        s[{low} + r * {width} + i] = limits[0, r]
        s[{high} + r * {width} + i] = limits[1, r]
    s[2 * {k} * {width} + i] = np.inf
    s[(2 * {k} + 1) * {width} + i] = 0.0
    s[(2 * {k} + 2) * {width} + i] = 0.0"""

RUN = """\
@loop
def run(target, start, starts, own, goals, limits, iterations, patience, first, last, q, figures):
    s = np.empty({size})
    attempt, steps = np.empty({width}, np.int64), np.zeros({width}, np.int64)
    following, busy = first, 0
    for i in range({width}):
        attempt[i] = following if following < last else -1
        at = min(following, last - 1)  # an idle lane does somebody's work once more
        load(s, i, target[at], start[at], starts, own, goals, limits)
        if following < last:
            following += 1
            busy += 1
    while busy > 0:
        for i in range({width}):"""

FINISH = """\
        for i in range({width}):
            if attempt[i] < 0:
                continue
            steps[i] += 1
            if s[{stop} + i] > 0.5 or not s[{waited} + i] < patience or steps[i] >= iterations:
                for r in range({k}):
                    q[attempt[i], r] = s[({k} + r) * {width} + i]
                figures[attempt[i], 0] = s[{hit} + i]
                figures[attempt[i], 1] = steps[i]
                steps[i] = 0
                if following < last:
                    attempt[i] = following
                    load(s, i, target[following], start[following], starts, own, goals, limits)
                    following += 1
                else:
                    attempt[i] = -1
                    busy -= 1"""
