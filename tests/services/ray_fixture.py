"""A Ray cluster that the tests of a session share, and clusters of their own for those that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.services.ray import RayCluster, require_ray


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[RayCluster]:
    """A head without places, a node with two CPUs, and one with one CPU and four (pretended) GPUs. Not to be broken."""
    require_ray()
    cluster = RayCluster()
    try:
        cluster.add(cpus=2, labels={"site": "munich"})
        cluster.add(cpus=1, gpus=4, labels={"site": "munich", "gpu": "B200"})
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def new_ray_cluster() -> Iterator[Callable[..., RayCluster]]:
    """Starts heads that a test may kill; takes what `RayCluster` takes."""
    require_ray()
    clusters: list[RayCluster] = []

    def started(**options: object) -> RayCluster:
        clusters.append(RayCluster(**options))  # type: ignore[arg-type]
        return clusters[-1]

    yield started
    for cluster in clusters:
        cluster.close()
