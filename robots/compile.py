"""The robot compiler: an algorithm and a robot -> one straight-line kernel, for lanes of a CPU and threads of a GPU.

The source that comes out is an ordinary Python module in the cache folder, with joint and link names as comments. Its
`body` computes one robot from scalars; `run` takes blocks of robots, one to a lane, so that the whole body becomes packed
instructions. The text is the key of the cache: another robot, option or version of the generator is another file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal
from weakref import ref

import numpy as np

from robots.algebra import Expr, Sheet
from robots.emit import Body, body
from robots.mechanism import Mechanism, mechanism
from robots.model import Robot
from robots.recipes import RECIPES, Desk, Options, Recipe
from robots.threads_text import HEAD, map_thread
from twin.errors import BadInput
from twin.kernel import Ready, array_type, module_of, ready, split

__all__ = [
    "LARGEST",
    "Device",
    "Dtype",
    "Kernel",
    "Text",
    "compiled",
    "kernel_text",
    "lanes",
    "on_threads",
    "planned",
    "too_large",
    "written",
]

Dtype = Literal["float32", "float64"]
Device = Literal["cpu", "cuda"]

LARGEST = 40
"""Bodies of the largest tree that is unrolled; a larger one would take minutes to compile and leave the cache of instructions."""
VECTOR = 64  # bytes of a block's row: one AVX-512 register, two of AVX2
SMALL = 4096  # bytes; where a block of two registers a row fits, it is a little faster


@dataclass(frozen=True, eq=False)
class Text:
    """A kernel module before it is compiled.

    Attributes:
        source: for the lanes of a CPU; threads: for those of a GPU.
        inputs, outputs: group -> number of rows.
        fixed: output group -> {row: value} of results that are the same for every robot.
        width: robots in one block; operations: of the body.
    """

    name: str
    source: str
    threads: str
    width: int
    inputs: Mapping[str, int]
    outputs: Mapping[str, int]
    fixed: Mapping[str, Mapping[int, float]]
    operations: int


@dataclass(frozen=True, eq=False)
class Kernel:
    """An algorithm of one robot; compiled for the CPU when it first runs there, for CUDA when it is launched."""

    text: Text
    module: Any
    dtype: np.dtype
    # Results that are still alive.
    _rooms: dict[int, tuple[ref[np.ndarray], np.ndarray]] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def made(self) -> Ready:
        """Compiles for the CPU, or loads: seconds it took, and whether it was found on disk."""
        return ready(self.module.run, *[array_type(self.dtype)] * (len(self.text.inputs) + len(self.text.outputs)), int, int)

    def __call__(
        self,
        groups: Mapping[str, np.ndarray],
        count: int,
        threads: int = 1,
        device: Device = "cpu",
        out: Mapping[str, np.ndarray] | None = None,
    ) -> dict[str, np.ndarray]:
        """Run on `count` robots.

        Args:
            groups: input group -> (n, rows); arrays whose columns are contiguous are not copied.
            device: "cuda" runs the same body on a GPU's threads.
            out: output group -> array (n, rows) to write into, as an earlier call gave it: fresh memory costs time.

        Returns:
            output group -> (n, rows), columns contiguous.

        Raises:
            BadInput: `out` of another shape, type or layout.
        """
        width = self.text.width
        whole, rest = divmod(count, width) if device == "cpu" else (0, 0)
        sources = [_columns(groups[name], self.dtype) for name in self.text.inputs]
        found = {name: out[name] if out and name in out else self._new(name, count) for name in self.text.outputs}
        results = [self._room(name, count, rows) for name, rows in found.items()]
        if device == "cpu":
            _ = self.made
        if whole:
            split(lambda first, last: self.module.run(*sources, *results, first, last), whole, threads)
        if rest:  # the last robots in a block of their own, filled up with the last one
            at = np.minimum(np.arange(whole * width, (whole + 1) * width), count - 1)
            tail = [np.ascontiguousarray(result[:, at]) for result in results]
            self.module.run(*[np.ascontiguousarray(source[:, at]) for source in sources], *tail, 0, 1)
            for result, part in zip(results, tail, strict=True):
                result[:, whole * width : count] = part[:, :rest]
        if device == "cuda":
            from twin.kernel.cuda import launch

            launch(on_threads(self.text), count, sources, results, count)
        return found

    def _new(self, name: str, count: int) -> np.ndarray:
        """A new output (n, rows); rows never lie a multiple of 4 KiB apart, where they would fight for one set of the cache."""
        width = lanes(self.dtype)
        stride = -(-count // width) * width
        if stride * self.dtype.itemsize % 4096 == 0:
            stride += width
        room = _aligned(self.text.outputs[name], stride, self.dtype)
        self._fix(name, room)
        rows = room[:, :count].T
        key = id(rows)
        self._rooms[key] = (ref(rows, lambda _: self._rooms.pop(key, None)), room)
        return rows

    def _room(self, name: str, count: int, rows: np.ndarray) -> np.ndarray:
        """The memory of an output, with the room between its rows where an earlier call made it.

        Raises:
            BadInput: it does not fit.
        """
        known, room = self._rooms.get(id(rows), (None, None))
        right = isinstance(rows, np.ndarray) and rows.shape == (count, self.text.outputs[name]) and rows.dtype == self.dtype
        if right and room is not None and known is not None and known() is rows:
            return room
        if not right or not rows.T.flags.c_contiguous:
            allowed = f"an array ({count}, {self.text.outputs[name]}) of {self.dtype} with contiguous columns"
            raise BadInput(f"out, {name}", f"{np.shape(rows)} of {getattr(rows, 'dtype', type(rows).__name__)}", allowed)
        self._fix(name, rows.T)
        return rows.T

    def _fix(self, name: str, room: np.ndarray) -> None:
        """What is the same for every robot."""
        for row, value in self.text.fixed[name].items():
            room[row] = value


def lanes(dtype: Any) -> int:
    """Numbers in one vector."""
    return int(VECTOR // np.dtype(dtype).itemsize)


def on_threads(text: Text) -> Any:
    """The kernel of a text for CUDA threads; compiled when it is launched."""
    return module_of(f"{text.name}_cuda", text.threads).run


def too_large(robot: Robot) -> bool:
    """Whether the robot's tree is left to the generic path."""
    return len(mechanism(robot).bodies) > LARGEST


