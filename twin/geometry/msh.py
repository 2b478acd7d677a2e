"""Gmsh's mesh files in, one solid mesh out."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadInput
from twin.geometry.solid_elements import hex_volumes, tet_volumes
from twin.geometry.solid_mesh import SolidMesh

__all__ = ["read_msh"]

Ints = NDArray[np.int64]

WIDTHS = {"hexahedron": 8, "tetra": 4}
NO_NAME = ("point", "line", "surface", "volume")  # what a group without a name is called by, with its number
FIRST_ORDER = "Write elements of first order: `Mesh.ElementOrder = 1` in Gmsh."
NO_OTHERS = "Mesh with tetrahedra alone, or recombine into hexahedra alone."


def read_msh(path: str | Path, *, scale: float = 1.0) -> SolidMesh:
    """Hexahedra and tetrahedra of a Gmsh file, of version 2.2, 4.0 or 4.1, as text or binary.

    Points, lines and surfaces only name nodes: every physical group, of whatever dimension, becomes a node set of its name (`surface_7` and
    the like if it has none); a group of volumes becomes a part too. Nodes that no element uses are left out, elements written once for
    each of their groups are kept once, elements that are inside out are turned.

    Args:
        scale: metres for one unit of the file: 0.001 for a file in millimetres.

    Raises:
        BadInput: no such file, another suffix, a file that cannot be read, no solid elements, elements of second order, prisms or pyramids,
            elements that name nodes that are not there, positions that are not finite.
    """
    path = Path(path)
    if not (np.isfinite(scale) and scale > 0):
        raise BadInput("scale", scale, "a finite number above 0, metres for one unit of the file")
    if path.suffix.lower() != ".msh":
        raise BadInput("mesh file", str(path), ".msh", "Export the mesh from Gmsh as MSH, version 2.2 or 4.1.")
    if not path.is_file():
        raise BadInput("mesh file", str(path), "a file that exists", "Look at the path; it is taken from the working directory.")
    mesh = _read(path)
    blocks = [(block.type, block.dim, np.asarray(block.data, dtype=np.int64)) for block in mesh.cells]
    _check_types(path, {kind for kind, dim, _ in blocks if dim == 3})
    return _solid(path, np.asarray(mesh.points, dtype=np.float64) * scale, blocks, _groups(mesh, blocks))


def _read(path: Path) -> Any:
    """What meshio makes of it; whatever that stumbles over becomes a message."""
    import meshio  # type: ignore[import-untyped]  # takes a while, and only files need it

    try:
        if path.stat().st_size == 0:
            raise ValueError("the file is empty")
        with redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()):
            return meshio.gmsh.read(path)
    except Exception as error:  # readers of foreign formats raise whatever they meet first
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        remedy = f"The reader says: {reason}. Where only some entities are in physical groups, turn off Mesh.SaveAll or group all."
        raise BadInput("mesh file", str(path), "a readable Gmsh file, version 2.2, 4.0 or 4.1", remedy) from None


def _check_types(path: Path, kinds: set[str]) -> None:
    if not kinds:
        remedy = "It holds surfaces, lines or points: mesh its volume (`Mesh 3` in Gmsh)."
        raise BadInput("mesh file", str(path), "a mesh with hexahedra or tetrahedra", remedy)
    for kind in sorted(kinds - set(WIDTHS)):
        given = f"{kind} elements in {path}"
        raise BadInput("mesh file", given, "hexahedra and tetrahedra of first order", FIRST_ORDER if kind[-1].isdigit() else NO_OTHERS)


def _groups(mesh: Any, blocks: list[tuple[str, int, Ints]]) -> dict[str, list[Ints]]:
    """Name of each physical group -> which cells of every block it has."""
    names = {(int(number), int(dim)): name for name, (number, dim) in mesh.field_data.items()}
    found: dict[str, list[Ints]] = {}
    for i, tags in enumerate(mesh.cell_data.get("gmsh:physical", [])):
        dim = blocks[i][1]
        for number in np.unique(tags[tags > 0]):
            name = names.get((int(number), dim), f"{NO_NAME[dim]}_{number}")
            found.setdefault(name, _nothing(blocks))[i] = np.flatnonzero(tags == number)
    for name in set(names.values()) & set(mesh.cell_sets):  # version 4.1: the second and further groups of an entity
        cells = [np.asarray(chosen, dtype=np.int64) for chosen in mesh.cell_sets[name]]
        found[name] = [np.union1d(a, b) for a, b in zip(cells, found.get(name, _nothing(blocks)), strict=True)]
    return found


def _nothing(blocks: list[tuple[str, int, Ints]]) -> list[Ints]:
    return [np.zeros(0, np.int64) for _ in blocks]


def _solid(path: Path, points: NDArray[np.float64], blocks: list[tuple[str, int, Ints]], groups: dict[str, list[Ints]]) -> SolidMesh:
    for _, _, cells in blocks:
        if cells.size and (cells.min() < 0 or cells.max() >= len(points)):
            raise BadInput("mesh file", str(path), "elements whose nodes are in the file", "It seems cut short; export the mesh again.")
    solid = {kind: [cells for found, _, cells in blocks if found == kind] for kind in WIDTHS}
    elements, number = {}, {}
    for kind, width in WIDTHS.items():
        elements[kind], number[kind] = _once(np.concatenate([np.zeros((0, width), np.int64), *solid[kind]]))
    used = np.unique(np.concatenate([cells.ravel() for cells in elements.values()]))
    bad = int((~np.isfinite(points[used])).any(axis=1).sum())
    if bad:
        raise BadInput("mesh file", str(path), "finite nodes", f"{bad} nodes are not finite; export the mesh again.")
    renumbered = np.full(len(points), -1)
    renumbered[used] = np.arange(len(used))
    sets, parts = {}, {}
    for name, chosen in groups.items():
        nodes = np.concatenate([renumbered[cells[rows]].ravel() for (_, _, cells), rows in zip(blocks, chosen, strict=True)])
        sets[name] = nodes[nodes >= 0].astype(np.int32)
        part = _part(blocks, chosen, number, len(elements["hexahedron"]))
        if len(part):
            parts[name] = part
    hexes, tets = (renumbered[elements[kind]].astype(np.int32) for kind in WIDTHS)
    return SolidMesh(points[used], *_turned(points[used], hexes, tets), sets, parts)


def _once(elements: Ints) -> tuple[Ints, Ints]:
    """Elements without repetitions, in their order, and for each given one its number among them."""
    _, first, group = np.unique(np.sort(elements, axis=1), axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return elements[first[order]], rank[group.reshape(-1)]


def _part(blocks: list[tuple[str, int, Ints]], chosen: list[Ints], number: dict[str, Ints], hex_count: int) -> NDArray[np.int32]:
    """Numbers of the solid elements that a group has."""
    seen = dict.fromkeys(WIDTHS, 0)
    found = [np.zeros(0, np.int64)]
    for (kind, _, cells), rows in zip(blocks, chosen, strict=True):
        if kind in WIDTHS:
            found.append(number[kind][rows + seen[kind]] + (hex_count if kind == "tetra" else 0))
            seen[kind] += len(cells)
    return np.concatenate(found).astype(np.int32)


def _turned(nodes: NDArray[np.float64], hexes: NDArray[np.int32], tets: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Elements of negative volume the other way round."""
    hexes = np.where((hex_volumes(nodes, hexes) < 0)[:, None], np.roll(hexes, 4, axis=1), hexes)
    return hexes, np.where((tet_volumes(nodes, tets) < 0)[:, None], tets[:, [0, 2, 1, 3]], tets)
