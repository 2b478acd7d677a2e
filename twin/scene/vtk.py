"""Fields, surfaces and lines as files for ParaView and whatever else reads VTK; numbers in 32 bits, compressed.

`.vti` holds fields on the grid, `.vtp` triangles or polylines, `.vtu` solid and shell elements, `.pvd` names the files of a run
with their times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from twin.errors import BadInput, UnknownName
from twin.scene.vtk_file import Appended, publish

__all__ = ["write_pvd", "write_vti", "write_vtp", "write_vtp_lines", "write_vtu"]

Fields = Mapping[str, np.ndarray]

_CELLS = {
    "hex": (12, 8),
    "wedge": (13, 6),
    "pyramid": (14, 5),
    "tet": (10, 4),
    "quad": (9, 4),
    "triangle": (5, 3),
    "line": (3, 2),
    "vertex": (1, 1),
}
"""Shape of an element -> VTK's number of it, how many nodes it has."""


def write_vti(
    path: Path | str, fields: Fields, *, origin: Sequence[float] = (0.0, 0.0, 0.0), cell: float = 1.0, as_points: bool = False
) -> None:
    """Write fields on the grid as an ImageData file.

    Args:
        path: `something.vti`.
        fields: name -> values at the cell centres, shape (nx, ny, nz), or (nx, ny, nz, k) for vectors; bool for masks.
        origin: corner of the grid [m]; the centre of cell i is at origin + (i + 1/2) cell.
        cell: edge of a cell [m].
        as_points: the cell centres become points: what ParaView's contours and streamlines work on without a filter between.

    Raises:
        BadInput: no field, or fields of different grids.
        StoreFault: the file cannot be written.
    """
    if not fields:
        raise BadInput("write_vti: fields", "none", "at least one field")
    shape = np.shape(next(iter(fields.values())))[:3]
    for name, field in fields.items():
        if np.ndim(field) not in (3, 4) or np.shape(field)[:3] != shape:
            raise BadInput(f"write_vti: field {name}", np.shape(field), f"shape {shape} or {(*shape, 'k')}, the grid of the first field")
    data = Appended()
    # VTK's x runs fastest
    arrays = "".join(data.array(name, _columns(np.asarray(field)[..., None].swapaxes(0, 2))) for name, field in fields.items())
    ends = [n - 1 if as_points else n for n in shape]
    start = [o + (0.5 * cell if as_points else 0.0) for o in origin]
    extent = f'"0 {ends[0]} 0 {ends[1]} 0 {ends[2]}"'
    place = f'Origin="{_numbers(start)}" Spacing="{_numbers([cell] * 3)}"'
    where = "PointData" if as_points else "CellData"
    piece = f"<Piece Extent={extent}>\n<{where}>\n{arrays}</{where}>\n</Piece>\n"
    publish(path, data.file("ImageData", f"<ImageData WholeExtent={extent} {place}>\n{piece}</ImageData>\n"))


def write_vtp(
    path: Path | str, vertices: np.ndarray, faces: np.ndarray, *, point_data: Fields | None = None, cell_data: Fields | None = None
) -> None:
    """Write triangles as a PolyData file.

    Args:
        path: `something.vtp`.
        vertices: [m], shape (n, 3).
        faces: shape (m, 3).
        point_data: name -> values at the vertices, shape (n,) or (n, k).
        cell_data: name -> values on the faces, shape (m,) or (m, k).

    Raises:
        BadInput: an array of the wrong shape.
        StoreFault: the file cannot be written.
    """
    ends = 3 * np.arange(1, len(faces) + 1)
    _write_poly(path, vertices, "Polys", np.asarray(faces).reshape(-1), ends, point_data or {}, cell_data or {})


def write_vtp_lines(
    path: Path | str, polylines: Sequence[np.ndarray], *, point_data: Mapping[str, Sequence[np.ndarray]] | None = None
) -> None:
    """Write polylines, such as streamlines, as a PolyData file.

    Args:
        path: `something.vtp`.
        polylines: points [m] of each, shape (k, 3).
        point_data: name -> for each polyline its points' values, shape (k,) or (k, d).

    Raises:
        BadInput: an array of the wrong shape.
        StoreFault: the file cannot be written.
    """
    points = np.concatenate([np.empty((0, 3)), *polylines])
    data = {name: np.concatenate([np.asarray(part) for part in parts]) for name, parts in (point_data or {}).items() if len(parts)}
    ends = np.cumsum([len(line) for line in polylines], dtype=np.int64)
    _write_poly(path, points, "Lines", np.arange(len(points)), ends, data, {})


