"""`sweep`: many jobs from one scenario: grid, zip, sample and seeds; the blocks multiply."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic import Field, model_validator

from twin.scenario.schema import Spec

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Points", "Sample", "Sweep", "count", "sampled"]


class Normal(Spec):
    """A normal distribution."""

    mean: Any = Field(description="its mean, in the unit of the swept quantity")
    std: Any = Field(description="its standard deviation, in the same unit")


class Drawn(Spec):
    """How values are drawn where they are not spread evenly between two bounds."""

    normal: Normal = Field(description="normal distribution")


class Sample(Spec):
    """Points drawn over ranges, all of them at once from one seeded sequence."""

    count: int = Field(ge=1, description="how many points")
    method: Literal["sobol", "latin-hypercube", "uniform"] = Field("sobol", description="how the points fill the ranges")
    ranges: dict[str, tuple[Any, Any] | Drawn] = Field(min_length=1, description="path -> [low, high], or {normal: {mean, std}}")


class Sweep(Spec):
    """The blocks; each is left out or multiplies the number of jobs."""

    grid: dict[str, list[Any]] = Field(default_factory=dict, description="path -> values; every combination")
    zip: dict[str, list[Any]] = Field(default_factory=dict, description="path -> values; first with first, second with second")
    sample: Sample | None = Field(None, description="points drawn over ranges")
    seeds: int | None = Field(None, ge=1, description="this many seeds, counted up from the scenario's")

    @model_validator(mode="after")
    def _lengths(self) -> Sweep:
        empty = [path for block in (self.grid, self.zip) for path, values in block.items() if not values]
        if empty:
            raise ValueError(f"at least one value for each path; {empty[0]} has none")
        lengths = {path: len(values) for path, values in self.zip.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError("lists of equal length in `zip`; these have " + ", ".join(f"{n} ({path})" for path, n in lengths.items()))
        twice = sorted({path for path in self.paths() if self.paths().count(path) > 1})
        if twice:
            raise ValueError(f"each path in one block only; {twice[0]} is in several")
        return self

    def paths(self) -> list[str]:
        """Every swept path, in the order of the blocks; `seed` last where seeds are counted."""
        sampled = list(self.sample.ranges) if self.sample else []
        return [*self.grid, *self.zip, *sampled, *(["seed"] if self.seeds else [])]


def count(sweep: Sweep | None) -> int:
    """Number of jobs, without making any."""
    if sweep is None:
        return 1
    zipped = len(next(iter(sweep.zip.values()))) if sweep.zip else 1
    return prod(map(len, sweep.grid.values())) * zipped * (sweep.sample.count if sweep.sample else 1) * (sweep.seeds or 1)


class Points(Sequence[tuple[Any, ...]]):
    """The values of each job, in the order of `sweep.paths()`; the last block runs fastest. None is made before it is asked for."""

    def __init__(self, sweep: Sweep, seed: int, drawn: np.ndarray | None = None) -> None:
        """`drawn`: the points of the sweep's sample, (count, ranges), where somebody has drawn them before (`sampled`)."""
        grid: list[list[Sequence[Any]]] = [[values] for values in sweep.grid.values()]
        sampled: list[Sequence[Any]] = _columns(sweep, seed, drawn)
        seeds: list[Sequence[Any]] = [range(seed, seed + sweep.seeds)] if sweep.seeds else []
        zipped: list[Sequence[Any]] = list(sweep.zip.values())
        self._blocks: list[list[Sequence[Any]]] = [block for block in (*grid, zipped, sampled, seeds) if block]
        self._lengths = [len(block[0]) for block in self._blocks]
        self._jobs = prod(self._lengths)
        self._last: tuple[int, list[int]] = (-1, [])  # one job is asked for several times in a row

    def __len__(self) -> int:
        return self._jobs

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        values: tuple[Any, ...] = ()
        for block, at in zip(self._blocks, self.places(index), strict=True):
            values += tuple([axis[at] for axis in block])
        return values

    def places(self, index: int) -> list[int]:
        """Which entry of each block stands in a job.

        Raises:
            IndexError: there is no such job.
        """
        if index == self._last[0]:
            return self._last[1]
        left, at = operator.index(index), []
        if not 0 <= left < self._jobs:
            raise IndexError(f"job {index} of {len(self)}")
        for length in reversed(self._lengths):
            left, place = divmod(left, length)
            at.append(place)
        self._last = (index, at[::-1])
        return self._last[1]

    def columns(self, numbers: Sequence[int], blocks: Sequence[Sequence[Sequence[Any]]] | None = None) -> list[list[Any]]:
        """The values of several jobs, a list for each path; `blocks`: other values in place of ours, of the same shape.

        Raises:
            IndexError: there is no such job.
        """
        if numbers and not 0 <= min(numbers) <= max(numbers) < self._jobs:
            raise IndexError(f"jobs {min(numbers)} to {max(numbers)} of {len(self)}")
        found: list[list[Any]] = []
        stride = 1
        for block, length in zip(reversed(self._blocks if blocks is None else blocks), reversed(self._lengths), strict=True):
            places = [number // stride % length for number in numbers]
            found = [*([axis[place] for place in places] for axis in block), *found]
            stride *= length
        return found

    @property
    def blocks(self) -> list[list[Sequence[Any]]]:
        """Blocks of axes that run together; an axis holds the values of one path."""
        return self._blocks


def sampled(sweep: Sweep, seed: int) -> np.ndarray | None:
    """Points over the ranges of a sweep's sample, (count, ranges), in SI; None where nothing is sampled.

    Drawing them takes scipy.stats, which takes a second to load: a batch draws them once for all of its workers.
    """
    import numpy as np

    if sweep.sample is None:
        return None
    unit = _unit_cube(sweep.sample, seed)
    return np.column_stack([_spread(drawn, unit[:, i]) for i, drawn in enumerate(sweep.sample.ranges.values())])


def _columns(sweep: Sweep, seed: int, drawn: np.ndarray | None) -> list[Sequence[Any]]:
    if sweep.sample is None:
        return []
    points = sampled(sweep, seed) if drawn is None else drawn
    return cast("list[Sequence[Any]]", [column.tolist() for column in points.T])  # type: ignore[union-attr]


def _unit_cube(sample: Sample, seed: int) -> Any:
    """Points in the unit cube, shape (count, paths)."""
    import numpy as np

    dimensions = len(sample.ranges)
    rng = np.random.default_rng(seed)
    if sample.method == "uniform":
        return rng.random((sample.count, dimensions))
    from scipy.stats import qmc

    if sample.method == "latin-hypercube":
        return qmc.LatinHypercube(dimensions, seed=rng).random(sample.count)
    # a Sobol sequence is balanced in powers of two (Owen 1998): draw the next one and take its first points
    return qmc.Sobol(dimensions, seed=rng).random_base2((sample.count - 1).bit_length())[: sample.count]


def _spread(drawn: Any, u: np.ndarray) -> np.ndarray:
    """Values of the quantity from points in 0..1."""
    import numpy as np

    if isinstance(drawn, (tuple, list)):
        low, high = drawn
        return np.asarray(low + (high - low) * u)
    from scipy.special import ndtri

    return np.asarray(drawn.normal.mean + drawn.normal.std * ndtri(u))


def written(sweep: Sweep) -> dict[str, Any]:
    """Back to what stands in a file."""
    return sweep.model_dump(mode="json", exclude_defaults=True)


def quantities(sweep: Sweep) -> Iterator[tuple[str, tuple[str | int, ...], Any]]:
    """Every value that a user wrote: swept path, its keys below `sweep`, the value."""
    blocks: Mapping[str, Mapping[str, list[Any]]] = {"grid": sweep.grid, "zip": sweep.zip}
    for block, axes in blocks.items():
        for path, values in axes.items():
            yield from ((path, (block, path, i), value) for i, value in enumerate(values))
    for path, drawn in sweep.sample.ranges.items() if sweep.sample else ():
        at = ("sample", "ranges", path)
        if isinstance(drawn, tuple):
            yield from ((path, (*at, i), value) for i, value in enumerate(drawn))
        else:
            yield path, (*at, "normal", "mean"), drawn.normal.mean
            yield path, (*at, "normal", "std"), drawn.normal.std
