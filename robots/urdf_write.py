"""A robot as URDF text: numbers with twelve digits, the same bytes for the same robot."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from robots.model import Geometry, Joint, Link, Robot
from robots.transforms import rpy

__all__ = ["write"]


def write(robot: Robot, path: str | Path) -> None:
    """Write `robot` to the file `path`. Meshes beside or below it are named relative to it, others absolutely."""
    file = Path(path).resolve()
    element = ET.Element("robot", name=robot.name)
    for link in robot.links:
        element.append(_link(link, file.parent))
    for joint in robot.joints:
        element.append(_joint(joint))
    ET.indent(element)
    file.write_text('<?xml version="1.0"?>\n' + ET.tostring(element, encoding="unicode") + "\n")


def _link(link: Link, folder: Path) -> ET.Element:
    element = ET.Element("link", name=link.name)
    inertial = ET.SubElement(element, "inertial")  # of massless links too: pybullet takes silence for 1 kg
    ET.SubElement(inertial, "origin", xyz=_text(link.com), rpy="0 0 0")
    ET.SubElement(inertial, "mass", value=_text([link.mass]))
    moments = {"ixx": (0, 0), "ixy": (0, 1), "ixz": (0, 2), "iyy": (1, 1), "iyz": (1, 2), "izz": (2, 2)}
    ET.SubElement(inertial, "inertia", {key: _text([link.inertia[place]]) for key, place in moments.items()})
    for shape in link.visuals:
        visual = _shape("visual", shape, folder)
        color = _text(shape.color)
        ET.SubElement(ET.SubElement(visual, "material", name=f"rgba {color}"), "color", rgba=color)
        element.append(visual)
    for shape in link.collisions:
        element.append(_shape("collision", shape, folder))
    return element


def _shape(tag: str, shape: Geometry, folder: Path) -> ET.Element:
    element = ET.Element(tag)
    _origin(element, shape.origin)
    geometry = ET.SubElement(element, "geometry")
    match shape.kind:
        case "box":
            ET.SubElement(geometry, "box", size=_text(shape.size))
        case "sphere":
            ET.SubElement(geometry, "sphere", radius=_text(shape.size))
        case "cylinder" | "capsule":
            ET.SubElement(geometry, shape.kind, radius=_text(shape.size[:1]), length=_text(shape.size[1:]))
        case "mesh":
            path = Path(shape.path or "").resolve()
            name = path.relative_to(folder) if path.is_relative_to(folder) else path
            ET.SubElement(geometry, "mesh", filename=name.as_posix(), scale=_text(shape.scale))
    return element


def _joint(joint: Joint) -> ET.Element:
    endless = joint.kind == "revolute" and not (math.isfinite(joint.lower) and math.isfinite(joint.upper))
    element = ET.Element("joint", name=joint.name, type="continuous" if endless else joint.kind)
    ET.SubElement(element, "parent", link=joint.parent)
    ET.SubElement(element, "child", link=joint.child)
    _origin(element, joint.origin)
    if not joint.moves:
        return element
    ET.SubElement(element, "axis", xyz=_text(joint.axis))
    limit = {"lower": joint.lower, "upper": joint.upper, "velocity": joint.velocity, "effort": joint.effort}
    written = {key: _text([value]) for key, value in limit.items() if math.isfinite(value)}
    if written:
        ET.SubElement(element, "limit", written)
    if joint.damping or joint.friction:
        ET.SubElement(element, "dynamics", damping=_text([joint.damping]), friction=_text([joint.friction]))
    if joint.mimic is not None:
        leader, factor, shift = joint.mimic
        ET.SubElement(element, "mimic", joint=leader, multiplier=_text([factor]), offset=_text([shift]))
    return element


def _origin(element: ET.Element, T: np.ndarray) -> None:
    if not np.array_equal(T, np.eye(4)):
        ET.SubElement(element, "origin", xyz=_text(T[:3, 3]), rpy=_text(rpy(T[:3, :3])))


def _text(values: Iterable[float]) -> str:
    return " ".join(f"{round(float(value), 12) + 0.0:.12g}" for value in values)
