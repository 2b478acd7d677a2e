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
        self._store, self._id = store, id
        self._every, self._saved, self._used = every, time.monotonic(), False

    @property
    def path(self) -> Path:
        """Where the state is kept."""
        return self._store.path / "checkpoints" / self._id[:2] / f"{self._id}.npz"

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
        write_bytes(self.path, buffer.getvalue())
        self._saved, self._used = time.monotonic(), True

    def load(self) -> Mapping[str, np.ndarray] | None:
        """The last state; None when there is none, or it is damaged: then the run begins anew."""
        import numpy as np

        self._used = True
        try:
            with np.load(self.path, allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile, KeyError):
            return None

    def discard(self) -> None:
        """The job has its result: the state is not needed any more."""
        if self._used:  # most kinds keep none
            self.path.unlink(missing_ok=True)
