"""`study.expect` over real batches, with numbers known beforehand."""

import pytest

from twin.dispatch import submit
from twin.scenario import load
from twin.study import judge, outcome, summarised


@pytest.fixture
def judged(write, tmp_path):
    """Judges a batch whose scalar `value` runs from 1 to 100 and passes up to 90."""

    def of(*expectations):
        lines = ["twin: 1", "kind: noop", "expect: {value: {max: 90}}", f"sweep: {{grid: {{value: {list(range(1, 101))}}}}}"]
        file = write("\n".join([*lines, "study: {expect: {" + ", ".join(expectations) + "}}"]))
        batch = submit(load(file), store=tmp_path / "store", backend="inline")
        return batch, judge(batch)

    return of


def test_pass_rate_is_held_with_its_lower_limit(judged):
    batch, (easy,) = judged("pass_rate: {min: 83 %, confidence: 95 %}")
    assert (easy["value"], easy["jobs"], easy["unit"], easy["ok"]) == (0.9, 100, "1", True)
    # (0.9 + z2/200 - z sqrt(0.09/100 + z2/40000)) / (1 + z2/100) with z = 1.644854, by hand
    assert easy["low"] == pytest.approx(0.839644, abs=1e-6)
    assert summarised(batch)["study"] == {"verdict": "pass", "expectations": [easy]}
    _, (hard,) = judged("pass_rate: {min: 85 %, confidence: 95 %}")
    assert not hard["ok"]  # 90 of 100 passed, but that does not show 85 % with this confidence
    _, (surer,) = judged("pass_rate: {min: 83 %, confidence: 99 %}")
    assert not surer["ok"]


def test_percentile_mean_and_extremes(judged):
    _, lines = judged(
        "value.p50: {max: 60}", "value.mean: {max: 56, min: 45}", "value.max: {max: 100}", "value.min: {min: 2}", "value.p99: {max: 200}"
    )
    median, mean, largest, smallest, p99 = lines
    assert (median["value"], median["low"], median["high"]) == (50.5, 42.0, 59.0)  # ranks of the binomial(100, 1/2) at 95 %
    assert median["ok"]
    assert mean["value"] == 50.5
    assert mean["ok"]
    assert largest["ok"]
    assert not smallest["ok"]
    assert p99["high"] is None  # 100 jobs are too few
    assert not p99["ok"]
    assert outcome(lines) == "fail"


def test_nothing_expected_is_no_verdict(write, tmp_path):
    batch = submit(load(write("twin: 1\nkind: noop\n")), store=tmp_path / "store", backend="inline")
    assert judge(batch) == []
    assert outcome([]) == "none"
    assert summarised(batch)["study"] is None
