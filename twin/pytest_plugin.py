"""pytest plugin: every `*.twin.yaml` is a test; a failed expectation is a failed test, with the value and the bound.

A file with a sweep is one test for each job, up to `--twin-jobs` of them (64); beyond that the file is one test that says
so and runs the scenario it starts from, because thousands of jobs belong to `twin submit`. Results are kept in the store
as those of `twin run` are, so that a second test run simulates nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from twin.result import Result
    from twin.scenario import Scenario

__all__ = ["JobItem", "ScenarioFile"]

SUFFIX = ".twin.yaml"
JOBS_MOST = 64


class Unmet(Exception):
    """A scenario did not come out as expected; its text is the whole report."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The two options."""
    group = parser.getgroup("twin", "scenarios as tests")
    group.addoption("--twin-jobs", type=int, default=JOBS_MOST, metavar="N", help="sweeps of at most N jobs are one test a job (64)")
    group.addoption("--twin-store", default=None, metavar="DIR", help="where results are kept; by default TWIN_STORE or ./twin-store")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the files that end in .twin.yaml."""
    return ScenarioFile.from_parent(parent, path=file_path) if file_path.name.endswith(SUFFIX) else None


class ScenarioFile(pytest.File):
    """One scenario file; faults in it are collection errors with their lines."""

    def collect(self) -> Iterable[pytest.Item]:
        """One item, or one for each job of a sweep."""
        from twin.scenario import expand, load, sweep_count

        scenario = load(self.path)
        name = self.path.name.removesuffix(SUFFIX)
        jobs = sweep_count(scenario)
        most = self.config.getoption("--twin-jobs")
        if jobs > most:
            self.warn(pytest.PytestWarning(f"{name} sweeps {jobs:,} jobs, more than --twin-jobs {most}: only its start is run"))
        if not 1 < jobs <= most:
            yield JobItem.from_parent(self, name=name, document=dict(scenario.document))
            return
        for job in expand(scenario):
            values = ",".join(f"{path}={value:g}" if isinstance(value, float) else f"{path}={value}" for path, value in job.values.items())
            yield JobItem.from_parent(self, name=f"{name}[{values}]", document=dict(job.document))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Bad input needs no traceback."""
        from twin.errors import TwinError

        return str(excinfo.value) if isinstance(excinfo.value, TwinError) else super().repr_failure(excinfo)


class JobItem(pytest.Item):
    """One simulation and its expectations."""

    def __init__(self, *, document: dict[str, Any], **rest: Any) -> None:
        super().__init__(**rest)
        self._document = document

    def runtest(self) -> None:
        """Run it, by the path of `twin run`."""
        from twin import execute
        from twin.scenario import from_document

        scenario = from_document(self._document, self.path.parent)
        result = execute.run(scenario, store=self.config.getoption("--twin-store"))
        if result.status != "done" or result.verdict == "fail":
            raise Unmet(_report(result, scenario))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Values and bounds instead of a traceback."""
        from twin.errors import TwinError

        return str(excinfo.value) if isinstance(excinfo.value, (Unmet, TwinError)) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """File, line and name for the report."""
        return self.path, 0, self.name


def _report(result: Result, scenario: Scenario) -> str:
    """What did not hold, with the numbers."""
    lines = [f"{scenario.name} ({scenario.kind}): {result.status}" + (f": {result.reason}" if result.reason else "")]
    for e in result.expectations:
        if not e.ok:
            unit = "" if e.unit in ("1", "") else f" {e.unit}"
            value = "could not be measured" if e.value is None else f"is {e.value:g}{unit}"
            bound = ", ".join(f"{key} {number:g}{unit}" for key, number in e.bound.items())
            lines.append(f"  {e.name} {value}; expected: {bound}")
    return "\n".join([*lines, f"  result {result.id}"])
