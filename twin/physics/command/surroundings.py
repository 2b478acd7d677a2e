"""What a program finds around it: a folder with its inputs, and an environment that says little about this machine."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from twin.physics.command.spec import CommandSpec
from twin.scenario.paths import resolve

__all__ = ["environment", "furnish", "inside", "search_path", "secrets"]


def inside(name: str) -> PurePosixPath:
    """Where an input lies in the program's folder: as named, or by its last part when it was named from elsewhere."""
    path = PurePosixPath(name)
    return PurePosixPath(path.name) if path.is_absolute() or ".." in path.parts else path


def furnish(work: Path, spec: CommandSpec, folder: Path) -> None:
    """Copy the inputs into the empty folder `work` and write parameters.json there."""
    for name in spec.inputs:
        place = work / inside(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(resolve(name, folder), place)
    if spec.parameters:
        (work / "parameters.json").write_text(json.dumps(spec.parameters, indent=1), encoding="utf-8")


def search_path() -> str:
    """PATH, this Python's folder first, so that `python` is the one with twin in it."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def environment(spec: CommandSpec, work: Path, seed: int) -> dict[str, str]:
    """All variables of the program; nothing else of ours reaches it."""
    least = {"PATH": search_path(), "HOME": str(work), "TMPDIR": str(work), "LANG": "C.UTF-8", "TWIN_SEED": str(seed)}
    passed = {name: os.environ[name] for name in spec.pass_environment if name in os.environ}
    return {**least, **passed, **{name: str(value) for name, value in spec.environment.items()}}


def secrets(spec: CommandSpec, variables: Mapping[str, str]) -> list[str]:
    """Values that must not be seen in a log: those of every variable that the user set, unless they are too short to hide."""
    return [variables[name] for name in (*spec.pass_environment, *spec.environment) if len(variables.get(name, "")) > 3]
