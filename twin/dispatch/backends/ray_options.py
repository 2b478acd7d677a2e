"""Where a Ray cluster is and what an actor takes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from twin.errors import BadInput, EngineMissing

__all__ = ["RayOptions", "require_ray"]


@dataclass(frozen=True)
class RayOptions:
    """A cluster, and one actor's share of it.

    Attributes:
        address: `host:port` of the head. Always explicit: without one Ray joins whatever cluster it finds.
        namespace: of the actors' names in the cluster.
        cpus, gpus: per actor; fractions are allowed.
        memory: per actor [byte]; 0 asks for none in particular.
        labels: which nodes may be used: label -> value, or Ray's `!value`, `in(a,b)`, `!in(a,b)`.
        token_file: file with the cluster's token; it goes to Ray by its path and is never read here.
        environment: path of the Python on the nodes that has twin installed, the same on all; empty: the nodes' own.
        patience: how long the head may be silent [s]; below the 60 s after which Ray itself gives up.
        start_seconds: how long to wait for the first actor [s].
    """

    address: str
    namespace: str = "twin"
    cpus: float = 1.0
    gpus: float = 0.0
    memory: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    token_file: str = ""
    environment: str = ""
    patience: float = 30.0
    start_seconds: float = 120.0

    def __post_init__(self) -> None:
        host, _, port = self.address.rpartition(":")
        if not host or not port.isdigit() or "/" in host:  # `auto` and `local` too: Ray would look for a cluster, or start one
            raise BadInput(
                "address of the Ray cluster", self.address, "host:port of its head",
                "Start the batch on a machine of the cluster (`ray start --address=HOST:PORT --num-cpus=0` makes this one such).",
            )  # fmt: skip
        if self.token_file and not Path(self.token_file).is_file():
            raise BadInput("token file of the Ray cluster", self.token_file, "a file", "`ray get-auth-token` writes one.")

    @property
    def head(self) -> tuple[str, int]:
        """Host and port."""
        host, _, port = self.address.rpartition(":")
        return host.strip("[]"), int(port)


def require_ray() -> None:
    """Look for Ray without importing it.

    Raises:
        EngineMissing: it is not installed.
    """
    if find_spec("ray") is None:
        raise EngineMissing("backend", "ray", "what is installed here: inline, process", "pip install 'factory-twin[ray]'")
