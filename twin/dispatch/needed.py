"""`needs` of a batch: each needed scenario runs as a batch of its own, once, where the one that needs it runs."""

from __future__ import annotations

from dataclasses import replace

from twin.execute import NeedFailed, resolve_needs
from twin.result import Store
from twin.scenario import Scenario
from twin.scenario.needs import Need, of_jobs

__all__ = ["met"]


def met(scenario: Scenario, store: Store, *, on: str, backend: str | None) -> Scenario:
    """The scenario with the numbers of what it needs in place.

    Raises:
        NeedFailed: a needed scenario failed, stopped, or could not measure what is asked of it; the message says which and why.
    """
    if all(need.id or need.scenario is None for need in scenario.needs.values()):
        return resolve_needs(scenario, store=store)
    needs = {alias: _ran(alias, need, store, on, backend) for alias, need in scenario.needs.items()}
    return resolve_needs(replace(scenario, needs=needs), store=store)


def _ran(alias: str, need: Need, store: Store, on: str, backend: str | None) -> Need:
    from twin.dispatch.submission import submit

    if need.id or need.scenario is None:
        return need
    batch = submit(need.scenario, on=on, backend=backend, store=store, name=f"{need.scenario.name} (needed)")
    if need.many:
        rows = sorted(batch.rows(), key=lambda row: row["index"])
        for row in rows:
            if row["status"] != "done":
                raise NeedFailed(f"needs.{alias}: a job of {need.source} {row['status']}: {row['reason']}")
        return of_jobs(need.source, need.units, [(row["id"], row["scalars"]) for row in rows])
    (row,) = batch.rows()
    if row["status"] != "done":
        raise NeedFailed(f"needs.{alias}: {need.source} {row['status']}: {row['reason']}")
    return Need(need.source, None, row["id"], row["scalars"], need.units)
