"""Chunks: tiny jobs in hundreds, long ones singly, and fair shares at the end."""

import pytest

from twin.dispatch.pace import Pace, Wishes


def test_the_first_job_goes_alone():
    assert Pace(Wishes(2)).size(10_000) == 1


def test_jobs_that_share_a_launch_go_together_from_the_first_on():
    pace = Pace(Wishes(2, first=256))
    assert pace.size(10_000) == 256
    assert pace.size(100) == 50


@pytest.mark.parametrize(("seconds", "size"), [(1e-5, 2000), (1e-4, 2000), (1e-3, 200), (0.01, 20), (0.15, 1), (60.0, 1)])
def test_a_chunk_is_about_a_fifth_of_a_second(seconds, size):
    pace = Pace(Wishes(2))
    pace.saw(100, 100 * seconds)
    assert pace.size(1_000_000) == size


def test_the_last_jobs_are_shared_out():
    pace = Pace(Wishes(2))
    pace.saw(1000, 20.0)
    left, chunks = 80, []
    while left:
        chunks.append(pace.size(left))
        left -= chunks[-1]
    assert sum(chunks) == 80
    assert chunks[-1] == 1
    assert max(chunks) == 10  # an eighth of what is left, for two workers


def test_the_last_chunks_are_worth_their_price():
    pace = Pace(Wishes(2))
    pace.saw(1000, 0.1)
    assert [pace.size(left) for left in (16_000, 8_000, 1_600, 800, 1)] == [2000, 1000, 200, 200, 200]


def test_long_jobs_never_wait_behind_others():
    pace = Pace(Wishes(2))
    pace.saw(1, 5.0)
    assert pace.takes_more(0)
    assert not pace.takes_more(1)


def test_a_forced_size_is_kept():
    pace = Pace(Wishes(2), forced=1)
    pace.saw(1000, 0.001)
    assert pace.size(1000) == 1


def test_a_backend_may_wish_for_chunks_that_are_not_too_small():
    pace = Pace(Wishes(4, chunk_seconds=60, largest=20_000, shares=1, least_seconds=15), expected=0.5)
    assert pace.size(1_000) == 30  # as the kind expects: 15 s of work
    assert pace.size(20) == 5
    pace.saw(10, 2.0)
    assert pace.size(10_000) == 300
    assert pace.size(800) == 200
    assert pace.size(100) == 75
