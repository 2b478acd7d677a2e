"""What a kind of physics is, and where kinds are found: entry points of the group `twin.kinds`.

A kind is found by name in the installed packages (an entry point `wind = "twin.physics.wind:KIND"`), so that a kind
from another package, or from a test, is met by every worker just as the bundled ones are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pydantic import BaseModel

from twin.errors import Fault, UnknownName
from twin.light import light

if TYPE_CHECKING:
    from twin.result import Result

__all__ = ["Checkpoint", "Context", "Cost", "Kind", "Monitor", "Silent", "Target", "kind_names", "load_kind"]


@dataclass(frozen=True, slots=True)
class Target:
    """Where and how a simulation computes. `device` is `cpu` or `cuda`."""

    device: Literal["cpu", "cuda"] = "cpu"
    dtype: Literal["float32", "float64"] = "float64"
    threads: int = 1


class Monitor(Protocol):
    """What a running simulation talks to: progress out, cancellation in."""

    def progress(self, fraction: float, note: str = "") -> None:
        """Report how far the run is, 0..1. Cheap; may be called often."""

    def cancelled(self) -> bool:
        """True when the run should stop and keep what it has (status `stopped`, reason `cancelled`)."""


class Checkpoint(Protocol):
    """Where a long run keeps its state, so that another attempt goes on from there after a preemption or a lost node.

    A kind that can: `state = context.checkpoint.load()` at its begin; in its loop `if checkpoint.due(): checkpoint.save(...)`,
    and once more when its monitor says `cancelled`. The numbers must be those of a run that was never interrupted.
    """

    def due(self) -> bool:
        """Whether it is time to save again. Cheap."""

    def save(self, **arrays: Any) -> None:
        """Keep this state in place of the one before."""

    def load(self) -> Mapping[str, Any] | None:
        """The last state, arrays by name; None when there is none."""


class Silent:
    """A monitor that listens to nothing."""

    def progress(self, fraction: float, note: str = "") -> None:
        """Ignored."""

    def cancelled(self) -> bool:
        """Never."""
        return False


@light
@dataclass(frozen=True)
class Context:
    """What a run may use beside its spec.

    Attributes:
        folder: the folder of the scenario file; relative paths in the spec start here.
        seed: of the scenario; every random number of the run comes from it.
        site: the resolved site (frames by name), or None.
        checkpoint: where a long run keeps its state; None where nobody would go on from it.
        scratch: an empty folder for the run's own files; what is left there is kept with the result where `keep` says so.
    """

    folder: Path
    seed: int = 0
    site: Any = None
    scratch: Path | None = None
    checkpoint: Checkpoint | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run will take, and who may share a launch with it (equal, non-empty keys)."""

    seconds: float
    bytes: int = 0
    batch_key: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of physics, as the rest of the program sees it.

    Attributes:
        name: the word after `kind:` in a scenario.
        summary: one line for `twin list` and `twin new`.
        spec: pydantic model of the kind's own keys.
        simulate: (spec, target, monitor, context) -> Result with status, scalars, series, scene, stats filled in.
        scalars: (spec) -> name -> SI unit of every scalar that a run of this spec can have, so that `expect` is
            checked before anything runs.
        files: (spec, folder) -> every file the spec refers to (meshes, URDF, CSV); their bytes are part of the identity.
        check: (spec, context) -> faults that need more than one field (parts that overlap at the start ...).
            A fault's `path` is dotted, as in the scenario file.
        version: () -> what decides the numbers beside the spec: source hash and engine versions.
        cost: (spec) -> Cost.
        targets: devices it runs on.
        example: a commented scenario that runs, for `twin new`.
        validate: (quick) -> rows of `twin validate`, or None.
        simulate_many: (specs, target, monitor, contexts) -> a Result each, equal bit for bit to `simulate` of each alone; for
            specs whose costs have one batch key. Series, arrays and scene may come on demand (`Result.detail`).
        preflight: (spec, context) -> what is known before the run, in lines for `twin check` and `twin run`: sizes, cost,
            what will not be trustworthy and what would help. May take a second.
    """

    name: str
    summary: str
    spec: type[BaseModel]
    simulate: Callable[[Any, Target, Monitor, Context], Result]
    scalars: Callable[[Any], Mapping[str, str]]
    version: Callable[[], Mapping[str, str]]
    files: Callable[[Any, Path], Sequence[Path]] = field(default=lambda spec, folder: ())
    check: Callable[[Any, Context], Sequence[Fault]] = field(default=lambda spec, context: ())
    cost: Callable[[Any], Cost] = field(default=lambda spec: Cost(1.0))
    targets: tuple[str, ...] = ("cpu",)
    example: str = ""
    validate: Callable[[bool], list[dict[str, Any]]] | None = None
    simulate_many: Callable[[Sequence[Any], Target, Monitor, Sequence[Context]], list[Result]] | None = None
    preflight: Callable[[Any, Context], Sequence[str]] | None = None


@cache
def _entries() -> Mapping[str, Any]:
    return {entry.name: entry for entry in entry_points(group="twin.kinds")}


def kind_names() -> list[str]:
    """Names of all installed kinds, sorted; imports none of them."""
    return sorted(_entries())


def load_kind(name: str) -> Kind:
    """The kind of that name.

    Raises:
        UnknownName: no installed package brings it; the message lists those that exist.
    """
    if name not in _entries():
        raise UnknownName("kind", name, kind_names())
    return _loaded(name)


@cache
def _loaded(name: str) -> Kind:
    """Looked up once: a batch asks several times a job."""
    kind: Kind = _entries()[name].load()
    return kind
