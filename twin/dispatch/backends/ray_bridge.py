"""The process that talks to Ray for a driver. Started by `python -m twin.dispatch.backends.ray_bridge FD`.

A process of its own, because Ray takes hold of the process that joins a cluster: it can join only one (a notebook may
have joined another), prints on its standard output, and aborts it when the head stays away. Here that costs a link that
the driver reports in words. Messages are frames: a head in JSON, then orders or reports as they are.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json

from twin.dispatch.backends.ray_options import RayOptions
from twin.dispatch.frames import pack, unpack
from twin.dispatch.wire import Setup

BEAT_SECONDS = 1.0
CONNECT_SECONDS = 5.0
GRACE_SECONDS = 1.0  # between asking a run to end and killing its actor
LEAVE_SECONDS = 5.0  # for Ray's own farewell


class Bridge:
    """Orders of the driver to the slots, their news to the driver."""

    def __init__(self, connection: Connection, head: dict[str, Any], setup: Setup) -> None:
        self._connection, self._options = connection, RayOptions(**head["options"])
        self._head, self._setup = head, setup
        self._slots: list[Any] = []
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Until the driver says `stop`, or goes away."""
        if not await self._answers():
            return self._fail(f"nothing answers at {self._options.address}; is the head running (`ray start --head`)?")
        if not self._join():
            return None
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), name="orders", daemon=True).start()
        self._slots = self._made()
        tasks = [asyncio.ensure_future(work) for work in (*(slot.live() for slot in self._slots), self._watch())]
        over = asyncio.ensure_future(self._over.wait())
        done, others = await asyncio.wait({over, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if task is not over and task.exception():
                self._fail(f"{type(task.exception()).__name__}: {task.exception()}")
        for task in others:
            task.cancel()  # no slot starts another actor
        await self._leave()
        return None

    def _join(self) -> bool:
        """Become a driver of the cluster; False when it does not let us."""
        import ray

        os.chdir(Path(self._setup.batch) / "logs")  # Ray lets the nodes look for modules where its driver stands: here are none
        try:
            ray.init(
                address=self._options.address, namespace=self._options.namespace, log_to_driver=False, logging_level="ERROR"
            )  # never without an address: Ray would take any cluster, or start one
        except Exception as error:  # of many kinds, none of them public
            self._fail(f"the Ray cluster at {self._options.address} cannot be joined from this machine: {_words(error)}")
            return False
        return True

    def _made(self) -> list[Any]:
        import ray

        from twin.dispatch.backends.ray_place import actor_options
        from twin.dispatch.backends.ray_slot import Slot

        options = actor_options(self._options, ray.nodes(), threads=self._head["threads"])
        name, program = self._head["name"], self._head["program"]
        setups = [replace(self._setup, slot=number) for number in range(self._head["count"])]
        return [Slot(number, name, options, setup, program, self._tell) for number, setup in enumerate(setups)]

    async def _watch(self) -> None:
        """Signs of life; bounded patience with the head, and with a cluster that has no place."""
        import ray

        from twin.dispatch.backends.ray_place import capacity

        answered = working = time.monotonic()
        while True:
            self._tell({"what": "beat"}, [])
            await asyncio.sleep(BEAT_SECONDS)
            now = time.monotonic()
            if await self._answers():
                answered = now
            elif now - answered > self._options.patience:
                return self._fail(f"the head at {self._options.address} has not answered for {now - answered:.0f} s")
            if any(slot.ready for slot in self._slots):
                working = now
            elif now - working > self._options.start_seconds:
                wanted = capacity(self._options, ray.nodes())
                return self._fail(f"no actor was ready at {self._options.address} within {self._options.start_seconds:g} s: {wanted}")

    async def _answers(self) -> bool:
        """Whether the head's port is open. Asked without Ray, which waits long and then aborts."""
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(*self._options.head), CONNECT_SECONDS)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        """All messages of the driver, as they come; a thread, so that neither side ever waits for the other to read."""
        try:
            while True:
                head, *parts = unpack(self._connection.recv_bytes())
                loop.call_soon_threadsafe(self._take, from_json(head), parts)
        except (EOFError, OSError):
            loop.call_soon_threadsafe(self._over.set)

    def _take(self, head: dict[str, Any], parts: list[bytes]) -> None:
        if head["do"] == "stop":
            self._over.set()
            return
        slot = self._slots[head["slot"]]
        if head["do"] == "work":
            slot.work(head["session"], parts)
        elif slot.session == head["session"]:  # end
            slot.cancel()
            asyncio.get_running_loop().call_later(GRACE_SECONDS, self._kill, slot, head["session"])

    @staticmethod
    def _kill(slot: Any, session: int) -> None:
        if slot.session == session:
            slot.kill(forever=False)

    async def _leave(self) -> None:
        """End all actors; those at work are asked first, so that they end what they started."""
        import ray

        threading.Timer(LEAVE_SECONDS, os._exit, (0,)).start()  # the actors of a driver that is gone are ended by the head
        for slot in self._slots:
            slot.cancel()
        await asyncio.wait({asyncio.ensure_future(slot.idle()) for slot in self._slots}, timeout=GRACE_SECONDS)
        for slot in self._slots:
            slot.kill(forever=True)
        ray.shutdown()
        os._exit(0)

    def _fail(self, text: str) -> None:
        self._tell({"what": "failed", "text": text}, [])

    def _tell(self, head: dict[str, Any], parts: list[bytes]) -> None:
        try:
            self._connection.send_bytes(pack([to_json(head), *parts]))
        except OSError:
            self._over.set()


def _words(error: BaseException) -> str:
    """The first line of what Ray says, which may be long."""
    return f"{type(error).__name__}: {(str(error).strip().splitlines() or ['no reason given'])[0]}"


def main(handle: int) -> None:
    """Join, work, leave."""
    connection = Connection(handle)
    head, setup = unpack(connection.recv_bytes())
    asyncio.run(Bridge(connection, from_json(head), Setup.decode(setup)).run())


if __name__ == "__main__":
    main(int(sys.argv[1]))
