"""Kernels that advance a state through time: the whole loop is compiled, a block of robots stays in the cache meanwhile.

Time is cut into intervals of `steps` steps. What a robot should do may change from interval to interval (knots), and what
became of it is written down at the end of each (records).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from robots.algebra import Expr, Sheet
from robots.compile import Device, Dtype, body_text, head, lanes
from robots.emit import body
from robots.threads_text import HEAD, RK4_BEGIN, RK4_WEIGHT, march_thread
from twin.kernel import Ready, array_type, module_of, number_type, ready, split

__all__ = ["March", "Plan", "march"]

Scheme = Literal["step", "rk4"]


@dataclass(frozen=True, eq=False)
class Plan:
    """One step of time on symbols.

    Attributes:
        state: group -> symbols; fixed: the same through all steps; knots: changing from interval to interval.
        advanced: group of the state -> its next value (scheme "step") or its derivative ("rk4").
        kept: groups of the state that are written down at the end of each interval, as NAME_then.
        records: group -> results of the last step of an interval, of the state before it, written down too.
        dt, time: symbols of the step and of the time since the interval began.
    """

    sheet: Sheet
    state: Mapping[str, Sequence[Expr]]
    fixed: Mapping[str, Sequence[Expr]]
    knots: Mapping[str, Sequence[Expr]]
    advanced: Mapping[str, Sequence[Any]]
    records: Mapping[str, Sequence[Any]]
    kept: Sequence[str]
    dt: Expr
    time: Expr
    scheme: Scheme = "step"


@dataclass(frozen=True, eq=False)
class March:
    """The compiled loop.

    Attributes:
        groups: state, fixed, knots and records -> number of rows.
    """

    name: str
    module: Any
    threads_source: str
    dtype: np.dtype
    state: Mapping[str, int]
    fixed: Mapping[str, int]
    knots: Mapping[str, int]
    records: Mapping[str, int]
    kept: Sequence[str]

    @cached_property
    def made(self) -> Ready:
        """Compiles for the CPU, or loads: seconds it took, and whether it was found on disk."""
        flat, deep = array_type(self.dtype), array_type(self.dtype, 3)
        arrays = [flat] * (len(self.state) + len(self.fixed)) + [deep] * (len(self.knots) + len(self._written))
        return ready(self.module.run, *arrays, number_type(self.dtype), int, int, int, int)

    @property
    def _written(self) -> dict[str, int]:
        """What is written down: groups of the state, and results of the body."""
        return {f"{name}_then": self.state[name] for name in self.kept} | dict(self.records)

    def __call__(
        self,
        values: Mapping[str, np.ndarray],
        *,
        dt: float,
        steps: int,
        intervals: int = 1,
        threads: int = 1,
        device: Device = "cpu",
    ) -> dict[str, np.ndarray]:
        """Advance n robots by `intervals` times `steps` steps of dt [s].

        Args:
            values: state and fixed groups (n, rows), knots (intervals, rows, n); none is changed.

        Returns:
            the state groups (n, rows) at the end, and the records (intervals + 1, rows, n), whose first row is the caller's.
        """
        width, count = lanes(self.dtype), len(values[next(iter(self.state))])
        full = -(-count // width) * width
        state = [self._padded(values[name].T, full) for name in self.state]
        fixed = [self._padded(values[name].T, full) for name in self.fixed]
        knots = [self._filled(values[name], full) for name in self.knots]
        records = [np.empty((intervals + 1, rows, full), self.dtype) for rows in self._written.values()]
        written = [record[1:] for record in records]
        step = self.dtype.type(dt)

        def work(first: int, last: int) -> None:
            self.module.run(*state, *fixed, *knots, *written, step, steps, intervals, first, last)

        if device == "cuda":
            from twin.kernel.cuda import launch

            launch(self.on_threads(), count, [*fixed, *knots], [*state, *written], step, steps, intervals, count)
        else:
            _ = self.made
            split(work, full // width, threads)
        found = {name: rows[:, :count].T for name, rows in zip(self.state, state, strict=True)}
        return found | {name: rows[:, :, :count] for name, rows in zip(self._written, records, strict=True)}

    def on_threads(self) -> Any:
        """The loop for CUDA threads; compiled when it is launched."""
        return module_of(f"{self.name}_cuda", self.threads_source).run

    def _filled(self, rows: np.ndarray, full: int) -> np.ndarray:
        """As `_padded`, without a copy where the rows are what the loop takes already: they are only read."""
        fits = rows.shape[-1] == full and rows.dtype == self.dtype and rows.flags.c_contiguous and rows.flags.writeable
        return rows if fits else self._padded(rows, full)

    def _padded(self, rows: np.ndarray, full: int) -> np.ndarray:
        """A copy whose last axis is full blocks; the last robot stands in for those that are missing."""
        out = np.empty((*rows.shape[:-1], full), self.dtype)
        out[..., : rows.shape[-1]] = rows
        out[..., rows.shape[-1] :] = rows[..., -1:]
        return out


def march(plan: Plan, title: str, dtype: Dtype) -> March:
    """The kernel of a plan; compiled, or found in the cache folder, when it first runs."""
    name = "".join(c if c.isalnum() else "_" for c in title) + f"_{dtype}"
    lanes_source, threads_source = sources(plan, title, dtype)
    module = module_of(name, lanes_source)
    kind = np.dtype(dtype)
    state, fixed, knots, records = (
        {name: len(rows) for name, rows in part.items()} for part in (plan.state, plan.fixed, plan.knots, plan.records)
    )
    return March(name, module, threads_source, kind, state, fixed, knots, records, plan.kept)


def sources(plan: Plan, title: str, dtype: Dtype) -> tuple[str, str]:
    """The module for the lanes of a CPU, and that for the threads of a GPU."""
    results = [x for part in (plan.advanced, plan.records) for group in part.values() for x in group]
    made = body(plan.sheet, results)
    state, fixed, knots = ({group: [x.name for x in rows] for group, rows in part.items()} for part in (plan.state, plan.fixed, plan.knots))
    names = [name for part in (state, fixed, knots) for group in part.values() for name in group]
    about = f'"""{title}, {dtype}: {made.operations} operations a step. Written by robots.march; do not edit."""'
    calculation = [*head(made, dtype), *body_text(made, [*names, plan.dt.name, plan.time.name])]
    records = {group: len(rows) for group, rows in plan.records.items()}
    thread = march_thread(state, fixed, knots, plan.kept, records, rk4=plan.scheme == "rk4")
    return (
        "\n".join([about, "", *calculation, *_Loop(plan, lanes(dtype)).text(), ""]),
        "\n".join([about, "", *HEAD, *calculation, *thread, ""]),
    )


class _Loop:
    """The text of `run`: blocks, intervals, steps. A block is one flat array with a row for each quantity:

    state, fixed and knots as `body` takes them; slopes (of "rk4"); records; the state before the step, the weighted sum of the
    slopes, and the records of the first stage (of "rk4").
    """

    def __init__(self, plan: Plan, width: int) -> None:
        self._plan, self._width = plan, width
        self._state, self._given = _count(plan.state), _count(plan.state) + _count(plan.fixed) + _count(plan.knots)
        slopes = self._state if plan.scheme == "rk4" else 0
        self._records = self._given + slopes
        self._before = self._records + _count(plan.records)
        self._first = self._before + 2 * slopes  # records of the first stage
        self._rows = self._first + (_count(plan.records) if slopes else 0)

    def text(self) -> list[str]:
        plan, width = self._plan, self._width
        kept = {f"{name}_then": plan.state[name] for name in plan.kept}
        groups = ", ".join([*plan.state, *plan.fixed, *plan.knots, *kept, *plan.records])
        records = self._first if plan.scheme == "rk4" else self._records
        advance = self._rk4() if plan.scheme == "rk4" else self._step()
        return [
            *([f"BEGIN, WEIGHT = np.array({RK4_BEGIN!r}, dtype), np.array({RK4_WEIGHT!r}, dtype)", "", ""] if plan.scheme == "rk4" else []),
            "@loop",
            f"def run({groups}, dt, steps, intervals, first, last):",
            f'    """Robots of the blocks first to last, {width} at a time; the state is overwritten."""',
            f"    s = np.empty({self._rows * width}, dtype)",
            "    for block in range(first, last):",
            f"        at = block * {width}",
            *self._copies(2, {**plan.state, **plan.fixed}, 0, "{row} = {name}[r, at + i]"),
            "        for interval in range(intervals):",
            *self._copies(3, plan.knots, self._state + _count(plan.fixed), "{row} = {name}[interval, r, at + i]"),
            "            for step in range(steps):",
            *(f"                {line}" for line in advance),
            *(line for name in plan.kept for line in self._keep(name)),
            *self._copies(3, plan.records, records, "{name}[interval, r, at + i] = {row}"),
            *self._copies(2, plan.state, 0, "{name}[r, at + i] = {row}"),
        ]

    def _copies(self, depth: int, groups: Mapping[str, Sequence[Any]], first: int, statement: str) -> list[str]:
        lines, indent = [], "    " * depth
        for name, group in groups.items():
            row = f"s[({first} + r) * {self._width} + i]"
            lines += [f"{indent}for r in range({len(group)}):", f"{indent}    for i in range({self._width}):"]
            lines += [f"{indent}        {statement.format(row=row, name=name)}"]
            first += len(group)
        return lines

    def _keep(self, name: str) -> list[str]:
        """A group of the state, written down."""
        groups = list(self._plan.state)
        first = sum(len(self._plan.state[other]) for other in groups[: groups.index(name)])
        return self._copies(3, {f"{name}_then": self._plan.state[name]}, first, "{name}[interval, r, at + i] = {row}")

    def _step(self) -> list[str]:
        return self._body(0, "dtype(step) * dt")

    def _rk4(self) -> list[str]:
        """Kutta's classical scheme: four slopes, each at a place that the one before leads to."""
        size, w, records = self._state * self._width, self._width, _count(self._plan.records) * self._width
        before, total, slope = self._before * w, (self._before + self._state) * w, self._given * w
        return [
            f"for j in range({size}):",
            f"    s[{before} + j] = s[j]",
            f"    s[{total} + j] = s[j]",
            "for stage in range(4):",
            *(f"    {line}" for line in self._body(self._given, "dtype(step) * dt + BEGIN[stage] * dt")),
            "    if stage == 0:",
            f"        for j in range({records}):",
            f"            s[{self._first * w} + j] = s[{self._records * w} + j]",
            f"    for j in range({size}):",
            f"        s[{total} + j] += WEIGHT[stage] * dt * s[{slope} + j]",
            "    if stage < 3:",
            f"        for j in range({size}):",
            f"            s[j] = s[{before} + j] + BEGIN[stage + 1] * dt * s[{slope} + j]",
            f"for j in range({size}):",
            f"    s[j] = s[{total} + j]",
        ]

    def _body(self, row: int, time: str) -> list[str]:
        """All lanes through `body`: its first results go to rows from `row` on, the records behind everything given."""
        w, records = self._width, _count(self._plan.records)
        arguments = ", ".join([*(f"s[{k * w} + i]" for k in range(self._given)), "dt", "time"])
        rows = [*range(row, row + self._state), *range(self._records, self._records + records)]
        names = [f"y{k}" for k in range(len(rows))]
        stores = [f"    s[{at * w} + i] = {name}" for name, at in zip(names, rows, strict=True)]
        return [f"time = {time}", f"for i in range({w}):", f"    {', '.join(names)}, = body({arguments})", *stores]


def _count(groups: Mapping[str, Sequence[Any]]) -> int:
    return sum(map(len, groups.values()))
