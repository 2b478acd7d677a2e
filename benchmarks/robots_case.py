"""One case of ours and its peers, measured in turns; and the check that both sides compute the same numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from benchmarks.table import alternately, row

__all__ = ["Case", "Work", "made", "rate", "same"]

Work = Callable[[], Any]
SAME = 1e-9  # relative difference that two sides of one case may show


@dataclass
class Case:
    """Work of ours and of the peers.

    Attributes:
        per: units that one call of `ours` does; peers: name -> (work, units of a call).
        remarks: name of a peer -> what its row says beside `note`; references: name -> a rate that was measured elsewhere.
    """

    name: str
    unit: str
    ours: Work
    per: float
    note: str
    dtype: str = "float64"
    threads: int = 1
    peers: dict[str, tuple[Work, float]] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    references: dict[str, float] = field(default_factory=dict)

    def rows(self, rounds: int, seconds: float) -> list[dict[str, Any]]:
        """One row a peer; each side's figure is the median of `rounds` turns of `seconds`.

        On one thread the processor's time counts, which neighbours on a shared machine disturb less; on several the wall's.
        """
        clock = time.process_time if self.threads == 1 else time.perf_counter
        sides = [(self.ours, self.per), *self.peers.values()]
        for work, _ in sides:
            work()
        ours, *theirs = alternately(rounds, [partial(rate, work, per, seconds, clock) for work, per in sides])
        figures = dict(zip(self.peers, theirs, strict=True)) | self.references
        return [
            row(self.name, self.unit, ours, figure, peer, threads=self.threads, dtype=self.dtype, note=self._note(peer))
            for peer, figure in figures.items()
        ]

    def _note(self, peer: str) -> str:
        return "; ".join(filter(None, [self.note, self.remarks.get(peer, "")]))


def rate(work: Work, per: float, seconds: float, clock: Callable[[], float]) -> float:
    """Units a second, from as many calls as begin within `seconds`."""
    calls, begun = 0, clock()
    while (passed := clock() - begun) < seconds or not calls:
        work()
        calls += 1
    return calls * per / passed


def same(name: str, ours: np.ndarray, theirs: np.ndarray, tolerance: float = SAME) -> None:
    """Both sides compute the same thing.

    Raises:
        SystemExit: they do not, and their rates must not be compared.
    """
    difference = float(np.abs(ours - theirs).max() / np.abs(theirs).max())
    if not difference <= tolerance:
        raise SystemExit(f"{name}: ours and the peer's numbers differ by {difference:.1e} relative, more than {tolerance:.0e}")


def made(kernel: Any) -> str:
    """How long a compiled kernel (`seconds`, `cached`) took."""
    return f"kernel {'from the cache' if kernel.made.cached else 'compiled'} in {kernel.made.seconds:.1f} s"
