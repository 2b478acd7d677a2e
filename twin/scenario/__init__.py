"""What a user writes, read and checked into frozen SI values."""

from twin.scenario.blueprint import Blueprint
from twin.scenario.build import from_document
from twin.scenario.expect import judge, verdict, verdict_of
from twin.scenario.identity import identity
from twin.scenario.job import Job, Sheet, Single, TooManyJobs, expand, sweep_count
from twin.scenario.model import Scenario
from twin.scenario.paths import resolve
from twin.scenario.read import check, load
from twin.scenario.schema import Pose, Spec
from twin.scenario.site import Site
from twin.scenario.study import StudyExpectation

__all__ = [
    "Blueprint",
    "Job",
    "Pose",
    "Scenario",
    "Sheet",
    "Single",
    "Site",
    "Spec",
    "StudyExpectation",
    "TooManyJobs",
    "check",
    "expand",
    "from_document",
    "identity",
    "judge",
    "load",
    "resolve",
    "sweep_count",
    "verdict",
    "verdict_of",
]
