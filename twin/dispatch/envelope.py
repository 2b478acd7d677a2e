"""Bytes in a file that several machines share, with a head that shows whether they are whole and ours."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from pydantic_core import from_json, to_json

__all__ = ["opened", "sealed"]


def sealed(token: str, head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """A line of JSON (the head, with token, length and sha256 of the body), then the body."""
    return to_json({**head, "token": token, "length": len(body), "sha256": sha256(body).hexdigest()}) + b"\n" + body


def opened(token: str, data: bytes) -> tuple[dict[str, Any], bytes] | None:
    """Head and body again; None when the bytes are torn, or carry another token."""
    line, _, body = data.partition(b"\n")
    try:
        head = from_json(line)
        ours = compare_digest(str(head["token"]).encode(), token.encode())
        whole = ours and head["length"] == len(body) and head["sha256"] == sha256(body).hexdigest()
    except (ValueError, TypeError, KeyError):
        return None
    return (head, body) if whole else None
