"""Files for ParaView: by the letter of the format, and through VTK's own reader."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from require import needs

from twin.errors import BadInput, StoreFault
from twin.scene import isosurface, write_pvd, write_vti, write_vtp, write_vtp_lines, write_vtu

SHAPE, CELL, ORIGIN = (5, 3, 4), 0.25, (-1.0, 2.0, 0.5)
TYPES = {"Float32": "<f4", "Int64": "<i8", "UInt8": "u1"}


def grid_fields() -> dict[str, np.ndarray]:
    x, y, z = (np.indices(SHAPE)[k].astype(float) for k in range(3))
    return {"p & q": x + 10 * y + 100 * z, "velocity": np.stack([x, y, z], axis=-1), "solid": x > 2}


def ball() -> tuple[np.ndarray, np.ndarray]:
    x = np.indices((12, 12, 12)) - 5.5
    return isosurface(4.0 - np.sqrt((x**2).sum(axis=0)), 0.0, cell=0.1)


def elements() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Two unit cubes in a row, a tetrahedron on the first, and a shell under the second."""
    x, y, z = (np.indices((3, 2, 2))[k].ravel(order="F").astype(float) for k in range(3))
    points = np.concatenate([np.stack([x, y, z], axis=1), [[0.3, 0.3, 2.0]]])
    hexes = np.array([[0, 1, 4, 3, 6, 7, 10, 9], [1, 2, 5, 4, 7, 8, 11, 10]])
    return points, {"hex": hexes, "tet": np.array([[6, 7, 9, 12]]), "quad": np.array([[1, 2, 5, 4]])}


def parsed(path: Path) -> tuple[ElementTree.Element, dict[str, np.ndarray]]:
    """XML without the data, and the arrays by name; read as the VTK file format page says."""
    data = path.read_bytes()
    start = data.index(b'<AppendedData encoding="raw">\n_') + len(b'<AppendedData encoding="raw">\n_')
    root = ElementTree.fromstring(data[:start] + b"</AppendedData></VTKFile>")
    assert root.attrib["compressor"] == "vtkZLibDataCompressor"
    assert root.attrib["header_type"] == "UInt64"
    assert re.fullmatch(rb"\s*</AppendedData>\s*</VTKFile>\s*", data[data.rindex(b"</AppendedData>") :])
    arrays = {}
    for element in root.iter("DataArray"):
        at = start + int(element.attrib["offset"])
        blocks, size, last = np.frombuffer(data, "<u8", 3, at).tolist()
        packed = np.frombuffer(data, "<u8", blocks, at + 24).tolist()
        at += 24 + 8 * blocks
        whole = b""
        for i, length in enumerate(packed):
            block = zlib.decompress(data[at : at + length])
            assert len(block) == (last if last and i == blocks - 1 else size)
            whole += block
            at += length
        values = np.frombuffer(whole, TYPES[element.attrib["type"]])
        width = int(element.attrib.get("NumberOfComponents", 1))
        arrays[element.attrib["Name"]] = values.reshape(-1, width) if width > 1 else values
    return root, arrays


@pytest.mark.parametrize("as_points", [False, True])
def test_fields_are_written_with_x_running_fastest(tmp_path: Path, as_points: bool) -> None:
    write_vti(tmp_path / "f.vti", grid_fields(), origin=ORIGIN, cell=CELL, as_points=as_points)
    root, arrays = parsed(tmp_path / "f.vti")
    image = root.find("ImageData")
    assert image.attrib["WholeExtent"] == ("0 4 0 2 0 3" if as_points else "0 5 0 3 0 4")
    assert image.attrib["Origin"] == ("-0.875 2.125 0.625" if as_points else "-1.0 2.0 0.5")
    assert image.attrib["Spacing"] == "0.25 0.25 0.25"
    assert image.find(f"Piece/{'PointData' if as_points else 'CellData'}") is not None
    i, j, k = 3, 1, 2
    at = i + SHAPE[0] * (j + SHAPE[1] * k)
    assert arrays["p & q"][at] == 3 + 10 + 200
    assert arrays["velocity"][at].tolist() == [3, 1, 2]
    assert arrays["solid"].dtype == np.uint8
    assert arrays["solid"][at] == 1


