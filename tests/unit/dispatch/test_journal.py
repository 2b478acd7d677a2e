"""States of jobs: what is written is there, and an old ending changes nothing."""

import sqlite3

import pytest

from twin.dispatch.journal import Ending, Journal
from twin.dispatch.lease import alive, mine
from twin.dispatch.recovery import opened
from twin.errors import StoreFault
from twin.result import Store

A, B = "aa" * 32, "bb" * 32


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


@pytest.fixture
def batch(journal):
    return journal.add_batch("b1", "tries", 2, created=0.0)


def test_a_start_is_the_next_attempt_and_only_its_ending_counts(journal, batch):
    assert journal.admit(batch, [(0, A), (1, B)]) == {}
    journal.start(batch, [0, 1])
    journal.give_back(batch, [0], crashed=True)
    journal.start(batch, [0])
    journal.end(batch, [Ending(0, 1, "done", "pass", "{}")])  # of the attempt that crashed
    assert journal.states(batch) == {0: ("running", A, 2, 1), 1: ("running", B, 1, 0)}
    journal.end(batch, [Ending(0, 2, "done", "pass", '{"x":1}')])
    assert journal.states(batch)[0][0] == "done"
    assert journal.loose_rows(batch) == ['{"x":1}']
    journal.filed(batch, "000001.parquet", 0, 1)
    assert journal.loose_rows(batch) == []
    assert journal.parts(batch) == {0: "000001.parquet"}


def test_an_id_has_one_owner(journal, batch):
    journal.admit(batch, [(0, A)])
    other = journal.add_batch("b2", "others", 2, created=1.0)
    known = journal.admit(other, [(0, A), (1, B)])
    assert (known[A].batch, known[A].owner, known[A].state, known[A].driven) == ("b1", (batch, 0), "pending", False)
    assert known[B].owner == (other, 1)
    journal.own(other, [(0, A)])
    assert journal.known([A])[A].batch == "b2"


def test_a_group_of_transitions_is_all_or_nothing(journal, batch):
    def half_done():
        with journal.commit():
            journal.admit(batch, [(0, A)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    assert journal.states(batch) == {}


def test_one_living_process_drives_a_batch(journal, batch):
    assert journal.take("b1")
    assert journal.batch("b1").driven
    assert journal.take("b1")  # it is this process
    journal.leave(batch, ended=True)
    assert not journal.batch("b1").driven
    boot, pid, start = mine().split(":")
    assert alive(mine())
    assert not alive(f"{boot}:{pid}:{int(start) + 1}")  # the process id was used again
    assert not alive(None)


def test_every_commit_is_forced_to_disk(journal):
    assert journal._db.execute("pragma journal_mode").fetchone()[0] == "wal"
    assert journal._db.execute("pragma synchronous").fetchone()[0] == 2


def test_foreign_and_newer_databases_are_left_alone(tmp_path):
    store = Store(tmp_path)
    with sqlite3.connect(tmp_path / "journal.sqlite") as db:
        db.execute("create table diary (entry text)")
    with pytest.raises(StoreFault, match="not made by twin"), opened(store):
        pass
    assert sqlite3.connect(tmp_path / "journal.sqlite").execute("select * from diary").fetchall() == []
    other = Store(tmp_path / "newer")
    with opened(other) as (journal, _):
        journal._db.execute("pragma user_version=99")
    with pytest.raises(StoreFault, match="version 99"), opened(other):
        pass
