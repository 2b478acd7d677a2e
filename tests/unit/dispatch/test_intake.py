"""Jobs on their way in: each waits once, whether this drive entered it, an earlier one, or a mended journal had it."""

from __future__ import annotations

import pytest

from twin.dispatch import intake
from twin.dispatch.intake import Intake
from twin.dispatch.journal import Journal
from twin.dispatch.ledger import Ending
from twin.dispatch.library import Library
from twin.result import Store
from twin.scenario import Blueprint

JOBS = 50


@pytest.fixture
def sheet(scenario):
    return Blueprint(scenario(f"sweep: {{seeds: {JOBS}}}"))


@pytest.fixture
def taken(tmp_path, sheet, monkeypatch):
    """Numbers that an intake lets wait, of a batch whose ledger `prepare` has seen before."""
    monkeypatch.setattr(intake, "ENTERED", 8)
    monkeypatch.setattr(intake, "SLICE", 3)
    journal = Journal(tmp_path / "journal.sqlite")

    def waiting(prepare):
        number = journal.add("b1", "tries", JOBS, created=0.0)
        ledger = journal.ledger(number)
        prepare(ledger)
        jobs = Intake(ledger, number, sheet, Library(Store(tmp_path), sheet.scenario, {}))
        while not jobs.exhausted:
            jobs.enter()
            assert not jobs.admit()
        assert [item.id for item in jobs.waiting] == [sheet.ids(item.number, item.number + 1)[0] for item in jobs.waiting]
        assert ledger.entered() == JOBS
        return [(item.number, item.attempt) for item in jobs.waiting]

    yield waiting
    journal.close()


def done(ledger, number):
    ledger.end([Ending(number, 0, "pending", "done", "none", "{}")])


def test_jobs_of_this_drive(taken):
    assert taken(lambda ledger: None) == [(number, 0) for number in range(JOBS)]


def test_jobs_of_an_earlier_drive_come_back_as_they_were_left(taken, sheet):
    def earlier(ledger):
        ledger.enter(0, sheet.ids(0, 13))
        ledger.start([(4, "pending")], "running")
        done(ledger, 7)

    assert taken(earlier) == [(number, int(number == 4)) for number in range(JOBS) if number != 7]


def test_jobs_behind_a_gap_that_a_mended_journal_had_are_not_run_again(taken, sheet):
    def mended(ledger):
        ledger.enter(0, sheet.ids(0, 2))
        ledger.enter(20, sheet.ids(20, 23))
        done(ledger, 21)

    assert taken(mended) == [(number, 0) for number in range(JOBS) if number != 21]
