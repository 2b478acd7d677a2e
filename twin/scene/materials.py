"""The materials of a GLB file: one a colour, and a matte white one for what brings colours of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.scene.container import linear, srgb

__all__ = ["Materials", "color_of", "colors_of"]


class Materials:
    """The list of materials in the making; equal ones are written once."""

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []

    def plain(self, color: tuple[float, ...]) -> int:
        """Index of the material of one colour, RGBA in 0..1."""
        rgb = [round(float(c), 6) for c in linear(np.array(color[:3], float))]
        pbr = {"baseColorFactor": [*rgb, round(float(color[3]), 6)], "metallicFactor": 0.05, "roughnessFactor": 0.55}
        return self._index(pbr, color[3] < 1)

    def painted(self, colors: np.ndarray) -> int:
        """Index of the material under vertex colours, RGBA in 0..1, shape (n, 4): without gloss, so that a colour is its number."""
        return self._index({"metallicFactor": 0.0, "roughnessFactor": 1.0}, bool((np.asarray(colors)[:, 3] < 1).any()))

    def _index(self, pbr: dict[str, Any], see_through: bool) -> int:
        document = {"pbrMetallicRoughness": pbr, "doubleSided": True, **({"alphaMode": "BLEND"} if see_through else {})}
        if document not in self.documents:
            self.documents.append(document)
        return self.documents.index(document)


def color_of(material: dict[str, Any]) -> tuple[float, float, float, float]:
    """The colour of a material, RGBA in 0..1."""
    *rgb, alpha = material["pbrMetallicRoughness"].get("baseColorFactor", (1.0, 1.0, 1.0, 1.0))
    r, g, b = (round(float(c), 4) for c in srgb(np.array(rgb)))
    return r, g, b, alpha


def colors_of(accessor: np.ndarray) -> np.ndarray:
    """Vertex colours in linear light -> RGBA in 0..1 as people write colours, shape (n, 4)."""
    return np.concatenate([srgb(accessor[:, :3]), accessor[:, 3:]], axis=1)
