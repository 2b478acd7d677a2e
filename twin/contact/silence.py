"""Keep a C library's chatter off the terminal, where only results and messages may stand."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["silence"]

STREAMS = (1, 2)  # standard output and error


@contextmanager
def silence() -> Iterator[None]:
    """Send what the process writes to its standard streams to nowhere for the while."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept, nowhere = [os.dup(stream) for stream in STREAMS], os.open(os.devnull, os.O_WRONLY)
    try:
        for stream in STREAMS:
            os.dup2(nowhere, stream)
        yield
    finally:
        ctypes.CDLL(None).fflush(None)  # what C still holds in its buffers belongs to the silence
        for stream, copy in zip(STREAMS, kept, strict=True):
            os.dup2(copy, stream)
            os.close(copy)
        os.close(nowhere)
