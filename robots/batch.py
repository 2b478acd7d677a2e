"""Which way a batch takes: through a compiled kernel, or through formulas on columns; what goes in is checked here."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, ClassVar, Literal

import numpy as np

from robots.columns import columns, filled
from robots.compile import Device, Dtype, compiled, planned, too_large
from robots.mechanism import mechanism
from robots.model import Robot
from robots.parameters import Parameters, Rows
from robots.recipes import GRAVITY, RECIPES, Desk, Options
from twin.errors import BadInput, UnknownName

__all__ = ["BATCH", "PATHS", "Dtype", "Path", "alike", "checked", "compute", "generic_loops", "in_background", "path_of", "vector", "watch"]

Path = Literal["auto", "compiled", "generic", "ready"]
PATHS = ("auto", "compiled", "generic", "ready")

BATCH = 256
"""Robots from which on `path="auto"` compiles: seconds once, against microseconds a robot."""
OPTIONS = {"gravity", "losses", "parameters", "dtype", "threads", "device", "path", "out"}
NAMED = 10  # rows that a warning names


def path_of(robot: Robot, path: Path, count: int) -> Literal["compiled", "generic", "ready"]:
    """What "auto" means for so many robots: the same for the same robot and number, on every machine, at any time.

    Raises:
        UnknownName: another word.
    """
    if path not in PATHS:
        raise UnknownName("path", path, PATHS)
    if path != "generic" and too_large(robot):
        if path == "compiled":
            compiled(robot, "gravity")  # says why not
        _note_large(robot.name, len(mechanism(robot).bodies))
        return "generic"
    if path == "auto":
        return "compiled" if count >= BATCH else "generic"
    return path


def compute(
    robot: Robot,
    algorithm: str,
    arrays: dict[str, np.ndarray],
    *,
    links: tuple[str, ...] = (),
    local: bool = False,
    gravity: Sequence[float] = GRAVITY,
    losses: bool = False,
    parameters: Parameters | None = None,
    dtype: Dtype = "float64",
    threads: int = 1,
    device: Device = "cpu",
    path: Path = "auto",
    out: Mapping[str, np.ndarray] | np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Run an algorithm of `robots.recipes`; output group -> (n, rows), of `dtype`.

    Args:
        arrays: q, qd, ... by name, already checked, all of the same n.
        path: "compiled", "generic", "ready" (generic, while the kernel compiles in the background), or "auto": compiled
            from `BATCH` robots on. The two ways agree to rounding, not to the last bit.
        device: "cuda" runs the compiled kernel on a GPU.
        out: compiled path: an array that an earlier call gave, to be written again; or output group -> array.
    """
    if dtype not in ("float32", "float64"):
        raise UnknownName("dtype", dtype, ("float32", "float64"))
    count = max(len(rows) for rows in arrays.values())
    if device not in ("cpu", "cuda"):
        raise UnknownName("device", device, ("cpu", "cuda"))
    way = path_of(robot, path if device == "cpu" else "compiled", count)
    upright = gravity is GRAVITY or tuple(float(g) for g in gravity) == GRAVITY
    options = _options(links, local, GRAVITY if upright else None, losses, parameters.rows() if parameters else Rows())
    groups = dict(arrays)
    if not upright:
        groups["gravity"] = np.broadcast_to(vector("gravity", gravity), (count, 3))
    if parameters:
        groups |= parameters.groups(robot, count)
    if way == "ready":
        way = "compiled" if _is_ready(robot, algorithm, options, dtype) else "generic"
    if way == "compiled":
        kernel = planned(robot, algorithm, options, dtype)
        room = dict.fromkeys(kernel.text.outputs, out) if isinstance(out, np.ndarray) else out
        found = kernel(groups, count, threads, device, room)
    else:
        found = _on_columns(robot, algorithm, options, groups, count, dtype)
    watch(robot, arrays, found)
    return found


@cache
def _options(links: tuple[str, ...], local: bool, gravity: tuple[float, float, float] | None, losses: bool, rows: Rows) -> Options:
    return Options(links, local, gravity, losses, rows)


def watch(robot: Robot, arrays: Mapping[str, np.ndarray], found: Mapping[str, np.ndarray]) -> None:
    """Tell the rows that are not finite. What is not finite spreads to all results, so that the smallest array tells whether any is."""
    smallest = min([*arrays.values(), *found.values()] if len(arrays) == 1 else found.values(), key=lambda rows: rows.shape[1])
    with np.errstate(all="ignore"):
        total = smallest.T.sum()
    if not np.isfinite(total):
        for name, rows in arrays.items():
            _tell_spoilt(robot.name, name, rows)


def generic_loops(robot: Robot, count: int, options: Mapping[str, Any]) -> bool:
    """Whether loops over the tree's arrays answer: float64 on the CPU, one coordinate a joint, the generic path."""
    if unknown := options.keys() - OPTIONS:
        raise TypeError(f"unknown keywords {', '.join(sorted(unknown))}; known are {', '.join(sorted(OPTIONS))}")
    plain = options.get("dtype", "float64") == "float64" and options.get("device", "cpu") == "cpu" and robot.nq == robot.nv
    return plain and path_of(robot, options.get("path", "auto"), count) == "generic"


