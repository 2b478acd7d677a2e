"""What travels comes back equal, to the bit and to the type."""

from hypothesis import given
from hypothesis import strategies as st

from twin.dispatch.wire import Ended, Order, Report, Setup
from twin.scenario import Job

values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
documents = st.dictionaries(st.sampled_from(["kind", "seed", "value", "pose", "work"]), values, max_size=5)


@given(st.lists(documents, min_size=1, max_size=4))
def test_jobs_come_back_as_they_were(given_documents):
    jobs = [Job(f"{i:064x}", i, {"seed": i}, document, "/folder") for i, document in enumerate(given_documents)]
    back = Order.decode(Order(jobs, [1] * len(jobs), 0.5).encode())
    assert repr([sorted(job.document.items()) for job in back.jobs]) == repr([sorted(job.document.items()) for job in jobs])
    assert [(j.id, j.index, j.values, j.folder) for j in back.jobs] == [(j.id, j.index, j.values, j.folder) for j in jobs]
    assert (back.attempts, back.worst) == ([1] * len(jobs), 0.5)


def test_reports_and_setups_come_back():
    ended = [
        Ended(3, 1, "ab", "done", "pass", -0.5, '{"id":"ab"}'),
        Ended(4, 2, "cd", "failed", "none", float("inf"), '{"reason":"a\\nb"}'),
    ]
    report = Report(ended, busy=0.25, units={"x": "m"}, elapsed=1.5)
    assert Report.decode(report.encode()) == Report(ended, lost=(), busy=0.25, units={"x": "m"}, elapsed=1.5)
    setup = Setup("/store", "/store/b", "worst 3", {"device": "cpu"}, 1)
    assert Setup.decode(setup.encode()) == setup
