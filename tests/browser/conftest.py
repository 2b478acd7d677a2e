"""One browser for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.chromium import PROGRAM, Tab, chromium
from browser.demo_batch import report_arguments
from browser.demo_cell import demo_cell
from browser.demo_summary import SUMMARY
from require import needs

from twin.view import player_html, report_html


@pytest.fixture(scope="session")
def browser() -> Iterator[Tab]:
    needs("browser", PROGRAM, "no Chromium is installed (apt-get install chromium)")
    with chromium() as tab:
        yield tab


@pytest.fixture
def tab(browser: Tab) -> Iterator[Tab]:
    """The browser with nothing held against it yet; at the end it must not have asked the network or complained."""
    browser.requests.clear()
    browser.complaints.clear()
    yield browser
    assert browser.requests == []
    assert browser.complaints == []


@pytest.fixture(scope="session")
def cell_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "cell.html"
    path.write_text(player_html(demo_cell(), "server_sled_insertion", SUMMARY), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def report_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "report.html"
    path.write_text(report_html(**report_arguments(), worst=demo_cell()), encoding="utf-8")
    return path
