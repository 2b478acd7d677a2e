"""One thing that is not as it should be: what, where, how much, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Finding", "in_turn"]


@dataclass(frozen=True, eq=False)
class Finding:
    """A demand that the layout does not keep.

    Attributes:
        check: which check found it.
        label: two or three words for pictures.
        who: names of what it is about.
        text: what was measured and what is asked, in one sentence without a full stop.
        remedy: what to do.
        measured, asked: in `unit`.
        points: where: one place, or the two ends of what was measured; x, y, z [m], shape (k, 3), k = 1 or 2.
    """

    check: str
    label: str
    who: tuple[str, ...]
    text: str
    remedy: str
    measured: float
    asked: float
    unit: str
    points: np.ndarray

    @property
    def place(self) -> np.ndarray:
        """The middle of it [m], shape (3,)."""
        middle: np.ndarray = self.points.mean(axis=0)
        return middle

    def event(self) -> Mapping[str, Any]:
        """As plain JSON, for `events.json` and `twin explain`."""
        where = ", ".join(f"{value:.2f}" for value in self.place) + " m"
        return {"t": 0.0, "who": self.check, "what": self.text, "where": where, "remedy": self.remedy}

    def line(self) -> str:
        """As a line of the log."""
        x, y, z = self.place
        return f"{self.check}: {self.text} (at {x:.2f}, {y:.2f}, {z:.2f} m). {self.remedy}"


def in_turn(findings: Sequence[Finding]) -> list[Finding]:
    """The first of each check, then the second of each: whoever reads a few of them has seen all that is wrong."""
    count = Counter[str]()
    ranked = []
    for finding in findings:
        ranked.append((count[finding.check], finding))
        count[finding.check] += 1
    return [finding for _, finding in sorted(ranked, key=lambda pair: pair[0])]
