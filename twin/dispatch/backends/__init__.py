"""Where jobs run. All backends take orders and give reports; the driver knows no more of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from twin.dispatch.wire import Order, Report

__all__ = ["Backend"]


class Backend(Protocol):
    """A set of slots, each working off its orders one after another.

    Attributes:
        remote: orders wait elsewhere before they begin: their jobs are `placed` until a report says that they run.
    """

    remote: bool

    def leftover_reports(self) -> Report:
        """What workers of an earlier driver of the batch had finished, and nobody took up; nothing where workers die with it."""

    def load(self) -> Mapping[int, int]:
        """Slot -> jobs that were sent there and have not ended; slots that can take none now are left out."""

    def send(self, slot: int, order: Order) -> None:
        """Hand a chunk to a slot. Its start is in the journal."""

    def poll(self, timeout: float) -> Report:
        """What happened; waits at most `timeout` seconds for something to happen.

        Raises:
            NodeFailed: no worker can be started.
        """

    def stop(self) -> None:
        """End whatever runs, at once. Called once; unreported jobs are lost."""