def test_large_fields_are_written_in_blocks(tmp_path: Path) -> None:
    field = np.random.default_rng(0).normal(size=(70, 80, 90)).astype(np.float32)
    write_vti(tmp_path / "f.vti", {"f": field, "none": np.zeros((70, 80, 90))})
    _, arrays = parsed(tmp_path / "f.vti")
    np.testing.assert_array_equal(arrays["f"], field.ravel(order="F"))
    assert not arrays["none"].any()


def test_triangles_and_lines_are_written(tmp_path: Path) -> None:
    vertices, faces = ball()
    write_vtp(tmp_path / "s.vtp", vertices, faces, point_data={"Cp": vertices[:, 0]}, cell_data={"traction": vertices[faces[:, 0]]})
    root, arrays = parsed(tmp_path / "s.vtp")
    piece = root.find("PolyData/Piece")
    assert (piece.attrib["NumberOfPoints"], piece.attrib["NumberOfPolys"]) == (str(len(vertices)), str(len(faces)))
    np.testing.assert_array_equal(arrays["connectivity"].reshape(-1, 3), faces)
    np.testing.assert_allclose(arrays["Points"], vertices, rtol=1e-6)
    np.testing.assert_allclose(arrays["Cp"], vertices[:, 0], rtol=1e-6)
    assert arrays["traction"].shape == (len(faces), 3)
    lines = [np.eye(3), np.arange(12.0).reshape(4, 3)]
    write_vtp_lines(tmp_path / "l.vtp", lines, point_data={"speed": [np.arange(3.0), np.arange(4.0)]})
    root, arrays = parsed(tmp_path / "l.vtp")
    assert root.find("PolyData/Piece").attrib["NumberOfLines"] == "2"
    assert arrays["offsets"].tolist() == [3, 7]
    assert arrays["speed"].tolist() == [0, 1, 2, 0, 1, 2, 3]


def test_elements_are_written_one_shape_after_another(tmp_path: Path) -> None:
    points, cells = elements()
    strain = np.arange(4.0)
    write_vtu(tmp_path / "e.vtu", points, cells, point_data={"v": points}, cell_data={"strain": strain, "gone": strain > 2})
    root, arrays = parsed(tmp_path / "e.vtu")
    piece = root.find("UnstructuredGrid/Piece")
    assert piece.attrib == {"NumberOfPoints": "13", "NumberOfCells": "4"}
    assert arrays["types"].dtype == np.uint8
    assert arrays["types"].tolist() == [12, 12, 10, 9]
    assert arrays["offsets"].tolist() == [8, 16, 20, 24]
    np.testing.assert_array_equal(arrays["connectivity"], np.concatenate([nodes.ravel() for nodes in cells.values()]))
    np.testing.assert_array_equal(arrays["strain"], strain)
    write_vtu(tmp_path / "none.vtu", np.zeros((0, 3)), {})
    assert parsed(tmp_path / "none.vtu")[0].find("UnstructuredGrid/Piece").attrib["NumberOfCells"] == "0"


def test_a_collection_names_its_files_relative_to_itself(tmp_path: Path) -> None:
    write_pvd(tmp_path / "run.pvd", [(0.0, tmp_path / "a&b.vti"), (0.1, tmp_path / "steps" / "2.vti"), (1 / 3, "/elsewhere/3.vti")])
    sets = ElementTree.parse(tmp_path / "run.pvd").getroot().findall("Collection/DataSet")
    assert [s.attrib["file"] for s in sets] == ["a&b.vti", "steps/2.vti", "/elsewhere/3.vti"]
    assert [float(s.attrib["timestep"]) for s in sets] == [0.0, 0.1, 1 / 3]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "f.vti"
    write_vti(target, {"f": np.zeros(SHAPE)})
    before = target.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreFault, match="No space left"):
        write_vti(target, {"f": np.ones(SHAPE)})
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda p: write_vti(p, {}), "write_vti: fields"),
        (lambda p: write_vti(p, {"a": np.zeros((2, 2, 2)), "b": np.zeros((2, 2, 3))}), "write_vti: field b"),
        (lambda p: write_vti(p, {"a": np.zeros((2, 2))}), "write_vti: field a"),
        (lambda p: write_vtp(p, np.zeros((3, 2)), np.array([[0, 1, 2]])), "vertices"),
        (lambda p: write_vtp(p, np.zeros((3, 3)), np.array([[0, 1, 3]])), "faces"),
        (lambda p: write_vtp(p, np.eye(3), np.array([[0, 1, 2]]), point_data={"a": np.zeros(2)}), "PointData a"),
        (lambda p: write_vtp(p, np.eye(3), np.array([[0, 1, 2]]), cell_data={"a": np.zeros(3)}), "CellData a"),
        (lambda p: write_vtu(p, np.zeros((3, 2)), {}), "write_vtu: points"),
        (lambda p: write_vtu(p, np.eye(3), {"hexa": np.zeros((1, 8), int)}), "Did you mean hex"),
        (lambda p: write_vtu(p, np.eye(3), {"tet": np.zeros((1, 3), int)}), "cells tet"),
        (lambda p: write_vtu(p, np.eye(3), {"triangle": np.array([[0, 1, 3]])}), "cells triangle"),
        (lambda p: write_vtu(p, np.eye(3), {"triangle": np.array([[0, 1, 2]])}, cell_data={"a": np.zeros(3)}), "CellData a"),
    ],
)
def test_what_cannot_be_written_is_named(call, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=words):
        call(tmp_path / "f")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def vtk():
    try:
        import vtk
    except ImportError:
        needs("vtk", False, "VTK is not installed (pip install factory-twin[peers])")
    return vtk


