"""The one path of a simulation: check, needs, simulate, expect, store; of `twin run`, of Python and of every worker."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from twin.errors import BadInput, EngineMissing, NodeFailed, SimulationStopped, TwinError
from twin.kinds import Context, Kind, Monitor, Silent, Target, kind_names, load_kind
from twin.result.model import Result
from twin.scenario import Job, Scenario, from_document, identity, judge, verdict
from twin.scenario.needs import Need, references

if TYPE_CHECKING:
    from twin.result import Store

__all__ = ["NeedFailed", "cancelled", "judged", "resolve_needs", "run", "run_job"]

CANCELLED = "cancelled"
CHANGED = "a file, the program or the machine is not what this job was made for (its id has changed); submit the scenario again"


class NeedFailed(NodeFailed):
    """A needed scenario gave no usable result."""


def run(
    scenario: Scenario,
    *,
    target: Target | None = None,
    monitor: Monitor | None = None,
    store: Store | str | Path | None = None,
    out: str | Path | None = None,
) -> Result:
    """Run one scenario here and now; what the store already has is not computed again.

    Args:
        scenario: as loaded; its sweep is left aside.
        store: where results are kept; by default TWIN_STORE or ./twin-store.
        out: write the result folder there instead.

    Raises:
        BadInput: the kind does not run on the target, or finds its input unusable.
        StoreFault: the result cannot be written.
    """
    from twin.result import Store, write_folder

    target, monitor = target or Target(), monitor or Silent()
    store = store if isinstance(store, Store) else Store(store)
    kind = load_kind(scenario.kind)
    _require_device(kind, target)
    id = identity(scenario, target)
    stored = store.get(id)
    if stored is not None and _final(stored):
        result = _judged_again(stored, scenario, store)
        if out is not None:
            write_folder(result, scenario.document, out)
        return result
    with TemporaryDirectory(prefix="twin-") as folder:
        scratch = Path(folder)
        try:
            scenario = resolve_needs(scenario, target=target, monitor=monitor, store=store)
            result = _simulated(kind, scenario, target, monitor, scratch)
        except NeedFailed as error:
            result = Result("failed", reason=str(error))
        result = judged(result, scenario, id, target)
        if out is not None:
            write_folder(result, scenario.document, out, scratch=scratch)
            return result
        if stored is not None:
            store.discard(id)
        store.put(result, scenario.document, scratch=scratch)
    return result


def run_job(job: Job, *, target: Target, monitor: Monitor, scratch: Path | None = None) -> Result:
    """Run one job of a batch and judge it; writing is the caller's business.

    The job's id is checked first, so that a file that changed meanwhile cannot give its numbers to an old id.
    A simulation that fails in any way is a result with status `failed` or `stopped` and the reason. Without `scratch`
    a kind that writes files makes a folder of its own.
    """
    try:
        scenario = from_document(job.document, job.folder)
        kind = load_kind(scenario.kind)
        _require_device(kind, target)
        if identity(scenario, target) != job.id:
            return _unjudged(job, CHANGED)
        if not scenario.resolved:
            scenario = resolve_needs(scenario, target=target, monitor=monitor)
        context = Context(scenario.folder, scenario.seed, scenario.site)
        if faults := kind.check(scenario.spec, context):
            return _unjudged(job, "\n".join(map(str, faults)))
        return judged(_simulated(kind, scenario, target, monitor, scratch), scenario, job.id, target)
    except TwinError as error:
        return _unjudged(job, str(error))


def judged(result: Result, scenario: Scenario, id: str, target: Target) -> Result:
    """The result with identity, expectations, verdict and provenance."""
    from twin.result import provenance

    units = load_kind(scenario.kind).scalars(scenario.spec) if scenario.expect else {}
    expectations = judge(scenario.expect, result.scalars, units)
    return replace(
        result,
        id=id,
        kind=scenario.kind,
        name=scenario.name,
        expectations=expectations,
        verdict=verdict(result.status, expectations),
        provenance=provenance(target, scenario.seed),
    )


def cancelled(result: Result) -> bool:
    """Whether somebody stopped the run; such a result is no answer to its scenario."""
    return result.status == "stopped" and result.reason == CANCELLED


def resolve_needs(
    scenario: Scenario, *, target: Target | None = None, monitor: Monitor | None = None, store: Store | str | Path | None = None
) -> Scenario:
    """The scenario with its needed results in place; those that are missing are run first, each once.

    A batch calls this before it expands its sweep, so that all jobs share the needed results.

    Raises:
        NeedFailed: a needed scenario failed, stopped, or could not measure what is asked of it.
    """
    if scenario.resolved and all(need.id for need in scenario.needs.values()):
        return scenario
    needs = {alias: _met(alias, need, target, monitor, store) for alias, need in scenario.needs.items()}
    for reference in references(scenario.own):
        need = needs[reference.alias]
        if reference.scalar not in need.scalars:
            seen = f"`twin explain {need.id[:12]}`"
            raise NeedFailed(f"needs.{reference.alias}: {need.source} ran without measuring {reference.scalar}; see {seen}")
    document = {**scenario.document, "needs": {alias: need.document() for alias, need in needs.items()}}
    resolved = from_document(document, scenario.folder)
    return replace(resolved, file=scenario.file)


def _met(alias: str, need: Need, target: Target | None, monitor: Monitor | None, store: Store | str | Path | None) -> Need:
    """The need with its result's id and scalars."""
    if need.id or need.scenario is None:
        return need
    result = run(need.scenario, target=target, monitor=monitor, store=store)
    if result.status != "done":
        raise NeedFailed(f"needs.{alias}: {need.source} {result.status}: {result.reason}")
    return Need(need.source, None, result.id, {name: s.value for name, s in result.scalars.items()}, need.units)


