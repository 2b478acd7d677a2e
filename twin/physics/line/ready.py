"""Compile the loop on purpose, once, and say what it took."""

from __future__ import annotations

import numpy as np

from twin.kernel import Ready, array_type, none_type, ready
from twin.kinds import Monitor
from twin.physics.line.loops import advance
from twin.physics.line.records import PART, ROW

__all__ = ["compiled"]


def compiled(monitor: Monitor, *, roads: bool) -> Ready:
    """The loop is there, with mobile robots or without: from the disk, or compiled now."""
    monitor.progress(0.0, "compiling kernels (once)")
    arrays = [array_type(dtype, 1) for dtype in (ROW, PART, np.int64, np.float64)]
    return ready(advance, *arrays, array_type(np.int64, 1) if roads else none_type(), float)
