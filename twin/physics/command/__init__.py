"""Kind `command`: any program as a job: an external solver, a training run, the evaluation of a model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from twin.kinds import Kind
from twin.physics.command.check import check, files
from twin.physics.command.cost import cost
from twin.physics.command.simulate import simulate
from twin.physics.command.spec import CommandSpec

__all__ = ["KIND"]

EXAMPLE = """\
twin: 1
kind: command
name: my_program
description: A program of your own, judged by the numbers that it writes.
argv: [python, -c, "import json; json.dump({'answer': 42}, open('scalars.json', 'w'))"] # a list: no shell reads it
# inputs: [solve.py, mesh.stl]     # copied into the empty folder that the program starts in; part of the job's identity
# parameters: {friction: 0.3}      # written there as parameters.json; sweep them as parameters.friction
# environment: {OMP_NUM_THREADS: 1}
# outputs: ["*.csv"]               # kept with the result
time_limit: 1 min
scalars: {answer: "1"} # name: unit of every number in scalars.json
expect:
  answer: {equal: 42}
"""


def scalars(spec: CommandSpec) -> Mapping[str, str]:
    """The declared scalars. How long the program took stands in the statistics: it is another time on every run."""
    return spec.scalars


@cache
def version() -> Mapping[str, str]:
    """Hash of this kind's source."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return {"source": sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]}


KIND = Kind(
    name="command",
    summary="any program as a job, judged by the numbers it writes",
    spec=CommandSpec,
    simulate=simulate,
    scalars=scalars,
    version=version,
    files=files,
    check=check,
    cost=cost,
    example=EXAMPLE,
)
