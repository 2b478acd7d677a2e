"""Choices without a branch: what lanes and CUDA threads use in place of `if`."""

from __future__ import annotations

import math

from twin.kernel.flags import scalar

__all__ = ["maximum", "minimum", "root", "select"]


@scalar
def minimum(a, b):  # type: ignore[no-untyped-def]
    """The smaller one; b where one is NaN."""
    return a if a < b else b


@scalar
def maximum(a, b):  # type: ignore[no-untyped-def]
    """The larger one; b where one is NaN."""
    return a if a > b else b


@scalar
def select(a, b, yes, no):  # type: ignore[no-untyped-def]
    """`yes` where a < b, else `no`; `no` where one is NaN."""
    return yes if a < b else no


@scalar
def root(a):  # type: ignore[no-untyped-def]
    """Square root."""
    return math.sqrt(a)