def compiled(robot: Robot, algorithm: str, options: Options = Options(), dtype: Dtype = "float64") -> Kernel:
    """The kernel of an algorithm of `robots.recipes` for this robot; found in the cache folder or compiled now.

    Raises:
        BadInput: a tree that is too large to unroll.
    """
    kernel = planned(robot, algorithm, options, dtype)
    _ = kernel.made
    return kernel


@lru_cache(maxsize=256)
def planned(robot: Robot, algorithm: str, options: Options = Options(), dtype: Dtype = "float64") -> Kernel:
    """As `compiled`, before anything is compiled."""
    if too_large(robot):
        where, given = f"robot {robot.name}: moving bodies", len(mechanism(robot).bodies)
        raise BadInput(where, given, f"at most {LARGEST} for a compiled kernel", "Larger trees take the generic path.")
    text = kernel_text(mechanism(robot), algorithm, options, dtype)
    return Kernel(text, module_of(text.name, text.source), np.dtype(dtype))


def kernel_text(robot: Mechanism, algorithm: str, options: Options, dtype: Dtype) -> Text:
    """The module's source and what it takes and gives."""
    sheet = Sheet()
    recipe = RECIPES[algorithm](Desk(sheet, robot, options))
    return written(sheet, recipe, f"{algorithm}_{robot.name}", dtype)


def written(sheet: Sheet, recipe: Recipe, title: str, dtype: Dtype) -> Text:
    """A module with `body` and `run` for a recipe."""
    nothing = not any(_varies(x) for group in recipe.outputs.values() for x in group)  # then the kernel writes what never varies
    varying = {name: [k for k, x in enumerate(group) if nothing or _varies(x)] for name, group in recipe.outputs.items()}
    fixed = {name: {k: _number(x) for k, x in enumerate(group) if k not in varying[name]} for name, group in recipe.outputs.items()}
    made = body(sheet, [recipe.outputs[name][k] for name, rows in varying.items() for k in rows])
    name = "".join(c if c.isalnum() else "_" for c in title) + f"_{dtype}"
    inputs = {group: [x.name for x in symbols] for group, symbols in recipe.inputs.items()}
    outputs = {group: len(values) for group, values in recipe.outputs.items()}
    rows = sum(map(len, inputs.values())) + sum(map(len, varying.values()))
    width = 2 * lanes(dtype) if 2 * VECTOR * rows <= SMALL else lanes(dtype)
    about = f'"""{title}, {dtype}: {made.operations} operations. Written by robots.compile; do not edit."""'
    calculation = [*head(made, dtype), *body_text(made, [name for group in inputs.values() for name in group])]
    source = "\n".join([about, "", *calculation, *_map_text(inputs, varying, width), ""])
    threads = "\n".join([about, "", *HEAD, *calculation, *map_thread(inputs, varying), ""])
    return Text(name, source, threads, width, {group: len(names) for group, names in inputs.items()}, outputs, fixed, made.operations)


