"""Random numbers by counting: the n-th number of a stream is a hash of its key and n.

Every use of chance (the process times of one station, the failures of another) has a stream of its own, so that a change of one
leaves the numbers of all others as they are: common random numbers. SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable
pseudorandom number generators", OOPSLA, fig. 11 and 16): streams differ in their start and in their step.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from twin.kernel.flags import exact_scalar

__all__ = ["STREAM", "key", "mixed", "open_unit", "streams"]

STREAM = np.dtype([("at", np.uint64), ("step", np.uint64)], align=True)
"""Where a stream stands, and how far apart its counters are (odd)."""

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@exact_scalar
def mixed(z):  # type: ignore[no-untyped-def]
    """uint64 -> uint64, a bijection whose bits all depend on all bits (Stafford's variant 13 of MurmurHash3's finaliser)."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@exact_scalar
def open_unit(bits):  # type: ignore[no-untyped-def]
    """uint64 -> float64 inside (0, 1): never 0, so that its logarithm exists, and never 1."""
    return (np.float64(bits >> np.uint64(12)) + 0.5) * (1.0 / 4503599627370496.0)


def key(name: str) -> int:
    """What a stream of that name is known by, the same in every process: 64 bits."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], "little")


def streams(seed: int, replication: int, keys: np.ndarray) -> np.ndarray:
    """One stream for each key (uint64), shape (keys,) of STREAM. Each depends on seed, replication and its own key alone."""
    root = _mix(_mix(np.array([seed % 2**64], np.uint64)) ^ np.uint64(replication % 2**64))[0]
    found = np.zeros(len(keys), STREAM)
    found["at"] = _mix(keys.astype(np.uint64) ^ root)
    step = _mix(found["at"] + GOLDEN) | np.uint64(1)
    few = np.bitwise_count(step ^ (step >> np.uint64(1))) < 24 if hasattr(np, "bitwise_count") else _few(step)
    found["step"] = np.where(few, step ^ np.uint64(0xAAAAAAAAAAAAAAAA), step)  # enough changes between neighbouring bits: mixGamma
    return found


def _few(step: np.ndarray) -> np.ndarray:
    return np.array([int(z ^ (z >> 1)).bit_count() < 24 for z in step.tolist()])


def _mix(z: np.ndarray) -> np.ndarray:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: np.ndarray = z ^ (z >> np.uint64(31))
    return found
