"""Threads that run one compiled loop side by side and wait for each other inside it.

Going back to Python between the phases of a time step costs some 50 us a phase and thread, more than a step of a small model takes.
Whoever arrives writes down how often it has arrived and waits until all others have arrived as often: one cache line a thread,
written by its owner alone, so there is nothing to lock. Who waits long lets others run (`sched_yield`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from twin.kernel.flags import piece

__all__ = ["arrivals", "await_word", "meet", "say", "together"]

LINE = 8  # int64 of a cache line
PATIENCE = 2000  # looks before the processor is left to others


def arrivals(threads: int) -> np.ndarray:
    """How often each thread has arrived: zeros, to be passed to `meet`. Anew for every call of `together`."""
    return np.zeros(LINE * threads, np.int64)


@piece
def meet(arrived, me, threads):  # type: ignore[no-untyped-def]
    """Wait until all threads have come here."""
    if threads > 1:
        mine = arrived[me * LINE] + 1
        say(arrived, me, mine)
        for other in range(threads):
            await_word(arrived, other, mine)


@piece
def say(told, me, how_far):  # type: ignore[no-untyped-def]
    """Let the others know how far this thread has come: a number that only grows. They see all that it wrote before."""
    _tell(told, me * LINE, how_far)


@piece
def await_word(told, other, how_far):  # type: ignore[no-untyped-def]
    """Wait until another thread has come so far."""
    looks = 0
    while _seen(told, other * LINE) < how_far:
        looks += 1
        if looks > PATIENCE:
            _rest()


def together(work: Callable[[int], object], threads: int) -> None:
    """Call work(0), ..., work(threads - 1), all at the same time; threads of their own, since `meet` waits for all of them."""
    faults = list[BaseException]()

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            faults.append(error)

    others = [threading.Thread(target=guarded, args=(number,), name=f"twin-step-{number}") for number in range(1, threads)]
    for other in others:
        other.start()
    guarded(0)
    for other in others:
        other.join()
    if faults:
        raise faults[0]


@intrinsic
def _tell(typingctx, array, index, value):  # type: ignore[no-untyped-def]
    """Write so that all that was written before is seen by whoever reads this."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _address(context, builder, signature, arguments)
        builder.store_atomic(arguments[2], address, "release", 8)
        return context.get_dummy_value()

    return types.void(array, index, value), generate


@intrinsic
def _seen(typingctx, array, index):  # type: ignore[no-untyped-def]
    """Read anew."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load_atomic(_address(context, builder, signature, arguments), "acquire", 8)

    return types.int64(array, index), generate


def _address(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
    return builder.gep(data, [arguments[1]])


@intrinsic
def _rest(typingctx):  # type: ignore[no-untyped-def]
    """Let other threads have this processor."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        from llvmlite import ir
        from numba.core import cgutils

        kind = ir.FunctionType(ir.IntType(32), [])
        builder.call(cgutils.get_or_insert_function(builder.module, kind, "sched_yield"), [])
        return context.get_dummy_value()

    return types.void(), generate
