"""The one set of compiler flags, so that no hot loop invents its own.

`@scalar` marks the mathematics of one joint, cell or event: scalars in, scalars out; it is inlined where it is called.
`@routine` marks a step of an algorithm that several loops share: compiled once, called. `@loop` marks what Python
calls. `nnan` and `ninf` are left out on purpose: with them guards against NaN are compiled away.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from numba import config, njit
from numba.extending import overload

from twin.kernel.cache import folder_for, writable

__all__ = ["apart", "disjoint", "exact", "exact_loop", "exact_scalar", "loop", "piece", "real", "routine", "scalar"]

FAST = {"contract", "nsz", "arcp", "reassoc", "afn"}

Function = Callable[..., Any]


def scalar(function: Function) -> Function:
    """Compile and inline into every caller."""
    compiled: Function = njit(forceinline=True, error_model="numpy", fastmath=FAST)(function)
    return compiled


def piece(function: Function) -> Function:
    """A part of one loop, with arrays: inlined where it is called.

    A `routine` exists twice: compiled by itself, and optimised once more inside the loop that calls it; which of the two a
    process calls depends on what it compiled and what it loaded, and their last bits differ. What has to give equal bits in every
    process is made of pieces.
    """
    compiled: Function = njit(inline="always", error_model="numpy", fastmath=FAST)(function)
    return compiled


def routine(function: Function) -> Function:
    """Compile once; called by loops of the same folder, from whose disk cache it comes along."""
    compiled: Function = njit(error_model="numpy", fastmath=FAST)(function)
    return compiled


def disjoint(function: Function) -> Function:
    """A routine whose array arguments share no memory, so that its loop is vectorised whatever their lengths.

    For loops over many arrays LLVM would have to check every pair at run time, and gives up. The promise is the caller's;
    the function does nothing but index its arguments. (Strides as constants of a generated module reach the same speed,
    and cost seconds of compilation for every new size.)
    """
    return _promised(njit(error_model="numpy", fastmath=FAST)(function))


def apart(function: Function) -> Function:
    """A part of one loop whose array arguments share no memory: as `disjoint`, but inlined where it is called, as a `piece` is.

    The promise holds from its first line to its last and no further: threads that meet outside of it may change each other's arrays.
    """
    return _promised(njit(forceinline=True, error_model="numpy", fastmath=FAST)(function))


def _promised(compiled: Any) -> Function:
    """With the promise to LLVM that no two array arguments overlap."""
    if hasattr(compiled, "_compiler"):  # not without the compiler (NUMBA_DISABLE_JIT)
        usual = compiled._compiler._customize_flags

        def promised(flags: Any) -> Any:
            flags = usual(flags)
            flags.noalias = True  # numba's own parallel loops are compiled with it; `njit` has no option for it
            return flags

        compiled._compiler._customize_flags = promised
    made: Function = compiled
    return made


def real(value: Any, like: Any) -> Any:
    """`value` in the floating-point type of `like`: a bare literal is float64 and would slow float32 tenfold."""
    return type(like)(value)


@overload(real, inline="always")
def _real_compiled(value, like):  # type: ignore[no-untyped-def]  # numba compares the two signatures literally
    like_type = like

    def convert(value, like):  # type: ignore[no-untyped-def]
        return like_type(value)

    return convert


def exact(function: Function) -> Function:
    """A routine with arithmetic as it is written: the same bits wherever the compiler puts it.

    For programs of many branches and little arithmetic, which rounding in another order would not make faster.
    """
    compiled: Function = njit(error_model="numpy")(function)
    return compiled


def exact_scalar(function: Function) -> Function:
    """As `exact`, inlined into every caller: for what is called at every event."""
    compiled: Function = njit(forceinline=True, error_model="numpy")(function)
    return compiled


def loop(function: Function) -> Function:
    """Compile on first call, keep on disk, release the interpreter lock while it runs.

    The disk cache stands in a folder named after the sources beside the function: numba itself would not notice that
    a function in a neighbouring file has changed.
    """
    return _kept(function, FAST)


def exact_loop(function: Function) -> Function:
    """As `loop`, with arithmetic as it is written: for loops around `exact` functions."""
    return _kept(function, False)


def _kept(function: Function, fastmath: set[str] | bool) -> Function:
    place = folder_for(function.__code__.co_filename)
    if not writable(place):  # numba would look for another place, where no hash of the sources protects the kernels
        plain: Function = njit(error_model="numpy", fastmath=fastmath, nogil=True)(function)
        return plain
    before, config.CACHE_DIR = config.CACHE_DIR, str(place)
    try:  # numba takes the folder when it decorates and offers no argument for it
        compiled: Any = njit(error_model="numpy", fastmath=fastmath, cache=True, nogil=True)(function)
    finally:
        config.CACHE_DIR = before
    if hasattr(compiled, "_cache"):  # not without the compiler (NUMBA_DISABLE_JIT)
        _forgive_damage(compiled._cache)
    kept: Function = compiled
    return kept


def _forgive_damage(cache: Any) -> None:
    """An entry that is torn, or of another version of numba, is thrown away and compiled again."""
    load = cache.load_overload

    def load_or_forget(*arguments: Any) -> Any:
        try:
            return load(*arguments)
        except Exception as error:  # whatever a damaged file makes of the loader
            logging.getLogger("twin").warning("a cached kernel could not be read (%s: %s); compiled anew", type(error).__name__, error)
            cache.flush()
            return None

    cache.load_overload = load_or_forget
