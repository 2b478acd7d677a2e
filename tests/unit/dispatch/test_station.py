"""Orders worked off: every job is told once, with its row in the report or in a part that the report names."""

from dataclasses import asdict

import pytest

from twin.dispatch import station
from twin.dispatch.rows import text_row
from twin.dispatch.wire import Order, Report, Setup
from twin.kinds import Silent, Target
from twin.result.parts import read_part, rows_of


@pytest.fixture
def worked(scenario, tmp_path):
    """What a station tells of the first `count` jobs of a sweep."""

    def told(count, *lines, monitor=None):
        wanted = scenario(*lines, f"sweep: {{seeds: {count}}}")
        setup = Setup(str(tmp_path), str(tmp_path / "b"), "none", asdict(Target()), 0, dict(wanted.document), str(wanted.folder))
        order = Order(list(range(count)), setup.sheet().ids(0, count), [3] * count)
        reports: list[Report] = []
        station.work_off(setup, order, reports.append, monitor or Silent())
        return [Report.decode(report.encode()) for report in reports]

    return told


def rows(reports, folder):
    loose = [text_row(ended.row) for report in reports for ended in report.ended if ended.row]
    filed = [row for report in reports for name in report.parts for row in rows_of(read_part(folder / "b" / "parts" / name))]
    return [(row.index, row.attempts, row.scalars["seed"]) for row in (*loose, *filed)]


@pytest.mark.parametrize(("count", "parts"), [(7, 0), (station.PART_ROWS - 1, 0), (station.PART_ROWS, 1)])
def test_every_job_is_told_once(worked, tmp_path, count, parts):
    reports = worked(count)
    assert sorted(rows(reports, tmp_path)) == [(i, 3, float(i)) for i in range(count)]
    assert sorted(number for report in reports for ended in report.ended for number in ended.numbers) == list(range(count))
    assert sum(report.jobs for report in reports) == count
    assert sum(len(report.parts) for report in reports) == parts
    assert sum(report.busy for report in reports) > 0
    assert {name for report in reports for name in report.units} == {"value", "seed", "width"}


def test_a_long_order_is_told_piece_by_piece(worked, tmp_path, monkeypatch):
    monkeypatch.setattr(station, "PART_SECONDS", 0.2)
    reports = worked(station.PART_ROWS, "sleep: 0.01")
    assert sum(len(report.parts) for report in reports) >= 3
    assert sorted(rows(reports, tmp_path)) == [(i, 3, float(i)) for i in range(station.PART_ROWS)]
    assert all(report.busy == 0 for report in reports if not report.ended)


def test_with_a_time_limit_it_is_known_which_job_runs(worked, tmp_path):
    reports = worked(station.PART_ROWS, "resources: {time: 10 s}")
    assert not any(report.parts for report in reports)
    assert len(rows(reports, tmp_path)) == station.PART_ROWS


def test_cancelled_it_tells_what_is_finished(worked, tmp_path):
    class After(Silent):
        left = 5

        def cancelled(self):
            self.left -= 1
            return self.left < 0

    reports = worked(50, monitor=After())
    assert 0 < len(rows(reports, tmp_path)) < 50
