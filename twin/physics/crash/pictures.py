"""What people look at before tables: PNG and files for ParaView, written beside the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twin.draw import history_picture, lines_picture, scene_picture
from twin.physics.crash.measure import forces
from twin.physics.crash.run import Run
from twin.scene import Scene
from twin.scene.vtk import write_pvd, write_vtu

__all__ = ["draw", "write_vtk"]


def draw(run: Run, scene: Scene, folder: Path) -> None:
    """start.png, end.png: the bodies; energy.png: who has the energy; force_NAME.png: on each wall."""
    name = " and ".join(run.case.names)
    last = len(scene.t) - 1
    for frame, file in ((0, "start"), (last, "end")):
        title = f"{name}, t = {1e3 * scene.t[frame]:.3g} ms"
        (folder / f"{file}.png").write_bytes(scene_picture(scene, focus=("bodies",), frame=frame, title=title))
    if len(run.history.rows) < 2:
        return
    t = run.history.column("t")
    energies = {label: run.history.column(label) for label in ("kinetic", "internal", "hourglass", "contact")}
    (folder / "energy.png").write_bytes(lines_picture(t, energies, quantity="energy", unit="J", title=f"{name}: energy"))
    for wall, (at, force) in forces(run).items():
        if len(at) > 1:
            (folder / f"force_{wall}.png").write_bytes(history_picture(at, force, quantity="force", unit="N", title=f"force on {wall}"))


def write_vtk(run: Run, folder: Path) -> None:
    """crash_0000.vtu ...: the mesh at each frame with its plastic strain; crash.pvd: all of them over time."""
    case, history = run.case, run.history
    inner = case.x.copy()
    files = []
    for k, (t, skin, strains) in enumerate(zip(history.times, history.shapes, history.strains, strict=True)):
        inner[history.skin] = skin
        cells = {"hex": case.connect[~case.tet], "tet": case.connect[case.tet, :4]}
        order = np.r_[np.flatnonzero(~case.tet), np.flatnonzero(case.tet)]
        data = {"plastic_strain": strains[order], "part": case.part[order]}
        path = folder / f"crash_{k:04d}.vtu"
        write_vtu(path, inner, {name: nodes for name, nodes in cells.items() if len(nodes)}, cell_data=data)
        files.append((t, path))
    write_pvd(folder / "crash.pvd", files)
