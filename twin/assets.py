"""Where the bundled data lives: beside the packages in a checkout, inside `twin` in a wheel."""

from __future__ import annotations

from pathlib import Path

__all__ = ["bundled", "root"]


def root() -> Path:
    """Folder with scenarios/, robots/, ... of this installation."""
    here = Path(__file__).resolve().parent
    packaged = here / "_assets"
    return packaged if packaged.is_dir() else here.parent / "assets"


def bundled() -> dict[str, Path]:
    """Bundled scenarios: name -> file, sorted by name."""
    files = sorted((root() / "scenarios").glob("*.twin.yaml"))
    return {file.name.removesuffix(".twin.yaml"): file for file in files}
