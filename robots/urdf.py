"""URDF in and out. The subset that describes rigid trees: every fault is named by link or joint.

Format: https://wiki.ros.org/urdf/XML. Entities are refused, so that a file cannot make the parser read or build
anything else. Meshes are kept as paths; they must lie in the folder tree of the file, in one of the package folders
given, or among the bundled assets.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from xml.parsers import expat

import numpy as np

from robots.inertia import Body, impossible, moved
from robots.model import Geometry, Joint, JointKind, Link, Mimic, Robot
from robots.transforms import from_rpy, placed
from robots.tree import ordered, resolved
from robots.urdf_write import write
from twin.assets import root as assets_root
from twin.errors import BadInput, UnknownName

__all__ = ["read", "write"]

KINDS = ("revolute", "continuous", "prismatic", "fixed")
COLOR = (0.7, 0.7, 0.72, 1.0)


def read(path: str | Path, *, package_folders: Sequence[str | Path] = ()) -> Robot:
    """The robot that a URDF file describes; without arms, which URDF does not know.

    Args:
        package_folders: where `package://NAME/...` may be found: folders called NAME, or folders that hold one.

    Raises:
        BadInput: a file that cannot be read, is not XML or describes no tree of possible bodies.
        UnknownName: a reference to a link, joint or kind of joint that does not exist.
    """
    file = Path(path).resolve()
    element = _parse(file)
    reader = _Reader(file, tuple(Path(folder).resolve() for folder in package_folders))
    reader.read_colors(element)
    links = [reader.link(child) for child in element.findall("link")]
    joints = [reader.joint(child) for child in element.findall("joint")]
    if not links:
        raise BadInput(f"{file}", "no <link>", "a robot with at least one link")
    in_order, chain = ordered(str(file), links, joints)
    return Robot(element.get("name") or file.stem, in_order, resolved(chain), source=file, files=(file, *dict.fromkeys(reader.meshes)))


def _parse(file: Path) -> ET.Element:
    try:
        text = file.read_bytes()
    except OSError as error:
        raise BadInput("URDF file", str(file), "a readable file", f"({error.strerror}.)") from error

    builder = ET.TreeBuilder()
    parser = expat.ParserCreate()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.EntityDeclHandler = lambda name, *_: _refuse_entity(file, name)
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise BadInput(f"{file}, line {error.lineno}", expat.ErrorString(error.code), "well-formed XML") from error
    element = builder.close()
    if element.tag != "robot":
        raise BadInput(f"{file}", f"<{element.tag}>", "a URDF file, whose outermost element is <robot>")
    return element


def _refuse_entity(file: Path, name: str) -> None:
    raise BadInput(f"{file}", f"entity {name}", "XML without entity declarations", "Write its text out.")


@dataclass
class _Reader:
    """One pass over one file: where it stands, which colours it has named, which meshes it has met."""

    file: Path
    package_folders: tuple[Path, ...]
    colors: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    meshes: list[Path] = field(default_factory=list)

    def read_colors(self, robot: ET.Element) -> None:
        """Materials may be named at the top or inside the first visual that uses them."""
        for material in robot.iter("material"):
            color = material.find("color")
            if color is not None and material.get("name"):
                where = f"{self.file}: material {material.get('name')}"
                self.colors[material.get("name", "")] = _four(self.numbers(where, color, "rgba", 4, COLOR))

    def link(self, element: ET.Element) -> Link:
        name = self.name(element)
        where = f"{self.file}: link {name}"
        body = self.body(where, element.find("inertial"))
        return Link(
            name,
            body.mass,
            body.com,
            body.inertia,
            visuals=tuple(self.shape(f"{where}, visual {i}", child) for i, child in enumerate(element.findall("visual"))),
            collisions=tuple(self.shape(f"{where}, collision {i}", child) for i, child in enumerate(element.findall("collision"))),
        )

    def body(self, where: str, inertial: ET.Element | None) -> Body:
        if inertial is None:
            return Body(0.0, np.zeros(3), np.zeros((3, 3)))
        mass_element, tensor = inertial.find("mass"), inertial.find("inertia")
        mass = 0.0 if mass_element is None else self.number(f"{where}, mass", mass_element, "value")
        xx, xy, xz, yy, yz, zz = (
            0.0 if tensor is None else self.number(f"{where}, inertia", tensor, key, 0.0)
            for key in ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")
        )
        inertia = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        why = impossible(mass, inertia)
        if why:
            given = mass if mass < 0 else inertia.tolist()
            allowed = "a mass >= 0 and an inertia [kg m^2] that a rigid body can have, or zero for a frame without body"
            raise BadInput(f"{where}, {'mass' if mass < 0 else 'inertia'}", given, allowed, why.capitalize() + ".")
        return moved(Body(mass, np.zeros(3), inertia), self.origin(where, inertial))

    def shape(self, where: str, element: ET.Element) -> Geometry:
        geometry = element.find("geometry")
        solid = None if geometry is None or len(geometry) == 0 else geometry[0]
        if solid is None:
            raise BadInput(where, "no geometry", "box, cylinder, sphere, capsule or mesh")
        origin, color = self.origin(where, element), self.color(where, element.find("material"))
        match solid.tag:
            case "box":
                size = tuple(self.numbers(where, solid, "size", 3))
            case "sphere":
                size = (self.number(where, solid, "radius"),)
            case "cylinder" | "capsule":
                size = (self.number(where, solid, "radius"), self.number(where, solid, "length"))
            case "mesh":
                path = self.mesh(where, solid.get("filename", ""))
                x, y, z = self.numbers(where, solid, "scale", 3, (1.0, 1.0, 1.0))
                return Geometry("mesh", (), path, (x, y, z), origin, color)
            case _:
                raise BadInput(where, solid.tag, "box, cylinder, sphere, capsule, mesh")
        if min(size) <= 0:
            raise BadInput(f"{where}, size of the {solid.tag}", size, "lengths > 0 [m]")
        return Geometry(solid.tag, size, origin=origin, color=color)  # type: ignore[arg-type]  # the match has named them

    def color(self, where: str, material: ET.Element | None) -> tuple[float, float, float, float]:
        if material is None:
            return COLOR
        color = material.find("color")
        if color is not None:
            return _four(self.numbers(where, color, "rgba", 4, COLOR))
        return self.colors.get(material.get("name", ""), COLOR)

    def mesh(self, where: str, name: str) -> Path:
        """The file of a mesh: `package://`, `file://`, absolute, or relative to the URDF."""
        places = self._places(name)
        allowed = (self.file.parent, *self.package_folders, assets_root().resolve())
        inside = [place for place in places if any(place.is_relative_to(folder) for folder in allowed)]
        if not inside:
            folders = ", ".join(str(folder) for folder in allowed)
            raise BadInput(f"{where}, mesh", name, f"files in {folders}", "Copy it there, or name its folder as a package folder.")
        for place in inside:
            if place.is_file():
                self.meshes.append(place)
                return place
        raise BadInput(f"{where}, mesh", name, "a file that exists", f"Looked for {' and '.join(str(place) for place in inside)}.")

    def _places(self, name: str) -> list[Path]:
        if not name.startswith("package://"):
            return [(self.file.parent / name.removeprefix("file://")).resolve()]
        inner = name.removeprefix("package://")
        package, _, rest = inner.partition("/")
        named = [folder / rest for folder in self.package_folders if folder.name == package]
        holding = [folder / inner for folder in (*self.package_folders, self.file.parent)]
        around = [folder / rest for folder in self.file.parents if folder.name == package]
        return [place.resolve() for place in (*named, *holding, *around)]

    def joint(self, element: ET.Element) -> Joint:
        name = self.name(element)
        where = f"{self.file}: joint {name}"
        kind = element.get("type", "")
        if kind not in KINDS:
            raise UnknownName(f"{where}, type", kind, KINDS)
        lower, upper, velocity, effort = self.limits(where, kind, element.find("limit"))
        dynamics = element.find("dynamics")
        damping, friction = (0.0 if dynamics is None else self.number(where, dynamics, key, 0.0) for key in ("damping", "friction"))
        return Joint(
            name,
            cast(JointKind, kind),
            self.end(where, element, "parent"),
            self.end(where, element, "child"),
            self.origin(where, element),
            self.axis(where, kind, element.find("axis")),
            lower,
            upper,
            velocity,
            effort,
            damping,
            friction,
            self.mimic(where, element.find("mimic")),
        )

    def limits(self, where: str, kind: str, limit: ET.Element | None) -> tuple[float, float, float, float]:
        """Lower, upper, velocity, effort. Zero or absent velocity and effort mean that nobody has said: infinite."""
        if kind in ("revolute", "prismatic") and (limit is None or ("lower" not in limit.attrib and "upper" not in limit.attrib)):
            given = "no <limit>" if limit is None else "a <limit> without lower and upper"
            remedy = "Joints that turn without end are of type continuous." if kind == "revolute" else ""
            raise BadInput(f"{where}, limit", given, f"<limit lower= upper= velocity= effort=> for a {kind} joint", remedy)
        if limit is None or kind == "fixed":
            return -math.inf, math.inf, math.inf, math.inf
        lower, upper = (self.number(f"{where}, limit", limit, key, 0.0) for key in ("lower", "upper"))
        velocity, effort = (self.number(f"{where}, limit", limit, key, 0.0) or math.inf for key in ("velocity", "effort"))
        if min(velocity, effort) < 0:
            raise BadInput(f"{where}, limit", min(velocity, effort), "velocity and effort >= 0")
        if kind == "continuous":
            return -math.inf, math.inf, velocity, effort
        if lower > upper:
            raise BadInput(f"{where}, limit", (lower, upper), "lower <= upper")
        return lower, upper, velocity, effort

    def axis(self, where: str, kind: str, element: ET.Element | None) -> np.ndarray:
        given = (1.0, 0.0, 0.0) if element is None else self.numbers(f"{where}, axis", element, "xyz", 3, (1.0, 0.0, 0.0))
        axis = np.array(given)
        length = float(np.linalg.norm(axis))
        if kind == "fixed":
            return np.array([0.0, 0.0, 1.0])
        if length < 1e-9:
            raise BadInput(f"{where}, axis", tuple(given), "a vector that is not zero")
        return axis / length

    def mimic(self, where: str, element: ET.Element | None) -> Mimic | None:
        if element is None:
            return None
        return (
            element.get("joint", ""),
            self.number(f"{where}, mimic", element, "multiplier", 1.0),
            self.number(f"{where}, mimic", element, "offset", 0.0),
        )

    def end(self, where: str, element: ET.Element, role: str) -> str:
        child = element.find(role)
        name = None if child is None else child.get("link")
        if not name:
            raise BadInput(f"{where}, {role}", "nothing", f'<{role} link="..."/>')
        return name

    def origin(self, where: str, element: ET.Element) -> np.ndarray:
        origin = element.find("origin")
        if origin is None:
            return np.eye(4)
        xyz = self.numbers(f"{where}, origin", origin, "xyz", 3, (0.0, 0.0, 0.0))
        roll, pitch, yaw = self.numbers(f"{where}, origin", origin, "rpy", 3, (0.0, 0.0, 0.0))
        return placed(np.array(xyz), from_rpy(roll, pitch, yaw))

    def name(self, element: ET.Element) -> str:
        name = element.get("name")
        if not name:
            raise BadInput(f"{self.file}: <{element.tag}>", "no name", 'name="..."')
        return name

    def number(self, where: str, element: ET.Element, key: str, default: float | None = None) -> float:
        return self.numbers(where, element, key, 1, None if default is None else (default,))[0]

    def numbers(self, where: str, element: ET.Element, key: str, count: int, default: Sequence[float] | None = None) -> Sequence[float]:
        text = element.get(key)
        if text is None:
            if default is None:
                raise BadInput(f"{where}, {key}", "nothing", f"{count} finite number{'s' if count > 1 else ''}")
            return default
        try:
            values = [float(word) for word in text.split()]
        except ValueError:
            values = []
        if len(values) != count or not all(math.isfinite(value) for value in values):
            raise BadInput(f"{where}, {key}", text, f"{count} finite number{'s' if count > 1 else ''}")
        return values


def _four(values: Sequence[float]) -> tuple[float, float, float, float]:
    red, green, blue, alpha = values
    return red, green, blue, alpha
