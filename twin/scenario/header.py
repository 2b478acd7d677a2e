"""The top-level keys that all kinds share; every other key belongs to the kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field, field_validator

from twin.scenario.schema import Spec
from twin.scenario.sweep import Sweep
from twin.units import Bytes, Time

__all__ = ["Header", "Policy", "Resources", "full_model"]


class Resources(Spec):
    """What one job may use; the planner and the dispatcher hold it to this."""

    cpu: int = Field(1, ge=1, description="cores")
    gpu: float = Field(0, ge=0, description="GPUs; a fraction shares one")
    gpu_memory: Bytes | None = Field(None, gt=0, description="GPU memory [B]; several jobs share a GPU by it; empty: not known")
    labels: dict[str, str] = Field(default_factory=dict, description="labels that the target must have, such as {gpu: b200}")
    memory: Bytes | None = Field(None, gt=0, description="main memory [B]; empty: no limit")
    time: Time | None = Field(None, gt=0, description="wall time [s] after which the job is ended; empty: no limit")


class Policy(Spec):
    """Where a job may run."""

    residency: str | None = Field(None, pattern=r"^[A-Z]{2}$", description="ISO 3166 country code that data may not leave; empty: anywhere")


class StudyBlock(Spec):
    """What must hold over the batch."""

    expect: dict[str, Any] = Field(default_factory=dict, description="pass_rate, <scalar>.p95, <scalar>.mean ... -> bound")


class Header(Spec):
    """The common keys as written; `expect` and `study` are read further where the kind's scalars are known."""

    twin: Literal[1] = Field(description="version of this format")
    kind: str = Field(description="which physics answers: `twin list` names them")
    name: str = Field("", description="what reports call it; by default the file's name")
    description: str = Field("", description="a sentence or two for whoever reads the report")
    site: str | None = Field(None, description="shared layout file, or the name of a bundled one")
    seed: int = Field(0, ge=0, lt=2**63, description="every random number of the run comes from it")
    needs: dict[str, str | dict[str, Any]] = Field(
        default_factory=dict, description="alias -> scenario (file or name) or result folder, used as {from: alias.scalar}"
    )
    expect: dict[str, Any] = Field(default_factory=dict, description="scalar -> {min, max, equal, within, tolerance}")
    sweep: Sweep | None = Field(None, description="many jobs from one file")
    study: StudyBlock = Field(
        default_factory=lambda: StudyBlock.model_validate({}), description="what must hold over all jobs of the sweep"
    )
    resources: Resources = Field(default_factory=lambda: Resources.model_validate({}), description="what one job may use")
    policy: Policy = Field(default_factory=lambda: Policy.model_validate({}), description="where a job may run")
    keep: str = Field("failed", description="which jobs of a batch keep folders: all | failed | worst N | none")

    @field_validator("keep", mode="before")
    @classmethod
    def _keep(cls, given: Any) -> str:
        """`{worst: 10}` is read as `worst 10`."""
        text = f"worst {given['worst']}" if isinstance(given, Mapping) and list(given) == ["worst"] else str(given)
        if not re.fullmatch(r"all|failed|none|worst [1-9][0-9]*", text):
            raise ValueError("all, failed, none, or worst N such as `worst 10`")
        return text


def full_model(spec: type[BaseModel]) -> type[BaseModel]:
    """Header and the kind's own keys in one model: for JSON Schema and for naming what may stand at the top level."""
    from pydantic import create_model

    own: dict[str, Any] = {name: (field.annotation, field) for name, field in spec.model_fields.items()}
    return create_model("Scenario", __base__=Header, __doc__=spec.__doc__, **own)


COMMON = frozenset(Header.model_fields)
