"""`twin.view(result)`: inline in a notebook, else one page on disk and a browser tab. No server."""

from __future__ import annotations

import sys
import tempfile
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import StoreFault
from twin.result import Result, open, result_json
from twin.view.html import player_html
from twin.view.plots import line_chart

__all__ = ["Page", "result_page", "view"]

PLOTTED = 24  # at most so many histories of a result that has no scene


@dataclass(frozen=True)
class Page:
    """A page that was made: `html` text, and the file it was written to, if it was.

    In a notebook it shows itself in a frame of `height` pixels.
    """

    html: str
    path: Path | None = None
    height: int = 640

    def __repr__(self) -> str:
        return f"Page({str(self.path) if self.path else f'{len(self.html)} characters'})"

    def _repr_html_(self) -> str:
        # srcdoc keeps the notebook in one file
        look = f"width:100%;height:{self.height}px;border:0;border-radius:12px"
        return f'<iframe srcdoc="{escape(self.html)}" style="{look}" allowfullscreen></iframe>'


def view(result: Result | Path | str, *, html: Path | str | None = None, open_browser: bool = True) -> Page:
    """Show a result.

    Args:
        result: a result, or the folder of one.
        html: where to write the page; without it a notebook shows the page inline and otherwise a temporary file is written.
        open_browser: open the page in a browser tab (never in a notebook; a machine without a browser just gets the path).

    Raises:
        BadInput: the folder holds no result.
        StoreFault: the page cannot be written.
    """
    text = result_page(result)
    if html is None and in_notebook():
        return Page(text)
    path = write_page(text, html, stem="result")
    if open_browser and not in_notebook():
        show_file(path)
    return Page(text, path)


def result_page(result: Result | Path | str) -> str:
    """The page of a result, or of the folder of one."""
    folder = None if isinstance(result, Result) else Path(result)
    whole = result if isinstance(result, Result) else open(result)
    summary = result_json(whole)
    title = whole.name or whole.kind or "result"
    if folder is not None and (folder / "scene.glb").is_file():
        return player_html((folder / "scene.glb").read_bytes(), title, summary)
    return player_html(whole.scene, title, summary, plots=_histories(whole) if whole.scene is None else ())


def write_page(text: str, path: Path | str | None, *, stem: str) -> Path:
    """Write a page to `path`, or to a new temporary folder; returns where it is."""
    target = Path(path) if path is not None else Path(tempfile.mkdtemp(prefix="twin-")) / f"{stem}.html"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreFault(f"{target} cannot be written: {error.strerror or error}. Name another file with --html.") from error
    return target.resolve()


def show_file(path: Path) -> bool:
    """Open a page in the browser; False where there is none."""
    try:
        return webbrowser.open(path.as_uri())
    except webbrowser.Error:
        return False


def in_notebook() -> bool:
    """Whether a Jupyter kernel runs this."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")


def _histories(result: Result) -> list[str]:
    if result.series is None:
        return []
    series = result.series
    by_unit: dict[str, dict[str, Any]] = {}
    for name in list(series.columns)[:PLOTTED]:
        by_unit.setdefault(series.units.get(name, ""), {})[name] = series.columns[name]
    return [_history(series.t, columns, unit) for unit, columns in by_unit.items()]


def _history(t: np.ndarray, columns: Mapping[str, np.ndarray], unit: str) -> str:
    return line_chart(t, columns, x_label="time [s]", y_label=unit, title=f"Histories in {unit or 'pure numbers'}")