def loaded(reader, path: Path):
    reader.SetFileName(str(path))
    reader.Update()
    assert reader.GetErrorCode() == 0
    return reader.GetOutput()


@pytest.mark.peers
@pytest.mark.parametrize("as_points", [False, True])
def test_vtk_reads_fields_where_they_are(vtk, tmp_path: Path, as_points: bool) -> None:
    from vtk.util.numpy_support import vtk_to_numpy

    fields = grid_fields()
    write_vti(tmp_path / "f.vti", fields, origin=ORIGIN, cell=CELL, as_points=as_points)
    image = loaded(vtk.vtkXMLImageDataReader(), tmp_path / "f.vti")
    data = image.GetPointData() if as_points else image.GetCellData()
    assert data.GetNumberOfArrays() == 3
    for name, field in fields.items():
        got = vtk_to_numpy(data.GetArray(name))
        np.testing.assert_array_equal(got, field.reshape(-1, 3, order="F") if field.ndim == 4 else field.ravel(order="F"))
    i, j, k = 3, 1, 2
    centre = np.array(ORIGIN) + (np.array([i, j, k]) + 0.5) * CELL
    at = image.FindPoint(centre) if as_points else image.FindCell(centre, None, 0, 0.0, vtk.reference(0), [0.0] * 3, [0.0] * 8)
    assert data.GetArray("p & q").GetValue(at) == 213
    assert data.GetArray("velocity").GetTuple(at) == (3, 1, 2)


@pytest.mark.peers
def test_vtk_reads_surfaces_and_lines(vtk, tmp_path: Path) -> None:
    from vtk.util.numpy_support import vtk_to_numpy

    vertices, faces = ball()
    write_vtp(tmp_path / "s.vtp", vertices, faces, point_data={"Cp": vertices[:, 2]}, cell_data={"side": faces[:, 0] % 2 == 0})
    surface = loaded(vtk.vtkXMLPolyDataReader(), tmp_path / "s.vtp")
    assert (surface.GetNumberOfPoints(), surface.GetNumberOfPolys()) == (len(vertices), len(faces))
    np.testing.assert_allclose(vtk_to_numpy(surface.GetPointData().GetArray("Cp")), vertices[:, 2], rtol=1e-6)
    assert surface.GetCellData().GetArray("side").GetNumberOfTuples() == len(faces)
    mass = vtk.vtkMassProperties()
    mass.SetInputData(surface)
    assert mass.GetVolume() == pytest.approx(4 / 3 * np.pi * 0.4**3, rel=0.05)
    lines = [np.eye(3), np.arange(12.0).reshape(4, 3)]
    write_vtp_lines(tmp_path / "l.vtp", lines, point_data={"speed": [np.arange(3.0), np.arange(4.0)]})
    got = loaded(vtk.vtkXMLPolyDataReader(), tmp_path / "l.vtp")
    assert got.GetNumberOfLines() == 2
    np.testing.assert_array_equal(vtk_to_numpy(got.GetCell(1).GetPoints().GetData()), lines[1].astype(np.float32))


