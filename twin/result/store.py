"""Where results live: a folder of folders, found by id. The layout is written down in docs/results.md."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from twin.errors import BadInput, StoreFault, UnknownName
from twin.result.aside import aside, write_bytes
from twin.result.document import dumps, result_json
from twin.result.folder import open_folder, write_files
from twin.result.model import Result

__all__ = ["Store"]


class Store:
    """The results under one path: `path`, else the variable TWIN_STORE, else ./twin-store. Made when first written to."""

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path or os.environ.get("TWIN_STORE") or "twin-store").absolute()
        self._results = str(self.path / "results")

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"

    def folder(self, id: str) -> Path:
        """Where the result of this id lies, or would lie."""
        return Path(self._results, id[:2], id)

    def has(self, id: str) -> bool:
        """Whether there is a folder for this id; it is complete when there is. Asked for every job of a batch: no Path objects."""
        return os.path.isdir(f"{self._results}/{id[:2]}/{id}")

    def get(self, id: str) -> Result | None:
        """The result of this id; None when there is none, or its folder is damaged: then it is computed again."""
        if not self.has(id):
            return None
        try:
            return open_folder(self.folder(id))
        except (BadInput, StoreFault):
            return None

    def put(self, result: Result, document: Mapping[str, Any], *, scratch: Path | None = None, files: bool = True) -> Path:
        """Publish `result` under its id, once: of several writers the first wins, and its numbers stay.

        An id covers what decides the numbers, not the bounds: when the same numbers come with another verdict or
        name, these are brought up to date. A damaged folder is replaced. `files=False` leaves series, arrays and scene out.

        Raises:
            StoreFault: it cannot be written (full disk ...); nothing is left behind.
        """
        folder = self.folder(result.id)
        if self.get(result.id) is None:
            self.discard(result.id)
            light = result if files else replace(result, series=None, arrays={}, scene=None)
            with aside(folder) as fresh:
                write_files(light, document, fresh, scratch=scratch)
                if _publish(fresh, folder):
                    return folder
        self._judge_again(result)
        return folder

    def find(self, prefix: str) -> Path:
        """The folder of the one result whose id begins with `prefix`.

        Raises:
            UnknownName: there is none.
            BadInput: there are several, or it is no prefix of an id.
        """
        if not re.fullmatch(r"[0-9a-f]{1,64}", prefix):
            raise BadInput(f"result in {self.path}", prefix, "the first letters of a result's id (0-9, a-f)", "`twin results` lists ids.")
        found = sorted(id for id in self.ids() if id.startswith(prefix))
        if not found:
            raise UnknownName(f"result in {self.path}", prefix, [id[:12] for id in sorted(self.ids())[:10]])
        if len(found) > 1:
            raise BadInput(f"result in {self.path}", prefix, "a prefix of one id", f"It fits {', '.join(id[:12] for id in found[:5])}.")
        return self.folder(found[0])

    def ids(self, beginning: str = "??") -> Iterator[str]:
        """Ids of all results that have a folder, or of those with these first two digits."""
        for folder in Path(self._results).glob(f"{beginning}/*"):
            if not folder.name.startswith("."):
                yield folder.name

    def discard(self, id: str) -> None:
        """Remove the folder of this id; readers see it whole or not at all."""
        if self.has(id):
            with aside(self.folder(id)) as gone:
                self.folder(id).rename(gone)

    def _judge_again(self, result: Result) -> None:
        stored, now = result_json(open_folder(self.folder(result.id))), result_json(result)
        judged = stored | {key: now[key] for key in ("name", "verdict", "expectations")}
        if judged != stored:
            write_bytes(self.folder(result.id) / "result.json", dumps(judged).encode())


def _publish(fresh: Path, folder: Path) -> bool:
    """Rename; False when another was first."""
    try:
        fresh.rename(folder)
    except OSError:
        if folder.is_dir():
            return False
        raise
    return True
