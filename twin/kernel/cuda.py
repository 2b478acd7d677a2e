"""The only import of numba.cuda: imported when a run asks for CUDA, never before.

numba-cuda is in maintenance, so the project keeps to its plain subset (no warp intrinsics, no float atomics) and another
front end can take its place here. Kernels take the module itself from here (`from twin.kernel.cuda import cuda`): the
simulator swaps that very object in a kernel's globals, so `cuda.grid` cannot be re-exported one by one.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
from numba import config, cuda

from twin.errors import EngineMissing
from twin.kernel.trig import whole

__all__ = ["BLOCK", "blocks", "cuda", "kernel", "launch", "part", "ptx", "require_device"]

BLOCK = 128  # threads; a multiple of the warp, small enough for straight-line kernels with hundreds of registers


def _whole(x):  # type: ignore[no-untyped-def]
    """`whole` on a GPU's threads, whose front end knows `math.floor` alone: over an integer, which costs nothing there."""
    like = x.bitwidth

    def wide(x):  # type: ignore[no-untyped-def]
        return np.float64(math.floor(x))

    def narrow(x):  # type: ignore[no-untyped-def]
        return np.float32(math.floor(x))

    return wide if like == 64 else narrow


if not config.ENABLE_CUDASIM:
    from numba.cuda.extending import overload

    overload(whole)(_whole)


def kernel(function: Any) -> Any:
    """A grid kernel; the scalars that it calls are the CPU's own."""
    return cuda.jit(fastmath=True)(function)


def part(function: Any) -> Any:
    """A piece of kernels that touches arrays: inlined. (The simulator's arrays are not those of a `scalar`.)"""
    inlined = {} if config.ENABLE_CUDASIM else {"forceinline": True}  # the simulator does not know the option
    return cuda.jit(device=True, fastmath=True, **inlined)(function)


def blocks(count: int, block: int = BLOCK) -> int:
    """Blocks needed for `count` threads."""
    return -(-count // block)


def require_device() -> None:
    """There must be a GPU, or the simulator (NUMBA_ENABLE_CUDASIM=1).

    Raises:
        EngineMissing: neither.
    """
    if not cuda.is_available():
        remedy = "Run on a machine with an NVIDIA driver and `pip install factory-twin[cuda]`, or leave --target cuda away."
        raise EngineMissing("device", "cuda", "cpu on this machine", remedy)


def launch(function: Any, count: int, inputs: list[Any], outputs: list[Any], *rest: Any) -> None:
    """Run a kernel on `count` threads: inputs go to the device, outputs come back into the arrays given.

    What stands in `outputs` goes there as well, so that a state can be advanced in place.

    Raises:
        EngineMissing: there is no device.
    """
    require_device()
    there = [cuda.to_device(array) for array in inputs]
    back = [cuda.to_device(array) for array in outputs]
    function[blocks(count), BLOCK](*there, *back, *rest)
    for array, device in zip(outputs, back, strict=True):
        device.copy_to_host(array)


def ptx(function: Any, signature: Any, capability: tuple[int, int]) -> str:
    """PTX of a kernel for a compute capability, on machines without a GPU too.

    numba asks the current device even though the capability is given (0.30), hence the stand-in.
    """
    from numba.cuda import dispatcher

    real_device = dispatcher.get_current_device
    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=capability)
    try:
        text: str = cuda.compile(function, signature, cc=capability, abi="numba", output="ptx", device=False, fastmath=True)[0]
        return text
    finally:
        dispatcher.get_current_device = real_device
