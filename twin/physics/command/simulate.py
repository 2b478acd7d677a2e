"""The run: a folder with the inputs, the program, the numbers it wrote, the files to keep."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from twin.kinds import Context, Monitor, Target
from twin.physics.command.measure import UnreadableError, hidden, read_scalars, tail
from twin.physics.command.process import Ending, watch
from twin.physics.command.spec import CommandSpec
from twin.physics.command.surroundings import environment, furnish, secrets
from twin.result.model import Result

__all__ = ["simulate"]

SAID = 600  # characters of standard error that go into the reason


def simulate(spec: CommandSpec, target: Target, monitor: Monitor, context: Context) -> Result:
    """Run the program once; how it ends decides the status, what it wrote the scalars."""
    argv = [str(part) for part in spec.argv]
    with TemporaryDirectory(prefix="twin-command-") as folder:
        work, out, err = Path(folder) / "work", Path(folder) / "out", Path(folder) / "err"
        work.mkdir()
        furnish(work, spec, context.folder)
        variables = environment(spec, work, context.seed)
        try:
            ending = watch(_found(argv, work), work, variables, out, err, spec.time_limit, monitor)
        except OSError as error:
            return Result("failed", reason=f"{argv[0]} could not be started: {error.strerror or error}")
        hide = secrets(spec, variables)
        said = hidden(tail(err), hide)
        log = hidden("$ " + " ".join(argv) + "\n", hide) + hidden(tail(out), hide) + (f"[standard error]\n{said}" if said else "")
        if context.scratch is not None:
            _keep(work, spec, context.scratch)
        return _judged(spec, ending, said, log, work)


def _judged(spec: CommandSpec, ending: Ending, said: str, log: str, work: Path) -> Result:
    """Status, reason and scalars of a program that has ended."""
    stats = {"exit_code": ending.code, "program_seconds": ending.seconds}
    if ending.how == "cancelled":
        return Result("stopped", reason="cancelled", stats=stats, log=log)
    if ending.how == "time limit":
        return Result("failed", reason=f"the program was killed at its time limit of {spec.time_limit:g} s", stats=stats, log=log)
    if ending.code != 0:
        how = f"ended with exit code {ending.code}" if ending.code > 0 else f"was killed by signal {-ending.code}"
        last = said.strip()[-SAID:]
        return Result("failed", reason=f"the program {how}" + (f": {last}" if last else ""), stats=stats, log=log)
    if not spec.scalars:
        return Result("done", stats=stats, log=log)
    try:
        measured, missing = read_scalars(work / spec.scalars_file, spec.scalars)
    except UnreadableError as error:
        return Result("failed", reason=str(error), stats=stats, log=log)
    return Result("done", reason="; ".join(missing), scalars=measured, stats=stats, log=log)


def _found(argv: list[str], work: Path) -> list[str]:
    """The command line with an input that is the program made executable and named by its place."""
    program = work / argv[0]
    if not program.is_file():
        return argv
    program.chmod(program.stat().st_mode | 0o100)
    return [str(program), *argv[1:]]


def _keep(work: Path, spec: CommandSpec, scratch: Path) -> None:
    """Copy the outputs; a link that leads out of the program's folder is not followed."""
    home = work.resolve()
    for pattern in spec.outputs:
        for file in work.glob(pattern):
            if file.is_file() and file.resolve().is_relative_to(home):
                place = scratch / file.relative_to(work)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, place)
