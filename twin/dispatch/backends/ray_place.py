"""Where Ray may put an actor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from twin.dispatch.backends.process import KEEP_MEMORY, SINGLE_THREAD
from twin.dispatch.backends.ray_options import RayOptions

__all__ = ["actor_options", "capacity"]

NODE_ID = "ray.io/node-id"  # a label that Ray gives to every node


def actor_options(options: RayOptions, nodes: Iterable[Mapping[str, Any]], *, threads: int) -> dict[str, Any]:
    """Options of an actor. `nodes` as of `ray.nodes()`."""
    labels = dict(options.labels)
    with_gpus = [node["NodeID"] for node in nodes if node["Alive"] and node["Resources"].get("GPU")]
    placed: dict[str, Any] = {"label_selector": labels} if labels else {}
    if with_gpus and not options.gpus and NODE_ID not in labels:
        # otherwise Ray packs CPU jobs onto GPU nodes as well; where nothing else is free it still may
        placed = {
            "label_selector": {**labels, NODE_ID: f"!in({','.join(with_gpus)})"},
            "fallback_strategy": [{"label_selector": labels}],
        }
    variables = KEEP_MEMORY | dict.fromkeys(SINGLE_THREAD, str(threads))
    environment: dict[str, Any] = {"env_vars": variables}
    if options.environment:
        environment["py_executable"] = options.environment
    return {
        "num_cpus": options.cpus,
        "num_gpus": options.gpus,
        **({"memory": options.memory} if options.memory else {}),
        "runtime_env": environment,
        **placed,
    }


def capacity(options: RayOptions, nodes: Iterable[Mapping[str, Any]]) -> str:
    """What an actor takes and what the nodes have, for an error."""
    wants = [f"{options.cpus:g} CPU", f"{options.gpus:g} GPU", *([f"{options.memory} byte"] if options.memory else [])]
    wants += [f"{name}={value}" for name, value in options.labels.items()]
    have = [_has(node) for node in nodes if node["Alive"]]
    return f"an actor takes {', '.join(wants)}; the nodes have {' | '.join(have) or 'nothing'}"


def _has(node: Mapping[str, Any]) -> str:
    resources = node["Resources"]
    labels = [f"{name}={value}" for name, value in node.get("Labels", {}).items() if name != NODE_ID]
    return ", ".join([f"{resources.get('CPU', 0):g} CPU", f"{resources.get('GPU', 0):g} GPU", *labels])
