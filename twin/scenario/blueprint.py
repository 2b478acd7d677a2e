"""All jobs of a scenario, each made from its number: the scenario is read and checked once, then swept values are put in.

Reading a job anew takes 0.1 ms and more, hashing it as much again. Where all swept values are plain numbers, a job is
the checked scenario with these numbers put into its spec, and its id the hash of the same text with these numbers put
in; otherwise each job is read as if it stood in a file of its own. Both ways give the same scenarios and ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from twin.errors import BadScenario
from twin.kinds import Target, load_kind
from twin.light import having
from twin.scenario.address import Keys, find, put
from twin.scenario.build import revised
from twin.scenario.header import COMMON
from twin.scenario.identity import FileDigests, identity
from twin.scenario.lot import Hashed, Lot, hasher
from twin.scenario.model import Scenario
from twin.scenario.places import bound_by_rules, patcher, place_at, tree_of
from twin.scenario.sweep import Points, Sweep

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Blueprint"]

SEED: Keys = ("seed",)


class Blueprint:
    """The jobs of a scenario, by number.

    Attributes:
        scenario: as loaded, its sweep included.
        paths: swept paths, in the order of the sweep's blocks.
        points: the values of each job.
    """

    def __init__(self, scenario: Scenario, target: Target | None = None, drawn: np.ndarray | None = None) -> None:
        """`drawn`: the points of the sweep's sample, where somebody has drawn them before."""
        self.scenario, self._target = scenario, target or Target()
        sweep = scenario.sweep or Sweep.model_validate({})
        self.paths, self.points = tuple(sweep.paths()), Points(sweep, scenario.seed, drawn)
        self._keys = [find({"seed": scenario.seed, **scenario.own}, path) for path in self.paths]
        self._digests = FileDigests()
        self._base = replace(scenario, sweep=None, study=(), document=_without_sweep(scenario.document))
        self._files = self._files_of(self._base.spec)
        self._family = _family(self._base, self._keys, self.points)
        self._digested: list[str] | None = None
        self._hashed: Hashed | None = None

    def __len__(self) -> int:
        return len(self.points)

    @property
    def kind(self) -> str:
        """The word after `kind:`."""
        return self.scenario.kind

    @property
    def name(self) -> str:
        """What reports call the scenario."""
        return self.scenario.name

    @property
    def folder(self) -> str:
        """Where relative paths start."""
        return str(self.scenario.folder)

    def values(self, index: int) -> dict[str, Any]:
        """Swept path -> value of the job in SI."""
        return dict(zip(self.paths, self.points[index], strict=True))

    def columns(self, numbers: Sequence[int]) -> dict[str, list[Any]]:
        """Swept path -> values of these jobs in SI."""
        return dict(zip(self.paths, self.points.columns(numbers), strict=True))

    def renew(self) -> None:
        """Look at the files that the ids rest on: where one has changed, the ids change.

        Raises:
            BadInput: one cannot be read.
        """
        before, self._digested = self._digested, None  # until all are read: an id that is asked for meanwhile looks again
        digested = self._digests.all(self._files)
        self._hashed = self._hashed if digested == before else None
        self._digested = digested

    def ids(self, start: int, stop: int) -> list[str]:
        """Ids of the jobs `start` to `stop - 1`, as `identity` gives them for each alone.

        Raises:
            BadScenario: the values of a job are not valid together; the fault names them.
            BadInput: a file that they use cannot be read.
        """
        family = self._family
        jobs = range(start, stop)
        if family is None or family.ruled:
            lot = self.lot(jobs)
            return list(lot.ids) if lot else [self.made(index)[1] for index in jobs]
        return self._hash()(self.points.columns(jobs, family.texts), len(jobs))

    def lot(self, numbers: Sequence[int]) -> Lot | None:
        """These jobs, made together; None where each has to be made alone, or one is not valid.

        Raises:
            BadInput: a file that they use cannot be read.
        """
        family = self._family
        if family is None:
            return None
        shown = self.points.columns(numbers, family.texts)
        held = shown if family.alike else self.points.columns(numbers, family.fields)
        try:
            specs = [family.spec(values) for values in zip(*held, strict=True)] if held else [self._base.spec] * len(numbers)
        except ValueError:
            return None
        if not all(self._needs_our_files(spec) for spec in specs):
            return None
        seeds = shown[self._keys.index(SEED)] if SEED in self._keys else [self._base.seed] * len(numbers)
        return Lot(self._base, specs, seeds, self._hash()(shown, len(numbers)))

    def made(self, index: int) -> tuple[Scenario, str]:
        """The job as a scenario of its own, and its id.

        Raises:
            BadScenario, BadInput: as `ids`.
        """
        variant, shown = self._varied(index)
        if shown is None or not self._needs_our_files(variant.spec):
            return variant, identity(variant, self._target, digests=self._digests)
        return variant, self._hash()([[value] for value in shown], 1)[0]

    def document(self, index: int) -> Mapping[str, Any]:
        """The job's document, without sweep and study."""
        return self.variant(index).document

    def variant(self, index: int) -> Scenario:
        """The job as a scenario of its own.

        Raises:
            BadScenario: its values are not valid together; the fault names them.
        """
        return self._varied(index)[0]

    def _varied(self, index: int) -> tuple[Scenario, Sequence[Any] | None]:
        """The job's scenario; its values as its document shows them, where they were put into the one that was checked."""
        family = self._family
        if family is None:
            return self._read(index), None
        held, shown = family.at(index)
        try:
            spec = family.spec(held)
        except ValueError:
            return self._read(index), None  # which says what is wrong
        document = family.document(shown)
        return having(self._base, {"spec": spec, "seed": document["seed"], "document": document}), shown

    def _hash(self) -> Hashed:
        """Values of jobs -> their ids."""
        if self._digested is None:
            self.renew()
        self._hashed = self._hashed or hasher(self._base, self._keys, self._target, self._digests)
        return self._hashed

    def _read(self, index: int) -> Scenario:
        base, seed = self._base, self._base.seed
        own: Any = base.own
        for keys, value in zip(self._keys, self.points[index], strict=True):
            if keys == SEED:
                seed = value
            else:
                own = put(own, keys, value)
        try:
            return revised(base, own, seed)
        except BadScenario as error:
            where = f"In job {index} with {self.values(index)}."
            file = str(self.scenario.file or "")
            raise BadScenario([replace(f, remedy=f"{where} {f.remedy}".strip(), file=file, line=1) for f in error.faults]) from error

    def _files_of(self, spec: Any) -> list[Any]:
        base = self._base
        site = base.site.files if base.site else ()
        return [*load_kind(base.kind).files(spec, base.folder), *site]

    def _needs_our_files(self, spec: Any) -> bool:
        """Whether a job of this spec rests on the files of the checked one."""
        return spec is self._base.spec or self._files_of(spec) == self._files


