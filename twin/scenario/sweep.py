"""`sweep`: many jobs from one scenario: grid, zip, sample and seeds; the blocks multiply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any, Literal

from pydantic import Field, model_validator

from twin.scenario.schema import Spec

__all__ = ["Sample", "Sweep", "count", "points"]


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


def points(sweep: Sweep, seed: int) -> Iterator[tuple[Any, ...]]:
    """The values of each job, in the order of `sweep.paths()`; the last block runs fastest."""
    grid = product(*sweep.grid.values())
    zipped = list(zip(*sweep.zip.values(), strict=True)) or [()]
    sampled = _sampled(sweep.sample, seed) if sweep.sample else [()]
    seeds: list[tuple[Any, ...]] = [(seed + i,) for i in range(sweep.seeds)] if sweep.seeds else [()]
    for blocks in product(grid, zipped, sampled, seeds):
        yield tuple(value for block in blocks for value in block)


def _sampled(sample: Sample, seed: int) -> list[tuple[Any, ...]]:
    """Points over the ranges, shape (count, paths): SI bounds in, SI values out."""
    unit = _unit_cube(sample, seed)
    columns = [_spread(drawn, unit[:, i]) for i, drawn in enumerate(sample.ranges.values())]
    return list(zip(*columns, strict=True))


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


def _spread(drawn: Any, u: Any) -> list[float]:
    """Values of the quantity from points in 0..1."""
    if isinstance(drawn, (tuple, list)):
        low, high = drawn
        return [float(value) for value in low + (high - low) * u]
    from scipy.special import ndtri

    return [float(value) for value in drawn.normal.mean + drawn.normal.std * ndtri(u)]


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
