"""How far a batch is, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic

__all__ = ["ENDS", "Tally"]

ENDS = ("done", "stopped", "failed", "cancelled")


@dataclass(slots=True)
class Tally:
    """Counts of one batch.

    Attributes:
        batch: its id.
        jobs: how many there are in all.
        states: done, stopped, failed, cancelled -> how many jobs ended so, cached ones included; placed, lost, pending too.
        verdicts: pass, fail, none -> how many.
        cached: jobs that were known already.
        running: jobs at the workers.
        entered: jobs that the journal has.
    """

    batch: str
    jobs: int
    states: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    cached: int = 0
    running: int = 0
    entered: int = 0
    _computed: int = 0
    _begun: float = field(default_factory=monotonic)

    @classmethod
    def of(cls, batch: str, jobs: int, counts: Iterable[tuple[str, str | None, bool, int]]) -> Tally:
        """From the journal's counts."""
        tally = cls(batch, jobs)
        for state, verdict, cached, count in counts:
            tally.entered += count
            if state == "running":
                tally.running += count
                continue
            tally.states[state] += count
            if state in ENDS:
                tally.cached += count * cached
                tally.verdicts[verdict or ""] += count
        return tally

    def add(self, state: str, verdict: str, count: int = 1, *, cached: bool = False) -> None:
        """So many jobs ended so."""
        self.states[state] += count
        self.verdicts[verdict] += count
        if cached:
            self.cached += count
        else:
            self._computed += count

    @property
    def ended(self) -> int:
        """Jobs that came to their end."""
        return sum(self.states[state] for state in ENDS)

    @property
    def eta(self) -> float | None:
        """Seconds until the end at the pace so far; None while nothing was computed."""
        if not self._computed:
            return None
        return (monotonic() - self._begun) / self._computed * (self.jobs - self.ended)
