"""What can be drawn, as plain data. Any kind makes one; the viewer knows no kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from twin.scene.colormap import colors

__all__ = ["ColorBar", "Deforming", "Lines", "Marker", "Mesh", "Node", "Scene", "Trail"]


@dataclass(frozen=True, slots=True)
class Mesh:
    """Triangles: vertices [m] of shape (n, 3), faces of shape (m, 3), colour RGBA in 0..1.

    `colors`, where given, are the colours of the vertices and stand for `color`: RGBA in 0..1, shape (n, 4). A colour for
    each face: give every face vertices of its own. `ColorBar.paint` makes colours of numbers.
    """

    vertices: np.ndarray
    faces: np.ndarray
    color: tuple[float, float, float, float] = (0.7, 0.7, 0.72, 1.0)
    colors: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A mesh somewhere, still or moving. World frame, Z up, metres; quaternions wxyz.

    Attributes:
        name: unique; `group/name` by habit ("installer/right_link_3", "sled").
        mesh: key into `Scene.meshes`.
        position: (3,) when still, (frames, 3) when moving.
        rotation: (4,) or (frames, 4), wxyz, unit length.
        group: what it belongs to ("robot", "part", "fixture", ...): for the viewer's legend and for following.
    """

    name: str
    mesh: str
    position: np.ndarray
    rotation: np.ndarray
    group: str = ""


@dataclass(frozen=True, slots=True)
class Deforming:
    """Triangles whose vertices move each on its own, as in a crash. World frame, Z up; straight lines between frames.

    Faces stay. What breaks away (an eroded element): give it vertices of its own and let them fall into one point.

    Attributes:
        name: unique among nodes and deforming meshes; `group/name` by habit ("rack/upright").
        faces: indices, shape (m, 3).
        vertices: [m], shape (frames, n, 3); at most `twin.scene.deforming.MOST_FRAMES` frames, one for what stays.
        values: numbers at the vertices, shape (frames, n), that `bar` paints; they stand for `color`.
        bar: what the values are: the quantity of one of `Scene.bars`.
        color: RGBA in 0..1.
        group: as a node's.
        t: time of each frame [s], shape (frames,), strictly increasing; the scene's times where there is none. Before the first
            and after the last of them the mesh stays as it is.
    """

    name: str
    faces: np.ndarray
    vertices: np.ndarray
    values: np.ndarray | None = None
    bar: str = ""
    color: tuple[float, float, float, float] = (0.7, 0.7, 0.72, 1.0)
    group: str = ""
    t: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """A path to draw, such as that of a tool point: points [m], shape (frames, 3), on the scene's time axis."""

    name: str
    points: np.ndarray
    color: tuple[float, float, float, float] = (0.95, 0.45, 0.1, 1.0)


@dataclass(frozen=True, slots=True)
class Lines:
    """Still polylines, such as streamlines: seen at all times, switched on and off together.

    Attributes:
        name: what they are; unique among the lines of a scene.
        polylines: points [m] of each, shape (k, 3), k >= 2; world frame.
        color: RGBA in 0..1.
        colors: RGBA in 0..1 of each polyline's points, shape (k, 4); stand for `color`.
    """

    name: str
    polylines: Sequence[np.ndarray]
    color: tuple[float, float, float, float] = (0.13, 0.34, 0.84, 1.0)
    colors: Sequence[np.ndarray] | None = None


@dataclass(frozen=True, slots=True)
class ColorBar:
    """What the colours of meshes or lines mean: a quantity, its unit ("1" for pure numbers), its range, and a map.

    `map` is a name of `twin.scene.colormap.MAPS`: `viridis` for magnitudes, `blue-white-red`, centred at 0, for signed numbers.
    """

    quantity: str
    unit: str
    low: float
    high: float
    map: str = "viridis"

    def paint(self, values: np.ndarray) -> np.ndarray:
        """Colour of each value, RGBA in 0..1, shape (..., 4); values beyond the range get the colour of its end.

        Raises:
            BadInput: no such map, or `low` is not below `high`.
        """
        return colors(values, self.map, self.low, self.high)


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that happened at a place: a contact, a collision. `vector` is drawn as an arrow (a force [N])."""

    t: float
    label: str
    position: tuple[float, float, float]
    vector: tuple[float, float, float] = (0.0, 0.0, 0.0)
    duration: float = 0.1


@dataclass(frozen=True, slots=True)
class Scene:
    """Meshes, nodes over time, trails, markers, lines, and curves to plot under the same time cursor.

    Attributes:
        t: time of each frame [s], shape (frames,); strictly increasing; (1,) for a still scene.
        curves: name -> values of shape (frames,), e.g. joint angles.
        units: name of a curve -> unit.
        captions: (time [s], text) pairs: what the program is doing from then on.
        lines: still polylines.
        bars: what the colours mean.
        deforming: meshes whose vertices move.
    """

    t: np.ndarray
    meshes: Mapping[str, Mesh]
    nodes: tuple[Node, ...]
    trails: tuple[Trail, ...] = ()
    markers: tuple[Marker, ...] = ()
    curves: Mapping[str, np.ndarray] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    captions: tuple[tuple[float, str], ...] = ()
    lines: tuple[Lines, ...] = ()
    bars: tuple[ColorBar, ...] = ()
    deforming: tuple[Deforming, ...] = ()
