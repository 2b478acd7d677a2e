"""A network of the test's own: services that listen on all interfaces are reached from here and from nowhere else."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Network"]

CLONE_NEWNET = 0x40000000
_SET_UP = "ip link set lo up && ip address add 10.254.254.1/32 dev lo"
"""The second address leads nowhere else either; without one that is not 127.0.0.1, name look-up holds the network for absent."""
_libc = ctypes.CDLL(None, use_errno=True)


class Network:
    """A network namespace that holds nothing but loopback; it lives as long as the process that keeps it.

    Raises:
        OSError: this machine lets nobody make one (root is needed).
    """

    def __init__(self) -> None:
        self._keeper = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", f"{_SET_UP} && echo up && exec sleep infinity"], stdout=subprocess.PIPE, text=True
        )
        if self._keeper.stdout is None or self._keeper.stdout.readline().strip() != "up":
            self.close()
            raise OSError(f"no network namespace can be made here (unshare --net, {_SET_UP})")

    @property
    def keeper(self) -> int:
        """The process that keeps it."""
        return self._keeper.pid

    @property
    def prefix(self) -> list[str]:
        """What stands before a command line to run it inside."""
        return ["nsenter", f"--net=/proc/{self._keeper.pid}/ns/net"]

    @contextmanager
    def inside(self) -> Iterator[None]:
        """This thread, and whatever it starts, is inside until the block ends."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/proc/{self._keeper.pid}/ns/net", os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(home)
            os.close(there)
            os.close(home)

    def close(self) -> None:
        """Let go of it; it vanishes with the last process inside."""
        self._keeper.kill()
        self._keeper.wait()
        if self._keeper.stdout:
            self._keeper.stdout.close()


def _enter(handle: int) -> None:
    if _libc.setns(handle, CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
