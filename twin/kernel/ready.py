"""Compile time is a cost that users pay: what compiles is compiled on purpose, once, timed, and survives a broken cache."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from numba import from_dtype, types

__all__ = ["Ready", "array_type", "none_type", "number_type", "ready"]


class Ready(NamedTuple):
    """How a kernel came to be: seconds it took, and whether it was found on disk."""

    seconds: float
    cached: bool


def array_type(dtype: Any, dimensions: int = 2) -> Any:
    """The numba type of a contiguous array."""
    return types.Array(from_dtype(dtype), dimensions, "C")


def none_type() -> Any:
    """The numba type of None."""
    return types.none


def number_type(dtype: Any) -> Any:
    """The numba type of one number."""
    return from_dtype(dtype)


def ready(function: Callable[..., Any], *signature: Any) -> Ready:
    """Compile a loop for these argument types, or load it; `int` stands for a machine integer, `float` for float64.

    Without the compiler (NUMBA_DISABLE_JIT) nothing happens.
    """
    if not hasattr(function, "compile"):
        return Ready(0.0, False)
    begin = time.perf_counter()
    kinds = tuple({int: types.int64, float: types.float64}.get(kind, kind) for kind in signature)
    function.compile(kinds)
    hits = sum(function.stats.cache_hits.values())  # type: ignore[attr-defined]
    return Ready(time.perf_counter() - begin, hits > 0)
