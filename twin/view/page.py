"""The shell of every page that we write: one file, no network, light and dark."""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from twin.view import player

__all__ = ["page", "player_assets", "player_box", "style"]

STYLES = Path(__file__).resolve().parent / "styles"
# A page may run and draw what stands in it, and can ask the network for nothing at all.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; connect-src data: blob:"


def page(title: str, body: str, *, styles: Sequence[str] = (), scripts: Sequence[str] = ()) -> str:
    """A whole HTML document; `styles` are names in styles/ or CSS text, `scripts` JavaScript text."""
    css = "\n".join([_colors(), style("theme.css"), *(style(name) if name.endswith(".css") else name for name in styles)])
    code = "".join(f"<script>{_inside_script(script)}</script>\n" for script in scripts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>\n{css}\n</style>\n</head>\n<body>\n{body}\n{code}</body>\n</html>\n"
    )


def player_box(glb: bytes, key: str, *, keys: str = "here") -> str:
    """The place of a player and its scene, packed; the page also needs the player's script and style once.

    `keys="page"`: the keyboard drives this player wherever the reader is on the page.
    """
    packed = base64.b64encode(gzip.compress(glb, 9, mtime=0)).decode()
    return (
        f'<div class="twin-player" data-scene="{escape(key)}" data-keys="{keys}"></div>\n'
        f'<script type="model/gltf-binary" id="{escape(key)}">{packed}</script>\n'
    )


@cache
def style(name: str) -> str:
    """A file of styles/."""
    return (STYLES / name).read_text(encoding="utf-8")


@cache
def _colors() -> str:
    """Light by default; dark where the reader switched to it, or where the system asks and the reader did not switch back."""
    colors = style("colors.css")
    dark = re.search(r':root\[data-theme="dark"\] \{(.*?)\}', colors, re.DOTALL)
    system = f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{{dark[1]}}} }}' if dark else ""
    return f"{colors}\n{system}"


def _inside_script(code: str) -> str:
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def player_assets() -> tuple[str, str]:
    """Style and script of the player, with the licence text of what the script contains."""
    return player.style(), f"/*\n{player.licences()}*/\n{player.script()}"
