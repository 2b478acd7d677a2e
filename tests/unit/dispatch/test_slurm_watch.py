"""When an element is given up, by a made-up clock."""

import pytest

from twin.dispatch.backends.slurm_commands import Row
from twin.dispatch.backends.slurm_watch import Patience, Watch
from twin.dispatch.spool import Beat, Element

PATIENCE = Patience(start=100, silence=10, gone=3)
ELEMENT = Element("w", 0)


def row(state, reason="None"):
    return Row(ELEMENT, "7_0", state, "n1", reason)


def beat(count):
    return Beat("life", count, 0, None, "n1")


@pytest.fixture
def watch():
    return Watch(PATIENCE, 0.0)


def test_an_element_that_slurm_was_not_asked_about_is_waited_for(watch):
    assert watch.fate(1e6) is None


@pytest.mark.parametrize("state", ["PENDING", "CONFIGURING", "SUSPENDED", "REQUEUED"])
def test_a_waiting_element_may_wait_for_ever(watch, state):
    watch.look(row(state, "Resources"), 1.0)
    assert watch.fate(1e6) is None


@pytest.mark.parametrize("reason", ["launch failed requeued held", "JobHoldMaxRequeue", "DependencyNeverSatisfied"])
def test_what_slurm_holds_back_is_given_up(watch, reason):
    watch.look(row("PENDING", reason), 1.0)
    fate = watch.fate(1.0)
    assert fate is not None
    assert fate.why == "bystander"
    assert reason in fate.reason


def test_what_a_user_holds_back_is_waited_for(watch):
    watch.look(row("PENDING", "JobHeldUser"), 1.0)
    assert watch.fate(1e6) is None


def test_options_that_slurm_never_grants_are_told(watch):
    watch.look(row("PENDING", "PartitionConfig"), 1.0)
    assert watch.hopeless() == "PartitionConfig"


def test_silence_counts_from_the_start_then_from_the_last_beat(watch):
    watch.look(row("PENDING"), 50.0)
    watch.look(row("RUNNING"), 60.0)
    assert watch.fate(159.0) is None
    watch.hear(beat(1), 159.0)
    watch.hear(beat(1), 168.0)  # the same one again
    assert watch.fate(168.9) is None
    fate = watch.fate(169.1)
    assert fate is not None
    assert (fate.why, fate.reason) == ("crashed", "its node n1 fell silent for 10 s")


def test_an_element_that_is_requeued_is_not_silent(watch):
    watch.look(row("RUNNING"), 0.0)
    watch.hear(beat(1), 1.0)
    watch.look(row("PENDING", "BeginTime"), 5.0)
    assert watch.fate(130.0) is None
    watch.look(row("RUNNING"), 130.0)
    assert watch.fate(139.0) is None
    assert watch.fate(141.0) is not None


@pytest.mark.parametrize(
    ("last", "why", "words"),
    [
        (row("FAILED", "NonZeroExitCode"), "crashed", "FAILED, NonZeroExitCode"),
        (row("NODE_FAIL"), "crashed", "NODE_FAIL"),
        (row("TIMEOUT", "TimeLimit"), "crashed", "TIMEOUT"),
        (row("CANCELLED"), "bystander", "CANCELLED"),
        (row("PREEMPTED"), "bystander", "PREEMPTED"),
        (None, "crashed", "does not know"),
    ],
)
def test_an_ended_element_is_given_up_a_little_later(watch, last, why, words):
    watch.look(row("RUNNING"), 0.0)
    watch.look(last, 10.0)
    watch.look(last, 11.0)
    assert watch.fate(12.9) is None  # its last report may be on its way
    fate = watch.fate(13.1)
    assert fate is not None
    assert fate.why == why
    assert words in fate.reason


def test_an_element_that_reappears_was_not_gone(watch):
    watch.look(row("RUNNING"), 0.0)
    watch.look(None, 1.0)
    watch.look(row("RUNNING"), 2.0)
    assert watch.fate(9.0) is None
