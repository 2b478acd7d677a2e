"""A mesh that deforms, in a real browser: where its vertices are, what colours they have, and what stands beside it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browser.chromium import Tab
from browser.demo_crash import AROUND, T_END, demo_crash
from PIL import Image

from twin.scene.deforming import mesh_at
from twin.view import player_html

pytestmark = pytest.mark.browser

NAME = "rack/upright"
SETTLED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


@pytest.fixture(scope="module")
def crash_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "crash.html"
    path.write_text(player_html(demo_crash(), "truck hits an upright", {}), encoding="utf-8")
    return path


@pytest.fixture
def player(tab: Tab, crash_page: Path) -> Iterator[Tab]:
    tab.open(crash_page, width=1100, height=750)
    yield tab
    tab.opened = ()


def picture(tab: Tab, path: Path) -> np.ndarray:
    """What the canvas shows between the panels, RGB in 0..255, shape (h, w, 3)."""
    tab.run(SETTLED)
    tab.screenshot(path)
    x, y, w, h = tab.run(
        "(r => [r.x, r.y, r.width, r.height].map(Math.round))(document.querySelector('.tp-canvas').getBoundingClientRect())"
    )
    whole = np.asarray(Image.open(io.BytesIO(path.read_bytes())).convert("RGB"), int)
    return whole[y : y + h, x + w // 3 : x + 2 * w // 3]


def strained(image: np.ndarray) -> int:
    """Pixels of the middle and upper part of viridis: teal, green, yellow."""
    r, g, b = np.moveaxis(image, -1, 0)
    return int(((g > 1.25 * r) & (g > 50) & (g > 0.9 * b)).sum())


@pytest.mark.parametrize("share", [1.0, 0.5, 0.0, 0.317])
def test_vertices_are_where_the_scene_has_them_at_any_time_and_order(player: Tab, share: float) -> None:
    scene = demo_crash()
    expected = mesh_at(scene.deforming[0], scene, share * T_END).vertices
    player.run(f"(twinPlayer.seek({T_END}), twinPlayer.seek({share * T_END}))")
    for index in (0, 22 * AROUND + 3, 25 * AROUND + 16, len(expected) - 1):
        np.testing.assert_allclose(player.run(f"twinPlayer.vertex('{NAME}', {index})"), expected[index], atol=1e-4)
    # the rigid truck moves beside it
    frame = np.interp(share * T_END, scene.t, scene.nodes[0].position[:, 0])
    assert player.run("twinPlayer.pose('truck/body').position[0]") == pytest.approx(frame, abs=2e-4)


def test_colours_change_with_time_and_back(player: Tab, tmp_path: Path) -> None:
    pictures = []
    for when in (0.0, T_END / 2, T_END, 0.0):
        player.run(f"twinPlayer.seek({when})")
        pictures.append(picture(player, tmp_path / "frame.png"))
    before, middle, end, again = map(strained, pictures)
    assert before == again < 5
    assert min(middle, end) > 100
    yellow = [((r > 120) & (g > 0.95 * r) & (b < 0.6 * g)).sum() for r, g, b in (np.moveaxis(image, -1, 0) for image in pictures)]
    assert yellow[2] > yellow[1] + 20, "the upper end of the map"


def test_the_bar_the_switch_and_the_list_to_follow_know_it(player: Tab, tmp_path: Path) -> None:
    player.run(f"twinPlayer.seek({T_END})")
    assert player.run("[...document.querySelectorAll('.tp-bar b')].map(e => e.textContent)") == ["plastic strain"]
    assert player.run("[...document.querySelectorAll('.tp-row span')].map(e => e.textContent)") == ["truck", "hall", "rack"]
    assert NAME in player.run("[...document.querySelectorAll('.tp-follow option')].map(e => e.value)")
    assert strained(picture(player, tmp_path / "with.png")) > 100
    player.run("[...document.querySelectorAll('.tp-row')].find(r => r.textContent.startsWith('rack')).click()")
    assert strained(picture(player, tmp_path / "without.png")) == 0


def test_the_camera_follows_what_deforms(player: Tab, tmp_path: Path) -> None:
    """The floor in the lower right corner, where nothing else is, moves only when the camera does."""
    follow = "(s => {{ s.value = '{}'; s.dispatchEvent(new Event('change')); }})(document.querySelector('.tp-follow'))"
    moved = {}
    for whom in ("", NAME):
        player.run(f"(twinPlayer.seek(0), {follow.format(whom)})")
        before = picture(player, tmp_path / "before.png")
        player.run(f"twinPlayer.seek({T_END})")
        moved[whom] = int((np.abs(picture(player, tmp_path / "after.png") - before).max(axis=2)[-60:, -60:] > 3).sum())
    assert moved[""] == 0
    assert moved[NAME] > 50


def test_a_run_of_milliseconds_can_be_watched(player: Tab) -> None:
    assert player.run("document.querySelector('.tp-end').textContent") == "/ 120.0 ms"
    assert float(player.run("document.querySelector('[aria-label=Speed]').value")) == pytest.approx(0.025)
    player.run("(document.activeElement.blur(), twinPlayer.seek(0))")
    player.key("ArrowRight")
    assert 0 < player.run("twinPlayer.time") <= T_END / 50 + 1e-9
    player.run("(twinPlayer.seek(0), twinPlayer.play(true))")
    player.wait("twinPlayer.time > 0.01", 30)
    assert player.run("twinPlayer.playing"), "not over at once"
    player.run("twinPlayer.play(false)")


def test_the_whole_of_it_is_in_the_picture(player: Tab, tmp_path: Path) -> None:
    """Framed over the whole run: the top of the upright, 2 m high, is below the upper edge, its foot above the lower one."""
    player.run("twinPlayer.seek(0)")
    image = picture(player, tmp_path / "whole.png")
    r, g, b = np.moveaxis(image, -1, 0)
    rows = np.flatnonzero(((b > 1.5 * g) & (r < 120)).sum(axis=1) > 3)
    assert rows[0] > 5
    assert rows[-1] < len(image) - 5
