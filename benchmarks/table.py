"""The rows that every benchmark gives, in the format of the contract."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from statistics import median
from typing import Any

from twin.scenario.identity import cpu_features

__all__ = ["alternately", "isa", "required", "row"]


def row(
    case: str, unit: str, ours: float, peer: float, peer_name: str, *, threads: int, dtype: str = "", device: str = "cpu", note: str = ""
) -> dict[str, Any]:
    """One case against one peer; `ratio` above 1: ours is the larger figure."""
    return {
        "case": case, "unit": unit, "ours": round(ours, 1), "peer": round(peer, 1), "peer_name": peer_name, "ratio": round(ours / peer, 3),
        "device": device, "isa": isa(), "threads": threads, "dtype": dtype, "note": note,
    }  # fmt: skip


def isa() -> str:
    """The widest vector extension of this processor."""
    known = cpu_features()
    return next((name for name in ("avx512f", "avx2", "avx", "sve2", "sve", "asimd") if name in known), "scalar")


def alternately(rounds: int, measures: Sequence[Callable[[], float]]) -> list[float]:
    """Median of each measure; the measures take turns, so that a busy moment of the machine meets all of them."""
    figures = [[measure() for measure in measures] for _ in range(rounds)]
    return [median(column) for column in zip(*figures, strict=True)]


def required(peer: str) -> bool:
    """Whether the peer's package is installed.

    Raises:
        SystemExit: it is not, and TWIN_REQUIRE names peers.
    """
    found = find_spec(peer) is not None
    if not found and "peers" in os.environ.get("TWIN_REQUIRE", "").split(","):
        raise SystemExit(f"TWIN_REQUIRE names peers, and {peer} is not installed: pip install 'factory-twin[peers]'")
    return found
