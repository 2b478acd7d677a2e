"""One case, ready to run: all bodies as one set of nodes and elements, with what holds, moves and hits them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twin.errors import BadInput, UnknownName
from twin.geometry.solid_mesh import SolidMesh
from twin.physics.crash.bodies import placed
from twin.physics.crash.constants import constants_of, law_of, material, moduli, room_of, sound
from twin.physics.crash.critical import edges_and_volumes, reaches
from twin.physics.crash.layout import CONSTANTS
from twin.physics.crash.material_spec import MaterialSpec
from twin.physics.crash.spec import CrashSpec, Place

__all__ = ["Case", "prepare"]


@dataclass(frozen=True, eq=False)
class Case:
    """Nodes and elements of all bodies, one after the other.

    Attributes:
        materials: by name of the body, in the order of the bodies.
        first_node: number of each body's first node, and one more; first_element: the same of elements.
        x: nodes [m], shape (n, 3); connect: nodes of the elements, shape (m, 8): of a tetrahedron its four nodes, then its last again.
        tet: whether an element is a tetrahedron, shape (m,); part: number of each element's body.
        volumes, lengths: of the elements, one-point [m^3, m]; reaches: what sound must not pass in a step [m].
        masses: of the elements, with what was added [kg].
        added: mass added by mass scaling [kg].
        node_mass: [kg], shape (n,).
        constants: of each body's material; laws: which hardening law; room: temperature at the start.
    """

    spec: CrashSpec
    meshes: Mapping[str, SolidMesh]
    materials: Mapping[str, MaterialSpec]
    first_node: np.ndarray
    first_element: np.ndarray
    x: np.ndarray
    connect: np.ndarray
    tet: np.ndarray
    part: np.ndarray
    volumes: np.ndarray
    lengths: np.ndarray
    reaches: np.ndarray
    masses: np.ndarray
    added: float
    node_mass: np.ndarray
    constants: np.ndarray
    laws: np.ndarray
    room: np.ndarray

    @property
    def names(self) -> list[str]:
        """Of the bodies."""
        return list(self.meshes)

    @property
    def elements(self) -> int:
        """Of all bodies."""
        return len(self.connect)

    def nodes_of(self, name: str) -> slice:
        """The nodes of a body."""
        k = self.names.index(name)
        return slice(int(self.first_node[k]), int(self.first_node[k + 1]))

    def place(self, place: Place, where: str) -> np.ndarray:
        """Numbers of the nodes of a place.

        Raises:
            UnknownName: no such body or set.
            BadInput: a set without nodes, or several bodies and none named.
        """
        if place.part is None and len(self.names) > 1 and place.set is not None:
            raise BadInput(f"{where}.part", "nothing", ", ".join(self.names), "With several bodies a set needs the name of its body.")
        if place.part is not None and place.part not in self.names:
            raise UnknownName(f"{where}.part", place.part, self.names)
        name = place.part if place.part is not None else self.names[0]
        nodes = self.nodes_of(name)
        if place.set is not None:
            return np.asarray(nodes.start + self.set_of(name, place.set, f"{where}.set"))
        if place.part is None:
            nodes = slice(0, len(self.x))
        away = np.linalg.norm(self.x[nodes] - np.array(place.near), axis=1)
        return np.array([nodes.start + int(np.argmin(away))])

    def set_of(self, name: str, wanted: str, where: str) -> np.ndarray:
        """Nodes of a set of a body, numbered within the body.

        Raises:
            UnknownName: no such set.
            BadInput: a set without nodes.
        """
        sets = self.meshes[name].sets
        if wanted not in sets:
            raise UnknownName(where, wanted, sets)
        if not len(sets[wanted]):
            raise BadInput(where, wanted, "a set with nodes in it")
        found: np.ndarray = sets[wanted]
        return found


def prepare(spec: CrashSpec, folder: Path) -> Case:
    """Mesh, place and join the bodies; lump their masses.

    Raises:
        BadInput: a mesh that cannot be read, an unknown material, mass scaling without a mass to scale.
    """
    meshes = placed(spec, folder)
    head = "model" if spec.model is not None else "parts."
    kinds = {
        name: material(part.material, f"{head}{'' if spec.model is not None else name}.material") for name, part in spec.bodies.items()
    }
    first_node = np.r_[0, np.cumsum([len(mesh.nodes) for mesh in meshes.values()])]
    first_element = np.r_[0, np.cumsum([mesh.element_count for mesh in meshes.values()])]
    x = np.concatenate([mesh.nodes for mesh in meshes.values()])
    connect = np.concatenate([_eight(mesh) + base for mesh, base in zip(meshes.values(), first_node, strict=False)]).astype(np.int32)
    tet = np.concatenate([np.arange(mesh.element_count) >= len(mesh.hexes) for mesh in meshes.values()])
    part = np.repeat(np.arange(len(meshes)), np.diff(first_element))
    lengths, volumes = edges_and_volumes(x, connect, tet)
    shares = np.array([2 * moduli(m)[1] / moduli(m)[2] for m in kinds.values()])
    reach = reaches(x, connect, tet, shares[part])
    speeds = np.array([0.0 if m.rigid else sound(m) for m in kinds.values()])[part]
    masses = np.array([m.density for m in kinds.values()])[part] * volumes
    factor = np.ones(len(masses))
    if spec.timing.mass_scaling is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.maximum(1.0, (spec.timing.mass_scaling / _steps(spec, reach, speeds)) ** 2)
    added = float((masses * (factor - 1)).sum())
    masses = masses * factor
    shares = np.where(tet[:, None], np.array([1, 1, 1, 1, 0, 0, 0, 0]) / 4, 1 / 8) * masses[:, None]
    node_mass = np.bincount(connect.reshape(-1), weights=shares.reshape(-1), minlength=len(x))
    constants = np.array([_row(spec, name, kinds[name]) for name in meshes])
    laws, room = (np.array([f(m) for m in kinds.values()]) for f in (law_of, room_of))
    case = Case(
        spec, meshes, kinds, first_node, first_element, x, connect, tet, part, volumes, lengths, reach, masses, added, node_mass, constants,
        laws, room,
    )  # fmt: skip
    for name, extra in spec.masses.items():
        nodes = case.place(extra.on, f"masses.{name}.on")
        case.node_mass[nodes] += extra.mass / len(nodes)
    return case


def _steps(spec: CrashSpec, lengths: np.ndarray, speeds: np.ndarray) -> np.ndarray:
    q = spec.viscosity.linear
    with np.errstate(divide="ignore"):
        steps: np.ndarray = lengths / speeds / (q + np.sqrt(q * q + 1)) * spec.timing.safety
    return steps


def _eight(mesh: SolidMesh) -> np.ndarray:
    """Hexahedra, then tetrahedra with their last node five times."""
    return np.concatenate([mesh.hexes, mesh.tets[:, [0, 1, 2, 3, 3, 3, 3, 3]]])


def _row(spec: CrashSpec, name: str, m: MaterialSpec) -> np.ndarray:
    control = spec.bodies[name].hourglass
    if m.rigid:  # its elements resist nothing: the body does
        row = np.zeros(len(CONSTANTS))
        row[[CONSTANTS["yield0"], CONSTANTS["slope"]]] = 1.0
        row[CONSTANTS["modulus"]] = 1e-30
        return row
    return constants_of(
        m, viscous=control.viscous, elastic=control.elastic, linear=spec.viscosity.linear, quadratic=spec.viscosity.quadratic
    )
