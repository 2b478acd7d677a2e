"""Several messages as one: each with its length before it."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["pack", "unpack"]

PREFIX = 4  # bytes of a length


def pack(parts: Iterable[bytes]) -> bytes:
    """As one message."""
    return b"".join(piece for part in parts for piece in (len(part).to_bytes(PREFIX, "little"), part))


def unpack(data: bytes) -> list[bytes]:
    """The parts again."""
    parts, at = [], 0
    while at < len(data):
        end = at + PREFIX + int.from_bytes(data[at : at + PREFIX], "little")
        parts.append(data[at + PREFIX : end])
        at = end
    return parts
