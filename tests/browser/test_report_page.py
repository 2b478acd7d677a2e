"""The report in a real browser: its table, charts and worst run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.chromium import Tab
from browser.demo_batch import rows

pytestmark = pytest.mark.browser

COLUMN = "[...document.querySelectorAll('.runs tbody tr')].map(r => r.children[{}].textContent)"


@pytest.fixture
def report(tab: Tab, report_page: Path) -> Tab:
    """The page; loaded once for all tests that leave it as they found it."""
    tab.open(report_page, anew=False)
    return tab


@pytest.fixture
def own_report(tab: Tab, report_page: Path) -> Iterator[Tab]:
    """A page that a test may change."""
    tab.open(report_page)
    yield tab
    tab.opened = ()


def click_heading(report: Tab, words: str) -> None:
    report.run(f"[...document.querySelectorAll('.runs th button')].find(b => b.textContent.startsWith('{words}')).click()")


def heading(report: Tab, words: str) -> int:
    return report.run(f"[...document.querySelectorAll('.runs th')].findIndex(h => h.textContent.startsWith('{words}'))")


def test_every_run_is_in_the_table(report: Tab) -> None:
    assert report.run(COLUMN.format(0)) == [str(row["index"]) for row in rows()]


def test_a_click_on_a_heading_sorts_both_ways_and_keeps_the_unmeasured_last(own_report: Tab) -> None:
    at = heading(own_report, "cycle time")
    for downwards in (False, True):
        click_heading(own_report, "cycle time")
        shown = own_report.run(COLUMN.format(at))
        measured = [float(text) for text in shown if text != "–"]
        assert measured == sorted(measured, reverse=downwards)
        missing = len(shown) - len(measured)
        assert missing == sum(row["scalars"]["cycle_time"] is None for row in rows())
        assert set(shown[len(measured) :]) <= {"–"}
    assert own_report.run("document.querySelectorAll('.runs th[aria-sort=descending]').length") == 1


def test_filters_by_verdict_and_text(own_report: Tab) -> None:
    failed = [row for row in rows() if row["verdict"] == "fail" and row["status"] == "done"]
    own_report.click_on(".filters button[value=fail]")
    assert set(own_report.run(COLUMN.format(1))) == {"failed"}
    assert len(own_report.run(COLUMN.format(0))) == len(failed)
    own_report.click_on(".filters button[value=all]")
    wanted = failed[0]["id"]
    own_report.run(f"(i => {{ i.value = '{wanted}'; i.dispatchEvent(new Event('input')); }})(document.querySelector('input[type=search]'))")
    assert own_report.run(COLUMN.format(0)) == [str(failed[0]["index"])]


def test_charts_are_there(report: Tab) -> None:
    names = report.run("[...document.querySelectorAll('figure svg')].map(s => s.getAttribute('aria-label'))")
    for words in ("Pass rate over", "Influence of the swept parameters", "Distribution of cycle time", "over robots.installer.speed"):
        assert any(words in name for name in names), (words, names)
    assert report.run("[...document.querySelectorAll('figure svg')].every(s => s.getBoundingClientRect().width > 200)")


def test_the_worst_run_plays(report: Tab) -> None:
    before = report.run("twinPlayer.pose('installer/right_lower').position")
    report.run("twinPlayer.seek(16)")
    assert report.run("twinPlayer.pose('installer/right_lower').position") != before


def test_its_switch_of_light_and_dark_reaches_the_player(own_report: Tab) -> None:
    own_report.run("document.getElementById('theme').click()")
    assert own_report.run("document.querySelector('.twin-player').dataset.dark") == "true"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_does_not_scroll_sideways(tab: Tab, report_page: Path, width: int) -> None:
    tab.open(report_page, width=width, height=900)
    assert tab.run("document.documentElement.scrollWidth") <= width
