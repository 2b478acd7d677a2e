"""What can go wrong, in words a user can act on: where, what was given, what is allowed, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = [
    "BadInput",
    "BadScenario",
    "EngineMissing",
    "Fault",
    "NodeFailed",
    "SimulationStopped",
    "StoreFault",
    "TwinError",
    "UnknownName",
    "nearest",
]


class TwinError(Exception):
    """Base of every error that a user is meant to read; never a traceback on the command line.

    `exit_code` is the process exit code of the command line (2 bad input, 3 stopped, 4 target or node failed).
    """

    exit_code = 2


class BadInput(TwinError):
    """A value in a scenario, a mesh or a call that cannot be used."""

    def __init__(self, where: str, given: object, allowed: str, remedy: str = "") -> None:
        self.where, self.given, self.allowed, self.remedy = where, given, allowed, remedy
        super().__init__(f"{where}: {given!r} is not usable; allowed: {allowed}." + (f" {remedy}" if remedy else ""))


class UnknownName(BadInput):
    """A name that nothing answers to; the message lists the nearest ones that exist."""

    def __init__(self, where: str, given: str, known: Iterable[str]) -> None:
        names = sorted(known)
        super().__init__(where, given, ", ".join(names) or "nothing here", nearest(given, names))


class EngineMissing(BadInput):
    """An engine or extra that this machine lacks; the message says how to get it."""


class StoreFault(TwinError):
    """The store cannot be read or written: full disk, torn journal, foreign folder. Nothing was published."""

    exit_code = 4


class NodeFailed(TwinError):
    """A worker or node died, ran out of time or cannot be reached."""

    exit_code = 4


class SimulationStopped(TwinError):
    """A simulation stopped itself (diverged, guard); raised inside physics, becomes status `stopped`."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a scenario file.

    Attributes:
        path: dotted path inside the file (`robots.installer.base.yaw`).
        given: the offending value as the user wrote it.
        allowed: what may stand there.
        remedy: what to do, the nearest valid name included.
        file, line: where it stands; empty and 0 when it did not come from a file.
    """

    path: str
    given: object
    allowed: str
    remedy: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file else ""
        tail = f" {self.remedy}" if self.remedy else ""
        return f"{place}{self.path}: {self.given!r} is not usable; allowed: {self.allowed}.{tail}"


class BadScenario(TwinError):
    """A scenario that cannot run. Carries every fault at once, shape: a non-empty tuple of `Fault`."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(f) for f in self.faults))


def nearest(given: str, known: Iterable[str]) -> str:
    """`Did you mean ...?` with the nearest of the known names, or the empty string."""
    near = get_close_matches(given, list(known), n=3)
    return f"Did you mean {' or '.join(near)}?" if near else ""
