"""Halls with known answers: boxes turned about known angles, aisles between racks, ways around a wall, an arm stretched out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from twin.physics.layout.hall import hall_of
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Hall
from twin.scenario import Pose, Site
from twin.scenario.site_network import SiteNetwork
from twin.scenario.site_spec import SiteFile

__all__ = ["boxes", "hall_from", "tipped"]


def hall_from(spec: LayoutSpec | None = None, *, network: SiteNetwork | None = None, **parts: Any) -> Hall:
    """A hall from the parts of a site file, without a file: all but included files; the network as it is resolved."""
    site = SiteFile.model_validate(parts)
    groups = {name: getattr(site, name) for name in ("stations", "buffers", "conveyors", "storage", "equipment", "robots")}
    frames = dict(site.frames)
    for things in groups.values():
        frames |= {name: getattr(thing, "pose", None) or thing.base for name, thing in things.items()}
    found = Site(frames, (), site.hall, aisles=site.aisles, zones=site.zones, utilities=site.utilities, **groups)
    found = replace(found, network=network) if network else found
    return hall_of(spec or LayoutSpec(), found)


def boxes(*placed: tuple[tuple[float, float, float], Pose]) -> Mapping[str, Any]:
    """Boxes by size and the pose of their middle, as the `stations` of a site: a, b, c ..."""
    return {"stations": {chr(97 + k): _box(size, pose) for k, (size, pose) in enumerate(placed)}}


def _box(size: tuple[float, float, float], middle: Pose) -> Mapping[str, Any]:
    T = middle.matrix()
    position = T[:3, 3] - T[:3, 2] * size[2] / 2  # a box stands on its frame
    pose = middle.model_dump() | {"position": tuple(float(value) for value in position)}
    return {"shape": {"box": {"size": size}}, "pose": pose}


def tipped(x: float, y: float = 0.0, z: float = 0.0) -> Pose:
    """A cube's pose in which a diagonal through its body lies along x: one of its corners points that way."""
    return Pose(position=(x, y, z), roll=math.pi / 4, pitch=math.atan(math.sqrt(2)))
