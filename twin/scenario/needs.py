"""`needs`: results of other scenarios as inputs, used as `{from: alias.scalar}` wherever a quantity stands.

Of a needed batch a reference stands for a list: one value for each of its jobs, that is, their distribution.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.errors import Fault, nearest
from twin.scenario.address import Keys, dotted, get, put

if TYPE_CHECKING:
    from twin.scenario.model import Scenario

__all__ = ["Need", "Reference", "bind", "references"]


@dataclass(frozen=True)
class Need:
    """One entry of `needs`.

    Attributes:
        source: as written: a scenario file, a bundled scenario's name, or a result folder.
        scenario: what has to run first; None when the result is already there.
        id: of the result; empty until it is known.
        scalars: name -> value in SI, of a batch the values of all jobs that measured it; empty until the scenario has run.
        units: name or pattern -> SI unit.
        many: all jobs of the scenario's sweep are needed.
    """

    source: str
    scenario: Scenario | None = None
    id: str = ""
    scalars: Mapping[str, float | Sequence[float]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    many: bool = False

    def document(self) -> str | dict[str, Any]:
        """As stored: the source, and what came of it where that is known."""
        if self.id:
            return {"source": self.source, "id": self.id, "scalars": dict(self.scalars)}
        return {"batch": self.source} if self.many else self.source


@dataclass(frozen=True)
class Reference:
    """A `{from: alias.scalar}`: where it stands and what it names."""

    keys: Keys
    alias: str
    scalar: str

    def document(self) -> dict[str, str]:
        """As written."""
        return {"from": f"{self.alias}.{self.scalar}"}


def references(data: Any, keys: Keys = ()) -> Iterator[Reference]:
    """Every reference inside the data."""
    if isinstance(data, Mapping):
        if list(data) == ["from"] and isinstance(data["from"], str):
            alias, _, scalar = data["from"].partition(".")
            yield Reference(keys, alias, scalar)
            return
        for key, value in data.items():
            yield from references(value, (*keys, key))
    elif isinstance(data, (list, tuple)):
        for i, value in enumerate(data):
            yield from references(value, (*keys, i))


def bind(data: Any, needs: Mapping[str, Need], guess: float | Mapping[Keys, float] = 1.0) -> Any:
    """The data with every reference replaced by its value.

    A value that is not known yet is stood in for by `guess`, with its unit, so that a wrong dimension shows at once.
    """
    for reference in list(references(data)):
        need = needs[reference.alias]
        if reference.scalar in need.scalars:
            known = need.scalars[reference.scalar]
            value: Any = known if isinstance(known, (int, float)) else list(known)
        else:
            unit = unit_of_reference(reference, needs)
            number = guess.get(reference.keys, 1.0) if isinstance(guess, Mapping) else guess
            value = number if unit in (None, "1", "") else f"{number} {unit}"
            value = [value] if need.many else value
        data = put(data, reference.keys, value)
    return data


def of_jobs(source: str, units: Mapping[str, str], results: Sequence[tuple[str, Mapping[str, float]]]) -> Need:
    """A needed batch whose jobs have run: their ids and scalars, in the order of the sweep."""
    names = dict.fromkeys(name for _, scalars in results for name in scalars)
    values = {name: [scalars[name] for _, scalars in results if scalars.get(name) is not None] for name in names}
    values = {name: each for name, each in values.items() if each}
    return Need(source, None, jobs_id([id for id, _ in results]), values, units, many=True)


def jobs_id(ids: Iterable[str]) -> str:
    """What a needed batch is known by: a hash of the ids of its jobs."""
    return sha256("\n".join(ids).encode()).hexdigest()


def unit_of_reference(reference: Reference, needs: Mapping[str, Need]) -> str | None:
    """SI unit of what is referred to; None when there is no such scalar."""
    from twin.scenario.expect import unit_of

    return unit_of(reference.scalar, needs[reference.alias].units)


def unknown_references(data: Any, needs: Mapping[str, Need]) -> list[Fault]:
    """References whose alias or scalar names nothing."""
    faults = []
    for reference in references(data):
        path, given = dotted((*reference.keys, "from")), f"{reference.alias}.{reference.scalar}"
        if reference.alias not in needs:
            known = ", ".join(needs) or "nothing yet"
            remedy = nearest(reference.alias, needs) or f"Add needs: {{{reference.alias}: a scenario}}."
            faults.append(Fault(path, given, f"alias.scalar with an alias of `needs`: {known}", remedy))
        elif unit_of_reference(reference, needs) is None:
            scalars = needs[reference.alias].units
            faults.append(Fault(path, given, "a scalar of that result: " + ", ".join(sorted(scalars)), nearest(reference.scalar, scalars)))
    return faults


def from_folder(source: str, folder: Path) -> Need:
    """A need that is met by a result folder.

    Raises:
        OSError, ValueError, KeyError: no readable result.json there.
    """
    stored = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    scalars = {name: float(s["value"]) for name, s in stored["scalars"].items() if s["value"] is not None}
    return Need(source, None, stored["id"], scalars, {name: s["unit"] for name, s in stored["scalars"].items()})


def restored(document: Any, needs: Mapping[str, Need], written: Any) -> Any:
    """The resolved document with the references of `written` put back in place of their values."""
    for reference in references(written) if needs else ():
        get(document, reference.keys)
        document = put(document, reference.keys, reference.document())
    return document
