"""Kernels for CUDA threads: one robot a thread, the same `body` as the lanes of a CPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["RK4_BEGIN", "RK4_WEIGHT", "map_thread", "march_thread"]

RK4_BEGIN, RK4_WEIGHT = (0.0, 0.5, 0.5, 1.0), (1 / 6, 1 / 3, 1 / 3, 1 / 6)
HEAD = ["from twin.kernel.cuda import cuda, kernel", ""]


def map_thread(inputs: Mapping[str, Sequence[str]], outputs: Mapping[str, Sequence[int]]) -> list[str]:
    """`run`: thread i computes column i; an output group names the rows that vary."""
    places = [f"{group}_in[{k}, i]" for group, symbols in inputs.items() for k in range(len(symbols))]
    targets = [f"{group}_out[{row}, i]" for group, rows in outputs.items() for row in rows]
    names = [f"y{k}" for k in range(len(targets))]
    return [
        "@kernel",
        f"def run({', '.join(f'{name}_in' for name in inputs)}, {', '.join(f'{name}_out' for name in outputs)}, count):",
        "    i = cuda.grid(1)",
        "    if i < count:",
        f"        {', '.join(names)}, = body({', '.join(places)})",
        *(f"        {target} = {name}" for target, name in zip(targets, names, strict=True)),
    ]


def march_thread(
    state: Mapping[str, Sequence[str]],
    fixed: Mapping[str, Sequence[str]],
    knots: Mapping[str, Sequence[str]],
    kept: Sequence[str],
    records: Mapping[str, int],
    *,
    rk4: bool,
) -> list[str]:
    """`run`: thread i takes robot i through time; its state stays in registers."""
    flat = [*_cells(state), *_cells(fixed)]
    given = [name for part in (state, fixed, knots) for group in part.values() for name in group]
    mine = [name for group in state.values() for name in group]
    written = [f"{group}[interval, {k}, i]" for group, rows in records.items() for k in range(rows)]
    out = [f"o{k}" for k in range(len(written))]
    then = [(f"{name}_then[interval, {k}, i]", symbol) for name in kept for k, symbol in enumerate(state[name])]
    return [
        "@kernel",
        f"def run({', '.join([*fixed, *knots, *state, *(f'{name}_then' for name in kept), *records])}, dt, steps, intervals, count):",
        "    i = cuda.grid(1)",
        "    if i < count:",
        *(f"        {name} = {place}" for name, place in flat),
        "        for interval in range(intervals):",
        *(f"            {name} = {group}[interval, {k}, i]" for group, names in knots.items() for k, name in enumerate(names)),
        *(f"            {name} = dtype(0)" for name in out),
        "            for step in range(steps):",
        *(f"                {line}" for line in (_rk4(mine, given, out) if rk4 else _step(mine, given, out))),
        *(f"            {place} = {name}" for place, name in [*then, *zip(written, out, strict=True)]),
        *(f"        {place} = {name}" for name, place in _cells(state)),
    ]


def _cells(groups: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(name, f"{group}[{k}, i]") for group, names in groups.items() for k, name in enumerate(names)]


def _step(mine: Sequence[str], given: Sequence[str], out: Sequence[str]) -> list[str]:
    return ["time = dtype(step) * dt", f"{', '.join([*mine, *out])}, = body({', '.join(given)}, dt, time)"]


def _rk4(mine: Sequence[str], given: Sequence[str], out: Sequence[str]) -> list[str]:
    """Kutta's classical scheme, as the lanes have it."""
    lines = [f"{name}_before, {name}_total = {name}, {name}" for name in mine]
    for stage in range(4):
        results = out if stage == 0 else [f"{name}_unused" for name in out]  # what is recorded belongs to the step's beginning
        lines += [f"time = dtype(step) * dt + dtype({RK4_BEGIN[stage]}) * dt"]
        lines += [f"{', '.join([*(f'{name}_slope' for name in mine), *results])}, = body({', '.join(given)}, dt, time)"]
        lines += [f"{name}_total += dtype({RK4_WEIGHT[stage]!r}) * dt * {name}_slope" for name in mine]
        ahead = "{0}_total" if stage == 3 else f"{{0}}_before + dtype({RK4_BEGIN[min(stage + 1, 3)]}) * dt * {{0}}_slope"
        lines += [f"{name} = {ahead.format(name)}" for name in mine]
    return lines
