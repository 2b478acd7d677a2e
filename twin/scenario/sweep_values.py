"""The values of a sweep: each path must name something, each value must be one that may stand there; then all in SI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from twin.errors import Fault, UnknownName, nearest
from twin.scenario.address import Keys, dotted, find, put
from twin.scenario.faults import faults_of, unit_at
from twin.scenario.sweep import Sweep, quantities
from twin.units import si

__all__ = ["resolve_sweep"]


def resolve_sweep(
    sweep: Sweep | None, document: Mapping[str, Any], model: type[BaseModel], own: Mapping[str, Any]
) -> tuple[Sweep | None, list[Fault]]:
    """The sweep in SI, and what is wrong with it.

    Args:
        sweep: as written.
        document: the resolved keys that may be swept: the kind's own, and `seed`.
        own: the kind's own keys, a valid value in place of every reference.
    """
    if sweep is None:
        return None, []
    known, faults = _paths(sweep, document)
    if faults:
        return None, faults
    resolved: Any = sweep.model_dump()
    for path, at, given in quantities(sweep):
        value, fault = _value(given, known[path], model, own, spread=at[-1] == "std")
        if fault is not None:
            faults.append(Fault(dotted(("sweep", *at)), given, fault.allowed, fault.remedy))
        resolved = put(resolved, at, value)
    return (None, faults) if faults else (Sweep.model_validate(resolved), _turned(resolved))


def _paths(sweep: Sweep, document: Mapping[str, Any]) -> tuple[dict[str, Keys], list[Fault]]:
    """Keys of each swept path, and the paths that name nothing or overlap."""
    known, faults = {}, list[Fault]()
    for path in sweep.paths():
        where = next((f"sweep.{block}.{path}" for block in ("grid", "zip") if path in getattr(sweep, block)), f"sweep.sample.ranges.{path}")
        try:
            known[path] = find(document, path)
        except UnknownName as error:
            paths = list(_addresses(document))
            allowed = f"a path into the scenario; {error.where} there are: {error.allowed}"
            faults.append(Fault(where, path, allowed, nearest(path, paths) or error.remedy))
    for path, keys in known.items():
        inner = [other for other, longer in known.items() if other != path and longer[: len(keys)] == keys]
        if inner:
            faults.append(Fault(f"sweep.{path}", path, "paths that do not lie in each other", f"{inner[0]} lies in it."))
    return known, faults


def _addresses(here: Any, prefix: str = "") -> Iterator[str]:
    """Every path a user could write, list elements by their name where they have one."""
    if isinstance(here, Mapping):
        for key, value in here.items():
            yield from _addresses(value, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(here, list):
        vector = len(here) == 3 and not any(isinstance(value, (Mapping, list)) for value in here)
        for i, value in enumerate(here):
            name = "xyz"[i] if vector else value.get("name") if isinstance(value, Mapping) else None
            yield from _addresses(value, f"{prefix}.{i if name is None else name}")
    else:
        yield prefix


def _value(given: Any, keys: Keys, model: type[BaseModel], own: Mapping[str, Any], *, spread: bool) -> tuple[Any, Fault | None]:
    """The value in SI, and what is wrong with it. A `spread` (standard deviation) is not a value of the quantity itself."""
    if keys == ("seed",):
        fits = isinstance(given, int) and not isinstance(given, bool) and given >= 0
        return given, None if fits else Fault("", given, "a whole number >= 0")
    unit = unit_at(model, keys)
    if isinstance(given, str) and unit is not None:
        try:
            given = si(given, unit)
        except ValueError as error:
            return given, Fault("", given, str(error))
    if spread:
        fits = isinstance(given, (int, float)) and given > 0
        return given, None if fits else Fault("", given, "a value > 0")
    try:
        model.model_validate(put(own, keys, given))
    except ValidationError as error:
        path = dotted(keys)
        here = [f for f in faults_of(error, model, put(own, keys, given)) if f.path == path or f.path.startswith(path + ".")]
        return given, here[0] if here else None
    return given, None


def _turned(resolved: Mapping[str, Any]) -> list[Fault]:
    """Ranges whose bounds are no numbers or stand in the wrong order."""
    ranges = resolved["sample"]["ranges"] if resolved["sample"] else {}
    faults = []
    for path, drawn in ranges.items():
        values = list(drawn["normal"].values()) if isinstance(drawn, Mapping) else list(drawn)
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
        if not numbers or (not isinstance(drawn, Mapping) and drawn[0] > drawn[1]):
            faults.append(Fault(f"sweep.sample.ranges.{path}", values, "two numbers, the lower one first"))
    return faults