def _simulated(kind: Kind, scenario: Scenario, target: Target, monitor: Monitor, scratch: Path | None) -> Result:
    """What the kind says; a simulation that breaks down is data too."""
    begin = time.perf_counter()
    context = Context(scenario.folder, scenario.seed, scenario.site, scratch)
    try:
        result = kind.simulate(scenario.spec, target, monitor, context)
    except SimulationStopped as error:
        result = Result("stopped", reason=str(error))
    except TwinError:
        raise
    except KeyboardInterrupt:
        result = Result("stopped", reason=CANCELLED)
    except Exception as error:
        result = Result("failed", reason=f"the kind {kind.name} broke down: {type(error).__name__}: {error}", log=traceback.format_exc())
    return replace(result, stats={"seconds": time.perf_counter() - begin, **result.stats})


def _unjudged(job: Job, reason: str) -> Result:
    """A job that did not get as far as simulating."""
    document: Mapping[str, Any] = job.document
    return Result("failed", reason=reason, id=job.id, kind=str(document.get("kind", "")), name=str(document.get("name", "")))


def _final(result: Result) -> bool:
    """Whether the stored result answers its scenario for good."""
    return result.status in ("done", "stopped") and not cancelled(result)


def _judged_again(stored: Result, scenario: Scenario, store: Store) -> Result:
    """A stored result held against the bounds of today; nothing is simulated, and no field is read."""
    units = load_kind(scenario.kind).scalars(scenario.spec)
    expectations = judge(scenario.expect, stored.scalars, units)
    light = Result(
        stored.status,
        stored.reason,
        stored.scalars,
        stats=stored.stats,
        id=stored.id,
        kind=stored.kind,
        name=scenario.name,
        verdict=verdict(stored.status, expectations),
        expectations=expectations,
        provenance=stored.provenance,
    )
    store.put(light, scenario.document)
    return store.get(stored.id) or light


def _require_device(kind: Kind, target: Target) -> None:
    """Refuse a device that the kind has no loops for.

    Raises:
        BadInput: names the kinds that have them.
    """
    if target.device in kind.targets:
        return
    able = [name for name in kind_names() if target.device in _targets(name)]
    allowed = f"{', '.join(kind.targets)} for kind {kind.name}"
    raise BadInput("--target", target.device, allowed, f"Kinds that run on {target.device}: {', '.join(able) or 'none yet'}.")


def _targets(name: str) -> tuple[str, ...]:
    """Devices of a kind; none where its engine is missing."""
    try:
        return load_kind(name).targets
    except (EngineMissing, ImportError):
        return ()
