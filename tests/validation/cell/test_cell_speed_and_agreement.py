"""How quick the main cell is, and how often the two engines come to the same verdict."""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec
from statistics import median

import pytest

from tests.machine import slowness
from tests.require import needs
from twin.contact import ENGINES
from twin.execute import run_job
from twin.kinds import Context, Silent, Target
from twin.physics.cell.simulate import simulate_on
from twin.scenario import expand, load

pytestmark = pytest.mark.slow


@pytest.mark.alone
def test_the_sled_runs_at_eight_times_real_time_on_one_core() -> None:
    """Clearance queries, contact queries, planning and control included; compiling apart. Of an ordinary core."""
    needs("pybullet", find_spec("pybullet"), "pybullet has wheels up to CPython 3.11 only")
    scenario = load("server_sled_insertion")
    context = Context(scenario.folder, scenario.seed, scenario.site)
    factors = [simulate_on("pybullet", scenario.spec, Silent(), context).stats["real_time_factor"] for _ in range(5)]
    assert median(factors) * slowness() >= 8.0, factors


def test_the_engines_agree_on_the_sweep() -> None:
    """10-90 % of the jobs pass; the engines agree on at least 90 % of the verdicts."""
    needs("pybullet", find_spec("pybullet"), "pybullet has wheels up to CPython 3.11 only")
    verdicts = {
        engine: [run_job(job, target=Target(), monitor=Silent()).verdict for job in expand(load("server_sled_sweep", {"engine": engine}))]
        for engine in ENGINES
    }
    counts = {engine: Counter(found) for engine, found in verdicts.items()}
    jobs = len(verdicts["pybullet"])
    assert jobs >= 64
    for engine in ENGINES:
        assert 0.1 * jobs <= counts[engine]["pass"] <= 0.9 * jobs, counts
    same = sum(a == b for a, b in zip(*verdicts.values(), strict=True))
    assert same >= 0.9 * jobs, (same, jobs, counts)
