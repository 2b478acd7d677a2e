"""Charts say what the data says: well-formed, to scale, named."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from twin.view.plots import Bound, bar_chart, ecdf, heat_map, histogram, line_chart, scatter
from twin.view.plots.axes import Axes, ticks

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ElementTree.Element:
    """Parsed, so that a chart that is not well-formed fails."""
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text
    return root


CHARTS = {
    "line": lambda name: line_chart([0, 1, 2], {name: [0.0, np.nan, 4.0]}, title=name, x_label=name, y_label=name),
    "bar": lambda name: bar_chart({name: 3.0, "other": -1.0}, title=name, signed=True),
    "histogram": lambda name: histogram([1.0, 2.0, np.nan], title=name, x_label=name, bounds=[Bound(1.5)]),
    "ecdf": lambda name: ecdf([3.0, 1.0], title=name, x_label=name, bounds=[Bound(2.0, "min")]),
    "heat map": lambda name: heat_map(np.array([[0.5, np.nan]]), [name, "b"], [name], title=name, x_label=name, counts=np.array([[4, 0]])),
    "scatter": lambda name: scatter([1, 2], [np.inf, 3], title=name, good=[True, False], names=[name, name]),
}


@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_is_well_formed_and_escapes_its_names(chart: str) -> None:
    root = drawn(CHARTS[chart]('<script>"&'))
    assert root.find(f".//{SVG}script") is None
    assert "nan" not in ElementTree.tostring(root, encoding="unicode").lower().replace("sans", "")


EMPTY = {
    "histogram": histogram([], title="t"),
    "histogram of nothing finite": histogram([np.nan], title="t"),
    "histogram of one value": histogram([2.0, 2.0], title="t"),
    "ecdf": ecdf([], title="t"),
    "scatter": scatter([], [], title="t"),
    "bars": bar_chart({}, title="t"),
    "lines": line_chart([0.0, 1.0], {}, title="t"),
}


@pytest.mark.parametrize("name", EMPTY)
def test_nothing_to_draw_is_an_empty_chart(name: str) -> None:
    drawn(EMPTY[name])


def test_heights_of_a_histogram_are_its_counts() -> None:
    sample = np.repeat([0.5, 1.5, 2.5, 3.5], [1, 4, 2, 8])
    bars = drawn(histogram(sample, title="t", bin_count=4)).findall(f"{SVG}rect")
    heights = np.array([float(bar.get("height")) for bar in bars])
    np.testing.assert_allclose(heights / heights[0], [1, 4, 2, 8], rtol=0.02)


def test_bars_beyond_a_bound_take_the_colour_of_failure() -> None:
    bars = drawn(histogram([0.5, 1.5, 2.5, 3.5], title="t", bin_count=4, bounds=[Bound(2.0, "max")])).findall(f"{SVG}rect")
    assert ["fail" in bar.get("fill") for bar in bars] == [False, False, True, True]


def test_lengths_of_bars_are_their_values() -> None:
    bars = drawn(bar_chart({"a": 10.0, "b": 2.5}, title="t")).findall(f"{SVG}rect")
    assert float(bars[0].get("width")) / float(bars[1].get("width")) == pytest.approx(4, rel=0.01)


def test_a_heat_map_has_its_values_in_its_cells_and_the_first_row_below() -> None:
    root = drawn(
        heat_map(np.array([[0.25, 1.0], [np.nan, 0.0]]), ["1", "2"], ["low", "high"], title="t", counts=np.array([[4, 2], [0, 1]]))
    )
    words = [(text.text, float(text.get("y"))) for text in root.findall(f"{SVG}text")]
    assert [word for word, _ in words if "%" in (word or "")] == ["25 %", "100 %", "0 %"]
    at = dict(words)
    assert at["low"] > at["high"]


def test_a_line_runs_through_its_points_and_breaks_where_there_is_none() -> None:
    axes = Axes("t", (0, 3), (0, 1))
    assert axes.path([0, 1, 2, 3], [0, 1, np.nan, 0]).count("M") == 2
    d = drawn(line_chart([0, 3], {"a": [0, 3]}, title="t")).findall(f"{SVG}path")[-1].get("d")
    (x0, y0), (x1, y1) = (map(float, pair) for pair in re.findall(r"([\d.]+) ([\d.]+)", d))
    assert x1 > x0
    assert y1 < y0


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (-3, 7, [-2, 0, 2, 4, 6]), (0.0101, 0.0149, [0.011, 0.012, 0.013, 0.014])],
)
def test_ticks_are_round_numbers(low: float, high: float, expected: list[float]) -> None:
    np.testing.assert_allclose(ticks(low, high, 5), expected, rtol=1e-12)


def test_ticks_of_nothing() -> None:
    assert ticks(2.0, 2.0) == [2.0]
