"""Files that a scenario may refer to: beside it, below the working folder, or bundled; nothing else on the machine."""

from __future__ import annotations

from pathlib import Path

from twin import assets
from twin.errors import BadInput

__all__ = ["is_file", "resolve"]


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is none."""
    try:
        return path.is_file()
    except OSError:  # longer than the system allows
        return False


def resolve(path: str | Path, folder: Path) -> Path:
    """The file that `path` names, absolute and with symbolic links followed.

    A relative path is looked for from the scenario's `folder`, then in the bundled assets.

    Raises:
        BadInput: no such file, or one outside the scenario's folder, the working folder and the bundled assets.
    """
    roots = _roots(folder)
    candidates = [Path(path)] if Path(path).is_absolute() else [folder / path, assets.root() / path]
    try:
        there = [found for c in candidates if (found := c.resolve()).is_file()]
    except (OSError, ValueError, RuntimeError) as error:  # too long, a zero byte in it, a circle of links
        raise BadInput("file", str(path), "the path of a file", f"No file can have this name: {error}.") from error
    inside = [found for found in there if any(found.is_relative_to(root) for root in roots)]
    if inside:
        return inside[0]
    if there or not any(c.resolve().is_relative_to(root) for c in candidates for root in roots):
        allowed = "a file below " + ", ".join(str(root) for root in roots)
        raise BadInput("file", str(path), allowed, f"It leads to {candidates[0].resolve()}; copy it beside the scenario.")
    looked = " and ".join(str(c.parent.resolve()) for c in candidates)
    raise BadInput("file", str(path), "an existing file", f"There is no file {candidates[0].name} in {looked}.")


def _roots(folder: Path) -> list[Path]:
    """The folders whose files may be read, each once."""
    return list(dict.fromkeys(root.resolve() for root in (folder, Path.cwd(), assets.root())))
