"""What a run will take, for the planner: events by the parts that come, at a modest speed."""

from __future__ import annotations

from twin.kinds import Cost
from twin.physics.line.distribution_spec import DurationSpec
from twin.physics.line.spec import LineSpec

__all__ = ["cost"]

EVENTS_PER_SECOND = 2e6
START = 0.5  # [s] of imports and pictures


def cost(spec: LineSpec) -> Cost:
    """Upper bound of the seconds: all replications, every machine always at work."""
    rates = [1 / max(_guess(s.every), 1e-3) * s.batch for s in spec.sources.values()]
    work = [s.machines / max(_guess(s.process or next(iter(s.process_of.values()))), 1e-3) for s in spec.stations.values()]
    events = spec.time * min(sum(rates) * (2 + len(spec.stations) + len(spec.conveyors)) if rates else sum(work), sum(work) + sum(rates))
    return Cost(START + spec.until.max_replications * events / EVENTS_PER_SECOND, 100_000_000)


def _guess(duration: DurationSpec) -> float:
    """Rough mean [s], without looking into files."""
    d = duration
    if d.fixed is not None or d.exponential is not None:
        return d.times * (d.fixed if d.fixed is not None else d.exponential or 0.0)
    named = d.normal or d.lognormal or d.gamma
    if named is not None:
        return d.times * named.mean
    if d.uniform or d.triangular:
        span = d.uniform or d.triangular
        return d.times * (span.low + span.high) / 2  # type: ignore[union-attr]
    if d.weibull:
        return d.times * d.weibull.scale
    if d.pareto:
        return d.times * d.pareto.least
    return d.times * (sum(d.values) / len(d.values)) if d.values else 60.0
