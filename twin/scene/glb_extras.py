"""What glTF has no word for, in the `extras` of the glTF scene: times, trails, markers, curves, captions, what colours mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.scene.colormap import table
from twin.scene.container import Buffer
from twin.scene.model import ColorBar, Deforming, Scene

__all__ = ["rounded", "scene_extras"]


def scene_extras(scene: Scene, first_deforming: int, buffer: Buffer) -> dict[str, Any]:
    """The extras of `scene`, whose deforming meshes are the nodes from `first_deforming` on."""
    extras: dict[str, Any] = {"version": 1, "t": buffer.numbers(scene.t)}
    extras["trails"] = [{"name": s.name, "color": rounded(s.color), "points": buffer.numbers(s.points)} for s in scene.trails]
    extras["curves"] = [
        {"name": name, "unit": scene.units.get(name, ""), "values": buffer.numbers(values)} for name, values in scene.curves.items()
    ]
    extras["captions"] = [[round(float(t), 6), text] for t, text in scene.captions]
    if scene.bars:
        extras["bars"] = [_bar(bar) for bar in scene.bars]
    if scene.deforming:
        extras["deforming"] = [_deforming(each, i, buffer) for i, each in enumerate(scene.deforming, start=first_deforming)]
    if scene.markers:
        labels = list(dict.fromkeys(marker.label for marker in scene.markers))
        rows = np.array([(m.t, m.duration, *m.position, *m.vector) for m in scene.markers])
        extras["markers"] = {
            "labels": labels,
            "label": [labels.index(m.label) for m in scene.markers],
            "rows": buffer.numbers(rows.ravel()),
        }
    return extras


def _deforming(deforming: Deforming, node: int, buffer: Buffer) -> dict[str, Any]:
    if deforming.values is None:
        return {"node": node}
    return {"node": node, "bar": deforming.bar, "values": buffer.numbers(np.ravel(deforming.values))}


def _bar(bar: ColorBar) -> dict[str, Any]:
    """A bar in words, with its control points: a viewer need not know the map."""
    stops = ["#" + "".join(f"{round(255 * c):02x}" for c in row) for row in table(bar.map).tolist()]
    return {"quantity": bar.quantity, "unit": bar.unit, "low": float(bar.low), "high": float(bar.high), "map": bar.map, "stops": stops}


def rounded(values: Any) -> list[float]:
    """Numbers as they stand in the JSON."""
    return [round(float(value), 7) for value in values]
