"""Several reports as one."""

from __future__ import annotations

from collections.abc import Sequence

from twin.dispatch.wire import Report

__all__ = ["merged"]


def merged(reports: Sequence[Report]) -> Report:
    """All news together; the age of the job at hand is the last one told."""
    if len(reports) == 1:
        return reports[0]
    return Report(
        ended=[ended for report in reports for ended in report.ended],
        lost=[lost for report in reports for lost in report.lost],
        busy=sum(report.busy for report in reports),
        units={name: unit for report in reports for name, unit in report.units.items()},
        elapsed=reports[-1].elapsed if reports else None,
        fault=next((report.fault for report in reports if report.fault), ""),
    )
