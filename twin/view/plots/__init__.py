"""Small charts as SVG text: data in, one picture out, readable in light and dark."""

from twin.view.plots.bars import Bound, bar_chart, histogram
from twin.view.plots.lines import ecdf, line_chart
from twin.view.plots.maps import heat_map, scatter

__all__ = ["Bound", "bar_chart", "ecdf", "heat_map", "histogram", "line_chart", "scatter"]
