"""Backend `process`: spawned workers on this machine, one thread each. A worker that dies takes only its own jobs along.

Spawned, never forked: numba's thread pool and the contact engines do not survive a fork.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path

from twin.dispatch.wire import Lost, Order, Report, Setup, Why, merged
from twin.errors import NodeFailed

__all__ = ["Workers"]

GRACE_SECONDS = 1.0  # between asking a worker to end a run and killing it
LIMIT_SLACK = 0.25  # seconds that a beat may be late
SILENCE_SECONDS = 2.0  # a living worker is heard more often than this
STILLBORN = 3  # workers that die before they are ready until the backend gives up
LOG_TAIL = 2000  # bytes
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "536870912", "MALLOC_TOP_PAD_": "33554432"}
"""glibc keeps arrays of some MB for the next launch instead of asking the system for zeroed pages every time (10 % of a launch)."""
SINGLE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    connection: Connection
    log: Path
    log_start: int
    ready: bool = False
    flight: dict[tuple[int, int], None] = field(default_factory=dict)  # (number, attempt), in order
    began: float = 0.0  # when the job at hand began, by the driver's clock
    heard: float = 0.0  # when the last report came
    doomed: bool = False


class Workers:
    """`count` worker processes."""

    remote = False

    def __init__(self, count: int, setup: Setup, *, time_limit: float | None = None, threads: int = 1) -> None:
        self._setup, self._limit, self._threads = setup, time_limit, threads
        self._stillborn = 0
        self._workers = {slot: self._spawn(slot) for slot in range(count)}

    def leftover_reports(self) -> Report:
        """None: workers die with their driver."""
        return Report()

    def load(self) -> Mapping[int, int]:
        """Jobs in flight at each living worker."""
        return {slot: len(worker.flight) for slot, worker in self._workers.items() if not worker.doomed}

    def send(self, slot: int, order: Order) -> None:
        """Send a chunk; a worker that died meanwhile is noticed by the next poll."""
        worker = self._workers[slot]
        if not worker.flight:
            worker.began = time.monotonic()
        worker.flight |= dict.fromkeys(zip(order.numbers, order.attempts, strict=True))
        try:
            worker.connection.send_bytes(order.encode())
        except OSError:
            worker.doomed = True

    def poll(self, timeout: float) -> Report:
        """News of all workers; the dead are replaced."""
        by_connection = {worker.connection: slot for slot, worker in self._workers.items()}
        reports = []
        for connection in wait(list(by_connection), timeout):
            slot = by_connection[connection]  # type: ignore[index]
            reports += self._read(slot)
        reports += [self._expire(slot) for slot, worker in list(self._workers.items()) if self._late(worker)]
        return merged(reports)

    def stop(self) -> None:
        """Kill all workers and whatever they started."""
        for worker in self._workers.values():
            worker.doomed = True
            _signal(worker, signal.SIGTERM)
        self._await_end(list(self._workers.values()))

    def _spawn(self, slot: int) -> _Worker:
        ours, theirs = socket.socketpair()
        log = Path(self._setup.batch) / "logs" / f"worker-{slot}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        environment = KEEP_MEMORY | os.environ | dict.fromkeys(SINGLE_THREAD, str(self._threads)) | {"PYTHONUNBUFFERED": "1"}
        with log.open("ab") as output, theirs:
            start = output.tell()
            process = subprocess.Popen(
                [sys.executable, "-m", "twin.dispatch.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,  # Ctrl-C is the driver's; and the whole group can be killed
            )
        connection = Connection(ours.detach())
        worker = _Worker(process, connection, log, start)
        try:
            connection.send_bytes(replace(self._setup, slot=slot).encode())
        except OSError:
            worker.doomed = True
        return worker

    def _read(self, slot: int) -> list[Report]:
        """All reports that wait at this worker; when it is dead, that as the last one."""
        worker, reports = self._workers[slot], []
        try:
            while True:
                reports.append(self._receive(worker))
                if not worker.connection.poll():
                    return reports
        except (EOFError, OSError):
            return [*reports, self._bury(slot)]

    def _receive(self, worker: _Worker) -> Report:
        report = Report.decode(worker.connection.recv_bytes())
        worker.ready, self._stillborn = True, 0
        _land(worker, report)
        worker.heard = time.monotonic()
        worker.began = worker.heard - (report.elapsed or 0.0)
        return report

    def _late(self, worker: _Worker) -> bool:
        if self._limit is None or not worker.flight or not worker.ready or worker.doomed:
            return False
        return time.monotonic() - worker.began > self._limit + LIMIT_SLACK

    def _expire(self, slot: int) -> Report:
        """End the worker whose job is over its time; what it finished before that counts."""
        worker = self._workers[slot]
        worker.doomed = True
        # a worker that fell silent may hold finished jobs: then each is tried again alone, and the guilty one found so
        sure = len(worker.flight) == 1 or time.monotonic() - worker.heard < SILENCE_SECONDS
        _signal(worker, signal.SIGTERM)
        self._await_end([worker])
        reports = self._last_words(worker)
        reason = f"ran longer than its time limit of {self._limit:g} s (resources.time)"
        return merged([*reports, self._lost(slot, reason, "expired" if sure else "bystander")])

    def _last_words(self, worker: _Worker) -> list[Report]:
        """Reports under way when the worker ended; what a run came to under SIGTERM is its time-out, not a result."""
        reports = []
        try:
            while worker.connection.poll():
                report = Report.decode(worker.connection.recv_bytes())
                reports.append(replace(report, ended=[e for e in report.ended if e.state != "cancelled"]))
                _land(worker, reports[-1])
        except (EOFError, OSError):
            return reports
        return reports

    def _bury(self, slot: int) -> Report:
        worker = self._workers[slot]
        self._await_end([worker])
        if not worker.ready:
            self._stillborn += 1
            if self._stillborn >= STILLBORN:
                raise NodeFailed(f"no worker could be started on this machine; the last one said:\n{_tail(worker)}\nIts log: {worker.log}")
        return self._lost(slot, _death(worker.process.returncode), "crashed")

    def _lost(self, slot: int, reason: str, why: Why) -> Report:
        """The jobs of a dead worker; a new one takes its slot. Of a time-out only the job at hand is guilty."""
        worker, tail = self._workers[slot], _tail(self._workers[slot])
        lost = [
            Lost(number, attempt, "bystander" if why == "expired" and i else why, reason, tail)
            for i, (number, attempt) in enumerate(worker.flight)
        ]
        worker.connection.close()
        self._workers[slot] = self._spawn(slot)
        return Report(lost=lost)

    @staticmethod
    def _await_end(workers: list[_Worker]) -> None:
        """Wait a little for each to end by itself, then kill its whole group."""
        end = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < end and any(w.process.poll() is None and w.flight for w in workers):
            time.sleep(0.01)
        for worker in workers:
            _signal(worker, signal.SIGKILL)
            worker.process.wait()


def _land(worker: _Worker, report: Report) -> None:
    for ended in report.ended:
        for start in ended.starts:
            worker.flight.pop(start, None)


def _signal(worker: _Worker, number: int) -> None:
    try:
        os.killpg(worker.process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _death(code: int) -> str:
    if code < 0:
        return f"its worker was killed by {signal.Signals(-code).name}"
    return f"its worker ended with exit code {code}"


def _tail(worker: _Worker) -> str:
    """The end of what the worker printed."""
    data = worker.log.read_bytes()[worker.log_start :]
    return data[-LOG_TAIL:].decode(errors="replace").strip()
