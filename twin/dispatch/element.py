"""One element of a Slurm array: `python -m twin.dispatch.element SPOOL WAVE` works off the order that has its index.

It ends early when it is told to (SIGTERM: preemption, time limit, scancel) or when nobody wants its work any more (its
order is gone from the spool, or the same element lives again elsewhere). What is finished by then is reported.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from twin.dispatch.handshake import differences, fingerprint
from twin.dispatch.orders import keys, rest
from twin.dispatch.spool import Beat, Element, Spool
from twin.dispatch.wire import Order, Report, merged
from twin.errors import StoreFault, TwinError

__all__ = ["Reporter", "Told", "main"]

BEAT_SECONDS = 1.0
REPORT_SECONDS = 0.5  # between files of news; what ends meanwhile waits for company
GRACE_SECONDS = 5.0  # for the run at hand to end by itself
LAST_TRIES = 5  # to write the last news, a growing number of seconds apart
REFUSED, UNWANTED = 3, 5  # exit codes


class Told:
    """The monitor of the runs: cancelled by SIGTERM, or by us."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        signal.signal(signal.SIGTERM, lambda number, frame: self.cancel())

    def progress(self, fraction: float, note: str = "") -> None:
        """Beats carry the time; a fraction is not asked for."""

    def cancelled(self) -> bool:
        """Whether the run is to end."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """End the run."""
        self._cancelled.set()


class Reporter:
    """Writes news and signs of life of one life of an element."""

    def __init__(self, spool: Spool, element: Element, monitor: Told) -> None:
        self._spool, self._element, self._monitor = spool, element, monitor
        earlier = spool.beat(element)
        self.told = earlier.told if earlier else 0
        self.life = secrets.token_hex(4)
        self._lock, self._over = threading.RLock(), threading.Event()
        self._waiting: list[Report] = []
        self._left: dict[tuple[int, int], None] = {}
        self._files = self._beats = 0
        self._written_at = 0.0
        self._at: tuple[int, int] | None = None
        self._elapsed: tuple[float, float] | None = None  # age of the job at hand, and when we heard it
        self._put_beat()

    def begin(self, order: Order) -> None:
        """Beat from now on, while `order` is worked off."""
        self._left = dict.fromkeys(keys(order))
        threading.Thread(target=self._beat, name="beats", daemon=True).start()

    def tell(self, report: Report) -> None:
        """Pass on what ended; a run that was cut short has not ended."""
        with self._lock:
            self._elapsed = None if report.elapsed is None else (report.elapsed, time.monotonic())
            self._at = report.begun[-1] if report.begun else self._at
            self._waiting.append(_finished(report))
            self._pass_on()

    def last(self, word: str, text: str = "") -> None:
        """The last word, with whatever was not told yet.

        Raises:
            StoreFault: it cannot be written, not even after some seconds.
        """
        self._over.set()
        for attempt in range(LAST_TRIES):
            try:
                with self._lock:
                    self._write(word, text)
                return
            except StoreFault:
                if attempt == LAST_TRIES - 1:
                    raise
                time.sleep(attempt)

    def _pass_on(self) -> None:
        """Write what waits, once it is worth a file: an ending, or the first beginning."""
        worth = any(report.ended or report.fault or (report.begun and not self._files) for report in self._waiting)
        if not worth or time.monotonic() - self._written_at < REPORT_SECONDS or not self._spool.wanted(self._element):
            return
        try:
            self._write()
        except StoreFault as error:  # tried again with the next news
            print(error, file=sys.stderr, flush=True)

    def _write(self, word: str = "", text: str = "") -> None:
        news = merged(self._waiting)
        news = replace(news, begun=news.begun[-1:])
        self._spool.put_report(self._element, self.life, self._files, news, word, text)
        self._waiting, self._files, self._written_at = [], self._files + 1, time.monotonic()
        for ended in news.ended:
            for start in ended.starts:
                self._left.pop(start, None)

    def _beat(self) -> None:
        count = len(self._left)
        order = list(self._left)
        first = self.told
        while not self._over.wait(BEAT_SECONDS):
            with self._lock:
                self._pass_on()
                self.told = first + next((i for i, key in enumerate(order) if key in self._left), count)
            if not self._wanted():
                self._end_soon()
                return
            self._put_beat()

    def _wanted(self) -> bool:
        """Whether the order stands and no later life of this element has begun."""
        beat = self._spool.beat(self._element)
        return self._spool.wanted(self._element) and (beat is None or beat.life == self.life)

    def _put_beat(self) -> None:
        told_at = self._elapsed
        elapsed = told_at[0] + time.monotonic() - told_at[1] if told_at else None
        self._beats += 1
        try:
            self._spool.put_beat(self._element, Beat(self.life, self._beats, self.told, self._at, elapsed, socket.gethostname()))
        except StoreFault as error:  # silence says the same
            print(error, file=sys.stderr, flush=True)

    def _end_soon(self) -> None:
        print("nobody waits for this work any more", file=sys.stderr, flush=True)
        self._monitor.cancel()
        time.sleep(GRACE_SECONDS)
        os._exit(UNWANTED)


def _finished(report: Report) -> Report:
    """The report without runs that were cut short."""
    cut = {number for ended in report.ended if ended.state == "cancelled" for number in ended.numbers}
    if not cut:
        return report
    parts = {name: [number for number in numbers if number not in cut] for name, numbers in report.parts.items()}
    return replace(report, ended=[ended for ended in report.ended if ended.state != "cancelled"], parts=parts)


def main(path: str, wave: str) -> int:
    """Work off the order; the exit code is for those who read Slurm's logs: the driver goes by the last word."""
    spool, element, monitor = Spool(Path(path)), Element(wave, int(os.environ["SLURM_ARRAY_TASK_ID"])), Told()
    order = spool.order(element)
    if order is None:
        print(f"no order for {element}: its driver took the work back", file=sys.stderr)
        return 0
    reporter = Reporter(spool, element, monitor)
    if wrong := _differences(spool):
        reporter.last("refused", f"{socket.gethostname()}: {'; '.join(wrong)}")
        return REFUSED
    if reporter.told < len(keys(order)):
        from twin.dispatch.station import work_off  # after the handshake: it imports all that computes

        order = rest(order, reporter.told)
        _say(f"{len(keys(order))} jobs on {socket.gethostname()}")
        reporter.begin(order)
        work_off(spool.setup(), order, reporter.tell, monitor)
    if spool.wanted(element):
        reporter.last("stopped" if monitor.cancelled() else "ended")
    _say("stopped" if monitor.cancelled() else "ended")
    return 0


def _say(text: str) -> None:
    print(time.strftime("%Y-%m-%d %H:%M:%S"), text, flush=True)


def _differences(spool: Spool) -> list[str]:
    wanted = spool.handshake()
    kinds = [name.removeprefix("kind ") for name in wanted if name.startswith("kind ")]
    try:
        return differences(wanted, fingerprint(kinds))
    except TwinError as error:
        return [str(error)]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
