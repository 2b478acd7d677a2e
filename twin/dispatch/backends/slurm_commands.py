"""Slurm's client commands: each with a time-out, and errors in our words."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from twin.dispatch.spool import Element
from twin.errors import NodeFailed

__all__ = ["Row", "SlurmCommands", "SlurmSilent"]

SECONDS = 30.0  # longest wait for a command
FORMAT = "%F|%K|%T|%k|%N|%r"
SILENCE = re.compile(
    r"unable to contact|timed out|connection refused|connection reset|zero bytes|temporarily unable|"
    r"communications? (failure|error)|no route to host|slurm backup controller in standby|job submit limit|QOSMaxSubmit",
    re.IGNORECASE,
)


class SlurmSilent(NodeFailed):
    """slurmctld does not answer, or not now: nothing is known, and nothing is lost by it."""


@dataclass(frozen=True, slots=True)
class Row:
    """An array element as Slurm sees it.

    Attributes:
        id: `JOB_INDEX`; for scancel, and never for telling elements apart: ids are handed out again.
        state: in long form: PENDING, RUNNING, COMPLETED ...
        reason: of its state; `None` when there is no other.
    """

    element: Element
    id: str
    state: str
    nodes: str
    reason: str


@dataclass(frozen=True, slots=True)
class SlurmCommands:
    """sbatch, squeue, scancel, sinfo and sacct.

    Attributes:
        prefix: what stands before each of them, for a Slurm that is reached in a roundabout way.
        seconds: longest wait for one of them.
    """

    prefix: Sequence[str] = ()
    seconds: float = SECONDS

    def submit(self, script: str, options: Sequence[str]) -> None:
        """Hand in a script. The job id that sbatch prints is not worth keeping.

        Raises:
            SlurmSilent: perhaps it was taken, perhaps not.
            NodeFailed: Slurm refuses it.
        """
        self._call(["sbatch", "--parsable", *options], script)

    def elements(self, name: str) -> list[Row]:
        """All array elements of our jobs of that name, ended ones as long as Slurm remembers them.

        Raises:
            SlurmSilent: no answer.
        """
        lines = self._call(["squeue", "--noheader", "--me", "--array", "--states=all", f"--name={name}", f"--format={FORMAT}"])
        return [row for line in lines.splitlines() if (row := _row(line))]

    def cancel(self, name: str, ids: Sequence[str] = ()) -> None:
        """End our jobs of that name; of these ids only, if there are any. A stranger's job with such an id is spared.

        Raises:
            SlurmSilent: no answer.
        """
        try:
            self._call(["scancel", "--me", f"--name={name}", *ids])
        except SlurmSilent:
            raise
        except NodeFailed:  # its way of saying that there was nothing to end
            return

    def partitions(self) -> list[str]:
        """Names of all partitions.

        Raises:
            SlurmSilent: no answer.
        """
        return sorted(set(self._call(["sinfo", "--noheader", "--format=%R"]).split()))

    def ending(self, name: str, id: str) -> str | None:
        """What the accounting says of an ended element, such as `FAILED 9:0`; None where there is no accounting."""
        fields = ["--noheader", "--parsable2", "--allocations", f"--name={name}", f"--jobs={id}", "--format=State,ExitCode"]
        try:
            lines = self._call(["sacct", *fields]).splitlines()
        except NodeFailed:
            return None
        return lines[-1].replace("|", " ").strip() if lines else ""

    def _call(self, command: Sequence[str], text: str = "") -> str:
        try:
            done = subprocess.run([*self.prefix, *command], input=text, capture_output=True, text=True, timeout=self.seconds, check=False)
        except subprocess.TimeoutExpired as error:
            raise SlurmSilent(f"{command[0]} did not answer within {self.seconds:g} s") from error
        except OSError as error:
            raise NodeFailed(f"{command[0]} cannot be run here ({error.strerror}): is this a machine that submits to Slurm?") from error
        if done.returncode == 0:
            return done.stdout
        said = done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}"
        if SILENCE.search(said):
            raise SlurmSilent(f"{command[0]}: {said}")
        raise NodeFailed(
            f"{command[0]} was refused: {said}. Check partition, account and limits of the target (`sinfo`, `sacctmgr show assoc`)."
        )


def _row(line: str) -> Row | None:
    """None for a job that is no element of ours, whatever its name."""
    fields = line.split("|", 5)
    if len(fields) < 6 or not fields[1].isdigit() or not fields[3]:
        return None
    job, index, state, comment, nodes, reason = fields
    return Row(Element(comment.split()[0], int(index)), f"{job}_{index}", state, nodes, reason)
