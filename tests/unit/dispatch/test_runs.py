"""Runs of consecutive jobs, by their definition."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from twin.dispatch.runs import runs


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from("ab"))))
def test_runs_cover_all_jobs_in_order_and_are_as_long_as_can_be(jobs: list[tuple[int, str]]) -> None:
    found = runs(jobs)
    assert [job for start, stop, _ in found for job in jobs[start:stop]] == jobs
    for start, stop, what in found:
        assert [(jobs[start][0] + i, what) for i in range(stop - start)] == jobs[start:stop]
    for (_, stop, _), (start, _, _) in pairwise(found):
        assert stop == start
        assert jobs[start] != (jobs[stop - 1][0] + 1, jobs[stop - 1][1])
