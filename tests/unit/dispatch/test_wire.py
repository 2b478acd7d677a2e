"""What travels comes back equal, to the bit and to the type; what is damaged is refused in our words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.dispatch.wire import Ended, Order, Report, Setup
from twin.errors import NodeFailed

ENDED = (
    Ended(3, 1, "done", "pass", -0.5, '{"id":"ab"}'),
    Ended(4, 2, "failed", "none", math.inf, '{"reason":"a\\nb"}'),
    Ended(5, 1, "done", "none", 0.0, count=3),
)
REPORT = Report(list(ENDED), begun=[(5, 1)], parts={"a.parquet": [3, 4]}, busy=0.25, units={"x": "m"}, elapsed=1.5)
SETUP = Setup("/store", "/store/b", "worst 3", {"device": "cpu"}, 1, {"kind": "noop", "sweep": {"seeds": 3}}, "/folder")
finite = st.floats(allow_nan=False)


@given(st.lists(st.tuples(st.integers(0, 2**40), st.integers(1, 9)), min_size=1, max_size=4), st.none() | finite)
def test_orders_come_back_as_they_were(jobs, worst):
    order = Order([n for n, _ in jobs], [f"{n:064x}" for n, _ in jobs], [a for _, a in jobs], worst)
    assert Order.decode(order.encode()) == order


@given(finite, finite, st.none() | finite)
def test_numbers_of_reports_come_back_to_the_bit(badness, busy, elapsed):
    back = Report.decode(Report([Ended(1, 1, "done", "pass", badness)], busy=busy, elapsed=elapsed).encode())
    assert [repr(x) for x in (back.ended[0].badness, back.busy, back.elapsed)] == [repr(x) for x in (badness, busy, elapsed)]


def test_reports_and_setups_come_back():
    assert Report.decode(REPORT.encode()) == REPORT
    assert Setup.decode(SETUP.encode()) == SETUP


def test_a_run_is_its_jobs():
    run = Ended(5, 2, "done", "pass", 0.0, count=3)
    assert run.each() == [Ended(number, 2, "done", "pass", 0.0) for number in (5, 6, 7)]
    assert list(run.starts) == [(5, 2), (6, 2), (7, 2)]
    assert Report([run, Ended(9, 1, "done", "pass", 0.0)]).jobs == 4


@given(st.data())
def test_what_is_torn_or_foreign_is_refused(data):
    form = data.draw(st.sampled_from([(Report, REPORT.encode()), (Setup, SETUP.encode()), (Order, Order([1], ["a"], [1]).encode())]))
    kind, text = form
    torn = text[: data.draw(st.integers(0, len(text) - 1))]
    with pytest.raises(NodeFailed, match="damaged"):
        kind.decode(torn)


FOREIGN = (
    b"[]",
    b'{"ended": 1}',
    REPORT.encode().replace(b'"done"', b'"perhaps"'),
    Report([Ended(1, 1, "done", "none", 0.0, count=0)]).encode(),
    Report([Ended(1, 1, "done", "none", 0.0, count=10**12)]).encode(),
    b"\xff\x00",
    b"{" * 10_000,
)


@pytest.mark.parametrize("text", FOREIGN)
def test_a_foreign_report_is_refused(text):
    with pytest.raises(NodeFailed, match="damaged"):
        Report.decode(text)
