"""Backend `slurm`: every order is an element of a job array; orders and reports are files in the batch's folder.

Slurm only starts and ends elements. What a job came to is known from the spool alone, under the element's name and the
job's attempt; ids that Slurm gives are never taken for an identity.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from twin.dispatch.backends.slurm_clerk import Clerk
from twin.dispatch.backends.slurm_commands import SlurmCommands, SlurmSilent
from twin.dispatch.backends.slurm_options import SlurmOptions, arguments, script
from twin.dispatch.backends.slurm_watch import ACTIVE, WAITING, Fate, Patience, Watch
from twin.dispatch.handshake import fingerprint
from twin.dispatch.pace import Wishes
from twin.dispatch.spool import Element, Letter, Spool
from twin.dispatch.waves import Posting, Waves
from twin.dispatch.wire import Lost, Order, Report, Setup, merged
from twin.errors import NodeFailed, UnknownName

__all__ = ["Slurm"]

CHUNK_SECONDS = 60.0  # of work in an element
LEAST_SECONDS = 15.0  # of work in an element, at the end of a batch
AHEAD_SECONDS = 15.0  # of work left in a slot when its next element is handed in
LARGEST = 20_000  # jobs of an element
LOOK_SECONDS = 0.1  # between looks into the inbox
BEAT_SECONDS = 1.0  # between looks at the signs of life
LIMIT_SLACK = 1.5  # seconds that a beat may be late
UNTOLD_SECONDS = 2.0  # of an element's work of which its last report and its last sign of life say nothing
STILLBORN = 3  # elements in a row that fail before their first sign of life until the backend gives up
LOG_TAIL = 2000  # bytes


class Slurm:
    """`slots` elements at a time.

    What it wishes of the chunks (`wishes`): an element costs some seconds (Slurm's scheduling, Python's start), so 60 s of
    work in one; the next one of a slot when less than 15 s are left in it, so that Slurm has it queued when the slot
    becomes free; all slots served in one turn, for that makes one array. For these 15 s a slot may hold two elements,
    both of which run where the cluster has room.

    A lost job is `crashed` when it may have been at hand, and `moved` when not, or when nobody's job is to blame.

    Args:
        setup: as for every worker; the spool is `spool` in its batch's folder, which all nodes must see under the same path.
        launcher: what runs Python on a node: `["/shared/env/bin/python"]` or `["apptainer", "exec", "twin.sif", "python"]`.
        kinds: names of the kinds whose versions must be the same on the nodes.
        time_limit: seconds that a job may take; None: any.

    Raises:
        UnknownName: there is no such partition.
        StoreFault: the spool cannot be written.
        NodeFailed: Slurm's commands are not here.
    """

    remote = True

    def __init__(
        self,
        slots: int,
        setup: Setup,
        *,
        launcher: Sequence[str],
        kinds: Sequence[str],
        options: SlurmOptions = SlurmOptions(),
        time_limit: float | None = None,
        commands: SlurmCommands = SlurmCommands(),
        patience: Patience = Patience(),
    ) -> None:
        self._slots, self._launcher, self._options, self._limit = slots, launcher, options, time_limit
        self._commands, self._patience = commands, patience
        _require_partition(commands, options.partition)
        self._logs = Path(setup.batch).absolute() / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._spool = Spool(Path(setup.batch).absolute() / "spool")
        self._spool.prepare(setup, fingerprint(kinds))
        self._name = f"twin-{self._spool.token}"
        self._leftover = self._take_over()
        self._waves = Waves(self._spool)
        self._postings: list[Posting] = []
        self._watches: dict[Element, tuple[Posting, Watch]] = {}
        self._read: list[Letter] = []
        self._ended, self._busy = 0, 0.0  # jobs, and seconds that they took
        self._accounts = True  # until sacct says that there are none
        self._strays = False  # elements were given up that may still run
        self._stillborn, self._beats_seen = 0, 0.0
        self._clerk = Clerk(commands, self._name, self._handed_in, every=patience.poll)

    @staticmethod
    def wishes(slots: int) -> Wishes:
        """Of the chunks."""
        return Wishes(slots, CHUNK_SECONDS, AHEAD_SECONDS, LARGEST, shares=1, least_seconds=LEAST_SECONDS)

    def leftover_reports(self) -> Report:
        """What elements of an earlier driver of this batch had finished and nobody took up; their attempts are that driver's."""
        letters, self._leftover = self._leftover, []
        return merged([letter.report for letter in letters])

    def load(self) -> Mapping[int, int]:
        """Jobs under way in each slot, as far as its wave's slowest element is: so a wave's slots are served in one turn again.

        Jobs that an element has behind it, but not reported, do not count.
        """
        slowest: dict[str, int] = {}
        for posting in self._postings:
            slowest[posting.wave] = max(slowest.get(posting.wave, 0), posting.ahead)
        load = dict.fromkeys(range(self._slots), 0)
        for posting in self._postings:
            load[posting.slot] += slowest[posting.wave]
        return load

    def send(self, slot: int, order: Order) -> None:
        """Keep the chunk for the next array."""
        self._postings.append(self._waves.add(slot, order))

    def poll(self, timeout: float) -> Report:
        """News from the spool and of lost elements; what the last poll gave is in the journal by now.

        Raises:
            NodeFailed: nodes run other code, Slurm refuses the jobs, or has not answered for long.
            StoreFault: an order cannot be written.
        """
        self._spool.drop(self._read)
        self._read = []
        end = time.monotonic() + timeout
        while True:
            self._form_wave()
            reports = [*self._incoming(), *self._losses()]
            now = time.monotonic()
            if reports or now >= end:
                return merged(reports)
            time.sleep(min(LOOK_SECONDS, max(0.0, end - now)))

    def stop(self) -> None:
        """End all elements of this batch, and nothing else. Those that Slurm cannot end now find their orders gone."""
        self._clerk.close()
        for element in self._watches:
            self._spool.revoke(element)
        if self._postings or self._strays:
            self._cancel_all()
        if not self._postings:
            self._spool.clear()
        self._postings, self._watches = [], {}

    def _take_over(self) -> list[Letter]:
        """End what an earlier driver left running, and read what it had finished."""
        elements = self._spool.elements()
        if elements:
            self._cancel_all()
        letters = self._spool.set_aside()
        for element in elements:
            self._spool.revoke(element)
        return letters

    def _cancel_all(self) -> None:
        """Cancel by name, and wait a little until none runs; a silent slurmctld is not waited for."""
        end = time.monotonic() + self._patience.stop
        try:
            self._commands.cancel(self._name)
            while any(row.state in ACTIVE | WAITING for row in self._commands.elements(self._name)) and time.monotonic() < end:
                time.sleep(LOOK_SECONDS)
        except SlurmSilent:
            return

    def _form_wave(self) -> None:
        postings = self._waves.form()
        now = time.monotonic()
        for posting in postings:
            if posting.element is not None:
                self._watches[posting.element] = posting, Watch(self._patience, now)
        if postings and postings[0].element is not None:
            self._clerk.submit(postings[0].element.wave, len(postings))

    def _handed_in(self, wave: str, count: int) -> tuple[str, list[str]]:
        """Script and options of a wave."""
        about = [f"--job-name={self._name}", f"--comment={wave}", f"--array=0-{count - 1}"]
        log = f"--output={self._logs / f'slurm-{wave}.%a.log'}"
        text = script(self._launcher, self._spool.path, wave, self._options.cpus)
        return text, [*about, log, *arguments(self._options)]

    def _incoming(self) -> list[Report]:
        """News of the elements under way; of all others none is waited for any more."""
        reports = []
        for letter in self._spool.letters():
            if letter.element not in self._watches:
                self._spool.drop([letter])
                continue
            self._read.append(letter)
            posting, _ = self._watches[letter.element]
            if letter.word == "refused":
                raise NodeFailed(
                    f"a node runs other code than this driver. {letter.text}. Install the same twin at {' '.join(self._launcher)} "
                    "on the nodes (or choose nodes of one kind), then `twin retry`."
                )
            posting.land(letter.report)
            self._ended += letter.report.jobs
            self._busy += letter.report.busy
            reports.append(letter.report)
            if not posting.left:
                self._settle(letter.element)
            elif letter.word:
                fate = Fate("moved", "its element was told to end (preemption, time limit or scancel)")
                reports.append(self._lose(letter.element, fate))
        return reports

    def _losses(self) -> list[Report]:
        """Elements that are not to be waited for any more."""
        now = time.monotonic()
        if self._clerk.silence() > self._patience.controller:
            raise NodeFailed(
                f"slurmctld has not answered for {self._patience.controller:g} s; finished jobs are kept: `twin retry` goes on."
            )
        look = self._clerk.look()
        if look is None and now - self._beats_seen < BEAT_SECONDS:
            return []
        self._beats_seen = now
        lost = []
        for element, (posting, watch) in list(self._watches.items()):
            watch.hear(self._spool.beat(element), now)
            if watch.beat:
                self._stillborn = 0
                posting.hear(watch.beat.at)
            if look is not None and element.wave in look.waves:
                watch.look(look.rows.get(element), now)
            if reason := watch.hopeless():
                raise NodeFailed(
                    f"Slurm will never start the jobs ({reason}): the target's options ask for more than its partition allows."
                )
            fate = self._overtime(watch) or (watch.fate(now) if look is not None else None)
            if fate is not None:
                lost.append(self._lose(element, fate))
        return lost

    def _overtime(self, watch: Watch) -> Fate | None:
        beat = watch.beat
        if self._limit is None or beat is None or beat.elapsed is None or beat.elapsed <= self._limit + LIMIT_SLACK:
            return None
        return Fate("expired", f"ran longer than its time limit of {self._limit:g} s (resources.time)")

    def _lose(self, element: Element, fate: Fate) -> Report:
        """Take the element's order back. Of a crash all jobs that may have been at hand are suspected, of a time-out one."""
        posting, watch = self._watches[element]
        log = self._tail(element)
        self._count_stillborn(watch, log)
        self._clerk.cancel(element)
        self._strays = True
        self._settle(element)
        reason = fate.reason + self._accounting(watch)
        first = posting.at
        last = first + (self._untold() if fate.why == "crashed" else 1)
        return Report(
            lost=[
                Lost(number, attempt, fate.why if first <= i < last else "moved", reason, log)
                for i, (number, attempt) in enumerate(posting.left)
            ]
        )

    def _untold(self) -> int:
        """Jobs of which an element that crashes may have begun without a word of it."""
        mean = self._busy / self._ended if self._ended else 0.0
        return 1 + int(min(UNTOLD_SECONDS / mean, LARGEST)) if mean else LARGEST

    def _accounting(self, watch: Watch) -> str:
        """More about an ended element, where Slurm keeps accounts."""
        if watch.row is None or watch.row.state in ACTIVE | WAITING or not self._accounts:
            return ""
        said = self._commands.ending(self._name, watch.row.id)
        self._accounts = said is not None
        return f"; accounting: {said}" if said else ""

    def _settle(self, element: Element) -> None:
        posting, _ = self._watches.pop(element)
        self._postings.remove(posting)
        self._spool.revoke(element)

    def _count_stillborn(self, watch: Watch, log: str) -> None:
        if watch.beat is not None or watch.row is None or watch.row.state != "FAILED":
            return
        self._stillborn += 1
        if self._stillborn >= STILLBORN:
            why = f"no element can be started by {' '.join(self._launcher)} (Slurm: {watch.row.reason})"
            raise NodeFailed(f"{why}; the last one said:\n{log}\nLogs: {self._logs}")

    def _tail(self, element: Element) -> str:
        """The end of what the element printed."""
        try:
            data = (self._logs / f"slurm-{element}.log").read_bytes()
        except OSError:
            return ""
        return data[-LOG_TAIL:].decode(errors="replace").strip()


def _require_partition(commands: SlurmCommands, partition: str) -> None:
    if not partition:
        return
    try:
        known = commands.partitions()
    except SlurmSilent:
        return  # it may answer when it is needed
    if partition not in known:
        raise UnknownName("Slurm partition", partition, known)
