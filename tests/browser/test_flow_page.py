"""A coloured surface, streamlines and colour bars in a real browser."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from browser.chromium import Tab
from browser.demo_flow import demo_flow
from PIL import Image

from twin.view import player_html

pytestmark = pytest.mark.browser

# what was asked for is drawn in the next frame at the latest, however slow the machine
SETTLED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


@pytest.fixture(scope="module")
def flow_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "flow.html"
    path.write_text(player_html(demo_flow(), "ball in a wind", {}), encoding="utf-8")
    return path


def picture(tab: Tab, path: Path) -> np.ndarray:
    """What the canvas shows, RGB in 0..255, shape (h, w, 3); panels over it are part of it."""
    tab.run(SETTLED)
    tab.screenshot(path)
    x, y, w, h = tab.run(
        "(r => [r.x, r.y, r.width, r.height].map(Math.round))(document.querySelector('.tp-canvas').getBoundingClientRect())"
    )
    whole = np.asarray(Image.open(io.BytesIO(path.read_bytes())).convert("RGB"), int)
    return whole[y : y + h, x : x + w]


def test_surface_and_lines_have_their_colours_from_the_first_frame(tab: Tab, flow_page: Path, tmp_path: Path) -> None:
    tab.open(flow_page)
    r, g, b = np.moveaxis(picture(tab, tmp_path / "flow.png")[150:, 250:650], -1, 0)
    assert ((r > 1.8 * b) & (r > 80)).sum() > 500, "red where the wind hits"
    assert ((b > 1.8 * r) & (b > 120)).sum() > 5000, "blue where it is fast"
    assert ((g > 1.3 * r) & (g > 1.2 * b) & (g > 120)).sum() > 200, "green lines of middle speed"
    assert ((r > 180) & (g > 180) & (b < 90)).sum() > 30, "yellow lines of high speed"


def test_bars_say_what_the_colours_mean(tab: Tab, flow_page: Path) -> None:
    tab.open(flow_page, anew=False)
    titles = tab.run("[...document.querySelectorAll('.tp-bar b')].map(e => e.textContent)")
    assert titles == ["pressure coefficient", "speed [m/s]"]
    numbers = tab.run("[...document.querySelectorAll('.tp-bar')].map(e => [...e.querySelectorAll('span')].map(s => s.textContent))")
    assert numbers == [["-1.25", "0", "1.25"], ["0", "20", "45"]]
    gradient = tab.run("document.querySelector('.tp-bar i').style.background")
    assert "rgb(3, 67, 147)" in gradient
    assert "rgb(132, 23, 22)" in gradient


def test_streamlines_have_a_switch_of_their_own(tab: Tab, flow_page: Path, tmp_path: Path) -> None:
    tab.open(flow_page)
    assert tab.run("twinPlayer.lines") == ["streamlines"]
    assert set(tab.run("twinPlayer.names")) == {node.name for node in demo_flow().nodes}
    before = picture(tab, tmp_path / "with.png")
    tab.run("[...document.querySelectorAll('.tp-row')].find(r => r.textContent.startsWith('streamlines')).click()")
    after = picture(tab, tmp_path / "without.png")
    tab.opened = ()
    assert (np.abs(before - after).max(axis=2) > 40).sum() > 2000


@pytest.mark.parametrize("width", [390, 900])
def test_the_panels_do_not_lie_over_each_other(tab: Tab, flow_page: Path, width: int) -> None:
    tab.open(flow_page, width=width)
    boxes = "['.tp-bars', '.tp-legend'].map(s => document.querySelector(s).getBoundingClientRect()).map(r => [r.left, r.right])"
    (left, right), (next_left, next_right) = tab.run(boxes)
    assert 0 <= left < right <= width
    assert next_left == next_right or right < next_left, json.dumps([right, next_left])


def test_a_scene_without_bars_shows_no_empty_panel(tab: Tab, cell_page: Path) -> None:
    tab.open(cell_page, anew=False)
    assert tab.run("document.querySelector('.tp-bars').hidden")
    assert tab.run("twinPlayer.lines") == []
