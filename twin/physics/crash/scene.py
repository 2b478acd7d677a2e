"""The run as a scene: deforming bodies coloured by plastic strain, rigid walls, energies and forces under the time cursor."""

from __future__ import annotations

import numpy as np

from twin.physics.crash.measure import forces, series, walls_of
from twin.physics.crash.run import Run
from twin.physics.crash.walls import CYLINDER, PLANE
from twin.scene import ColorBar, Deforming, Mesh, Node, Scene

__all__ = ["scene_of", "strain_bar"]

STILL = np.array([1.0, 0.0, 0.0, 0.0])
WALL = (0.55, 0.60, 0.68, 0.55)
SIDES = 48  # of round walls
STRAIN = "plastic strain"


def strain_bar(run: Run) -> ColorBar:
    """Of plastic strains up to the largest there was."""
    largest = max((float(s.max()) for s in run.history.strains), default=0.0)
    return ColorBar(STRAIN, "1", 0.0, largest if largest > 1e-6 else 1e-3)


def scene_of(run: Run) -> Scene:
    """All frames."""
    case, history = run.case, run.history
    bar, times = strain_bar(run), np.array(history.times)
    spot = np.full(len(case.x), -1)
    spot[history.skin] = np.arange(len(history.skin))
    shapes = np.array(history.shapes)
    deforming = []
    for k, name in enumerate(case.names):
        mine = case.part[run.skin_owners] == k
        quads, owners = spot[run.skin[mine]], run.skin_owners[mine]
        used, numbers = np.unique(quads, return_inverse=True)
        quads = numbers.reshape(quads.shape)
        values = np.array([_at_corners(quads, strains[owners], len(used)) for strains in history.strains])
        deforming.append(Deforming(name, _triangles(quads), shapes[:, used], values, STRAIN, group="bodies", t=times))
    meshes, nodes = {}, []
    reach = float(np.ptp(case.x, axis=0).max())
    for k, name in enumerate(walls_of(case.spec)):
        meshes[f"wall/{name}"], at = _wall(run, k, reach)
        nodes.append(Node(f"walls/{name}", f"wall/{name}", at, STILL, "walls"))
    found = series(run)
    curves = {"kinetic energy": "kinetic", "internal energy": "internal", "hourglass energy": "hourglass"}
    shown = {label: np.interp(times, found.t, found.columns[column]) for label, column in curves.items()}
    units = dict.fromkeys(shown, "J")
    for name in forces(run):
        shown[f"force on {name}"] = np.interp(times, found.t, found.columns[f"force.{name}"])
        units[f"force on {name}"] = "N"
    return Scene(times, meshes, tuple(nodes), curves=shown, units=units, bars=(bar,), deforming=tuple(deforming))


def _triangles(quads: np.ndarray) -> np.ndarray:
    """Two of each face; of a triangle, whose last node repeats, one."""
    both = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    whole: np.ndarray = both[(both[:, 0] != both[:, 1]) & (both[:, 1] != both[:, 2]) & (both[:, 2] != both[:, 0])]
    return whole.astype(np.int32)


def _at_corners(quads: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Mean of the faces around each corner."""
    flat = quads.reshape(-1)
    sums = np.bincount(flat, weights=np.repeat(values, 4), minlength=count)
    mean: np.ndarray = sums / np.maximum(np.bincount(flat, minlength=count), 1)
    return mean


def _wall(run: Run, k: int, reach: float) -> tuple[Mesh, np.ndarray]:
    """A wall as triangles about its own point, and where it is at each frame."""
    walls = run.arrays.walls
    end, axis, radius = walls.place[k, :3], walls.place[k, 3:6], float(walls.place[k, 6])
    now = float(run.arrays.clock.now[0])
    at = end - np.outer(now - np.array(run.history.times), walls.velocity[k])
    if np.ptp(at, axis=0).max() < 1e-9 * max(reach, 1e-9):
        at = at[0]
    across = np.eye(3)[int(np.argmin(np.abs(axis)))] - axis * axis[int(np.argmin(np.abs(axis)))]
    across /= np.linalg.norm(across)
    frame = np.stack([across, np.cross(axis, across), axis])
    if walls.shape[k] == PLANE:
        corners = 0.75 * reach * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], float)
        return Mesh(corners @ frame, np.array([[0, 1, 2], [0, 2, 3]], np.int32), WALL), at
    import trimesh

    if walls.shape[k] == CYLINDER:
        round_ = trimesh.creation.cylinder(radius, height=1.5 * reach, sections=SIDES)
    else:
        round_ = trimesh.creation.icosphere(subdivisions=3, radius=radius)
    return Mesh(np.asarray(round_.vertices) @ frame, np.asarray(round_.faces, np.int32), WALL), at
