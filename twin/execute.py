"""The one path of a simulation: check, needs, simulate, expect, store; of `twin run`, of Python and of every worker."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from twin.errors import BadInput, EngineMissing, NodeFailed, SimulationStopped, TwinError
from twin.kinds import Checkpoint, Context, Kind, Monitor, Silent, Target, kind_names, load_kind
from twin.outcome import CANCELLED, Outcome, Ready, cancelled, judged
from twin.result.model import Result
from twin.scenario import Job, Scenario, from_document, identity, judge, verdict
from twin.scenario.expect import verdict_of
from twin.scenario.job import Sheet, expand
from twin.scenario.needs import Need, of_jobs, references

if TYPE_CHECKING:
    from twin.result import Store

__all__ = ["NeedFailed", "cancelled", "judged", "outcomes", "resolve_needs", "run", "run_job", "run_jobs"]

Scratch = Callable[[], "Path | None"]
Checkpoints = Callable[[str], "Checkpoint | None"]
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
    from twin.result.checkpoint import StoredCheckpoint

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
            context = Context(scenario.folder, scenario.seed, scenario.site, scratch, checkpoint := StoredCheckpoint(store, id))
            result, seconds = _simulated(kind, scenario.spec, target, monitor, context)
            result = result.having(stats={"seconds": seconds, **result.stats})
            if _final(result):
                checkpoint.discard()
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
    return next(run_jobs([job], target=target, monitor=monitor, scratch=lambda: scratch))


def run_jobs(
    jobs: Sequence[Job],
    *,
    target: Target,
    monitor: Monitor,
    scratch: Scratch = lambda: None,
    checkpoint: Checkpoints = lambda id: None,
) -> Iterator[Result]:
    """As `outcomes`, each as a whole result."""
    found = outcomes(jobs, target=target, monitor=monitor, scratch=scratch, checkpoint=checkpoint)
    return (outcome.result(target) for outcome in found)


def outcomes(
    jobs: Sequence[Job],
    *,
    target: Target,
    monitor: Monitor,
    scratch: Scratch = lambda: None,
    checkpoint: Checkpoints = lambda id: None,
) -> Iterator[Outcome]:
    """Run jobs, in their order; those that can share a launch (equal, non-empty batch keys) run in one.

    As `run_job` for each, with the same numbers. Where a shared launch breaks down it is halved until the guilty one is
    alone, so that it takes no other job along.

    Args:
        scratch: makes the empty folder of the job at hand, where it asks for one.
        checkpoint: where a job, by its id, keeps its state; asked for as late.
    """
    sheets = _by_sheet(jobs)
    made = _made(jobs, sheets)
    ready = {i: _ready(jobs[i], made[i], target, monitor) for i in _able(sheets)} if len(jobs) > 1 else {}
    shared = _launches(ready, target, monitor)
    for i, job in enumerate(jobs):
        one = ready.pop(i, None) or _ready(job, made[i], target, monitor)
        if isinstance(one, Result):
            yield Outcome(job, one)
            continue
        said, seconds = shared.pop(i) if i in shared else _attempted(job, one, target, monitor, scratch, checkpoint)
        if said.id:
            yield Outcome(job, said)
            continue
        verdict = verdict_of(said.status, one.scenario.expect, said.scalars)
        yield Outcome(job, said, one, verdict, seconds)


_Sheets = Sequence[tuple[Sheet, Sequence[int]]]  # each sheet, and the places of its jobs
_Made = tuple[Scenario, Any, int, str]  # what a job shares with others; its own spec, seed and id


def _made(jobs: Sequence[Job], sheets: _Sheets) -> Sequence[_Made | None]:
    """Of each job what its sheet makes for all of its jobs together; None where it has to be made alone."""
    made: list[_Made | None] = [None] * len(jobs)
    for sheet, places in sheets:
        lot = None
        with suppress(TwinError):  # a file that is gone fails the jobs that need it, each with its reason
            sheet.renew()
            lot = sheet.lot([jobs[i].index for i in places])
        if lot is not None:
            for i, spec, seed, id in zip(places, lot.specs, lot.seeds, lot.ids, strict=True):
                made[i] = lot.scenario, spec, seed, id
    return made


def _able(sheets: _Sheets) -> Iterator[int]:
    """Places of the jobs whose kind knows shared launches."""
    return (i for sheet, places in sheets if _may_share(sheet) for i in places)


def _by_sheet(jobs: Sequence[Job]) -> _Sheets:
    places: dict[int, list[int]] = {}
    for i, job in enumerate(jobs):
        places.setdefault(id(job.sheet), []).append(i)
    return [(jobs[found[0]].sheet, found) for found in places.values()]


def _may_share(sheet: Sheet) -> bool:
    """Whether the kind of these jobs knows shared launches."""
    try:
        return load_kind(sheet.kind).simulate_many is not None
    except TwinError:
        return False


def _ready(job: Job, made: _Made | None, target: Target, monitor: Monitor) -> Ready | Result:
    """The job, checked; or why it cannot be run."""
    try:
        scenario, spec, seed, id = made or _alone(job)
        kind = load_kind(scenario.kind)
        _require_device(kind, target)
        if id != job.id:
            return _unjudged(job, CHANGED)
        if not scenario.resolved:
            scenario = resolve_needs(scenario, target=target, monitor=monitor)
            spec = scenario.spec
        context = Context(scenario.folder, seed, scenario.site)
        if faults := kind.check(spec, context):
            return _unjudged(job, "\n".join(map(str, faults)))
        return Ready(kind, scenario, spec, context)
    except TwinError as error:
        return _unjudged(job, str(error))


def _alone(job: Job) -> _Made:
    scenario, id = job.sheet.made(job.index)
    return scenario, scenario.spec, scenario.seed, id


def _attempted(job: Job, one: Ready, target: Target, monitor: Monitor, scratch: Scratch, checkpoint: Checkpoints) -> tuple[Result, float]:
    try:
        return _simulated(one.kind, one.spec, target, monitor, _Working.of(one.context, scratch, partial(checkpoint, job.id)))
    except TwinError as error:
        return _unjudged(job, str(error)), 0.0


class _Working(Context):
    """A context whose scratch folder and checkpoint are made when the run asks for them: most runs never do."""

    @classmethod
    def of(cls, context: Context, scratch: Scratch, checkpoint: Callable[[], Checkpoint | None]) -> Context:
        """The same context with these two."""
        new = object.__new__(cls)
        new.__dict__.update(context.__dict__)
        new.__dict__.update(scratch=scratch, checkpoint=checkpoint)
        return new

    @property
    def scratch(self) -> Path | None:  # type: ignore[override]
        folder: Path | None = self._asked("scratch")
        return folder

    @property
    def checkpoint(self) -> Checkpoint | None:  # type: ignore[override]
        kept: Checkpoint | None = self._asked("checkpoint")
        return kept

    def _asked(self, name: str) -> Any:
        held = self.__dict__[name]
        if callable(held):
            held = self.__dict__[name] = held()
        return held


def _launches(ready: Mapping[int, Ready | Result], target: Target, monitor: Monitor) -> dict[int, tuple[Result, float]]:
    """What the jobs that share a launch with others came to, and their shares of its seconds, by their place."""
    groups: dict[tuple[Any, ...], dict[int, Ready]] = {}
    for i, one in ready.items():
        if isinstance(one, Ready) and one.scenario.resources.time is None:  # a time limit is each job's own
            key = one.kind.cost(one.spec).batch_key
            if key:
                groups.setdefault((one.kind.name, *key), {})[i] = one
    found: dict[int, tuple[Result, float]] = {}
    for group in groups.values():
        found |= _launched(group, target, monitor)
    return found


def _launched(group: Mapping[int, Ready], target: Target, monitor: Monitor) -> dict[int, tuple[Result, float]]:
    """One launch; halved where it breaks down. A job that is alone is left to the ordinary path."""
    if len(group) < 2 or monitor.cancelled():
        return {}
    begin = time.perf_counter()
    ones = list(group.values())
    simulate = ones[0].kind.simulate_many
    try:
        results = simulate([one.spec for one in ones], target, monitor, [one.context for one in ones]) if simulate else []
    except Exception:
        places = list(group)
        halves = (places[: len(places) // 2], places[len(places) // 2 :])
        return {i: result for half in halves for i, result in _launched({i: group[i] for i in half}, target, monitor).items()}
    share = (time.perf_counter() - begin) / len(group)
    return {i: (said, share) for i, said in zip(group, results, strict=True)}


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
    if need.many:
        return _all_met(alias, need.source, need.scenario, need.units, partial(run, target=target, monitor=monitor, store=store))
    result = run(need.scenario, target=target, monitor=monitor, store=store)
    if result.status != "done":
        raise NeedFailed(f"needs.{alias}: {need.source} {result.status}: {result.reason}")
    return Need(need.source, None, result.id, {name: s.value for name, s in result.scalars.items()}, need.units)


def _all_met(alias: str, source: str, scenario: Scenario, units: Mapping[str, str], one: Callable[[Scenario], Result]) -> Need:
    """The need with the scalars of all jobs of its sweep; what a job could not measure is left out of the list."""
    results = [one(job.sheet.made(job.index)[0]) for job in expand(scenario)]
    for result in results:
        if result.status != "done":
            raise NeedFailed(f"needs.{alias}: a job of {source} {result.status}: {result.reason}")
    return of_jobs(source, units, [(r.id, {name: s.value for name, s in r.scalars.items()}) for r in results])


def _simulated(kind: Kind, spec: Any, target: Target, monitor: Monitor, context: Context) -> tuple[Result, float]:
    """What the kind says, and the seconds that it took; a simulation that breaks down is data too."""
    begin = time.perf_counter()
    try:
        result = kind.simulate(spec, target, monitor, context)
    except SimulationStopped as error:
        result = Result("stopped", reason=str(error))
    except TwinError:
        raise
    except KeyboardInterrupt:
        result = Result("stopped", reason=CANCELLED)
    except Exception as error:
        result = Result("failed", reason=f"the kind {kind.name} broke down: {type(error).__name__}: {error}", log=traceback.format_exc())
    return result, time.perf_counter() - begin


def _unjudged(job: Job, reason: str) -> Result:
    """A job that did not get as far as simulating."""
    return Result("failed", reason=reason, id=job.id, kind=job.sheet.kind, name=job.sheet.name)


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
