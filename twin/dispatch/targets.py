"""Where batches may run: `local`, and what `targets.yaml` of the project and of the user name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from twin.errors import BadInput, BadScenario, Fault, UnknownName
from twin.scenario import Spec
from twin.scenario.address import walk
from twin.scenario.faults import faults_of
from twin.scenario.text import read
from twin.units import Bytes, Time

__all__ = ["LOCAL", "Destination", "destination", "destinations"]


class SlurmSection(Spec):
    """How a Slurm cluster is asked."""

    partition: str = Field("", description="by default the cluster's")
    account: str = Field("", description="by default the user's")
    time: Time | None = Field(None, gt=0, description="wall time [s] of an array element; empty: the partition's")
    options: list[str] = Field(default_factory=list, description="further options of sbatch, such as --constraint=icelake")


class RaySection(Spec):
    """How a Ray cluster is reached."""

    address: str = Field(description="host:port of its head; never guessed")
    namespace: str = Field("twin", description="of our actors")
    labels: dict[str, str] = Field(default_factory=dict, description="labels of the nodes to use, as Ray knows them")
    token_file: str = Field("", description="file with the cluster's token; its content is never stored or logged")


class Destination(Spec):
    """One target."""

    backend: Literal["process", "inline", "slurm", "ray"] = Field("process", description="what runs the jobs there")
    labels: dict[str, str] = Field(default_factory=dict, description="what jobs may ask for in resources.labels")
    residency: str = Field("", pattern=r"^([A-Z]{2})?$", description="ISO 3166 code of the country that data there does not leave")
    environment: str = Field("", description="path of a Python environment there that has twin; empty: the same path as here")
    container: list[str] = Field(default_factory=list, description="command that ours is put behind, such as apptainer exec twin.sif")
    concurrency: int | None = Field(None, ge=1, description="jobs at a time; by default as many as fit")
    commands: bool = Field(False, description="whether jobs of kind `command` may run there; on `local` they may")
    cpus: int | None = Field(None, ge=1, description="cores of its largest node; empty: not known")
    memory: Bytes | None = Field(None, gt=0, description="main memory of its largest node [B]; empty: not known")
    gpus: int = Field(0, ge=0, description="GPUs of its largest node")
    gpu_memory: Bytes | None = Field(None, gt=0, description="memory of one of its GPUs [B]")
    slurm: SlurmSection | None = Field(None, description="for backend: slurm")
    ray: RaySection | None = Field(None, description="for backend: ray")

    @model_validator(mode="after")
    def _sections(self) -> Destination:
        if self.backend == "ray" and self.ray is None:
            raise ValueError("a `ray:` section with the cluster's address for backend: ray")
        if self.backend == "ray" and self.container:
            raise ValueError("`environment` for backend: ray, whose nodes run in containers of their own")
        if self.environment and self.container:
            raise ValueError("`environment` or `container`, not both")
        return self

    @property
    def launcher(self) -> list[str]:
        """The beginning of a command line that runs our Python there."""
        import sys

        if self.container:
            return [*self.container, "python"]
        return [str(Path(self.environment) / "bin" / "python")] if self.environment else [sys.executable]


LOCAL = Destination(commands=True)


class _File(Spec):
    """A targets file."""

    targets: dict[str, Destination] = Field(description="name -> target")


def destination(name: str) -> Destination:
    """The target of that name.

    Raises:
        UnknownName: there is none; the message names those that there are.
        BadScenario: a targets file has faults.
    """
    known = destinations()
    if name not in known:
        error = UnknownName("--on", name, known)
        error.args = (f"{error} Targets are named in {' or '.join(map(str, _files()))}.",)
        raise error
    return known[name]


def destinations() -> Mapping[str, Destination]:
    """Every target by its name; the project's file wins over the user's.

    Raises:
        BadScenario: a file has faults; each with its line.
    """
    found = {"local": LOCAL}
    for file in _files():
        if file.is_file():
            found |= _read(file)
    return found


def _files() -> list[Path]:
    """The user's file, then the project's; TWIN_TARGETS names one that stands for both."""
    if named := os.environ.get("TWIN_TARGETS"):
        return [Path(named)]
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return [home / "twin" / "targets.yaml", Path("targets.yaml")]


def _read(file: Path) -> dict[str, Destination]:
    text = read(file)
    faults = list(text.faults)
    data: Any = text.data if isinstance(text.data, Mapping) else {"targets": text.data}
    found: dict[str, Destination] = {}
    try:
        found = dict(_File.model_validate(data).targets)
    except ValidationError as error:
        wrong = faults_of(error, _File, data)
        faults += [replace(fault, file=str(file), line=text.line(walk(data, fault.path)[0])) for fault in wrong]
    if "local" in found and found["local"].backend not in ("process", "inline"):
        faults.append(Fault("targets.local.backend", found["local"].backend, "process or inline: it is this machine", "", str(file), 1))
    if faults:
        raise BadScenario(faults)
    local = found.get("local")
    if local is not None and "commands" not in local.model_fields_set:
        found["local"] = local.model_copy(update={"commands": True})
    return found


def restored(document: Mapping[str, Any]) -> Destination:
    """A target as a ticket holds it.

    Raises:
        BadInput: it is none.
    """
    try:
        return Destination.model_validate(document)
    except ValidationError as error:
        raise BadInput("target of the batch", dict(document), "a target", str(error.errors()[0]["msg"])) from error
