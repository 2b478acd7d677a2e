"""The body regions of ISO/TS 15066, read from assets/human: limits, masses and springs in SI, each with its number of sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from twin import assets
from twin.errors import BadInput, UnknownName
from twin.scenario.schema import Spec

__all__ = ["FEW", "Figure", "Region", "Table", "read", "region", "table", "table_file"]

FEW = 1  # sources of a figure that nobody else confirmed
PER_CM2 = 1e4  # [Pa] in a N/cm^2
PER_MM = 1e3  # [N/m] in a N/mm


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in SI and how many public sources print it."""

    value: float
    sources: int


@dataclass(frozen=True, slots=True)
class Region:
    """What a part of the body bears, and how it gives way.

    Attributes:
        words: what it is called in sentences.
        force: quasi-static limit [N]; mass: effective [kg]; spring: [N/m].
        pressure: site -> quasi-static limit [Pa].
        transient: factor for a short blow; None where no contact is permissible.
    """

    name: str
    words: str
    force: Figure
    mass: Figure
    spring: Figure
    pressure: Mapping[str, Figure]
    transient: float | None

    @property
    def permissible(self) -> bool:
        """Whether a robot may touch it at all."""
        return self.transient is not None

    def site(self, name: str | None) -> str:
        """The site of that name; the one that bears the least pressure where none is named.

        Raises:
            UnknownName: no such site in this region.
        """
        if name is None:
            return min(self.pressure, key=lambda site: self.pressure[site].value)
        if name not in self.pressure:
            raise UnknownName("human.site", name, self.pressure)
        return name

    def doubtful(self, site: str) -> list[str]:
        """Figures of this region and site that only one source prints."""
        figures = {"force": self.force, "mass": self.mass, "spring": self.spring, f"pressure of {site}": self.pressure[site]}
        return [name for name, figure in figures.items() if figure.sources <= FEW]


@dataclass(frozen=True, slots=True)
class Table:
    """All regions, and where they are from."""

    standard: str
    edition: str
    note: str
    regions: Mapping[str, Region]

    @property
    def sentence(self) -> str:
        """What every verdict ends with."""
        return f"{self.note.capitalize()}: {self.standard} ({self.edition})."


class _Figure(Spec):
    value: float = Field(gt=0)
    sources: int = Field(ge=1)

    def si(self, factor: float = 1.0) -> Figure:
        return Figure(self.value * factor, self.sources)


class _Region(Spec):
    words: str
    transient: Literal["none"] | float = Field(description="factor, or none")
    force: _Figure
    mass: _Figure
    spring: _Figure
    pressure: dict[str, _Figure] = Field(min_length=1)

    def region(self, name: str) -> Region:
        factor = None if isinstance(self.transient, str) else self.transient
        pressures = {site: figure.si(PER_CM2) for site, figure in self.pressure.items()}
        return Region(name, self.words, self.force.si(), self.mass.si(), self.spring.si(PER_MM), pressures, factor)


class _File(Spec):
    standard: str
    edition: str
    note: str
    sources: list[str] = Field(min_length=1)
    regions: dict[str, _Region] = Field(min_length=1)


def table_file() -> Path:
    """The bundled table."""
    return assets.root() / "human" / "iso_ts_15066.yaml"


@cache
def table() -> Table:
    """The bundled table, read once."""
    return read(table_file())


def read(file: Path) -> Table:
    """A table of body regions; N/cm^2 and N/mm in the file, SI here.

    Raises:
        BadInput: a file that is none; the message names the entry.
    """
    try:
        found = _File.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BadInput(str(file), "a file that cannot be read", "a table of body regions", str(error)) from error
    return Table(found.standard, found.edition, found.note, {name: given.region(name) for name, given in found.regions.items()})


def region(name: str) -> Region:
    """The region of that name in the bundled table.

    Raises:
        UnknownName: no such region; the message lists all.
    """
    if name not in table().regions:
        raise UnknownName("human.region", name, table().regions)
    return table().regions[name]