def write_vtu(
    path: Path | str,
    points: np.ndarray,
    cells: Mapping[str, np.ndarray],
    *,
    point_data: Fields | None = None,
    cell_data: Fields | None = None,
) -> None:
    """Write finite elements as an UnstructuredGrid file; a file a frame and `write_pvd` make a run that ParaView plays.

    Args:
        path: `something.vtu`.
        points: nodes [m], shape (n, 3), where they are in this frame.
        cells: shape of the elements -> their nodes, shape (m, k), numbered as VTK does: "hex" (k = 8), "wedge" (6), "pyramid" (5),
            "tet" (4), "quad" (4), "triangle" (3), "line" (2), "vertex" (1).
        point_data: name -> values at the nodes, shape (n,) or (n, k).
        cell_data: name -> values of all elements, in the order of `cells`, shape (m,) or (m, k).

    Raises:
        BadInput: an array of the wrong shape, no such shape of element.
        StoreFault: the file cannot be written.
    """
    if np.ndim(points) != 2 or np.shape(points)[1] != 3:
        raise BadInput("write_vtu: points", np.shape(points), "shape (n, 3)")
    for name, nodes in cells.items():
        _check_cells(name, nodes, len(points))
    data = Appended()
    widths = np.concatenate([np.empty(0, np.int64), *(np.full(len(nodes), _CELLS[name][1]) for name, nodes in cells.items())])
    types = np.concatenate([np.empty(0, np.uint8), *(np.full(len(nodes), _CELLS[name][0], np.uint8) for name, nodes in cells.items())])
    connectivity = np.concatenate([np.empty(0, np.int64), *(np.asarray(nodes, np.int64).ravel() for nodes in cells.values())])
    body = data.table("PointData", point_data or {}, len(points)) + data.table("CellData", cell_data or {}, len(types))
    body += f"<Points>\n{data.array('Points', np.asarray(points, float))}</Points>\n"
    arrays = {"connectivity": connectivity, "offsets": np.cumsum(widths), "types": types}
    body += f"<Cells>\n{''.join(data.array(name, values) for name, values in arrays.items())}</Cells>\n"
    piece = f'<Piece NumberOfPoints="{len(points)}" NumberOfCells="{len(types)}">\n{body}</Piece>\n'
    publish(path, data.file("UnstructuredGrid", f"<UnstructuredGrid>\n{piece}</UnstructuredGrid>\n"))


def _check_cells(name: str, nodes: np.ndarray, points: int) -> None:
    if name not in _CELLS:
        raise UnknownName("write_vtu: cells", name, _CELLS)
    given, width = np.asarray(nodes), _CELLS[name][1]
    if given.ndim != 2 or given.shape[1] != width:
        raise BadInput(f"write_vtu: cells {name}", given.shape, f"shape (m, {width})")
    if given.size and (given.min() < 0 or given.max() >= points):
        raise BadInput(f"write_vtu: cells {name}", (int(given.min()), int(given.max())), f"points 0..{points - 1}")


def write_pvd(path: Path | str, files: Sequence[tuple[float, Path | str]]) -> None:
    """Write the collection of a run's files: pairs of time [s] and file; paths become relative to the collection's folder.

    Raises:
        StoreFault: the file cannot be written.
    """
    folder = Path(path).resolve().parent
    lines = "".join(
        f'<DataSet timestep="{float(t)!r}" group="" part="0" file={quoteattr(_relative(Path(file), folder))}/>\n' for t, file in files
    )
    head = '<?xml version="1.0"?>\n<VTKFile type="Collection" version="1.0" byte_order="LittleEndian">\n<Collection>\n'
    publish(path, [f"{head}{lines}</Collection>\n</VTKFile>\n".encode()])


def _write_poly(
    path: Path | str, points: np.ndarray, kind: str, connectivity: np.ndarray, ends: np.ndarray, point_data: Fields, cell_data: Fields
) -> None:
    """A PolyData file of one kind of cells: `connectivity` are their points one after another, `ends` where each one ends."""
    if np.ndim(points) != 2 or np.shape(points)[1] != 3:
        raise BadInput("write_vtp: vertices", np.shape(points), "shape (n, 3)")
    if len(connectivity) and (connectivity.min() < 0 or connectivity.max() >= len(points)):
        raise BadInput("write_vtp: faces", int(connectivity.max()), f"vertices 0..{len(points) - 1}")
    data = Appended()
    body = data.table("PointData", point_data, len(points)) + data.table("CellData", cell_data, len(ends))
    body += f"<Points>\n{data.array('Points', np.asarray(points, float))}</Points>\n"
    cells = data.array("connectivity", connectivity.astype(np.int64)) + data.array("offsets", ends.astype(np.int64))
    body += f"<{kind}>\n{cells}</{kind}>\n"
    counts = " ".join(f'NumberOf{each}="{len(ends) if each == kind else 0}"' for each in ("Verts", "Lines", "Strips", "Polys"))
    piece = f'<Piece NumberOfPoints="{len(points)}" {counts}>\n{body}</Piece>\n'
    publish(path, data.file("PolyData", f"<PolyData>\n{piece}</PolyData>\n"))


def _columns(field: np.ndarray) -> np.ndarray:
    """A field of shape (nz, ny, nx, 1) or (nz, ny, nx, k, 1) as one row a cell."""
    return field.reshape(field.shape[0] * field.shape[1] * field.shape[2], -1)


def _relative(file: Path, folder: Path) -> str:
    whole = file.resolve()
    return whole.relative_to(folder).as_posix() if whole.is_relative_to(folder) else whole.as_posix()


def _numbers(values: Sequence[float]) -> str:
    return " ".join(repr(float(value)) for value in values)
