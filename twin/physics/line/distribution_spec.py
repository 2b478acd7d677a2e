"""How long something takes: a number, a distribution, or measured times from a file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from twin.scenario.schema import Spec
from twin.units import Fraction, Time

__all__ = ["Duration", "DurationSpec", "Measured"]


class Normal(Spec):
    """Normal, redrawn below 0."""

    mean: Time = Field(gt=0, description="[s]")
    std: Time = Field(gt=0, description="standard deviation [s]")


class Lognormal(Spec):
    """Lognormal, by its own mean and standard deviation (not those of its logarithm)."""

    mean: Time = Field(gt=0, description="[s]")
    std: Time = Field(gt=0, description="[s]")


class Uniform(Spec):
    """Every value between two."""

    low: Time = Field(ge=0, description="[s]")
    high: Time = Field(gt=0, description="[s]")

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g} s) has to be below high ({self.high:g} s)")
        return self


class Triangular(Spec):
    """From low over mode to high."""

    low: Time = Field(ge=0, description="[s]")
    mode: Time = Field(ge=0, description="most frequent value [s]")
    high: Time = Field(gt=0, description="[s]")

    @model_validator(mode="after")
    def _ordered(self) -> Triangular:
        if not (self.low <= self.mode <= self.high and self.low < self.high):
            raise ValueError(f"low <= mode <= high and low < high is wanted, given {self.low:g}, {self.mode:g}, {self.high:g} s")
        return self


class Gamma(Spec):
    """Gamma; `shape` 1 is exponential, an integer Erlang."""

    mean: Time = Field(gt=0, description="[s]")
    shape: float = Field(gt=0.01, le=1e4, description="mean^2 / variance [-]")


class Weibull(Spec):
    """Weibull: wear-out above shape 1, early failures below."""

    scale: Time = Field(gt=0, description="63rd percentile [s]")
    shape: float = Field(ge=0.2, le=100, description="[-]")


class Pareto(Spec):
    """Pareto: power-law tail. Below an index of 1 its mean is infinite, and it is refused."""

    least: Time = Field(gt=0, description="smallest value [s]")
    index: float = Field(le=100, description="of the tail [-]; above 1, else there is no mean")

    @model_validator(mode="after")
    def _mean_exists(self) -> Pareto:
        if self.index <= 1:
            raise ValueError(
                f"a Pareto distribution of index {self.index:g} has an infinite mean; allowed: above 1 (2 has a finite mean only)"
            )
        return self


class Measured(Spec):
    """Times that somebody measured: one of them is drawn each time, all equally likely."""

    csv: str = Field(description="CSV file beside the scenario, one row a measurement, with a header line")
    column: str = Field(description="name of the column")
    unit: str = Field("s", description="unit of its numbers, for instance `min`")


class DurationSpec(Spec):
    """Exactly one of the distributions."""

    fixed: Time | None = Field(None, ge=0, le=1e9, description="always the same [s]")
    exponential: Time | None = Field(None, gt=0, le=1e9, description="by its mean [s]")
    normal: Normal | None = None
    lognormal: Lognormal | None = None
    uniform: Uniform | None = None
    triangular: Triangular | None = None
    gamma: Gamma | None = None
    weibull: Weibull | None = None
    pareto: Pareto | None = None
    measured: Measured | None = None
    values: tuple[Time, ...] | None = Field(None, min_length=1, description="one of these, all equally likely [s]")
    times: Fraction = Field(1.0, gt=0, le=1000, description="all of it multiplied by this [-]")

    @model_validator(mode="after")
    def _one(self) -> DurationSpec:
        names = [name for name in type(self).model_fields if name != "times"]
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a duration is a time or exactly one of {', '.join(names)}; this one has {', '.join(given) or 'none'}")
        if self.values is not None and min(self.values) < 0:
            raise ValueError("a duration cannot be negative")
        return self

    @property
    def which(self) -> str:
        """Name of the distribution."""
        return next(name for name in type(self).model_fields if name != "times" and getattr(self, name) is not None)


def _plain(given: Any) -> Any:
    """`60 s` is `{fixed: 60 s}`."""
    return {"fixed": given} if isinstance(given, (int, float, str)) and not isinstance(given, bool) else given


Duration = Annotated[DurationSpec, BeforeValidator(_plain, json_schema_input_type=DurationSpec | float | str)]
