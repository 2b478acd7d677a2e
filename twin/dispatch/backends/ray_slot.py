"""One slot of the Ray backend: its actor is started, listened to, and started anew by Ray when it dies.

An actor's life between two deaths is a session, with a number: what was sent to an earlier one is lost and is not done
by a later one. Ray repeats `about` and `begin` by itself until an actor is there (`max_task_retries`); it never repeats `work`,
because what was lost is the driver's to decide: only the driver knows what was reported, and counts crashes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ray
from pydantic_core import from_json, to_json
from ray.exceptions import ActorDiedError, RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from twin.dispatch.actor import BEAT_SECONDS, Actor
from twin.dispatch.frames import pack
from twin.dispatch.handshake import differences
from twin.dispatch.wire import Setup
from twin.errors import NodeFailed

__all__ = ["Slot"]

FOREVER = -1
SILENCE_SECONDS = 4 * BEAT_SECONDS  # then the actor's node is asked whether its process is stopped
ANSWER_SECONDS = 20.0  # how long that node may take
UNANSWERED = 3  # questions without an answer until the actor is given up
STILLBORN = 5  # actors in a row that die before they are ready
PAUSE_SECONDS = 0.5  # after each of them
GROUPS = {"news": 1, "control": 1}  # threads beside the one that works
Tell = Callable[[dict[str, Any], list[bytes]], None]


class Slot:
    """Keeps one actor going. `tell` hears `ready`, `news`, `gone` and `failed`.

    Args:
        name: of the actor, together with the number.
        batch: folder of the batch.
        program: the driver's fingerprint; actors of another program are refused.

    Attributes:
        session: number of the actor's life at hand.
        ready: whether it takes orders.
    """

    def __init__(self, number: int, name: str, options: Mapping[str, Any], setup: Setup, program: Mapping[str, str], tell: Tell) -> None:
        self._number, self._name, self._options = number, name, options
        self._setup, self._program, self._tell_it = setup, program, tell
        self._actor: Any = None
        self._place: list[Any] = []  # node and process
        self._last: Any = None  # the call that was sent last
        self.session, self.ready = 0, False

    async def live(self) -> None:
        """One session after the other, for as long as they come to something."""
        stillborn = 0
        while stillborn < STILLBORN:
            self.session += 1
            try:
                reason = await self._session()
            except NodeFailed as refused:
                return self._tell("failed", text=str(refused))
            stillborn = 0 if self.ready else stillborn + 1
            self.ready, self._last = False, None
            self._tell("gone", reason=reason)
            await asyncio.sleep(PAUSE_SECONDS if stillborn else 0.0)
        return self._tell("failed", text=f"{STILLBORN} actors in a row died before they were ready: {reason}")

    def work(self, session: int, orders: list[bytes]) -> None:
        """Send orders along; those for an earlier session are lost, which the driver knows by then."""
        if session == self.session and self.ready:
            self._last = self._actor.work.options(max_task_retries=0).remote(session, pack(orders))

    def cancel(self) -> None:
        """Ask the run at hand to end."""
        if self.ready:
            self._actor.cancel.options(concurrency_group="control", max_task_retries=0).remote()

    def kill(self, *, forever: bool) -> None:
        """End the actor's process; unless `forever`, Ray starts it anew."""
        if self._actor is not None:
            ray.kill(self._actor, no_restart=forever)

    async def idle(self) -> None:
        """Wait until what was sent is done."""
        if self._last is not None:
            await asyncio.wait({asyncio.ensure_future(_settled(self._last))})

    async def _session(self) -> str:
        """From the handshake until the actor is gone; why it is.

        Raises:
            NodeFailed: its node would compute something else, or keep it elsewhere.
        """
        try:
            if self._actor is None:
                self._actor = self._created()
            about = from_json(await self._actor.about.remote(self._setup.batch, to_json([self._setup.scenario["kind"]])))
            self._accept(about)
            self._place = from_json(await self._actor.begin.remote(self.session, self._setup.encode()))
            if self._place != about["place"]:
                return "its actor was started anew between handshake and set-up"
            self.ready = True
            self._tell("ready")
            await self._listen(self._actor.news.options(concurrency_group="news", num_returns="streaming", max_task_retries=0).remote())
        except ActorDiedError as error:  # for good: Ray does not start this one again
            self._actor = None
            return _words(error)
        except RayError as error:
            return _words(error)
        return "its actor stopped reporting"

    def _accept(self, about: Mapping[str, Any]) -> None:
        if different := "; ".join(differences(self._program, about["program"])):
            raise NodeFailed(
                f"{about['host']} in the Ray cluster runs another program ({different}); install the same version of twin on all "
                "nodes, or name an environment that has it"
            )
        if not about["shared"]:
            raise NodeFailed(
                f"{about['host']} in the Ray cluster does not see {self._setup.batch}; the store must lie in a folder that all nodes "
                "share, under one path (--store, TWIN_STORE)"
            )

    def _created(self) -> Any:
        """A new actor, which Ray starts anew for as long as we are there: how often a job may crash is the driver's to say."""
        lives = {"max_restarts": FOREVER, "max_task_retries": FOREVER, "name": f"{self._name}-{self._number}-{self.session}"}
        return ray.remote(concurrency_groups=GROUPS)(Actor).options(**lives, **self._options).remote()

    async def _listen(self, stream: Any) -> None:
        unanswered = 0
        while True:
            step = asyncio.ensure_future(anext(stream))
            while not (await asyncio.wait({step}, timeout=SILENCE_SECONDS))[0]:
                state = await self._state()
                unanswered = 0 if state else unanswered + 1
                if state in ("T", "t", "Z", "gone") or unanswered >= UNANSWERED:
                    self.kill(forever=unanswered >= UNANSWERED)
            unanswered = 0
            try:
                report = step.result()
            except StopAsyncIteration:
                return
            self._tell("news", parts=[await report])

    async def _state(self) -> str:
        """The state of the silent actor's process, as its node tells; empty when it does not.

        A kernel may keep the interpreter for long, so that no report comes; a stopped process never goes on.
        """
        node, pid = self._place
        look = ray.remote(process_state).options(num_cpus=0, max_retries=0, scheduling_strategy=NodeAffinitySchedulingStrategy(node, False))
        try:
            return str(await asyncio.wait_for(_settled(look.remote(pid)), ANSWER_SECONDS))
        except (RayError, TimeoutError):
            return ""

    def _tell(self, what: str, parts: list[bytes] | None = None, **more: Any) -> None:
        self._tell_it({"what": what, "slot": self._number, "session": self.session, **more}, parts or [])


def process_state(pid: int) -> str:
    """The letter that Linux gives a process's state; `gone` when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "gone"


async def _settled(ref: Any) -> Any:
    return await ref


def _words(error: RayError) -> str:
    """What happened, of the long text that Ray has for it: its beginning, and where a traceback follows, that one's end."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or ["no reason given"]
    if isinstance(error, RayTaskError):
        return lines[-1]
    return f"{type(error).__name__}: {lines[0]}" + (f" ... {lines[-1]}" if "Error" in lines[-1] and len(lines) > 1 else "")
