"""States of jobs: what is written is there, an old ending changes nothing, and the counts are those of the jobs."""

import sqlite3
import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.dispatch.journal import Journal
from twin.dispatch.lease import alive, mine
from twin.dispatch.ledger import Ending
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
def ledger(journal):
    return journal.ledger(journal.add("b1", "tries", 2, created=0.0))


def states(ledger):
    return {held.number: (held.state, held.attempt, held.crashes) for held in ledger.unfinished(0, 100, 100)}


def test_a_start_is_the_next_attempt_and_only_its_ending_counts(ledger):
    ledger.enter(0, [])
    ledger.enter(0, [A, B])
    assert ledger.entered() == 2
    assert ledger.claim([(0, A), (1, B)]) == {}
    ledger.start([(0, "pending"), (1, "pending")], "running")
    ledger.lose([(0, "running", True)])
    assert states(ledger) == {0: ("lost", 1, 1), 1: ("running", 1, 0)}
    ledger.start([(0, "lost")], "running")
    ledger.end([Ending(0, 1, "running", "done", "pass", "{}")])  # of the attempt that crashed
    assert states(ledger) == {0: ("running", 2, 1), 1: ("running", 1, 0)}
    ledger.end([Ending(0, 2, "running", "done", "pass", '{"x":1}')])
    assert states(ledger) == {1: ("running", 1, 0)}
    assert ledger.loose_rows() == ['{"x":1}']
    ledger.file("000001.parquet", 0, 1, 1)
    assert ledger.loose_rows() == []
    (number,) = ledger.parts()
    assert ledger.parts()[number] == ("000001.parquet", 1)
    assert dict(ledger.part_of()) == {0: number}


def test_a_run_ends_as_one_but_for_jobs_of_other_starts(ledger):
    ledger.enter(0, [f"{number:064x}" for number in range(6)])
    ledger.start([(number, "pending") for number in range(6)], "running")
    ledger.lose([(2, "running", False)])
    ledger.start([(2, "lost")], "running")
    ledger.end([Ending(0, 1, "running", "done", "pass", part=1, count=5)])
    assert states(ledger) == {2: ("running", 2, 0), 5: ("running", 1, 0)}
    assert sorted(ledger.counts(), key=str) == [("done", "pass", False, 4), ("running", None, False, 2)]
    assert dict(ledger.part_of()) == dict.fromkeys((0, 1, 3, 4), 1)


def test_placed_jobs_run_once_their_node_says_so(ledger):
    ledger.enter(0, [A, B])
    ledger.start([(0, "pending"), (1, "pending")], "placed")
    ledger.begin([(0, 1), (1, 7)])  # the second one is of another start
    assert states(ledger) == {0: ("running", 1, 0), 1: ("placed", 1, 0)}
    ledger.give_back()
    assert {state for state, *_ in states(ledger).values()} == {"pending"}


moves = st.lists(
    st.tuples(st.sampled_from(["start", "place", "begin", "lose", "end", "old", "back", "cancel", "reopen"]), st.integers(0, 5))
)


@given(moves)
def test_the_counts_are_those_of_the_jobs_whatever_happens(moves):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.sqlite")
        ledger = journal.ledger(journal.add("b", "b", 6, created=0.0))
        ledger.enter(0, [f"{i:064x}" for i in range(6)])
        for move, number in moves:
            state, attempt = journal.database.read("select state, attempt from job where number=?", number)[0]
            if move in ("start", "place") and state in ("pending", "lost"):
                ledger.start([(number, state)], "placed" if move == "place" else "running")
            elif move == "begin" and state == "placed":
                ledger.begin([(number, attempt)])
            elif move == "lose" and state in ("placed", "running"):
                ledger.lose([(number, state, True)])
            elif move in ("end", "old") and state in ("placed", "running"):
                ledger.end([Ending(number, attempt - (move == "old"), state, "done", "pass", "{}")])
            elif move == "back":
                ledger.give_back()
            elif move == "cancel":
                ledger.cancel_rest()
            elif move == "reopen":
                ledger.reopen()
            counted = Counter({(s, v or "", c): n for s, v, c, n in ledger.counts()})
            query = "select state, coalesce(verdict, ''), cached, count(*) from job group by 1, 2, 3"
            assert counted == {(s, v, bool(c)): n for s, v, c, n in journal.database.read(query)}
        journal.close()


