"""From a file to a Scenario: line numbers, overrides, needed scenarios; every fault at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from twin import assets
from twin.errors import BadInput, BadScenario, Fault, nearest
from twin.kinds import load_kind
from twin.scenario import text
from twin.scenario.address import dotted, get, put, split, walk
from twin.scenario.build import Origin, build
from twin.scenario.model import Scenario
from twin.scenario.needs import Need, from_folder
from twin.scenario.paths import is_file, resolve

__all__ = ["check", "load", "locate"]


def load(source: str | Path, overrides: Mapping[str, str] | None = None) -> Scenario:
    """Read and check a scenario.

    Args:
        source: a file, or the name of a bundled scenario.
        overrides: dotted path -> value as YAML text, put in place before anything is checked.

    Raises:
        BadScenario: with all faults at once.
    """
    scenario, faults = _read(locate(source), overrides or {}, ())
    if faults or scenario is None:
        raise BadScenario(faults)
    return scenario


def check(source: str | Path, overrides: Mapping[str, str] | None = None) -> list[Fault]:
    """All that is wrong with a scenario; empty when it can run."""
    try:
        return _read(locate(source), overrides or {}, ())[1]
    except BadScenario as error:
        return list(error.faults)


def locate(source: str | Path) -> Path:
    """File of a scenario: a path, or the name of a bundled one.

    Raises:
        BadScenario: neither is there; the fault lists the bundled names.
    """
    known = assets.bundled()
    if is_file(Path(source)):
        return Path(source).resolve()
    if str(source) in known:
        return known[str(source)].resolve()
    folder = " It is a folder; name a file in it." if os.path.isdir(source) else ""
    allowed = "an existing file, or a bundled scenario: " + (", ".join(known) or "none")
    raise BadScenario([Fault("(file)", str(source), allowed, nearest(str(source), known) + folder)])


def need_of(source: str, folder: Path, above: tuple[Path, ...] = (), *, many: bool = False) -> Need:
    """What a `needs` entry names: a result folder, a scenario file beside this one, or a bundled scenario; `many`: with its sweep.

    Raises:
        BadInput: it names nothing, or leads back to a scenario that needs this one.
        BadScenario: the needed scenario has faults of its own.
    """
    if not many and is_file(folder / source / "result.json"):
        try:
            return from_folder(source, folder / source)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadInput("needs", source, "a complete result folder", f"Its result.json cannot be read: {error}.") from error
    beside = folder / source
    try:
        file = resolve(beside if is_file(beside) else locate(source), folder)
    except BadScenario as error:
        raise BadInput("needs", source, f"a result folder, or {error.faults[0].allowed}", error.faults[0].remedy) from error
    if file in above:
        circle = " -> ".join(f.name for f in (*above[above.index(file) :], file))
        raise BadInput("needs", source, "a scenario that does not need this one", f"The circle: {circle}.")
    scenario, faults = _read(file, {}, above)
    if faults or scenario is None:
        raise BadScenario(faults)
    document = {key: value for key, value in scenario.document.items() if key not in ("sweep", "study")}
    units = load_kind(scenario.kind).scalars(scenario.spec)
    if many:
        return Need(source, scenario, units=units, many=True)
    alone = replace(scenario, sweep=None, study=(), document=document)
    return Need(source, alone, units=units)


def _read(file: Path, overrides: Mapping[str, str], above: tuple[Path, ...]) -> tuple[Scenario | None, list[Fault]]:
    read = text.read(file)
    origin = Origin(file.parent, partial(need_of, above=(*above, file)), file)
    data, given, faults = _overridden(read.data, overrides, origin)
    scenario, wrong = build(data, origin)
    return scenario, [*read.faults, *(_located(fault, read, data, given) for fault in (*faults, *wrong))]


def _located(fault: Fault, read: text.Text, data: Any, given: Mapping[tuple[str | int, ...], str]) -> Fault:
    """The fault with its file and line; one that was given on the command line says so."""
    if fault.file:
        return fault
    keys = walk(data, fault.path)[0] if fault.path != "(file)" else ()
    source = next((f" It was given as --set {text}." for at, text in given.items() if keys[: len(at)] == at), "")
    return replace(fault, file=read.file, line=read.line(keys), remedy=(fault.remedy + source).strip())


def _overridden(data: Any, overrides: Mapping[str, str], origin: Origin) -> tuple[Any, dict[tuple[str | int, ...], str], list[Fault]]:
    """The data with the overrides in place, where each went, and those that name nothing."""
    placed, faults = {}, list[Fault]()
    for path, written in overrides.items():
        try:
            value = text.parse(written).data
        except BadScenario as error:
            faults.append(Fault(path, written, error.faults[0].allowed, f"It was given as --set {path}={written}."))
            continue
        keys, _, missing = walk(data, path)
        if missing:
            data, keys, missing = _with_defaults(data, path, origin)
        if missing and not isinstance(get(data, keys), Mapping):
            allowed = "a path into the scenario; there stands " + repr(get(data, keys))[:80]
            faults.append(Fault(dotted(keys) or "(file)", path, allowed, f"It was given as --set {path}={written}."))
            continue
        for part in missing[:-1]:
            data, keys = put(data, (*keys, part), {}), (*keys, part)
        keys = (*keys, *missing[-1:])
        data, placed[keys] = put(data, keys, value) if keys else value, f"{path}={written}"
    return data, placed, faults


def _with_defaults(data: Any, path: str, origin: Origin) -> tuple[Any, tuple[str | int, ...], list[str]]:
    """The data with the defaults that the path leads into written out, as far as the scenario is valid without it."""
    while True:
        keys, here, missing = walk(data, path)
        if not missing:
            break
        if here is None and keys:  # an optional part that was left out
            data = put(data, keys, {})
            continue
        scenario, _ = build(data, replace(origin, check=False))
        there = walk(scenario.document, path)[0] if scenario is not None else ()
        if scenario is None or len(there) <= len(keys) or not isinstance(here, Mapping):
            break
        deeper = there[: len(keys) + 1]
        data = put(data, deeper, get(scenario.document, deeper))
    return data, keys, missing


def set_options(options: list[str]) -> dict[str, str]:
    """`--set path=value` options as overrides.

    Raises:
        BadInput: one without a path or an equals sign.
    """
    pairs = [option.partition("=") for option in options]
    for option, (path, equals, _) in zip(options, pairs, strict=True):
        if not equals or not all(split(path)):
            raise BadInput("--set", option, "path=value", "Write e.g. --set program.push.speed='50 mm/s'.")
    return {path.strip(): value for path, _, value in pairs}
