"""A checkpoint of a run in a store: named arrays, complete or absent, found again by the id of the job."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.result.aside import write_bytes

if TYPE_CHECKING:
    import numpy as np

    from twin.result.store import Store

__all__ = ["StoredCheckpoint"]

EVERY_SECONDS = 30.0


class StoredCheckpoint:
    """The last state of one job. Another attempt, on whatever node sees the store, goes on from it."""

    def __init__(self, store: Store, id: str, *, every: float = EVERY_SECONDS) -> None:
        """`every`: seconds between saves, as long as the run is not asked to end."""
        self._path = checkpoint_file(store, id)
        self._every, self._saved = every, time.monotonic()

    def due(self) -> bool:
        """Whether it is time to save again."""
        return time.monotonic() - self._saved >= self._every

    def save(self, **arrays: Any) -> None:
        """Keep this state in place of the one before.

        Raises:
            StoreFault: it cannot be written; the one before is still there.
        """
        import numpy as np

        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        write_bytes(self._path, buffer.getvalue())
        self._saved = time.monotonic()

    def load(self) -> Mapping[str, np.ndarray] | None:
        """The last state; None when there is none, or it is damaged: then the run begins anew."""
        import numpy as np

        try:
            with np.load(self._path, allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile, KeyError):
            return None

    def discard(self) -> None:
        """The job has its result: the state is not needed any more."""
        self._path.unlink(missing_ok=True)


def checkpoint_file(store: Store, id: str) -> Path:
    """Where the state of a job is kept."""
    return store.path / "checkpoints" / id[:2] / f"{id}.npz"
