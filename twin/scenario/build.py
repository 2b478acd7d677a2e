"""From plain data to a Scenario: every part is read as far as it goes, and every fault is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from twin.errors import BadInput, BadScenario, Fault, UnknownName, nearest
from twin.kinds import Context, Kind, load_kind
from twin.scenario import study as studies
from twin.scenario.address import Keys, dotted, get, put, walk
from twin.scenario.expect import read_expect
from twin.scenario.faults import NOTHING, faults_of
from twin.scenario.header import COMMON, Header, full_model
from twin.scenario.model import Scenario
from twin.scenario.needs import Need, bind, references, restored, unknown_references
from twin.scenario.schema import WORLD, Pose
from twin.scenario.sweep import written
from twin.scenario.sweep_values import resolve_sweep

if TYPE_CHECKING:
    from twin.scenario.site import Site

__all__ = ["Origin", "build", "from_document", "revised"]

_GUESSES = (1.0, 0.01, 100.0, 0.0, -1.0, 1e4)  # stand-ins for values that are not known yet, until one is in range


@dataclass(frozen=True)
class Origin:
    """Where a document comes from.

    Attributes:
        folder: relative paths start here.
        file: the scenario's file, or None.
        need: (source, folder, many=False) -> Need, for sources whose result is not in the document; raises BadInput or BadScenario.
        check: whether places, frames and the kind's own rules are checked too (a worker's documents were).
    """

    folder: Path
    need: Callable[..., Need]
    file: Path | None = None
    check: bool = True


def build(data: Any, origin: Origin) -> tuple[Scenario | None, list[Fault]]:
    """The scenario, and all that is wrong with it; None where nothing can be made of it."""
    if not isinstance(data, Mapping):
        return None, [Fault("(file)", data if data is not None else NOTHING, "a mapping of keys such as `twin: 1` and `kind: ...`")]
    header, faults = _header(data)
    kind, wrong = _kind(data)
    faults += wrong
    if kind is None:
        return None, faults
    site, wrong = _site(header, origin)
    needs, missing = _needs(header, origin)
    faults += wrong + missing
    own = {key: value for key, value in data.items() if key not in COMMON}
    spec, wrong = _spec(kind, own, needs)
    faults += wrong
    spec = spec or _salvaged(kind, own, needs, wrong)
    if spec is None:
        return None, faults
    scalars = kind.scalars(spec)
    expect, wrong = read_expect(header.expect, scalars)
    study, bad = studies.read_study(header.study.expect, scalars)
    faults += wrong + bad
    dump = restored(spec.model_dump(mode="json", by_alias=True), needs, own)
    sweep, wrong = resolve_sweep(header.sweep, {"seed": header.seed, **dump}, kind.spec, own_values(dump, needs))
    faults += wrong
    name = header.name or (origin.file.name.removesuffix(".yaml").removesuffix(".twin") if origin.file else kind.name)
    scenario = Scenario(
        twin=header.twin,
        kind=header.kind,
        name=name,
        spec=spec,
        document={},
        folder=origin.folder,
        description=header.description,
        seed=header.seed,
        needs=needs,
        expect=expect,
        sweep=sweep,
        study=study,
        resources=header.resources,
        policy=header.policy,
        keep=header.keep,
        site=site,
        file=origin.file,
        resolved=all(r.scalar in needs[r.alias].scalars for r in references(own)) if needs else True,
    )
    scenario = replace(scenario, document={**_common(scenario, header), **dump})
    if origin.check:
        faults += _checked(kind, scenario)
    return scenario, faults


def from_document(document: Mapping[str, Any], folder: str | Path) -> Scenario:
    """The scenario of a resolved document, without the checks that its file went through.

    Raises:
        BadScenario: the document is not valid; faults have no lines.
    """
    folder = Path(folder)
    scenario, faults = build(document, Origin(folder, _need_of, check=False))
    if faults or scenario is None:
        raise BadScenario(faults)
    return scenario


def _need_of(source: str, folder: Path, **how: Any) -> Need:
    from twin.scenario.read import need_of  # with all that reads files: few documents name one

    return need_of(source, folder, **how)


def revised(scenario: Scenario, own: Mapping[str, Any], seed: int) -> Scenario:
    """The same scenario with other values of the kind's keys, and without its sweep: one job of it.

    Raises:
        BadScenario: the values are not valid together.
    """
    kind = load_kind(scenario.kind)
    spec, faults = _spec(kind, own, scenario.needs)
    if spec is None:
        raise BadScenario(faults)
    dump = restored(spec.model_dump(mode="json", by_alias=True), scenario.needs, own)
    common = {key: value for key, value in scenario.document.items() if key in COMMON and key not in ("sweep", "study")}
    return replace(scenario, spec=spec, seed=seed, sweep=None, study=(), document={**common, "seed": seed, **dump})


def own_values(dump: Mapping[str, Any], needs: Mapping[str, Need]) -> Mapping[str, Any]:
    """The kind's keys with a value in place of every reference."""
    return bind(dump, needs) if needs else dump