def test_an_id_has_one_owner(journal, ledger):
    ledger.enter(0, [A])
    ledger.claim([(0, A)])
    other = journal.ledger(journal.add("b2", "others", 2, created=1.0))
    other.enter(0, [A, B])
    known = other.claim([(0, A), (1, B)])
    assert (known[A].batch, known[A].owner, known[A].state, known[A].driven) == ("b1", (1, 0), "pending", False)
    assert known[B].owner == (2, 1)
    other.own([(0, A)])
    assert other.known([A])[A].batch == "b2"


def test_a_group_of_transitions_is_all_or_nothing(journal, ledger):
    def half_done():
        with journal.commit():
            ledger.enter(0, [A])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    assert states(ledger) == {}
    assert ledger.counts() == []
    assert ledger.entered() == 0


def test_one_living_process_drives_a_batch(journal, ledger):
    assert journal.take("b1")
    assert journal.batch("b1").driven
    assert [entry.id for entry in journal.driven()] == ["b1"]
    assert journal.take("b1")  # it is this process
    journal.leave(1, ended=False, reason="the budget of 3 jobs is spent")
    assert not journal.batch("b1").driven
    assert journal.batch("b1").reason == "the budget of 3 jobs is spent"
    boot, pid, start = mine().split(":")
    assert alive(mine())
    assert not alive(f"{boot}:{pid}:{int(start) + 1}")  # the process id was used again
    assert not alive(None)


def test_a_clock_that_is_set_back_makes_no_negative_seconds(journal, ledger, monkeypatch):
    journal.take("b1")
    monkeypatch.setattr("time.time", lambda: 1.0)
    assert journal.batch("b1").seconds == 0.0
    journal.leave(1, ended=True)
    assert journal.batch("b1").seconds == 0.0


def test_every_commit_is_forced_to_disk(journal):
    assert journal.database.read("pragma journal_mode") == [("wal",)]
    assert journal.database.read("pragma synchronous") == [(2,)]


def test_foreign_and_newer_databases_are_left_alone(tmp_path):
    store = Store(tmp_path)
    with sqlite3.connect(tmp_path / "journal.sqlite") as db:
        db.execute("create table diary (entry text)")
    with pytest.raises(StoreFault, match="not made by twin"), opened(store):
        pass
    assert sqlite3.connect(tmp_path / "journal.sqlite").execute("select * from diary").fetchall() == []
    other = Store(tmp_path / "newer")
    with opened(other) as (journal, _):
        journal.database.write("pragma user_version=99")
    with pytest.raises(StoreFault, match="version 99"), opened(other):
        pass


def test_a_new_journal_that_another_process_is_writing_is_waited_for(tmp_path):
    other = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("begin immediate")
    done = threading.Timer(0.3, other.execute, ["rollback"])
    done.start()
    journal = Journal(tmp_path / "journal.sqlite")
    assert journal.database.read("pragma journal_mode") == [("wal",)]
    done.join()
    other.close()
    journal.close()


def test_a_new_journal_that_stays_locked_is_a_fault_of_the_store(tmp_path, monkeypatch):
    monkeypatch.setattr("twin.dispatch.database.PATIENCE", 0.1)
    other = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StoreFault, match="database is locked"), opened(Store(tmp_path)):
        pass
    other.close()


@pytest.mark.parametrize("step", range(6))
def test_another_process_may_make_the_journal_between_any_two_steps(tmp_path, monkeypatch, step):
    connect, path = sqlite3.connect, tmp_path / "journal.sqlite"
    steps = iter(range(100))

    class Overtaken(sqlite3.Connection):
        def execute(self, *statement):
            if sqlite3.connect is not connect and not self.in_transaction and next(steps) >= step:
                monkeypatch.setattr(sqlite3, "connect", connect)
                Journal(path).close()
            return super().execute(*statement)

    monkeypatch.setattr(sqlite3, "connect", lambda *args, **how: connect(*args, factory=Overtaken, **how))
    journal = Journal(path)
    assert sqlite3.connect is connect  # the other one came
    assert journal.add("b1", "tries", 2, created=0.0) == 1
    journal.close()


def test_a_mended_journal_with_a_gap_is_entered_from_the_gap_on(ledger):
    ids = [f"{i:064x}" for i in range(6)]
    ledger.restore([(number, ids[number], "done", "pass", False, 1) for number in (0, 1, 4)])
    assert ledger.entered() == 2
    ledger.enter(2, ids[2:6])
    assert [held.number for held in ledger.unfinished(0, 10, 10)] == [2, 3, 5]
    assert {state: jobs for state, _, _, jobs in ledger.counts()} == {"done": 3, "pending": 3}
    assert ledger.entered() == 6
