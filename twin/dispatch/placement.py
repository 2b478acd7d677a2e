"""Whether a batch may run on a target, and how many of its jobs at a time: decided before anything leaves this machine."""

from __future__ import annotations

import os

from twin.dispatch.targets import Destination
from twin.errors import BadInput
from twin.kinds import Target, load_kind
from twin.scenario import Scenario

__all__ = ["Refused", "admitted", "computes_on", "gpu_share", "slots"]


class Refused(BadInput):
    """A target that this scenario may not, or cannot, run on."""


def admitted(scenario: Scenario, name: str, target: Destination) -> None:
    """Hold the scenario's policy and needs against what the target is.

    Raises:
        Refused: with what was asked, what the target has, and what to do. Nothing of the job was sent.
    """
    local = target.backend in ("process", "inline")
    asked, wanted = scenario.resources, scenario.policy.residency
    if wanted and not local and target.residency != wanted:
        has = f"residency {target.residency}" if target.residency else "no residency named"
        raise _refused(
            "policy.residency", wanted, name, f"a target with residency: {wanted}; this one has {has}",
            f"Choose another --on, or name the residency of {name} in targets.yaml if data does stay there.",
        )  # fmt: skip
    if scenario.kind == "command" and not target.commands:
        raise _refused(
            "kind", "command", name, "kinds that run no program of the user's; this target is shared",
            f"Set `commands: true` for {name} in targets.yaml if programs of users may run there.",
        )  # fmt: skip
    lacking = {key: value for key, value in asked.labels.items() if target.labels.get(key) != value}
    if lacking:
        raise _refused("resources.labels", lacking, name, f"labels that the target has: {target.labels or 'none'}", "Choose another --on.")
    cpus = target.cpus or (_cores() if local else None)
    for what, need, limit in (
        ("resources.cpu", asked.cpu, cpus),
        ("resources.memory", asked.memory, target.memory or (_memory() if local else None)),
        ("resources.gpu", asked.gpu or None, target.gpus),
        ("resources.gpu_memory", asked.gpu_memory, (target.gpu_memory or 0) * max(1, target.gpus) if target.gpus else 0),
    ):
        if need is not None and limit is not None and need > limit:
            remedy = f"Ask for less, choose another --on, or name what {name} has (cpus, memory, gpus, gpu_memory) in targets.yaml."
            raise _refused(what, need, name, f"at most {limit:g} on a node of this target", remedy)


def slots(scenario: Scenario, target: Destination) -> int:
    """Jobs at a time: as many as one node's cores, memory and GPUs allow, or as the target's `concurrency` says.

    Several small jobs share a GPU by its memory, or by the fraction that each asks for.
    """
    asked = scenario.resources
    local = target.backend in ("process", "inline")
    limits = [(target.cpus or (_cores() if local else asked.cpu)) // asked.cpu]
    memory = target.memory or (_memory() if local else None)
    if asked.memory and memory:
        limits.append(int(memory // asked.memory))
    if share := gpu_share(scenario, target):
        limits.append(int(target.gpus / share + 1e-9))
    fit = max(1, min(limits))
    return min(fit, target.concurrency or fit) if local else target.concurrency or fit


def computes_on(scenario: Scenario) -> Target:
    """What its jobs compute on: a GPU where they ask for one and their kind has loops for it."""
    asked = scenario.resources
    gpu = bool(asked.gpu or asked.gpu_memory) and "cuda" in load_kind(scenario.kind).targets
    return Target("cuda") if gpu else Target()


def gpu_share(scenario: Scenario, target: Destination) -> float:
    """GPUs that one job takes: what it asks for, or as much of one as its GPU memory is; 0 for none."""
    asked = scenario.resources
    by_memory = asked.gpu_memory / target.gpu_memory if asked.gpu_memory and target.gpu_memory else 0.0
    return max(asked.gpu, by_memory)


def _refused(what: str, given: object, name: str, allowed: str, remedy: str) -> Refused:
    return Refused(f"{what} on target {name}", given, allowed, remedy)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