def _header(data: Mapping[str, Any]) -> tuple[Header, list[Fault]]:
    """The common keys; what is wrong is reported and left at its default, so that the rest can be read."""
    common = {key: value for key, value in data.items() if key in COMMON}
    try:
        return Header.model_validate(common), []
    except ValidationError as error:
        faults = faults_of(error, Header, common)
    wrong = {fault.path.split(".")[0] for fault in faults}
    sound = {key: value for key, value in common.items() if key not in wrong}
    return Header.model_validate({"twin": 1, "kind": "", **sound}), faults


def _salvaged(kind: Kind, own: Mapping[str, Any], needs: Mapping[str, Need], faults: list[Fault]) -> BaseModel | None:
    """The spec with defaults in place of what is wrong, so that bounds and sweeps can be checked; None if that is no spec."""
    kept: Any = own
    for fault in faults:
        keys, _, missing = walk(kept, fault.path)
        while keys and not missing and _vector(get(kept, keys[:-1])):
            keys = keys[:-1]
        if missing or not keys or not isinstance(get(kept, keys[:-1]), Mapping):
            return None
        parent = {key: value for key, value in get(kept, keys[:-1]).items() if key != keys[-1]}
        kept = put(kept, keys[:-1], parent)
    return _spec(kind, kept, needs)[0]


def _vector(data: Any) -> bool:
    """A list of plain values, which stands or falls as a whole."""
    return isinstance(data, (list, tuple)) and not any(isinstance(value, (Mapping, list, tuple)) for value in data)


def _kind(data: Mapping[str, Any]) -> tuple[Kind | None, list[Fault]]:
    if not isinstance(data.get("kind"), str):
        return None, []  # the header says so
    try:
        return load_kind(data["kind"]), []
    except UnknownName as error:
        return None, [Fault("kind", error.given, error.allowed, error.remedy)]


def _site(header: Header, origin: Origin) -> tuple[Site | None, list[Fault]]:
    if header.site is None:
        return None, []
    from twin.scenario.site import read_site  # with all that a hall can hold: most scenarios have none, and every worker starts with this

    try:
        return read_site(header.site, origin.folder), []
    except BadInput as error:
        return None, [Fault("site", error.given, error.allowed, error.remedy)]
    except BadScenario as error:
        return None, list(error.faults)


def _needs(header: Header, origin: Origin) -> tuple[dict[str, Need], list[Fault]]:
    needs, faults = {}, list[Fault]()
    for alias, given in header.needs.items():
        try:
            if isinstance(given, str):
                needs[alias] = origin.need(given, origin.folder)
            elif list(given) == ["batch"]:
                needs[alias] = origin.need(str(given["batch"]), origin.folder, many=True)
            else:
                needs[alias] = Need(
                    str(given["source"]), None, str(given["id"]), dict(given["scalars"]), dict.fromkeys(given["scalars"], "")
                )
        except KeyError as error:
            faults.append(Fault(f"needs.{alias}", given, "a scenario, a result folder, or `{batch: SCENARIO}`", f"{error} is missing."))
        except BadInput as error:
            faults.append(Fault(f"needs.{alias}", error.given, error.allowed, error.remedy))
        except BadScenario as error:
            faults += error.faults
    return needs, faults


def _spec(kind: Kind, own: Mapping[str, Any], needs: Mapping[str, Need]) -> tuple[BaseModel | None, list[Fault]]:
    """The kind's model of its own keys; needed values that are not known yet are stood in for."""
    if needs or any(True for _ in _references(own)):
        return _spec_with_needs(kind, own, needs)
    try:
        return kind.spec.model_validate(own), []
    except ValidationError as error:
        return None, faults_of(error, full_model(kind.spec), own)


