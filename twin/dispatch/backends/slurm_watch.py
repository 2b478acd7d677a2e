"""Whether an element is still to be waited for: from what Slurm says and from its own signs of life."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twin.dispatch.backends.slurm_commands import Row
from twin.dispatch.spool import Beat
from twin.dispatch.wire import Why

__all__ = ["Fate", "Patience", "Watch"]

ACTIVE = frozenset({"RUNNING", "COMPLETING"})
WAITING = frozenset({"PENDING", "CONFIGURING", "REQUEUED", "RESIZING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "REQUEUE_FED"})
NOBODYS_FAULT = frozenset({"CANCELLED", "PREEMPTED"})
NEVER = frozenset({"PartitionConfig", "PartitionTimeLimit", "InvalidAccount", "InvalidQOS"})
HELD = re.compile(r"requeued?[ _]held|JobHoldMaxRequeue|DependencyNeverSatisfied", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds.

    Attributes:
        poll: between questions to Slurm.
        start: from RUNNING to the first sign of life; a container may have to be fetched.
        silence: between signs of life of an element that Slurm calls running.
        gone: for reports that are still on their way through a shared file system when Slurm calls the element ended.
        controller: for a slurmctld that does not answer.
        stop: for elements that were told to end.
    """

    poll: float = 1.5
    start: float = 600.0
    silence: float = 120.0
    gone: float = 5.0
    controller: float = 3600.0
    stop: float = 10.0


@dataclass(frozen=True, slots=True)
class Fate:
    """Why an element is lost, and whether jobs at hand are suspected (`crashed`, `expired`) or not (`bystander`)."""

    why: Why
    reason: str


class Watch:
    """Watches one element; all times are the driver's."""

    def __init__(self, patience: Patience, now: float) -> None:
        self._patience = patience
        self.row: Row | None = None
        self.beat: Beat | None = None
        self._heard = now
        self._gone: float | None = None

    def look(self, row: Row | None, now: float) -> None:
        """What Slurm said: the element's row, or that there is none."""
        state = row.state if row else ""
        if state in ACTIVE and (self.row is None or self.row.state not in ACTIVE):
            self._heard = now
        if state in ACTIVE | WAITING:
            self._gone = None
        elif self._gone is None:
            self._gone = now
        self.row = row or self.row

    def hear(self, beat: Beat | None, now: float) -> None:
        """Its last sign of life; the same one again says nothing."""
        if beat is not None and beat != self.beat:
            self.beat, self._heard = beat, now

    def hopeless(self) -> str:
        """Why Slurm would never start the element, nor any other with its options; empty when it may."""
        return self.row.reason if self.row and self.row.state == "PENDING" and self.row.reason in NEVER else ""

    def fate(self, now: float) -> Fate | None:
        """Why it is lost; None while it is to be waited for."""
        if self._gone is not None:
            return self._departed() if now - self._gone > self._patience.gone else None
        if self.row is None:
            return None
        if self.row.state in WAITING:
            held = HELD.search(self.row.reason)
            return Fate("bystander", f"Slurm holds its element back ({self.row.reason})") if held else None
        allowed = self._patience.silence if self.beat else self._patience.start
        if now - self._heard > allowed:
            return Fate("crashed", f"its node {self.row.nodes} fell silent for {allowed:g} s")
        return None

    def _departed(self) -> Fate:
        if self.row is None or self.row.state in ACTIVE | WAITING:
            return Fate("crashed", "Slurm does not know its element any more")
        reason = "" if self.row.reason == "None" else f", {self.row.reason}"
        said = f"its element ended early (Slurm: {self.row.state}{reason})"
        return Fate("bystander" if self.row.state in NOBODYS_FAULT else "crashed", said)
