"""What people look at before tables: PNG and files for ParaView, written beside the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from twin.draw import history_picture, scene_picture, slice_picture
from twin.physics.wind.fields import middle_slice, on_surface, whole
from twin.physics.wind.measure import Measured
from twin.physics.wind.run import Run
from twin.physics.wind.scene import pressure_bar, speed_bar
from twin.scene import Scene
from twin.scene.vtk import write_pvd, write_vti, write_vtp

__all__ = ["draw", "write_vtk"]


def draw(run: Run, found: Measured, scene: Scene | None, folder: Path) -> None:
    """speed.png, pressure.png: the plane through the middle; drag.png: its history with its interval; bodies.png: in space."""
    layout, name = run.case.layout, " and ".join(run.case.names)
    if run.mean.count:
        cut = middle_slice(run)
        across: dict[str, Any] = {"cell": cut.cell, "origin": (cut.origin[0], cut.origin[2]), "solid": cut.solid[:, 0]}
        speed = np.linalg.norm(cut.velocity[:, 0], axis=-1) * layout.speed
        moving = cut.velocity[:, 0][..., [0, 2]] * layout.speed
        (folder / "speed.png").write_bytes(
            slice_picture(speed, speed_bar(layout.speed), velocity=moving, title=f"{name}: mean speed", **across)
        )
        (folder / "pressure.png").write_bytes(
            slice_picture(cut.pressure[:, 0], pressure_bar(cut.pressure), title=f"{name}: mean pressure coefficient", **across)
        )
    steady = found.t[len(found.t) - found.steady :]
    drag = found.drag
    if len(steady) > drag.begin + 1:
        history = found.histories[""][:, 0]
        picture = history_picture(
            found.t, history, quantity="Cd", start=float(steady[drag.begin]), mean=drag.value, half_width=drag.ci95, title=f"{name}: drag"
        )
        (folder / "drag.png").write_bytes(picture)
    if scene is not None and not layout.lattice.plane:
        (folder / "bodies.png").write_bytes(scene_picture(scene, focus=("bodies",), title=f"{name}: pressure, streamlines, vortices"))


def write_vtk(run: Run, folder: Path) -> None:
    """flow.vti: mean velocity, pressure, what is solid; NAME.vtp: each body's surface with its pressure; flow.pvd: all together."""
    layout, cut = run.case.layout, whole(run)
    pressure = 0.5 * layout.density * layout.speed**2
    fields = {
        "velocity": np.nan_to_num(cut.velocity) * np.float32(layout.speed),
        "pressure": np.nan_to_num(cut.pressure) * np.float32(pressure),
        "Cp": np.nan_to_num(cut.pressure),
        "solid": cut.solid,
    }
    write_vti(folder / "flow.vti", fields, origin=tuple(cut.origin), cell=cut.cell)
    files = [(0.0, folder / "flow.vti")]
    for name, surface in run.case.surfaces.items():
        fine, values = on_surface(cut, surface)
        write_vtp(folder / f"{name}.vtp", fine.vertices, fine.faces, point_data={"Cp": values, "pressure": values * pressure})
        files.append((0.0, folder / f"{name}.vtp"))
    write_pvd(folder / "flow.pvd", files)