def _references(own: Mapping[str, Any]) -> Iterator[object]:
    """References, looked for only where there can be one: a cheap test comes first, because jobs come in thousands."""
    if "'from'" in repr(own):
        yield from references(own)


def _spec_with_needs(kind: Kind, own: Mapping[str, Any], needs: Mapping[str, Need]) -> tuple[BaseModel | None, list[Fault]]:
    if unknown := unknown_references(own, needs):
        return None, unknown
    guesses: dict[Keys, float] = {}
    for guess in _GUESSES:
        bound = bind(own, needs, guesses)
        try:
            return kind.spec.model_validate(bound), []
        except ValidationError as error:
            faults = faults_of(error, full_model(kind.spec), bound)
        stood_in = {dotted(r.keys): r.keys for r in references(own) if r.scalar not in needs[r.alias].scalars}
        if not all(fault.path in stood_in for fault in faults):
            break
        guesses |= {stood_in[fault.path]: guess for fault in faults}
    return None, [replace(fault, given=get(own, stood_in[fault.path]) if fault.path in stood_in else fault.given) for fault in faults]


def _common(scenario: Scenario, header: Header) -> dict[str, Any]:
    """The common keys as stored; those that say nothing are left out."""
    optional = {
        "description": scenario.description,
        "site": header.site,
        "needs": {alias: need.document() for alias, need in scenario.needs.items()},
        "expect": {name: dict(bound) for name, bound in scenario.expect.items()},
        "sweep": written(scenario.sweep) if scenario.sweep else None,
        "study": {"expect": studies.study_document(scenario.study)} if scenario.study else None,
        "resources": header.resources.model_dump(mode="json", exclude_defaults=True),
        "policy": header.policy.model_dump(mode="json", exclude_defaults=True),
    }
    required = {"twin": scenario.twin, "kind": scenario.kind, "name": scenario.name, "seed": scenario.seed, "keep": scenario.keep}
    return required | {key: value for key, value in optional.items() if value}


def _checked(kind: Kind, scenario: Scenario) -> list[Fault]:
    """Frames, files, and what the kind itself has to say."""
    known = [WORLD, *(scenario.site.names() if scenario.site else ()), *_standing(scenario.spec)]
    faults = [_unknown_frame(keys, pose, known, scenario.site) for keys, pose in _poses(scenario.spec, ()) if pose.frame not in known]
    try:
        kind.files(scenario.spec, scenario.folder)
    except BadInput as error:
        faults.append(Fault(_path_of(scenario.own, error.given, error.where), error.given, error.allowed, error.remedy))
    if not faults and scenario.resolved:
        faults += kind.check(scenario.spec, Context(scenario.folder, scenario.seed, scenario.site))
    return faults


def _path_of(own: Any, given: object, where: str) -> str:
    """Where a value stands, for errors that only know the value."""
    return next((dotted(keys) for keys, value in leaves(own) if value == given), where)


def leaves(data: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Every value that is neither mapping nor list, and where it stands."""
    if isinstance(data, (Mapping, list, tuple)):
        for key, value in data.items() if isinstance(data, Mapping) else enumerate(data):
            yield from leaves(value, (*keys, key))
    else:
        yield keys, data


def _unknown_frame(keys: Keys, pose: Pose, known: list[str], site: Site | None) -> Fault:
    remedy = nearest(pose.frame, known) or ("" if site else "The scenario has no `site`; name one that defines the frame.")
    return Fault(dotted((*keys, "frame")), pose.frame, "a frame: " + ", ".join(known), remedy)


def _poses(part: Any, keys: Keys) -> Iterator[tuple[Keys, Pose]]:
    """Every pose of the spec and where it is written."""
    if isinstance(part, Pose):
        yield keys, part
    else:
        for key, inner in _inside(part):
            yield from _poses(inner, (*keys, key))


def _standing(part: Any) -> Iterator[str]:
    """Names of the things of the scenario that have a pose: other poses may be given in their frames."""
    for key, inner in _inside(part):
        if isinstance(part, Mapping) and any(isinstance(value, Pose) for _, value in _inside(inner)):
            yield str(key)
        yield from _standing(inner)


def _inside(part: Any) -> Iterator[tuple[str | int, Any]]:
    """Fields, entries or elements."""
    if isinstance(part, BaseModel):
        yield from ((field.alias or name, getattr(part, name)) for name, field in type(part).model_fields.items())
    elif isinstance(part, Mapping):
        yield from part.items()
    elif isinstance(part, (list, tuple)):
        yield from enumerate(part)
