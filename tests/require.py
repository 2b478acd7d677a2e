"""Skip what a machine cannot do, but fail where `TWIN_REQUIRE` says that it must."""

from __future__ import annotations

import os

import pytest

__all__ = ["needs"]


def needs(name: str, condition: object, reason: str) -> None:
    """Skip the test unless `condition` holds; fail instead when `name` stands in TWIN_REQUIRE (comma-separated)."""
    if condition:
        return
    if name in os.environ.get("TWIN_REQUIRE", "").split(","):
        pytest.fail(f"TWIN_REQUIRE names {name}, but {reason}")
    pytest.skip(reason)
