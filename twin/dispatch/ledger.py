"""The jobs of a batch in the journal: their states, who owns an id, and where their rows are.

    pending -> placed -> running -> done | stopped | failed | cancelled
                  \\---------\\----> lost -> placed | running | failed

Every transition is durable before it is acted on. An attempt number is the token of a start: an ending that carries an
older one changes nothing. How many jobs are in which state is counted along, so that asking for it costs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin.dispatch.database import Database
from twin.dispatch.lease import alive
from twin.dispatch.runs import runs
from twin.light import light

__all__ = ["OPEN", "REUSABLE", "Ending", "Held", "Known", "Ledger"]

REUSABLE = ("done", "stopped")  # what a job came to by itself; a failed or cancelled one is run again
OPEN = ("pending", "placed", "running", "lost")
KNOWN = (
    "select o.id, o.batch, o.number, b.id, j.state, j.row, p.name, b.driver from owner o join job j on j.batch=o.batch "
    "and j.number=o.number join batch b on b.number=o.batch left join part p on p.number=j.part where o.id in ({marks})"
)

EACH = "with recursive each(i) as (select 0 union all select i+1 from each where i+1<?)"  # a run of jobs: one statement, one blob of ids
ENTER = (
    f"insert into job (batch, number, id, state) {EACH} "
    "select ?, ?+i, substr(?, 32*i+1, 32), 'pending' from each where true on conflict do nothing"
)
CLAIM = (  # in the order of the ids: the next place in the index is then near the last one
    f"insert into owner {EACH} select substr(?, 32*i+1, 32), ?, ?+i from each where true order by 1, 3 on conflict do nothing"
)


@dataclass(frozen=True, slots=True)
class Known:
    """Where the numbers of an id are, or will be: a job of some batch.

    Attributes:
        owner: number of the batch in the journal, number of the job in it.
        batch: id of that batch.
        row: the finished row as JSON while it is not in a part yet.
        part: file name of the Parquet part that holds the row.
        driven: a living process runs that batch.
    """

    owner: tuple[int, int]
    batch: str
    state: str
    row: str | None
    part: str | None
    driven: bool


@light
@dataclass(frozen=True, slots=True)
class Held:
    """An entered job that is not finished."""

    number: int
    id: str
    state: str
    attempt: int
    crashes: int


@light
@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended, or `count` jobs from `number` on: from which state, to which, with which verdict, and where the rows are.

    Attributes:
        row: of a single job as JSON.
        part: number of the part that holds the rows.
    """

    number: int
    attempt: int
    was: str
    state: str
    verdict: str
    row: str = ""
    part: int | None = None
    cached: bool = False
    count: int = 1


