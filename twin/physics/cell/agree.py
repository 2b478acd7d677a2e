"""One cell on two engines: how far do they disagree?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from twin.result import Result, Scalar

__all__ = ["compare"]


def compare(first: Result, second: Result) -> Result:
    """The first engine's result, with the second's scalars beside it and the differences between the two.

    `engines_agree` is 1 when both completed, or both failed for the same kind of reason; `engine_difference.cycle_time`
    is relative to the first; `engine_difference.final_position.PART` [m] is how far apart the part ends.
    """
    other = str(second.stats["engine"])
    scalars: dict[str, Scalar] = dict(first.scalars)
    scalars |= {f"{other}.{name}": scalar for name, scalar in second.scalars.items()}
    agree = first.status == second.status == "done" and kind_of(first.reason) == kind_of(second.reason)
    scalars["engines_agree"] = Scalar(float(agree))
    if "cycle_time" in first.scalars and "cycle_time" in second.scalars:
        ours, theirs = first.scalars["cycle_time"].value, second.scalars["cycle_time"].value
        scalars["engine_difference.cycle_time"] = Scalar(abs(theirs - ours) / ours)
    for part, gap in _gaps(first.arrays, second.arrays).items():
        scalars[f"engine_difference.final_position.{part}"] = Scalar(gap, "m")
    reason = first.reason
    if kind_of(first.reason) != kind_of(second.reason):
        reason = f"engines disagree: {first.stats['engine']} {first.reason or 'completed'}; {other} {second.reason or 'completed'}"
    status = first.status if first.status != "done" else second.status
    stats = {**first.stats, "engine": "both", "engines": {str(r.stats["engine"]): dict(r.stats) for r in (first, second)}}
    log = "\n".join(f"--- {r.stats['engine']}\n{r.log}" for r in (first, second))
    return replace(first, status=status, reason=reason, scalars=scalars, stats=stats, log=log)


def kind_of(reason: str) -> str:
    """`jammed at 3.2 s: ...` -> `jammed`."""
    return reason.split(" at ")[0]


def _gaps(first: Mapping[str, np.ndarray], second: Mapping[str, np.ndarray]) -> dict[str, float]:
    ends = [name for name in first if name.startswith("final_pose.") and name in second]
    return {name.removeprefix("final_pose."): float(np.linalg.norm(first[name][:3] - second[name][:3])) for name in ends}
