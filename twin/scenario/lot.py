"""Jobs of one sheet made together: what they share is made once, and their ids are hashed in one go."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from twin.kinds import Target
from twin.scenario.address import Keys, put
from twin.scenario.identity import FileDigests, decides, setting
from twin.scenario.model import Scenario

__all__ = ["Hashed", "Lot", "hasher"]

Hashed = Callable[[Sequence[Sequence[Any]], int], list[str]]
"""Values of jobs, a sequence for each swept path, and how many jobs they are -> their ids."""


@dataclass(frozen=True)
class Lot:
    """Several jobs.

    Attributes:
        scenario: what they share; its spec, seed and document are those of none of them.
        specs, seeds, ids: of each.
    """

    scenario: Scenario
    specs: Sequence[Any]
    seeds: Sequence[int]
    ids: Sequence[str]


def hasher(base: Scenario, keys: Sequence[Keys], target: Target, digests: FileDigests) -> Hashed:
    """Makes the ids of jobs that differ from `base` at `keys`: the text that is hashed, with holes where their values go."""
    token = secrets.token_hex(8)  # no text of a user's looks like a hole
    marked, marks = {"seed": base.seed, **base.own}, [f"<<{token} {i}>>" for i in range(len(keys))]
    for place, mark in zip(keys, marks, strict=True):
        marked = put(marked, place, mark)
    text = decides(base, target, digests, own={k: v for k, v in marked.items() if k != "seed"}, seed=marked["seed"])
    holes = sorted((text.index(json.dumps(mark)), number) for number, mark in enumerate(marks))
    pieces, end = [], 0
    for start, number in holes:
        pieces.append(text[end:start])
        end = start + len(json.dumps(marks[number]))
    order = [number for _, number in holes]
    first, *rest = [*pieces, text[end:]]
    begun = hashlib.sha256(f"{setting(base.kind, target)}{first}".encode())
    holed = "".join("%s" + piece.replace("%", "%%") for piece in rest)

    def hashed(columns: Sequence[Sequence[Any]], jobs: int) -> list[str]:
        ids = []
        for values in zip(*(_texts(columns[number]) for number in order), strict=True) if order else [()] * jobs:
            digest = begun.copy()
            digest.update((holed % values).encode())
            ids.append(digest.hexdigest())
        return ids

    return hashed


def _texts(values: Sequence[Any]) -> list[str]:
    """As the standard library's JSON writes numbers: finite ones, for fields allow nothing else."""
    return [repr(value) if type(value) in (float, int) else json.dumps(value) for value in values]
