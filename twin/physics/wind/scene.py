"""The run as a scene: bodies coloured by pressure, streamlines, the vortices of the mean flow, the drag under the time cursor."""

from __future__ import annotations

import numpy as np

from twin.physics.wind.bodies import bounds
from twin.physics.wind.fields import Fields, around, on_surface, swirl
from twin.physics.wind.measure import COEFFICIENTS, Measured
from twin.physics.wind.run import Run
from twin.scene import ColorBar, Lines, Mesh, Node, Scene
from twin.scene.isosurface import isosurface
from twin.scene.sample import sample
from twin.scene.streamlines import streamlines

__all__ = ["pressure_bar", "scene_of", "speed_bar"]

FRAMES = 400  # of the history under the time cursor
SEEDS = 7  # streamlines across and up
VORTICES = 2.0  # Q of the surface around vortices, in (U / L)^2, unless
CLOUD = 0.02  # more of all cells than this turned faster: one would see nothing else
STILL = np.array([1.0, 0.0, 0.0, 0.0])
ORIGIN = np.zeros(3)
FLOOR = (0.80, 0.82, 0.85, 1.0)


def speed_bar(speed: float) -> ColorBar:
    """Of air speeds [m/s]."""
    return ColorBar("speed", "m/s", 0.0, 1.4 * speed)


def pressure_bar(values: np.ndarray) -> ColorBar:
    """Of pressure coefficients: -1 to 1, more where a tenth of the values is beyond."""
    known = np.abs(values[np.isfinite(values)])
    reach = max(1.0, float(np.ceil(np.quantile(known, 0.9)))) if len(known) else 1.0
    return ColorBar("Cp", "1", -reach, reach, "blue-white-red")


def scene_of(run: Run, found: Measured) -> Scene | None:
    """None where no mean flow was taken."""
    if not run.mean.count:
        return None
    fields, speed = around(run), run.case.layout.speed
    meshes, nodes = {}, []
    painted = {name: on_surface(fields, surface) for name, surface in run.case.surfaces.items()}
    pressures = pressure_bar(np.concatenate([values for _, values in painted.values()]))
    for name, (fine, values) in painted.items():
        meshes[name] = Mesh(fine.vertices, fine.faces, colors=pressures.paint(values))
        nodes.append(Node(f"bodies/{name}", name, ORIGIN, STILL, "bodies"))
    bar = speed_bar(speed)
    if not run.case.layout.lattice.plane:
        vortices = _vortices(fields, run.case.layout.length, bar, speed)
        if vortices is not None:
            meshes["flow/vortices"] = vortices
            nodes.append(Node("flow/vortices", "flow/vortices", ORIGIN, STILL, "vortices"))
    if run.case.spec.ground is not None:
        meshes["tunnel/floor"] = _floor(fields)
        nodes.append(Node("tunnel/floor", "tunnel/floor", ORIGIN, STILL, "tunnel"))
    lines = _lines(run, fields, bar, speed)
    every = max(1, len(found.t) // FRAMES)
    curves = {c: found.histories[""][::every, k] for k, c in enumerate(COEFFICIENTS[:3])}
    return Scene(
        t=found.t[::every],
        meshes=meshes,
        nodes=tuple(nodes),
        curves=curves,
        units=dict.fromkeys(curves, "1"),
        lines=lines,
        bars=(pressures, bar),
    )


def _vortices(fields: Fields, length: float, bar: ColorBar, speed: float) -> Mesh | None:
    """The surface where Q is VORTICES (U / L)^2, or larger in a turbulent flow, coloured by speed, see-through."""
    q = swirl(fields)
    turning = q[np.isfinite(q)]
    level = VORTICES * (fields.cell / length) ** 2
    if len(turning):
        level = max(level, float(np.quantile(turning, 1 - CLOUD)))
    vertices, faces = isosurface(q, level, origin=tuple(fields.origin), cell=fields.cell)
    if not len(faces):
        return None
    speeds = sample(
        np.nan_to_num(np.linalg.norm(fields.velocity, axis=-1)) * speed, vertices, origin=tuple(fields.origin), cell=fields.cell
    )
    colors = bar.paint(speeds)
    colors[:, 3] = 0.35
    return Mesh(vertices, faces, colors=colors)


def _lines(run: Run, fields: Fields, bar: ColorBar, speed: float) -> tuple[Lines, ...]:
    """Streamlines that come in a grid ahead of the bodies."""
    low, high = bounds(run.case.surfaces)
    reach = 0.15 * (high - low)
    x = max(fields.origin[0] + fields.cell, low[0] - 0.6 * run.case.layout.length)
    heights = np.linspace(low[2] - reach[2], high[2] + reach[2], SEEDS)
    plane = run.case.layout.lattice.plane
    widths = np.array([0.0]) if plane else np.linspace(low[1] - reach[1], high[1] + reach[1], SEEDS)
    if plane:
        heights = np.linspace(low[2] - reach[2], high[2] + reach[2], 3 * SEEDS)
    floor = fields.origin[2] + fields.cell
    seeds = np.array([(x, y, max(z, floor)) for y in widths for z in heights])
    flow = np.nan_to_num(fields.velocity).astype(float)
    found = streamlines(flow, seeds, origin=tuple(fields.origin), cell=fields.cell, solid=fields.solid)
    found = [line for line in found if len(line.points) > 1]
    if not found:
        return ()
    return (Lines("streamlines", [line.points for line in found], colors=[bar.paint(line.speed * speed) for line in found]),)


def _floor(fields: Fields) -> Mesh:
    """A plate at z = 0 below the region."""
    nx, ny, _ = fields.pressure.shape
    (x0, y0), (x1, y1) = fields.origin[:2], fields.origin[:2] + np.array([nx, ny]) * fields.cell
    corners = np.array([(x0, y0, 0.0), (x1, y0, 0.0), (x1, y1, 0.0), (x0, y1, 0.0)])
    return Mesh(corners, np.array([(0, 1, 2), (0, 2, 3)]), FLOOR)