@pytest.mark.peers
def test_vtks_contour_of_a_written_field_is_our_isosurface(vtk, tmp_path: Path) -> None:
    x = np.indices((24, 20, 22)) - np.array([11.5, 9.5, 10.5])[:, None, None, None]
    field = 7.0 - np.sqrt((x**2).sum(axis=0))
    write_vti(tmp_path / "f.vti", {"f": field}, origin=ORIGIN, cell=CELL, as_points=True)
    contour = vtk.vtkContourFilter()
    contour.SetInputData(loaded(vtk.vtkXMLImageDataReader(), tmp_path / "f.vti"))
    contour.SetInputArrayToProcess(0, 0, 0, 0, "f")
    contour.SetValue(0, 0.3)
    contour.Update()
    vertices, _ = isosurface(field, 0.3, origin=ORIGIN, cell=CELL)
    np.testing.assert_allclose(
        contour.GetOutput().GetBounds(), np.stack([vertices.min(axis=0), vertices.max(axis=0)], axis=1).ravel(), atol=1e-5
    )


@pytest.mark.peers
def test_vtk_reads_elements_and_their_data(vtk, tmp_path: Path) -> None:
    from vtk.util.numpy_support import vtk_to_numpy

    points, cells = elements()
    strain = np.array([0.0, 0.1, 0.2, 0.3])
    write_vtu(tmp_path / "e.vtu", points, cells, point_data={"u": points}, cell_data={"strain": strain, "layer": np.arange(4)})
    grid = loaded(vtk.vtkXMLUnstructuredGridReader(), tmp_path / "e.vtu")
    assert (grid.GetNumberOfPoints(), grid.GetNumberOfCells()) == (13, 4)
    assert [grid.GetCellType(i) for i in range(4)] == [vtk.VTK_HEXAHEDRON, vtk.VTK_HEXAHEDRON, vtk.VTK_TETRA, vtk.VTK_QUAD]
    np.testing.assert_allclose(vtk_to_numpy(grid.GetPointData().GetArray("u")), points)
    np.testing.assert_allclose(vtk_to_numpy(grid.GetCellData().GetArray("strain")), strain, rtol=1e-6)
    assert vtk_to_numpy(grid.GetCellData().GetArray("layer")).tolist() == [0, 1, 2, 3]
    sizes = vtk.vtkCellSizeFilter()
    sizes.SetInputData(grid)
    sizes.Update()
    volume = vtk_to_numpy(sizes.GetOutput().GetCellData().GetArray("Volume"))
    np.testing.assert_allclose(volume, [1, 1, 1 / 6, 0], atol=1e-6)


@pytest.mark.peers
def test_vtk_reads_every_shape_of_element(vtk, tmp_path: Path) -> None:
    widths = {"hex": 8, "wedge": 6, "pyramid": 5, "tet": 4, "quad": 4, "triangle": 3, "line": 2, "vertex": 1}
    points = np.random.default_rng(0).normal(size=(8, 3))
    write_vtu(tmp_path / "e.vtu", points, {name: np.arange(width)[None] for name, width in widths.items()})
    grid = loaded(vtk.vtkXMLUnstructuredGridReader(), tmp_path / "e.vtu")
    names = ["vtkHexahedron", "vtkWedge", "vtkPyramid", "vtkTetra", "vtkQuad", "vtkTriangle", "vtkLine", "vtkVertex"]
    assert [grid.GetCell(i).GetClassName() for i in range(8)] == names
    assert [grid.GetCell(i).GetNumberOfPoints() for i in range(8)] == list(widths.values())


@pytest.mark.peers
def test_a_collection_of_frames_names_files_that_vtk_reads(vtk, tmp_path: Path) -> None:
    points, cells = elements()
    frames = []
    for k in range(3):
        frames.append((1e-3 * k, tmp_path / "frames" / f"{k}.vtu"))
        write_vtu(frames[-1][1], points + np.array([0.1 * k, 0, 0]), cells)
    write_pvd(tmp_path / "run.pvd", frames)
    sets = ElementTree.parse(tmp_path / "run.pvd").getroot().findall("Collection/DataSet")
    assert [float(each.attrib["timestep"]) for each in sets] == [0.0, 1e-3, 2e-3]
    low = [loaded(vtk.vtkXMLUnstructuredGridReader(), tmp_path / each.attrib["file"]).GetBounds()[0] for each in sets]
    np.testing.assert_allclose(low, [0.0, 0.1, 0.2], atol=1e-6)
