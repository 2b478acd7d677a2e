"""Real drivers in real processes, to be killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from twin.dispatch import open_batch
from twin.errors import TwinError

TWIN = str(Path(sys.executable).with_name("twin"))


class Driver:
    """`twin submit` (or `retry`) under way."""

    def __init__(self, folder, *arguments):
        self.store = folder / "store"
        self.process = subprocess.Popen(
            [TWIN, *map(str, arguments), "--store", str(self.store)],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def batch(self):
        return until(lambda: open_batch("latest", self.store))

    def workers(self):
        """Its worker processes."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if "twin.dispatch.worker" in child.cmdline()]

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self, timeout=300):
        """Exit code, standard output, standard error."""
        out, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, out, err

    def account(self, answer):
        """What it said at its end, and what became of every batch of its store: for the message of a test that fails."""
        code, out, err = answer
        lines = [f"{' '.join(self.process.args[1:])}: exit code {code}", f"stdout: {out}", f"stderr: {err}"]
        for folder in sorted((self.store / "batches").glob("*")):
            try:
                batch = open_batch(folder.name, self.store)
                lines += [f"batch {folder.name}: {batch.status()}", batch.log]
                lines += [f"job {row['index']}: {row['status']}, {row['reason']}" for row in batch.rows() if row["status"] != "done"]
            except TwinError as error:
                lines.append(f"batch {folder.name}: {error}")
        return "\n".join(lines)


def until(ask, seconds=120):
    """The first true answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if answer := ask():
                return answer
        except TwinError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"nothing after {seconds} s")


def ended(batch, count):
    """Whether so many jobs of the batch have ended."""
    return batch.results().num_rows >= count
