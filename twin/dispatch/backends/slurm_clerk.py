"""Talks with Slurm in the background, so that the driver never waits for slurmctld: hands in, cancels, and looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from twin.dispatch.backends.slurm_commands import Row, SlurmCommands, SlurmSilent
from twin.dispatch.spool import Element
from twin.errors import NodeFailed

__all__ = ["Clerk", "Look"]


@dataclass(frozen=True, slots=True)
class Look:
    """What Slurm said of all elements of the batch at once.

    Attributes:
        waves: those that it had taken before it was asked; of them, who is not among `rows` is gone.
    """

    rows: Mapping[Element, Row]
    waves: frozenset[str]


class Clerk:
    """One thread; whatever Slurm leaves unanswered is tried again in the next round.

    Args:
        name: of all jobs of the batch.
        hand_in: (wave, elements) -> script and options for sbatch.
        every: seconds between looks.
    """

    def __init__(
        self, commands: SlurmCommands, name: str, hand_in: Callable[[str, int], tuple[str, Sequence[str]]], *, every: float
    ) -> None:
        self._commands, self._name, self._hand_in, self._every = commands, name, hand_in, every
        self._lock, self._wake, self._over = threading.Lock(), threading.Event(), threading.Event()
        self._waves: dict[str, int] = {}  # to be handed in: name -> elements
        self._doubtful: set[str] = set()  # handed in without an answer
        self._taken: set[str] = set()
        self._unwanted: set[Element] = set()
        self._look: Look | None = None
        self._refusal: NodeFailed | None = None
        self._silent_since: float | None = None
        self._thread = threading.Thread(target=self._work, name="slurm", daemon=True)
        self._thread.start()

    def submit(self, wave: str, count: int) -> None:
        """Hand in a wave whose orders are written."""
        with self._lock:
            self._waves[wave] = count
        self._wake.set()

    def cancel(self, element: Element) -> None:
        """End an element, by the id that it has in the next look; jobs of another name are safe from it."""
        with self._lock:
            self._unwanted.add(element)
        self._wake.set()

    def look(self) -> Look | None:
        """What Slurm said since the last call.

        Raises:
            NodeFailed: Slurm refuses what was handed in.
        """
        with self._lock:
            if self._refusal is not None:
                raise self._refusal
            look, self._look = self._look, None
        return look

    def silence(self) -> float:
        """Seconds since Slurm last answered, when it does not answer."""
        since = self._silent_since
        return 0.0 if since is None else time.monotonic() - since

    def close(self) -> None:
        """Hand in nothing more; waits for the command under way."""
        self._over.set()
        self._wake.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._over.is_set():
            try:
                self._round()
                self._silent_since = None
            except SlurmSilent:
                self._silent_since = self._silent_since or time.monotonic()
            except NodeFailed as error:
                with self._lock:
                    self._refusal = error
                return
            self._wake.wait(self._every)
            self._wake.clear()

    def _round(self) -> None:
        with self._lock:
            waves, unwanted = dict(self._waves), set(self._unwanted)
        for wave, count in waves.items():
            self._submit(wave, count)
        taken = frozenset(self._taken)
        rows = {row.element: row for row in self._commands.elements(self._name)}
        if ids := [rows[element].id for element in unwanted if element in rows]:
            self._commands.cancel(self._name, ids)
        with self._lock:
            self._unwanted -= unwanted
            self._look = Look(rows, taken)

    def _submit(self, wave: str, count: int) -> None:
        """Hand in a wave, unless it turns out that an unanswered call did so already."""
        if wave not in self._doubtful or not any(row.element.wave == wave for row in self._commands.elements(self._name)):
            self._doubtful.add(wave)
            self._commands.submit(*self._hand_in(wave, count))
        self._doubtful.discard(wave)
        with self._lock:
            del self._waves[wave]
            self._taken.add(wave)