def checked(robot: Robot, name: str, values: Any, *, speeds: bool = True) -> np.ndarray:
    """Values of all speeds (or coordinates) as an array (n, nv) or (n, nq); one row may come alone.

    Columns that are contiguous stay so.

    Raises:
        BadInput: another shape.
    """
    names = robot.speed_names if speeds else robot.joint_names
    rows = _numbers(f"{name} of robot {robot.name}", values)
    rows = rows[None] if rows.ndim == 1 else rows
    if rows.ndim != 2 or rows.shape[1] != len(names):
        raise BadInput(f"{name} of robot {robot.name}", np.shape(values), f"shape (n, {len(names)}): {', '.join(names)}")
    return rows


def _numbers(where: str, values: Any) -> np.ndarray:
    """An array of numbers, its type and layout as they are.

    Raises:
        BadInput: no numbers, or rows of different lengths.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        array = np.array("rows of different lengths")
    if array.dtype.kind not in "fiub":
        raise BadInput(where, str(values)[:60], "numbers, all rows of one length")
    return array


def alike(robot: Robot, **arrays: np.ndarray) -> dict[str, np.ndarray]:
    """Arrays of one length; a single row is repeated.

    Raises:
        BadInput: two different lengths.
    """
    lengths = {len(rows) for rows in arrays.values()}
    if 0 in lengths:
        raise BadInput(f"batch of robot {robot.name}", "no rows", "at least one")
    if len(lengths) == 1:
        return arrays
    count = max(lengths)
    for name, rows in arrays.items():
        if len(rows) not in (1, count):
            given = ", ".join(f"{other}: {len(rows)}" for other, rows in arrays.items())
            raise BadInput(f"rows of {name} for robot {robot.name}", given, f"{count} rows, as the others have, or one for all")
    return {name: rows if len(rows) == count else np.broadcast_to(rows, (count, rows.shape[1])) for name, rows in arrays.items()}


def _tell_spoilt(robot: str, name: str, rows: np.ndarray) -> None:
    """Rows that are not finite are told by index in the log (`twin`, a warning); their results are NaN, the others' unharmed."""
    spoilt = np.flatnonzero(~np.isfinite(np.asarray(rows, dtype=float)).all(axis=1))
    if len(spoilt):
        first = ", ".join(map(str, spoilt[:NAMED])) + (f" and {len(spoilt) - NAMED} more" if len(spoilt) > NAMED else "")
        logging.getLogger("twin").warning("%s of robot %s: rows %s are not finite; their results are NaN", name, robot, first)


def vector(name: str, values: Sequence[float]) -> np.ndarray:
    """Three finite numbers as an array.

    Raises:
        BadInput: something else.
    """
    found = _numbers(name, values)
    if found.shape != (3,) or not np.isfinite(found).all():
        raise BadInput(name, list(values), "three finite numbers, in root axes")
    return found


def _on_columns(robot: Robot, algorithm: str, options: Options, groups: dict[str, np.ndarray], count: int, dtype: Dtype) -> dict[str, Any]:
    """The same recipe, its symbols replaced by columns of numbers."""
    given = {name: columns(np.asarray(rows, dtype=float)) for name, rows in groups.items()}
    recipe = RECIPES[algorithm](Columns(mechanism(robot), options, given))
    return {name: filled(list(group), count).astype(dtype, copy=False) for name, group in recipe.outputs.items()}


class Columns(Desk):
    """A desk whose symbols are columns."""

    LETTERS: ClassVar[dict[str, str]] = {"q": "q", "v": "qd", "a": "qdd", "u": "tau", "g": "gravity"}

    def __init__(self, robot: Any, options: Options, given: dict[str, list[Any]]) -> None:
        super().__init__(_Silent(), robot, options)  # type: ignore[arg-type]
        object.__setattr__(self, "given", given)

    def symbols(self, letter: str, count: int) -> list[Any]:
        """The columns of a group."""
        found: list[Any] = self.given[self.LETTERS.get(letter, letter.rstrip("_"))]  # type: ignore[attr-defined]
        return found


class _Silent:
    def note(self, text: str) -> None:
        """Columns leave no text."""


@cache
def _note_large(name: str, bodies: int) -> None:
    logging.getLogger("twin").info("robot %s has %d moving bodies: too many to compile, the generic path computes", name, bodies)


def _is_ready(robot: Robot, algorithm: str, options: Options, dtype: Dtype) -> bool:
    """Whether the kernel is compiled; starts compiling in the background where it is not."""
    return in_background((robot, algorithm, options, dtype), partial(compiled, robot, algorithm, options, dtype))


def in_background(key: tuple[Any, ...], build: Callable[[], object]) -> bool:
    """Whether what `key` names has been built; the first call starts to, in a thread."""
    begun = _builder(key)
    if not begun:
        begun.append(threading.Thread(target=build, name=f"compile {key[1]}", daemon=True))
        begun[0].start()
    return not begun[0].is_alive()


@cache
def _builder(key: tuple[Any, ...]) -> list[threading.Thread]:
    """Room for the one thread that builds what `key` names."""
    return []
