"""Backend `ray`: warm actors on the nodes of a Ray cluster, one a slot. Needs `pip install 'factory-twin[ray]'`.

Orders of one turn go to an actor as one call, so that it always has the next ones waiting; what ended comes back on one
long stream an actor. Ray itself is met in a process of its own (`ray_bridge`).
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json

from twin.dispatch.backends.ray_options import RayOptions, require_ray
from twin.dispatch.frames import pack, unpack
from twin.dispatch.handshake import fingerprint
from twin.dispatch.wire import Lost, Order, Report, Setup, Why, merged
from twin.errors import NodeFailed

__all__ = ["RayActors", "RayOptions"]

LIMIT_SLACK = 0.5  # seconds that a beat may be late
SILENCE_SECONDS = 2.0  # an actor at work is heard more often than this
STOP_SECONDS = 10.0
LOG_TAIL = 2000  # bytes


@dataclass(slots=True)
class _Slot:
    session: int = 0
    ready: bool = False
    ending: bool = False  # its job is over its time
    guilty: tuple[int, int] | None = None  # that job; unknown when the actor fell silent before
    log_start: int = 0
    flight: dict[tuple[int, int], None] = field(default_factory=dict)  # (number, attempt), in order
    outbox: list[bytes] = field(default_factory=list)
    began: float = 0.0  # when the job at hand began, by the driver's clock
    heard: float = 0.0  # when the last report came


class RayActors:
    """`count` actors; those that find no place yet take no orders.

    Args:
        time_limit: of a job [s].
        threads: of an actor.

    Raises:
        EngineMissing: Ray is not installed.
    """

    remote = False  # an actor that is not there yet takes no orders, so that they do not wait long

    def __init__(self, count: int, setup: Setup, options: RayOptions, *, time_limit: float | None = None, threads: int = 1) -> None:
        require_ray()
        self._options, self._limit = options, time_limit
        self._batch = Path(setup.batch)
        self._failure: NodeFailed | None = None  # raised by the next poll: what came with it is in the journal by then
        self._slots = {slot: _Slot() for slot in range(count)}
        self._log = self._batch / "logs" / "ray.log"
        self._process, self._connection = _bridge(self._log, options)
        name = f"{self._batch.name}-{secrets.token_hex(3)}"  # actors of a driver that was killed may still have theirs
        program = fingerprint([setup.scenario["kind"]])
        head = {"options": asdict(options), "count": count, "threads": threads, "name": name, "program": program}
        self._beat = time.monotonic() + options.start_seconds  # joining may take its time
        self._send(head, [setup.encode()])

    def leftover_reports(self) -> Report:
        """None: workers die with their driver."""
        return Report()

    def load(self) -> Mapping[int, int]:
        """Jobs in flight at each actor that is ready."""
        return {number: len(slot.flight) for number, slot in self._slots.items() if slot.ready and not slot.ending}

    def send(self, slot: int, order: Order) -> None:
        """Put the chunk into the next call to this slot's actor."""
        to = self._slots[slot]
        if not to.flight:
            to.began = to.heard = time.monotonic()
        to.flight |= dict.fromkeys(zip(order.numbers, order.attempts, strict=True))
        to.outbox.append(order.encode())

    def poll(self, timeout: float) -> Report:
        """News of all actors."""
        if self._failure is not None:
            raise self._failure
        self._flush()
        reports = [self._take(*message) for message in self._messages(timeout)]
        for number, slot in self._slots.items():
            if self._late(slot):
                self._end(number, slot)
        return merged(reports)

    def stop(self) -> None:
        """End all actors, and the link to the cluster."""
        self._send({"do": "stop"})
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._connection.close()

    def _flush(self) -> None:
        for number, slot in self._slots.items():
            if slot.outbox:
                self._send({"do": "work", "slot": number, "session": slot.session}, slot.outbox)
                slot.outbox = []

    def _send(self, head: Mapping[str, Any], parts: Sequence[bytes] = ()) -> None:
        try:
            self._connection.send_bytes(pack([to_json(head), *parts]))
        except OSError:
            return  # the bridge is gone: the next poll says so

    def _messages(self, timeout: float) -> list[tuple[dict[str, Any], list[bytes]]]:
        messages: list[tuple[dict[str, Any], list[bytes]]] = []
        try:
            while self._connection.poll(0.0 if messages else timeout):
                head, *parts = unpack(self._connection.recv_bytes())
                messages.append((from_json(head), parts))
                self._beat = max(self._beat, time.monotonic())
        except (EOFError, OSError):
            self._failure = self._failed("the process that talks to Ray ended by itself")
        if time.monotonic() - self._beat > self._options.patience:
            self._failure = self._failed(f"the process that talks to Ray has been silent for {self._options.patience:g} s")
        return messages

    def _take(self, head: Mapping[str, Any], parts: Sequence[bytes]) -> Report:
        if head["what"] in ("beat", "failed"):
            if head["what"] == "failed":
                self._failure = self._failed(head["text"])
            return Report()
        slot = self._slots[head["slot"]]
        if head["what"] == "ready":
            log = self._log_of(head["slot"])
            slot.session, slot.ready, slot.log_start = head["session"], True, log.stat().st_size if log.is_file() else 0
        elif head["what"] == "news":
            return merged([self._receive(slot, Report.decode(part)) for part in parts])
        elif head["what"] == "gone" and slot.ready:
            return self._bury(head["slot"], head["reason"])
        return Report()

    def _receive(self, slot: _Slot, report: Report) -> Report:
        if slot.ending:  # what a run came to when it was asked to end is its time-out, not a result
            report = replace(report, ended=[ended for ended in report.ended if ended.state != "cancelled"])
        slot.heard = time.monotonic()
        slot.began = slot.heard - (report.elapsed or 0.0)
        for ended in report.ended:
            for start in ended.starts:
                slot.flight.pop(start, None)
        return report

    def _end(self, number: int, slot: _Slot) -> None:
        """Ask for the end of the actor whose job is over its time; what it finished before that counts."""
        # one that fell silent may hold finished jobs: then each is tried again alone, and the guilty one found so
        sure = len(slot.flight) == 1 or time.monotonic() - slot.heard < SILENCE_SECONDS
        slot.ending, slot.guilty = True, next(iter(slot.flight)) if sure else None
        self._send({"do": "end", "slot": number, "session": slot.session})

    def _late(self, slot: _Slot) -> bool:
        if self._limit is None or not slot.flight or not slot.ready or slot.ending:
            return False
        return time.monotonic() - slot.began > self._limit + LIMIT_SLACK

    def _bury(self, number: int, reason: str) -> Report:
        """What an actor had not reported is lost. Of a time-out only the job at hand is guilty, and only where that is sure."""
        slot = self._slots[number]
        if slot.ending:
            reason = f"ran longer than its time limit of {self._limit:g} s (resources.time)"
        tail = self._tail(number)
        lost = [Lost(*key, _why(slot, key), reason, tail) for key in slot.flight]
        self._slots[number] = _Slot()
        return Report(lost=lost)

    def _tail(self, number: int) -> str:
        """The end of what the actor printed."""
        try:
            with self._log_of(number).open("rb") as file:
                file.seek(max(self._slots[number].log_start, file.seek(0, os.SEEK_END) - LOG_TAIL))
                return file.read().decode(errors="replace").strip()
        except OSError:
            return ""

    def _log_of(self, number: int) -> Path:
        return self._batch / "logs" / f"worker-{number}.log"

    def _failed(self, text: str) -> NodeFailed:
        return NodeFailed(f"{text}. What has ended is kept; `twin retry {self._batch.name}` goes on. Ray's log: {self._log}")


def _why(slot: _Slot, key: tuple[int, int]) -> Why:
    if not slot.ending:
        return "crashed"
    return "expired" if key == slot.guilty else "bystander"


def _bridge(log: Path, options: RayOptions) -> tuple[subprocess.Popen[bytes], Connection]:
    """The process that talks to Ray, and the connection to it. What Ray prints goes into the log."""
    ours, theirs = socket.socketpair()
    environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"} | {"PYTHONUNBUFFERED": "1"}
    if options.token_file:
        environment.pop("RAY_AUTH_TOKEN", None)
        environment |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(Path(options.token_file).resolve())}
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output, theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "twin.dispatch.backends.ray_bridge", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,  # Ctrl-C is the driver's
        )
    return process, Connection(ours.detach())
