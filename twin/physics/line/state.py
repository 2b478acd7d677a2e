"""The state of one replication: as it begins, with more room for parts, and what was counted in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.kernel.rng import key, streams
from twin.physics.line.fleet import TASKS
from twin.physics.line.loops import CROWDED, SILENT, STALLED, advance
from twin.physics.line.plant import LOG, Plant
from twin.physics.line.records import NONE, PART, SOURCE, STATES
from twin.physics.line.roads import PASSED, WAY
from twin.physics.line.stays import BINS

__all__ = ["Replication", "StoppedError"]

MOST_PARTS = 4_000_000  # at the same time: a third of a gigabyte


class StoppedError(Exception):
    """A replication cannot go on; its text says why."""


def _overflow(run: Replication) -> str:
    names, levels = run.plant.names, run.levels()[:-1]
    return (
        f"the line overflows: at t = {run.now:.6g} s {int(run.levels()[-1]):,} parts are in it, {int(levels.max()):,} of them wait in "
        f"{names[int(levels.argmax())]}; more come than leave. Slow its source down, or give what follows it more capacity"
    )


@dataclass(eq=False)
class Replication:
    """One run of a line, as far as it has come.

    Attributes:
        rows, parts, ints, reals: see `records`.
    """

    plant: Plant
    rows: np.ndarray
    parts: np.ndarray
    ints: np.ndarray
    reals: np.ndarray
    roads: np.ndarray | None

    @classmethod
    def begin(cls, plant: Plant, seed: int, number: int, *, logged: bool = False) -> Replication:
        """At time 0, with the parts that stand in buffers; `logged`: changes of state are written down."""
        ints, reals, rows = plant.ints.copy(), plant.reals, plant.rows.copy()
        chance = streams(seed, number, np.array([key(name) for name in plant.keys], np.uint64))
        ints[plant.streams : plant.streams + 2 * len(chance)] = np.stack([chance["at"], chance["step"]], axis=1).view(np.int64).reshape(-1)
        rows[0]["log_rows"] = LOG if logged else 0
        reals = np.concatenate([reals, np.zeros(4 * int(rows[0]["log_rows"]))])
        run = cls(plant, rows, np.zeros(0, PART), ints, reals, None if plant.roads is None else plant.roads.copy())
        run._room(sum(buffer.holds for buffer in plant.spec.buffers.values()) + 2 * int(rows[0]["reserve"]) + 64)
        for name, buffer in plant.spec.buffers.items():
            for _ in range(buffer.holds):
                run._stock(plant.row(name), plant.kinds.index(buffer.part))
        return run

    def advance(self, until: float) -> bool:
        """Go on to that time [s]; False when nothing more can happen.

        Raises:
            StoppedError: there are too many parts, or time stands still.
        """
        while (how := advance(self.rows, self.parts, self.ints, self.reals, self.roads, until)) == CROWDED:
            self._room(len(self.parts))
        if how == STALLED:
            raise StoppedError(
                f"time stands still at t = {self.now:.6g} s: parts go on moving in no time. Give a source or a process of the circle a time"
            )
        return bool(how != SILENT)

    def _room(self, more: int) -> None:
        """Places for so many more parts.

        Raises:
            StoppedError: there are too many.
        """
        if len(self.parts) >= MOST_PARTS:
            raise StoppedError(_overflow(self))
        run, before = self.rows[0], len(self.parts)
        fresh = np.zeros(more, PART)
        fresh["next"] = np.arange(before + 1, before + more + 1)
        fresh["next"][-1] = run["free"]
        run["free"] = before
        run["free_count"] += more
        self.parts = np.concatenate([self.parts, fresh])

    def _stock(self, node: int, kind: int) -> None:
        """A part that stands in a buffer at the start."""
        row, run = self.rows[node], self.rows[0]
        part = int(run["free"])
        run["free"] = self.parts[part]["next"]
        run["free_count"] -= 1
        run["active"] += 1
        self.parts[part]["kind"], self.parts[part]["goes"], self.parts[part]["next"] = kind, NONE, NONE
        if row["tail"] == NONE:
            row["head"] = part
        else:
            self.parts[row["tail"]]["next"] = part
        row["tail"] = part
        row["level"] += 1
        row["ready"] += 1

    @property
    def now(self) -> float:
        """Time reached [s]."""
        return float(self.rows[0]["now"])

    @property
    def happened(self) -> float:
        """When something happened last [s]."""
        return float(self.rows[0]["happened"])

    @property
    def events(self) -> int:
        """So far."""
        return int(self.rows[0]["events"])

    def _sort(self, name: str) -> np.ndarray:
        """All rows of a sort."""
        at = int(self.rows[0][f"{name}_at"])
        found: np.ndarray = self.rows[at : at + int(self.rows[0][name])]
        return found

    def spent(self) -> np.ndarray:
        """Time of the machines in their states so far, (machines, STATES) [s]."""
        at = self._sort("machines")["spent"]
        return self.reals[at[:, None] + np.arange(len(STATES))]

    def tasks(self) -> np.ndarray:
        """Time of the mobile robots in their tasks so far, (robots, TASKS) [s]."""
        at = self._sort("robots")["spent"]
        return self.reals[at[:, None] + np.arange(len(TASKS))]

    def trips(self) -> np.ndarray:
        """Of the mobile robots so far, (robots, 2): parts' trips, way driven [m]."""
        robots = self._sort("robots")
        return np.stack([robots["trips"].astype(float), robots["driven"]], axis=1)

    def passed(self) -> np.ndarray:
        """Robots that drove onto each way so far, (ways,)."""
        return np.zeros(0, np.int64) if self.roads is None else self.roads.reshape(-1, WAY)[:, PASSED].copy()

    def counted(self) -> np.ndarray:
        """Parts so far, (nodes, kinds, 2): that ended there (sinks), that were thrown away there."""
        nodes, kinds = self._sort("nodes"), np.arange(len(self.plant.kinds))
        return np.stack([self.ints[nodes[where][:, None] + kinds] for where in ("taken_at", "thrown_at")], axis=2)

    def stays(self) -> np.ndarray:
        """Of the parts that left so far: number and sum of the times in the line, time of the last one [s]."""
        at = int(self.rows[0]["stays"])
        return self.reals[at : at + 3].copy()

    def histogram(self) -> np.ndarray:
        """Of the times in the line so far, (BINS,)."""
        at = int(self.rows[0]["histogram"])
        return self.ints[at : at + BINS].copy()

    def areas(self) -> np.ndarray:
        """Integral of the level of each node so far, (nodes,) [s], and of all parts, last."""
        return np.append(self._sort("nodes")["area"], self.rows[0]["area"])

    def levels(self) -> np.ndarray:
        """Parts that wait in each node now, and all parts in the line, last."""
        return np.append(self._sort("nodes")["level"], self.rows[0]["active"])

    def busy(self) -> np.ndarray:
        """Integral of the busy people so far, (people,) [s]."""
        return self._sort("people")["busy"].copy()

    def log(self) -> np.ndarray:
        """Changes of state: time, machine, state, kind of part; (changes, 4)."""
        at, rows = int(self.rows[0]["log"]), int(self.rows[0]["logged"])
        return self.reals[at : at + 4 * rows].reshape(rows, 4)

    def ages(self) -> float:
        """Time that the parts have been in the line that are still there, and that those were which are not [s]."""
        inside = np.ones(len(self.parts), bool)
        for source in self._sort("nodes")[self._sort("nodes")["kind"] == SOURCE]:  # what waits there is not yet in the line
            part = int(source["head"])
            while part >= 0:
                inside[part] = False
                part = int(self.parts[part]["next"])
        part = int(self.rows[0]["free"])
        while part >= 0:
            inside[part] = False
            part = int(self.parts[part]["next"])
        return float((self.now - self.parts["came"][inside]).sum() + self.rows[0]["ended"])
