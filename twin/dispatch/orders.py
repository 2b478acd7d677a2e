"""What is left of an order when a part of it is done."""

from __future__ import annotations

from dataclasses import replace

from twin.dispatch.wire import Order

__all__ = ["Key", "keys", "rest"]

Key = tuple[int, int]
"""A start of a job: number, attempt."""


def keys(order: Order) -> list[Key]:
    """The starts in an order, in its order."""
    return list(zip(order.numbers, order.attempts, strict=True))


def rest(order: Order, done: int) -> Order:
    """The order without its first `done` jobs; at least one must be left."""
    return replace(order, numbers=order.numbers[done:], ids=order.ids[done:], attempts=order.attempts[done:])
