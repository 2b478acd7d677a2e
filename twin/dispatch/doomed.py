"""A batch whose needs failed: none of its jobs can run, and each of them says why."""

from __future__ import annotations

from twin.dispatch.journal import Journal
from twin.dispatch.ledger import Ending, Ledger
from twin.dispatch.rows import row_text
from twin.result.parts import Row
from twin.scenario import Blueprint

__all__ = ["fail_all"]

SLICE = 1000


def fail_all(journal: Journal, ledger: Ledger, sheet: Blueprint, reason: str) -> list[str]:
    """Enter what is not entered yet and end all that has not ended as failed; the rows."""
    texts: list[str] = []
    for start in range(ledger.entered(), len(sheet), SLICE):
        ledger.enter(start, sheet.ids(start, min(start + SLICE, len(sheet))))
    for start in range(0, len(sheet), SLICE):
        with journal.commit():
            held = ledger.unfinished(start, start + SLICE, SLICE)
            rows = [Row(job.id, job.number, "failed", "none", reason, sheet.values(job.number), attempts=0) for job in held]
            found = [row_text(row) for row in rows]
            ledger.end([Ending(j.number, j.attempt, j.state, "failed", "none", text) for j, text in zip(held, found, strict=True)])
            texts += found
    return texts