class Ledger:
    """The jobs of one batch. Every method is one transaction, or joins the one that is open."""

    def __init__(self, database: Database, batch: int) -> None:
        self._db, self._batch = database, batch

    # jobs on their way in

    def enter(self, first: int, ids: Sequence[str]) -> int:
        """Enter jobs, the first one of number `first`, as pending; how many of them were not there."""
        if not ids:
            return 0
        with self._db.commit():
            entered = self._db.write(ENTER, len(ids), self._batch, first, bytes.fromhex("".join(ids)))
            self._count({("pending", "", 0): entered})
            return entered

    def entered(self) -> int:
        """How many jobs of the first numbers have been entered. A mended journal may have later ones, with a gap before them."""
        jobs, last = self._db.read("select count(*), max(number) from job where batch=?", self._batch)[0]
        if last is None or jobs == last + 1:
            return int(jobs)
        followed = "exists (select 1 from job k where k.batch=j.batch and k.number=j.number+1)"
        gaps = self._db.read(f"select min(number)+1 from job j where batch=? and not {followed}", self._batch)
        first = self._db.read("select min(number) from job where batch=?", self._batch)
        return 0 if first[0][0] else int(gaps[0][0])

    def unfinished(self, start: int, stop: int, count: int) -> list[Held]:
        """The next entered jobs of numbers `start` to `stop - 1` that have not come to an end by themselves; at most `count`."""
        query = "select number, id, state, attempt, crashes from job where batch=? and number>=? and number<? "
        rows = self._db.read(query + "and state not in ('done', 'stopped') order by number limit ?", self._batch, start, stop, count)
        return [Held(number, id.hex(), state, attempt, crashes) for number, id, state, attempt, crashes in rows]

    def reopen(self) -> None:
        """Before another drive: what did not end by itself is pending again, and crashes of the past count no more."""
        with self._db.commit():
            touched = self._db.write(
                "update job set state='pending', verdict=null, cached=0, row=null, part=null, crashes=0 "
                "where batch=? and state not in ('done', 'stopped') and (state<>'pending' or crashes>0)",
                self._batch,
            )
            if touched:
                self.recount()

    def claim(self, jobs: Sequence[tuple[int, str]]) -> dict[str, Known]:
        """Claim the ids of jobs (number, id). Where some were claimed before: who owns each id now."""
        ids = [id for _, id in jobs]
        with self._db.commit():
            claimed = 0
            for a, b, _ in runs([(number, None) for number, _ in jobs]):
                claimed += self._db.write(CLAIM, b - a, bytes.fromhex("".join(ids[a:b])), self._batch, jobs[a][0])
            return {} if claimed == len(jobs) else self.known(ids)

    def known(self, ids: Sequence[str]) -> dict[str, Known]:
        """Who owns these ids."""
        living: dict[str | None, bool] = {}
        found: dict[str, Known] = {}
        for start in range(0, len(ids), 500):
            slice_ = [bytes.fromhex(id) for id in ids[start : start + 500]]
            rows = self._db.read(KNOWN.format(marks=",".join("?" * len(slice_))), *slice_)
            for digest, batch, number, batch_id, state, row, part, driver in rows:
                if driver not in living:
                    living[driver] = alive(driver)
                found[digest.hex()] = Known((batch, number), batch_id, state, row, part, living[driver])
        return found

    def own(self, jobs: Iterable[tuple[int, str]]) -> None:
        """Take the ids of jobs (number, id) over from an owner that failed or died."""
        self._db.write_all("insert or replace into owner values (?,?,?)", [(bytes.fromhex(id), self._batch, n) for n, id in jobs])

    # transitions

    def start(self, jobs: Sequence[tuple[int, str]], state: str) -> None:
        """Jobs (number, state so far) are placed or running now; each start has the next attempt number."""
        with self._db.commit():
            statement = f"update job set state='{state}', attempt=attempt+1 where batch=? and number between ? and ?"
            spans = [(self._batch, jobs[a][0], jobs[b - 1][0]) for a, b, _ in runs([(number, None) for number, _ in jobs])]
            touched = self._db.write_all(statement, spans)
            self._moved(Counter([was for _, was in jobs]), {(state, "", 0): len(jobs)}, touched == len(jobs))

    def begin(self, jobs: Sequence[tuple[int, int]]) -> None:
        """Placed jobs (number, attempt) are running now."""
        with self._db.commit():
            statement = "update job set state='running' where batch=? and number=? and attempt=? and state='placed'"
            touched = self._db.write_all(statement, [(self._batch, *job) for job in jobs])
            self._moved({"placed": len(jobs)}, {("running", "", 0): len(jobs)}, touched == len(jobs))

    def lose(self, jobs: Sequence[tuple[int, str, bool]]) -> None:
        """Jobs (number, state so far, whether that counts against the job) have lost their worker."""
        with self._db.commit():
            statement = "update job set state='lost', crashes=crashes+? where batch=? and number=?"
            touched = self._db.write_all(statement, [(int(crashed), self._batch, number) for number, _, crashed in jobs])
            self._moved(Counter([was for _, was, _ in jobs]), {("lost", "", 0): len(jobs)}, touched == len(jobs))

    def end(self, endings: Sequence[Ending]) -> None:
        """Jobs came to their end; an older attempt changes nothing."""
        if not endings:
            return
        statement = "update job set state=?, verdict=?, cached=?, row=?, part=? where batch=? and number between ? and ? and attempt=?"
        rows = [
            (e.state, e.verdict, e.cached, e.row or None, e.part, self._batch, e.number, e.number + e.count - 1, e.attempt) for e in endings
        ]
        before, after = Counter[str](), Counter[tuple[str, str, int]]()
        for e in endings:
            before[e.was] += e.count
            after[e.state, e.verdict, int(e.cached)] += e.count
        with self._db.commit():
            touched = self._db.write_all(statement, rows)
            self._moved(before, after, touched == before.total())

    def give_back(self) -> None:
        """Whatever is under way is pending again."""
        with self._db.commit():
            self._db.write("update job set state='pending' where batch=? and state in ('placed', 'running', 'lost')", self._batch)
            self.recount()

    def cancel_rest(self) -> None:
        """Whatever has not ended is cancelled."""
        with self._db.commit():
            marks = ",".join(f"'{state}'" for state in OPEN)
            self._db.write(f"update job set state='cancelled' where batch=? and state in ({marks})", self._batch)
            self.recount()

    # counts

    def counts(self) -> list[tuple[str, str | None, bool, int]]:
        """(state, verdict, cached, how many jobs); jobs that were not entered yet are missing."""
        rows = self._db.read("select state, verdict, cached, jobs from tally where batch=? and jobs>0", self._batch)
        return [(state, verdict or None, bool(cached), jobs) for state, verdict, cached, jobs in rows]

    def recount(self) -> None:
        """Count anew, job by job."""
        with self._db.commit():
            self._db.write("delete from tally where batch=?", self._batch)
            self._db.write(
                "insert into tally select batch, state, coalesce(verdict, ''), cached, count(*) from job where batch=? group by 1, 2, 3, 4",
                self._batch,
            )

    def _moved(self, before: Mapping[str, int], after: Mapping[tuple[str, str, int], int], exact: bool) -> None:
        """So many jobs have left these open states and have come to those; not `exact` where an older start was named."""
        if not exact:
            self.recount()
            return
        left = {(state, "", 0): -jobs for state, jobs in before.items()}
        self._count({key: left.get(key, 0) + after.get(key, 0) for key in {**left, **after}})

    def _count(self, change: dict[tuple[str, str, int], int]) -> None:
        rows = [(self._batch, *key, by) for key, by in change.items() if by]
        self._db.write_all("insert into tally values (?,?,?,?,?) on conflict do update set jobs=jobs+excluded.jobs", rows)

    # rows on their way into parts

    def loose_rows(self) -> list[str]:
        """Rows (JSON) of ended jobs that no part holds yet."""
        query = "select row from job where batch=? and row is not null order by number"
        return [row for (row,) in self._db.each(query, self._batch)]

    def file(self, part: str, first: int, last: int, rows: int) -> None:
        """All rows that no part held, of jobs `first` to `last`, are in `part` now."""
        with self._db.commit():
            number = self.add_part(part, rows)
            statement = "update job set part=?, row=null where batch=? and number between ? and ? and row is not null"
            self._db.write(statement, number, self._batch, first, last)

    def add_part(self, name: str, rows: int) -> int:
        """A part that holds so many rows; its number."""
        return self._db.insert("insert into part (batch, name, rows) values (?,?,?)", self._batch, name, rows)

    def parts(self) -> dict[int, tuple[str, int]]:
        """Number of a part -> its name and its rows."""
        rows = self._db.read("select number, name, rows from part where batch=?", self._batch)
        return {number: (name, count) for number, name, count in rows}

    def part_of(self) -> Iterator[tuple[int, int]]:
        """(job, number of the part that holds its row)."""
        return self._db.each("select number, part from job where batch=? and part is not null", self._batch)

    def restore(self, rows: Iterable[Sequence[Any]]) -> None:
        """Enter jobs (number, id, state, verdict, cached, number of the part) that a part holds."""
        with self._db.commit():
            for number, id, state, verdict, cached, part in rows:
                statement = "insert or replace into job (batch, number, id, state, verdict, cached, part) values (?,?,?,?,?,?,?)"
                self._db.write(statement, self._batch, number, bytes.fromhex(id), state, verdict, cached, part)
                if state in REUSABLE:
                    self._db.write("insert or ignore into owner values (?,?,?)", bytes.fromhex(id), self._batch, number)
            self.recount()
