"""Memory asked for before it is needed, so that it comes while the processor is busy with something else.

Processors follow a few streams by themselves; a block of many rows, each read a cache line at a time, they do not foresee. Requests
must be spread over other work: some twenty can be on their way at once, and one more waits.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic, overload

__all__ = ["LINE", "fetch", "fetch_to_change", "per_line"]

LINE = 64  # bytes of a cache line


def fetch(array: Any, index: Any) -> None:
    """Ask for the cache line of a number of a contiguous array, counted as if it were flat. It changes nothing but the time it takes."""


def fetch_to_change(array: Any, index: Any) -> None:
    """As `fetch`, for what will be written as well: the line is this processor's alone, and need not be asked for a second time."""


@overload(fetch, inline="always")
def _fetch_compiled(array, index):  # type: ignore[no-untyped-def]  # numba compares the two signatures literally
    def ask(array, index):  # type: ignore[no-untyped-def]
        _prefetch_read(array, index)

    return ask


@overload(fetch_to_change, inline="always")
def _fetch_to_change_compiled(array, index):  # type: ignore[no-untyped-def]
    def ask(array, index):  # type: ignore[no-untyped-def]
        _prefetch_written(array, index)

    return ask


def per_line(array: Any) -> int:
    """How many numbers of an array make a cache line: known to the compiler, where `itemsize` is not."""
    return LINE // int(array.itemsize)


@overload(per_line, inline="always")
def _per_line_compiled(array):  # type: ignore[no-untyped-def]
    numbers = LINE // (array.dtype.bitwidth // 8)

    def count(array):  # type: ignore[no-untyped-def]
        return numbers

    return count


@intrinsic
def _prefetch_read(typingctx, array, index):  # type: ignore[no-untyped-def]
    return types.void(array, index), _prefetch(0)


@intrinsic
def _prefetch_written(typingctx, array, index):  # type: ignore[no-untyped-def]
    return types.void(array, index), _prefetch(1)


def _prefetch(written: int) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        from llvmlite import ir

        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        address = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        function = builder.module.declare_intrinsic("llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, number, number, number]))
        builder.call(function, [address, number(written), number(3), number(1)])  # into the nearest cache; data, not program
        return context.get_dummy_value()

    return generate