def head(made: Body, dtype: str) -> list[str]:
    """Imports and constants of a kernel module."""
    return [
        "import numpy as np",
        "",
        "from twin.kernel import loop, scalar",
        "from twin.kernel.choose import maximum, minimum, root, select",
        f"from twin.kernel.trig import sine_cosine_{dtype} as sine_cosine",
        "",
        f"dtype = np.{dtype}",
        *(f"{name} = dtype({value!r})" for name, value in made.constants.items()),
        "",
        "",
    ]


def body_text(made: Body, names: Sequence[str]) -> list[str]:
    """`body`: one robot, scalars in, scalars out."""
    return [
        "@scalar",
        f"def body({', '.join(names)}):",
        *(f"    {line}" for line in made.lines),
        f"    return ({', '.join(made.results)},)",
        "",
        "",
    ]


def _map_text(inputs: Mapping[str, Sequence[str]], outputs: Mapping[str, Sequence[int]], width: int) -> list[str]:
    """`run`: blocks of robots; rows of a block lie behind each other in one flat array, so that nothing can overlap."""
    given, count = sum(map(len, inputs.values())), sum(map(len, outputs.values()))
    lines = [
        "@loop",
        f"def run({', '.join(f'{name}_in' for name in inputs)}, {', '.join(f'{name}_out' for name in outputs)}, first, last):",
        f'    """Robots of the blocks first to last, {width} at a time; arrays have one row a quantity, one column a robot."""',
        f"    s = np.empty({(given + count) * width}, dtype)",
        "    for block in range(first, last):",
        f"        at = block * {width}",
    ]
    row = 0
    for name, symbols in inputs.items():
        lines += _copy(len(symbols), width, f"s[({row} + r) * {width} + i] = {name}_in[r, at + i]")
        row += len(symbols)
    places = ", ".join(f"s[{k * width} + i]" for k in range(given))
    lines += [f"        for i in range({width}):", f"            {', '.join(f'y{k}' for k in range(count))}, = body({places})"]
    lines += [f"            s[{(given + k) * width} + i] = y{k}" for k in range(count)]
    for name, rows in outputs.items():
        for first, length in _runs(rows):
            lines += _copy(length, width, f"{name}_out[{first} + r, at + i] = s[({row} + r) * {width} + i]")
            row += length
    return lines


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Consecutive rows together: (first, how many)."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((row, 1))
    return runs


def _copy(count: int, width: int, statement: str) -> list[str]:
    return [f"        for r in range({count}):", f"            for i in range({width}):", f"                {statement}"]


def _columns(rows: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """(n, k) -> (k, n), contiguous; without a copy where it is so already."""
    return np.ascontiguousarray(np.asarray(rows).T, dtype=dtype)


def _begin(array: np.ndarray) -> int:
    """Where its memory begins."""
    address: int = array.__array_interface__["data"][0]
    return address


def _aligned(rows: int, stride: int, dtype: np.dtype) -> np.ndarray:
    """An array (rows, stride) that begins where a vector does: no store lies across two lines of the cache."""
    width = lanes(dtype)
    flat = np.empty(rows * stride + width, dtype)
    first = -(_begin(flat) // dtype.itemsize) % width
    return flat[first : first + rows * stride].reshape(rows, stride)


def _varies(x: Any) -> bool:
    return isinstance(x, Expr) and x.op != "constant"


def _number(x: Any) -> float:
    return float(x.args[0]) if isinstance(x, Expr) else float(x)
