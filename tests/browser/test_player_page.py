"""The player in a real browser: it moves what the simulation moved, when it moved it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browser.chromium import Tab
from browser.demo_cell import demo_cell

pytestmark = pytest.mark.browser

ARM, SLED = "installer/right_lower", "part/sled"
# the share of the plot's pixels that have the colour of a series
COUNT_INK = """(() => {
  const plot = document.querySelector('.tp-plot'), { data } = plot.getContext('2d').getImageData(0, 0, plot.width, plot.height);
  const colours = new Set();
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200) colours.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
  return colours.size;
})()"""


def pose(tab: Tab, name: str) -> np.ndarray:
    found = tab.run(f"twinPlayer.pose({json.dumps(name)})")
    return np.array([*found["position"], *found["rotation"]])


@pytest.fixture
def player(tab: Tab, cell_page: Path) -> Tab:
    """The page at rest at its start; loaded once for all tests that leave it as they found it."""
    tab.open(cell_page, anew=False)
    tab.run("(twinPlayer.play(false), twinPlayer.seek(0))")
    return tab


@pytest.fixture
def own_player(tab: Tab, cell_page: Path) -> Iterator[Tab]:
    """A page that a test may change."""
    tab.open(cell_page)
    yield tab
    tab.opened = ()


def test_poses_are_those_of_the_scene_at_any_time_and_order(player: Tab) -> None:
    scene = demo_cell()
    nodes = {node.name: node for node in scene.nodes}
    assert set(player.run("twinPlayer.names")) == set(nodes)
    for frame in (0, 400, 749, 200, 749, 0):
        player.run(f"twinPlayer.seek({scene.t[frame]})")
        for name in (ARM, SLED, "rack/post_0"):
            shown, node = pose(player, name), nodes[name]
            position, rotation = (
                np.reshape(a, (-1, k))[frame if np.ndim(a) == 2 else 0] for a, k in ((node.position, 3), (node.rotation, 4))
            )
            np.testing.assert_allclose(shown[:3], position, atol=2e-4)
            assert abs(shown[3:] @ rotation) > 1 - 1e-6


def test_the_arm_is_elsewhere_at_another_time(player: Tab) -> None:
    player.run("twinPlayer.seek(4)")
    early = pose(player, ARM)
    player.run("twinPlayer.seek(16)")
    assert np.linalg.norm(pose(player, ARM)[:3] - early[:3]) > 0.1


def test_another_time_is_another_picture(player: Tab, tmp_path: Path) -> None:
    pictures = []
    for when in (2, 17):
        player.run(f"new Promise(done => {{ twinPlayer.seek({when}); setTimeout(done, 500); }})")
        player.screenshot(tmp_path / f"{when}.png")
        pictures.append((tmp_path / f"{when}.png").read_bytes())
    assert pictures[0] != pictures[1]
    # many colours: a lit scene, not an empty stage
    assert min(map(len, pictures)) > 60_000


def test_play_advances_time_and_pauses(player: Tab) -> None:
    player.click_on(".tp-play")
    player.wait("twinPlayer.time > 0.3", 20)
    assert player.run("twinPlayer.playing")
    player.click_on(".tp-play")
    assert not player.run("twinPlayer.playing")
    stopped = player.run("twinPlayer.time")
    time.sleep(0.3)
    assert player.run("twinPlayer.time") == stopped


def test_play_ends_at_the_end_and_begins_again(own_player: Tab) -> None:
    own_player.run("twinPlayer.seek(24.8)")
    own_player.run("(s => { s.value = '8'; s.dispatchEvent(new Event('change')); })(document.querySelector('.tp-select'))")
    own_player.run("twinPlayer.play(true)")
    own_player.wait("!twinPlayer.playing", 20)
    assert own_player.run("twinPlayer.time") == pytest.approx(25.0)
    own_player.run("twinPlayer.play(true)")
    own_player.wait("twinPlayer.playing && twinPlayer.time < 24", 10)
    own_player.run("twinPlayer.play(false)")


def test_the_scrubber_seeks(player: Tab) -> None:
    x, y, width = player.run("(r => [r.x, r.y + r.height / 2, r.width])(document.querySelector('.tp-scrub').getBoundingClientRect())")
    player.click(x + 0.6 * width, y)
    assert player.run("twinPlayer.time") == pytest.approx(15.0, abs=0.5)


def test_the_keyboard(player: Tab) -> None:
    player.run("document.activeElement.blur()")
    player.key("End")
    assert player.run("twinPlayer.time") == pytest.approx(25.0)
    player.key("ArrowLeft")
    assert player.run("twinPlayer.time") == pytest.approx(24.9)
    player.key("Home")
    assert player.run("twinPlayer.time") == 0
    player.key("ArrowRight")
    assert player.run("twinPlayer.time") == pytest.approx(0.1)
    player.key(" ")
    assert player.run("twinPlayer.playing")
    player.key(" ")
    assert not player.run("twinPlayer.playing")


def test_curves_are_drawn_can_be_chosen_and_seek(own_player: Tab) -> None:
    assert own_player.run("[...document.querySelectorAll('.tp-chip')].map(c => c.textContent)") == [
        "insertion force", "installer/right_joint_1", "installer/right_joint_2", "installer/right_joint_3",
    ]  # fmt: skip
    assert own_player.run(COUNT_INK) > 20
    with_all = own_player.run("document.querySelector('.tp-plot').toDataURL()")
    own_player.click_on(".tp-chip:last-child")
    assert own_player.run("document.querySelector('.tp-plot').toDataURL()") != with_all
    x, y, width = own_player.run("(r => [r.x, r.y + r.height / 2, r.width])(document.querySelector('.tp-plot').getBoundingClientRect())")
    own_player.click(x + width / 2, y)
    assert own_player.run("twinPlayer.time") == pytest.approx(12.5, abs=1)
    own_player.command("Input.dispatchMouseEvent", type="mouseMoved", x=x + width / 3, y=y)
    tip = own_player.run("document.querySelector('.tp-tip').textContent")
    assert "right_joint_1" in tip
    assert "rad" in tip


def test_contacts_are_labelled_while_they_last_and_captions_say_what_goes_on(player: Tab) -> None:
    shown = "[...document.querySelectorAll('.tp-label:not([hidden])')].map(l => l.textContent)"
    # labels are placed when a frame is drawn: two frames on, however slow the machine
    labels = f"new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done({shown}))))"
    player.run("twinPlayer.seek(2)")
    assert player.run(labels) == []
    assert player.run("document.querySelector('.tp-caption').textContent") == "move_joint: over the cart"
    player.run("twinPlayer.seek(18.1)")
    (label,) = player.run(labels)
    assert label.startswith("sled - rail_left")
    assert label.endswith("N")
    assert player.run("document.querySelector('.tp-caption').textContent") == "insert: sled"


def test_groups_can_be_hidden(own_player: Tab, tmp_path: Path) -> None:
    own_player.screenshot(tmp_path / "all.png")
    own_player.run("[...document.querySelectorAll('.tp-row')].find(r => r.textContent.startsWith('rack')).click()")
    time.sleep(0.5)
    own_player.screenshot(tmp_path / "without.png")
    assert (
        own_player.run("[...document.querySelectorAll('.tp-row')].find(r => r.textContent.startsWith('rack')).getAttribute('aria-pressed')")
        == "false"
    )
    assert (tmp_path / "all.png").read_bytes() != (tmp_path / "without.png").read_bytes()


def test_dark_when_the_system_is_dark_and_a_switch_back(tab: Tab, cell_page: Path) -> None:
    shade = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number).reduce((a, b) => a + b)"
    tab.open(cell_page, dark=True)
    assert tab.run(shade) < 150
    tab.run("document.querySelector('[aria-label=\"Light or dark\"]').click()")
    assert tab.run(shade) > 600
    assert tab.run("document.querySelector('.twin-player').dataset.dark") == "false"


@pytest.mark.parametrize(("width", "height"), [(390, 700), (1500, 640)])
def test_nothing_hangs_over_the_edge(tab: Tab, cell_page: Path, width: int, height: int) -> None:
    tab.open(cell_page, width=width, height=height)
    assert tab.run("document.documentElement.scrollWidth") <= width
    wide = (
        "[...document.querySelectorAll('.tp-transport > *, .bar > *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert tab.run(wide) == 0
    assert tab.run("document.querySelector('.tp-canvas').getBoundingClientRect().height") > 150


def test_every_control_has_a_name(player: Tab) -> None:
    controls = "[...document.querySelectorAll('button, input, select, canvas')]"
    nameless = f"{controls}.filter(e => !(e.getAttribute('aria-label') || e.textContent.trim())).length"
    assert player.run(nameless) == 0
