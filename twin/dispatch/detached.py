"""A driver in a process of its own: it outlives the shell that submitted the batch. `python -m twin.dispatch.detached STORE BATCH`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from twin.dispatch.paths import batch_folder
from twin.errors import NodeFailed, TwinError

if TYPE_CHECKING:
    from twin.dispatch.batch import Batch
    from twin.dispatch.submission import Limits

__all__ = ["detached", "main"]

START_SECONDS = 60.0  # until the new process has taken the batch over
LOOK_SECONDS = 0.05


def detached(batch: Batch, limits: Limits) -> None:
    """Start the driver of a batch, and return once it drives.

    Raises:
        NodeFailed: it did not begin; what it said is in the message.
    """
    folder = batch_folder(batch.store, batch.id) / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    options = [f"--max-jobs={limits.jobs}"] if limits.jobs is not None else []
    options += [f"--max-hours={limits.hours}"] if limits.hours is not None else []
    command = [sys.executable, "-m", "twin.dispatch.detached", str(batch.store.path.absolute()), batch.id, *options]
    with (folder / "detached.log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if batch.begun:
            return
        if process.poll() is not None:
            break
        time.sleep(LOOK_SECONDS)
    process.terminate()
    said = (folder / "detached.log").read_text(encoding="utf-8", errors="replace").strip()
    raise NodeFailed(f"batch {batch.id}: its driver did not begin. It said: {said or 'nothing'}. `twin retry {batch.id}` runs it here.")


def main(arguments: Sequence[str]) -> int:
    """Drive the batch to its end; the exit code."""
    from twin.dispatch.batch import open_batch
    from twin.dispatch.submission import Limits, retry

    parser = argparse.ArgumentParser(prog="twin.dispatch.detached")
    parser.add_argument("store")
    parser.add_argument("batch")
    parser.add_argument("--max-jobs", type=int, default=None)
    parser.add_argument("--max-hours", type=float, default=None)
    given = parser.parse_args(arguments)
    try:
        retry(open_batch(given.batch, given.store), Limits(given.max_jobs, given.max_hours))
    except TwinError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
