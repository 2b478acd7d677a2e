"""The kind in docs/kinds.md runs, and goes on from its checkpoint with the numbers of a run that was never interrupted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from twin.kinds import Context, Silent, Target
from twin.result import Store
from twin.result.checkpoint import StoredCheckpoint

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "kinds.md").read_text(encoding="utf-8")
ID = "ab" * 32


class Impatient(Silent):
    """Cancels after so many questions."""

    def __init__(self, questions: int) -> None:
        self.left = questions

    def cancelled(self) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.fixture
def page() -> dict[str, Any]:
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert example
    names: dict[str, Any] = {"__name__": "page"}
    exec(example[1], names)
    return names


def test_the_example_goes_on_where_it_was(page: dict[str, Any], tmp_path: Path) -> None:
    spec, simulate = page["DiffusionSpec"](), page["KIND"].simulate
    whole = simulate(spec, Target(), Silent(), Context(tmp_path, seed=3))

    def context(every: float) -> Context:
        return Context(tmp_path, seed=3, checkpoint=StoredCheckpoint(Store(tmp_path / "store"), ID, every=every))

    assert simulate(spec, Target(), Impatient(700), context(every=1e9)).reason == "cancelled"
    assert simulate(spec, Target(), Impatient(500), context(every=0.0)).reason == "cancelled"
    last = simulate(spec, Target(), Silent(), context(every=1e9))
    assert last.log == "begun at step 1200"
    assert last.scalars == whole.scalars
