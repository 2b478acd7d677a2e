"""Pages are whole, keep to themselves, and cannot be broken by what they show."""

from __future__ import annotations

import base64
import gzip
import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from browser.demo_batch import report_arguments
from browser.demo_cell import demo_cell
from browser.demo_summary import SUMMARY

import twin
from twin.errors import BadInput, StoreFault, TwinError
from twin.result import Expectation, Result, Scalar, Series, result_json, write_folder
from twin.scene import glb_bytes
from twin.view import Page, player, player_html, report_html, view
from twin.view.figures import bound_text, figure

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


class Tags(HTMLParser):
    """Every start tag with its attributes, as a browser sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def result() -> Result:
    t = np.linspace(0, 2, 21)
    held = (Expectation("cycle_time", 21.4, "s", {"max": 25.0}, True),)
    scalars = {"cycle_time": Scalar(21.4, "s"), "worst": Scalar(float("nan"), "m")}
    series = Series(t, {"arm/joint_1": np.sin(t), "force": t}, {"arm/joint_1": "rad", "force": "N"})
    return Result(
        "done",
        scalars=scalars,
        series=series,
        scene=demo_cell(60),
        id="ab12" * 16,
        kind="cell",
        name="demo",
        verdict="pass",
        expectations=held,
    )


def test_a_page_names_no_other_place_and_may_ask_none() -> None:
    for html in (player_html(demo_cell(60), "demo", SUMMARY), report_html(**report_arguments(), worst=demo_cell(60))):
        tags = Tags(html).tags
        for tag, attributes in tags:
            for name in ("src", "href", "srcset", "action", "poster"):
                assert not attributes.get(name) or (attributes[name] or "").startswith("data:"), (tag, attributes)
        (policy,) = (a["content"] for tag, a in tags if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy")
        assert policy.startswith("default-src 'none'")
        assert "http" not in policy


def test_the_scene_in_the_page_is_the_glb_file() -> None:
    html = player_html(demo_cell(60), "demo", SUMMARY)
    packed = re.search(r'<script type="model/gltf-binary" id="scene">([^<]*)<', html)
    assert packed
    assert gzip.decompress(base64.b64decode(packed[1])) == glb_bytes(demo_cell(60))


def test_names_cannot_break_out_of_the_page() -> None:
    evil = {**SUMMARY, "name": EVIL, "reason": EVIL, "scalars": {EVIL: {"value": 1.0, "unit": EVIL}}, "provenance": {EVIL: EVIL}}
    assert not [a for _, a in Tags(player_html(demo_cell(2), EVIL, evil)).tags if "onerror" in a]
    arguments = report_arguments()
    rows = [
        {**arguments["rows"][0], "reason": EVIL, "values": {EVIL: EVIL}, "scalars": {EVIL: 1.0}},
        {**arguments["rows"][1], "values": {EVIL: "other"}},
    ]
    html = report_html(**{**arguments, "rows": rows, "swept": [EVIL], "title": EVIL, "units": {EVIL: EVIL}, "scenario": {EVIL: EVIL}})
    tags = Tags(html).tags
    assert not [a for _, a in tags if "onerror" in a]
    assert sum(tag == "script" for tag, _ in tags) == 2


def test_a_report_carries_its_inputs_and_reads_as_json() -> None:
    arguments = report_arguments()
    html = report_html(**arguments)
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1])
    assert [r["id"] for r in data["rows"]] == [r["id"] for r in arguments["rows"]]
    assert data["scenario"] == arguments["scenario"]
    assert "gltf-binary" not in html


@pytest.mark.parametrize("rows", [[], report_arguments()["rows"][:1]])
def test_a_batch_without_runs_or_with_one_is_still_a_page(rows: list) -> None:
    html = report_html({"batch": "b", "jobs": len(rows), "verdicts": {}}, rows, swept=["x"], units={})
    assert "All runs" in html
    assert "nan" not in html.split('id="data"')[0].lower().replace("nano", "")


def test_the_verdict_of_a_report_is_the_study_s() -> None:
    arguments = report_arguments()
    study = [{**line, "ok": True} for line in arguments["study"]]
    assert 'verdict pass large">passed' in report_html(**{**arguments, "study": study})
    assert 'verdict fail large">failed' in report_html(**arguments)
    assert 'verdict fail large">failed' in report_html(**{**arguments, "study": []}), "without a study any failed run counts"


def test_view_writes_the_page_of_a_result_and_of_its_folder(tmp_path: Path) -> None:
    folder = write_folder(result(), {"twin": 1}, tmp_path / "run")
    one = view(result(), html=tmp_path / "one.html", open_browser=False)
    two = view(folder, html=tmp_path / "two.html", open_browser=False)
    assert one.path == tmp_path / "one.html"
    for shown in (one, two):
        text = shown.path.read_text()
        assert "demo" in text
        assert "21.4 s" in text
        assert "gltf-binary" in text


def test_a_result_without_a_scene_shows_its_histories() -> None:
    page = view(replace(result(), scene=None), open_browser=False)
    assert page.html.count("<svg") == 2
    assert "gltf-binary" not in page.html
    assert page.path is not None


def test_twin_view_can_be_called_however_often(tmp_path: Path) -> None:
    """The package and the function have one name; both keep working."""
    for name in ("a.html", "b.html"):
        assert isinstance(twin.view(result(), html=tmp_path / name, open_browser=False), Page)
    assert twin.view.player_html is player_html


def test_in_a_notebook_the_page_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=object())))
    page = view(result())
    assert page.path is None
    (tag, attributes), *_ = Tags(page._repr_html_()).tags
    assert tag == "iframe"
    assert attributes["srcdoc"] == page.html


def test_a_folder_without_a_result_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="result"):
        view(tmp_path, open_browser=False)


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFault, match="--html"):
        view(result(), html=tmp_path / "file" / "page.html", open_browser=False)


def test_a_player_that_was_not_bundled_says_how_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(player, "DIST", tmp_path)
    player._text.cache_clear()
    with pytest.raises(TwinError, match=r"python -m twin\.view\.player\.build"):
        player.script()
    player._text.cache_clear()


def test_summaries_are_result_json() -> None:
    assert "21.4 s" in player_html(None, "demo", result_json(result()))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (21.42, "s", "21.4 s"),
        (0.0231, "m", "23.1 mm"),
        (0.0008, "s", "0.8 ms"),
        (1.5, "m", "1.5 m"),
        (12500.0, "N", "12.5 kN"),
        (0.61, "1", "0.61"),
        (None, "s", "–"),
        (float("nan"), "s", "–"),
        (0.0, "m", "0 m"),
        (9.81, "m/s^2", "9.81 m/s²"),
        (42.0, "N*m", "42 N m"),
        (-0.002, "m", "-2 mm"),
    ],
)
def test_figures(value: float | None, unit: str, text: str) -> None:
    assert figure(value, unit) == text


@pytest.mark.parametrize(
    ("bound", "text"),
    [
        ({"max": 25.0}, "≤ 25 s"),
        ({"min": 0.02}, "≥ 20 ms"),
        ({"min": 1.0, "max": 2.0}, "1 s … 2 s"),
        ({"equal": 3.0, "tolerance": 0.5}, "= 3 s ± 0.5 s"),
    ],
)
def test_bounds(bound: dict, text: str) -> None:
    assert bound_text(bound, "s") == text