@dataclass(frozen=True)
class _Family:
    """Jobs that differ in plain numbers.

    Attributes:
        spec, document: made from the values as `held` and `shown` give them.
        fields, texts: blocks of the sweep, the values as the fields hold them and as documents show them.
        ruled: rules over several fields look at some of them.
        alike: documents show the values as the fields hold them.
    """

    points: Points
    spec: Callable[[Sequence[Any]], Any]
    document: Callable[[Sequence[Any]], dict[str, Any]]
    fields: list[list[Sequence[Any]]]
    texts: list[list[Sequence[Any]]]
    ruled: bool
    alike: bool

    def at(self, index: int) -> tuple[list[Any], list[Any]]:
        """The job's values as the fields hold them, and as its document shows them."""
        shown = self.shown(index)
        if self.alike:
            return shown, shown
        at = self.points.places(index)
        return [axis[i] for block, i in zip(self.fields, at, strict=True) for axis in block], shown

    def shown(self, index: int) -> list[Any]:
        """The job's values as its document shows them."""
        at = self.points.places(index)
        return [axis[i] for block, i in zip(self.texts, at, strict=True) for axis in block]


def _family(base: Scenario, keys: Sequence[Keys], points: Points) -> _Family | None:
    """None where a swept value is more than a number in a field of its own."""
    if base.needs:
        return None
    places = [place_at(base.spec, k) if k != SEED else None for k in keys]
    if any(place is None and k != SEED for place, k in zip(places, keys, strict=True)):
        return None
    fields: list[list[Sequence[Any]]] = []
    texts: list[list[Sequence[Any]]] = []
    at = iter(places)
    for block in points.blocks:
        fields.append([])
        texts.append([])
        for axis in block:
            place = next(at)
            try:
                held = _shared(axis, place.read(axis)) if place else axis
            except ValidationError:
                return None  # the job that holds it says so
            shown = _shared(held, place.shown(list(held))) if place else axis
            if place and not all(isinstance(value, (int, float)) for value in held):
                return None  # a word may choose other files
            fields[-1].append(held)
            texts[-1].append(shown)
    numbered = {k: number for number, k in enumerate(keys) if k != SEED}
    tree = tree_of(list(numbered), list(numbered.values()))
    spec = patcher(base.spec, tree) if tree else lambda values: base.spec
    document = patcher(base.document, tree_of(keys, range(len(keys)))) if keys else lambda values: dict(base.document)
    alike = all(held is text for pair in zip(fields, texts, strict=True) for held, text in zip(*pair, strict=True))
    return _Family(points, spec, document, fields, texts, bound_by_rules(base.spec, tree), alike)


def _shared(old: Sequence[Any], new: Sequence[Any]) -> Sequence[Any]:
    """The old values where the new ones are the same, to the type: a million numbers are kept once."""
    same = len(old) == len(new) and all(a == b and type(a) is type(b) for a, b in zip(old, new, strict=True))
    return old if same else new


def _without_sweep(document: Mapping[str, Any]) -> dict[str, Any]:
    """One job's document: the common keys first, as `revised` leaves them."""
    common = {key: value for key, value in document.items() if key in COMMON and key not in ("sweep", "study")}
    return {**common, **{key: value for key, value in document.items() if key not in COMMON}}
