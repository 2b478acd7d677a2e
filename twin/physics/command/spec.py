"""What a user writes about a program."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from pydantic import Field, field_validator

from twin.scenario.schema import Spec
from twin.units import Time, si

__all__ = ["CommandSpec"]

Value = str | int | float


class CommandSpec(Spec):
    """A program, what it reads, and the numbers it gives back."""

    argv: tuple[Value, ...] = Field(min_length=1, description="program and arguments; a list, no shell reads it")
    parameters: dict[str, bool | Value] = Field({}, description="written to parameters.json in the program's folder; made for sweeps")
    environment: dict[str, Value] = Field({}, description="variables for the program, beside PATH, HOME, TMPDIR, LANG and TWIN_SEED")
    pass_environment: tuple[str, ...] = Field(
        (), description="names of variables handed on from where the job runs; their values (secrets) are not stored and not in the id"
    )
    inputs: tuple[str, ...] = Field((), description="files copied into the program's folder; their bytes are part of the identity")
    outputs: tuple[str, ...] = Field((), description="patterns of files that are kept with the result, such as `*.csv`")
    time_limit: Time = Field(600.0, gt=0, description="the program and all it started are killed after this wall time [s]")
    scalars: dict[str, str] = Field({}, description="name -> unit of every number that the program writes; 1 for a pure number")
    scalars_file: str = Field("scalars.json", description="the JSON file it writes: {name: number} or {name: {value, unit}}")

    @field_validator("outputs", "scalars_file")
    @classmethod
    def _stay_inside(cls, given: tuple[str, ...] | str) -> tuple[str, ...] | str:
        """The program's folder is the only one that is read back."""
        for pattern in (given,) if isinstance(given, str) else given:
            if not pattern or PurePosixPath(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
                raise ValueError("a path inside the program's own folder, relative and without `..`")
        return given

    @field_validator("scalars", mode="before")
    @classmethod
    def _pure_numbers(cls, given: Any) -> Any:
        """A unit may be written as the number 1."""
        return {name: "1" if unit == 1 else unit for name, unit in given.items()} if isinstance(given, dict) else given

    @field_validator("scalars")
    @classmethod
    def _known_units(cls, given: dict[str, str]) -> dict[str, str]:
        for name, unit in given.items():
            if unit not in ("1", ""):
                try:
                    si(f"1 {unit}", unit)
                except Exception as error:  # pint raises many kinds
                    raise ValueError(f"units that exist; {unit!r} of {name} does not, write e.g. `m`, `N*m` or `1`") from error
        return {name: unit or "1" for name, unit in given.items()}
