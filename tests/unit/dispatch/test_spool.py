"""What is torn, foreign or unfinished in a spool is not there."""

import os

import pytest

from twin.dispatch.envelope import opened, sealed
from twin.dispatch.orders import keys, rest
from twin.dispatch.spool import Beat, Element, Spool
from twin.dispatch.wire import Ended, Order, Report, Setup
from twin.errors import StoreFault

SETUP = Setup("store", "batch", "none", {"device": "cpu"}, 0, {"twin": 1}, "/somewhere")
ORDER = Order([4, 5, 6], ["a", "b", "c"], [1, 1, 2], worst=0.5)
REPORT = Report(ended=[Ended(4, 1, "done", "pass", 0.0, '{"id": "a"}')], busy=1.5, units={"value": "1"})
ELEMENT = Element("0001-abcd", 3)


@pytest.fixture
def spool(tmp_path):
    made = Spool(tmp_path / "spool")
    made.prepare(SETUP, {"source of twin": "1234"})
    return made


def test_what_was_written_is_read(spool):
    assert spool.setup() == SETUP
    assert spool.handshake() == {"source of twin": "1234"}
    spool.put_order(ELEMENT, ORDER)
    assert spool.order(ELEMENT) == ORDER
    assert spool.elements() == [ELEMENT]
    beat = Beat("life", 2, 1, 0.25, "n1")
    spool.put_beat(ELEMENT, beat)
    assert spool.beat(ELEMENT) == beat
    spool.put_report(ELEMENT, "life", 0, REPORT)
    spool.put_report(ELEMENT, "life", 1, Report(), "stopped")
    read = [(letter.element, letter.report.encode(), letter.word) for letter in spool.letters()]
    assert read == [(ELEMENT, REPORT.encode(), ""), (ELEMENT, Report().encode(), "stopped")]


def test_dropped_news_are_gone(spool):
    spool.put_report(ELEMENT, "life", 0, REPORT)
    spool.drop(spool.letters())
    assert spool.letters() == []


def test_a_revoked_element_has_no_order(spool):
    spool.put_order(ELEMENT, ORDER)
    assert spool.wanted(ELEMENT)
    spool.revoke(ELEMENT)
    assert not spool.wanted(ELEMENT)
    assert spool.order(ELEMENT) is None


def test_the_token_outlives_a_driver(spool):
    again = Spool(spool.path)
    again.prepare(SETUP, {})
    assert again.token == spool.token
    assert again.handshake() == {}


def test_torn_news_are_not_there(spool):
    spool.put_report(ELEMENT, "life", 0, REPORT)
    (file,) = (letter.file for letter in spool.letters())
    whole = file.read_bytes()
    for cut in (0, 1, whole.index(b"\n"), whole.index(b"\n") + 1, len(whole) - 1):
        os.truncate(file, cut)
        assert spool.letters() == []
        file.write_bytes(whole)
    file.write_bytes(whole[:-1] + b"!")
    assert spool.letters() == []
    file.write_bytes(b"\x00garbage" * 1000)
    assert spool.letters() == []


def test_news_of_another_batch_are_not_there(spool, tmp_path):
    other = Spool(tmp_path / "other")
    other.prepare(SETUP, {})
    other.put_report(ELEMENT, "life", 0, REPORT)
    (letter,) = other.letters()
    (spool.path / "reports" / letter.file.name).write_bytes(letter.file.read_bytes())
    assert spool.letters() == []


def test_unfinished_files_are_not_there(spool):
    (spool.path / "reports" / ".0001-abcd.3.life.000000.77.aa.part").write_bytes(b"half")
    (spool.path / "orders" / ".0001-abcd.3.77.aa.part").write_bytes(b"half")
    assert (spool.letters(), spool.elements()) == ([], [])


def test_a_damaged_setup_is_said_with_its_place(spool):
    os.truncate(spool.path / "setup", 20)
    with pytest.raises(StoreFault, match=r"spool/setup.*seen from this machine"):
        spool.setup()


def test_a_folder_that_was_never_prepared_has_no_token(tmp_path):
    with pytest.raises(StoreFault, match="no token"):
        Spool(tmp_path).setup()


def test_names_of_elements_are_read_strictly():
    assert Element.named("0001-abcd.12") == Element("0001-abcd", 12)
    assert [Element.named(text) for text in ("", ".", "a.", ".1", "a.b", "a.-1", "a.1.2")] == [None] * 7


def test_the_envelope_shows_any_change():
    data = sealed("token", {"word": "ended"}, b"body\nwith lines")
    assert opened("token", data) is not None
    assert opened("other", data) is None
    assert all(opened("token", data[:cut]) is None for cut in range(len(data)))


def test_the_rest_of_an_order_keeps_ids_and_attempts():
    assert keys(rest(ORDER, 1)) == [(5, 1), (6, 2)]
    assert rest(ORDER, 2) == Order([6], ["c"], [2], worst=0.5)
