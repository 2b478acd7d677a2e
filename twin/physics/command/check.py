"""What can be known to be wrong before the program starts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from twin.errors import Fault, nearest
from twin.kinds import Context
from twin.physics.command.spec import CommandSpec
from twin.physics.command.surroundings import inside, search_path
from twin.scenario.paths import resolve

__all__ = ["check", "files"]


def files(spec: CommandSpec, folder: Path) -> list[Path]:
    """The input files."""
    return [resolve(name, folder) for name in spec.inputs]


def check(spec: CommandSpec, context: Context) -> Sequence[Fault]:
    """A program that is not there, inputs that overwrite each other, variables that are not set."""
    faults = list[Fault]()
    program, copied = str(spec.argv[0]), [inside(name) for name in spec.inputs]
    if PurePosixPath(program) not in copied and shutil.which(program, path=search_path()) is None:
        remedy = nearest(program, map(str, copied)) or "Install it, or name its file under `inputs`."
        faults.append(Fault("argv.0", program, "a program on the PATH, or one of the inputs", remedy))
    for i, place in enumerate(copied):
        if place in copied[:i]:
            faults.append(Fault(f"inputs.{i}", spec.inputs[i], "inputs with different names", f"Another input is {place} too."))
    for i, name in enumerate(spec.pass_environment):
        if name not in os.environ:
            faults.append(Fault(f"pass_environment.{i}", name, "a variable that is set here", f"Run with {name}=... in front."))
    return faults
