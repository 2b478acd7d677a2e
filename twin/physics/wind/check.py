"""What can be known to be wrong before the wind blows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from twin.errors import BadInput, Fault
from twin.geometry.health import health
from twin.geometry.surface import Surface
from twin.kinds import Context
from twin.physics.wind.bodies import bounds, placed
from twin.physics.wind.cost import bytes_of
from twin.physics.wind.preflight import across
from twin.physics.wind.spec import WindSpec
from twin.physics.wind.tunnel import Layout, laid_out
from twin.scenario.paths import resolve

__all__ = ["check", "files"]

LARGEST = 100.0  # [m] of a body that is meant to be on a factory's floor
SMALLEST = 1e-3  # [m]
EMPTY = 1e-6  # volume over area^1.5 below which a body may be a sheet
FEWEST = 4.0  # cells across a body
NARROW = 4  # cells across a tunnel
CELLS = 2**31  # of a tunnel
FASTEST_MACH = 0.35  # of the lattice, at the inlet's fastest


def files(spec: WindSpec, folder: Path) -> list[Path]:
    """The meshes."""
    return [resolve(body.mesh, folder) for body in spec.bodies.values() if body.mesh is not None]


def check(spec: WindSpec, context: Context) -> Sequence[Fault]:
    """Every fault that the fields alone do not show. Paths are dotted, as in the scenario file."""
    try:
        surfaces = placed(spec, context.folder)
    except BadInput as error:
        return [Fault(error.where, error.given, error.allowed, error.remedy)]
    faults = [fault for name, surface in surfaces.items() for fault in (*_sizes(spec, name, surface), *_inside(spec, name, surface))]
    if faults:
        return faults
    layout = laid_out(spec, surfaces)
    return [*_fit(spec, layout, surfaces), *_resolved(spec, layout, surfaces)]


def _sizes(spec: WindSpec, name: str, surface: Surface) -> list[Fault]:
    """Metres and millimetres confused."""
    largest, body = float(surface.extents.max()), spec.bodies[name]
    if SMALLEST <= largest <= LARGEST:
        return []
    where, given = (f"bodies.{name}.scale", body.scale) if body.mesh is not None else (f"bodies.{name}.shape", f"{largest:.4g} m long")
    remedy = "A file drawn in millimetres wants `scale: 0.001`." if largest > LARGEST else "A file drawn in metres wants `scale: 1`."
    return [Fault(where, given, f"bodies between {1000 * SMALLEST:g} mm and {LARGEST:g} m; this one is {largest:.4g} m long", remedy)]


def _inside(spec: WindSpec, name: str, surface: Surface) -> list[Fault]:
    """Sheets: surfaces that have no inside."""
    corners, area = surface.corners, float(np.linalg.norm(surface.area_vectors, axis=1).sum())
    volume = abs(float(np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])))) / 6
    if volume > EMPTY * area**1.5 or not (found := health(surface)).sheets:
        return []
    given, allowed = f"{found.sheets} sheets without thickness", "bodies with an inside"
    return [Fault(f"bodies.{name}.mesh", given, allowed, "Give the sheets a thickness (solidify, shell); one cell is enough.")]


def _fit(spec: WindSpec, layout: Layout, surfaces: dict[str, Surface]) -> list[Fault]:
    """Bodies outside, or larger than the tunnel."""
    faults = list[Fault]()
    low, high = layout.origin, layout.origin + np.array(layout.shape) * layout.cell
    slack = 0.51 * layout.cell
    axes = (0, 2) if layout.lattice.plane else (0, 1, 2)
    for name, surface in surfaces.items():
        out = [axis for axis in axes if surface.bounds[0, axis] < low[axis] - slack or surface.bounds[1, axis] > high[axis] + slack]
        if out:
            spans = ", ".join(f"{'xyz'[a]} from {surface.bounds[0, a]:.4g} to {surface.bounds[1, a]:.4g} m" for a in out)
            rooms = ", ".join(f"{'xyz'[a]} from {low[a]:.4g} to {high[a]:.4g} m" for a in out)
            faults.append(Fault(f"bodies.{name}", spans, f"a body inside the tunnel: {rooms}", "Move it, or enlarge tunnel.size."))
    extents = bounds(surfaces)
    if not faults and (extents[0, 0] - low[0] < 4 * layout.cell or high[0] - extents[1, 0] < 4 * layout.cell):
        allowed = "at least 4 cells of free air between the bodies and inlet and outlet"
        faults.append(Fault("tunnel.size", spec.tunnel.size, allowed, "Make it longer, or leave `size: auto`."))
    if not faults and layout.blockage > 0.5:
        faults.append(Fault("tunnel.size", spec.tunnel.size, "bodies that fill less than half of the cross-section", "Make it wider."))
    if spec.ground is not None and spec.ground.clearance is None and extents[0, 2] < -slack:
        given, allowed = f"z from {extents[0, 2]:.4g} m", "bodies above the floor at z = 0"
        faults.append(Fault("ground", given, allowed, "Give `ground.clearance`, which lifts them, or a position."))
    return faults


def _resolved(spec: WindSpec, layout: Layout, surfaces: dict[str, Surface]) -> list[Fault]:
    """Cells too coarse, too many, or too little memory; a wind too fast for the lattice."""
    faults, key = (
        list[Fault](),
        next((k for k in ("cells_across", "cell", "memory") if getattr(spec.resolution, k) is not None), "cells_across"),
    )
    where, given = f"resolution.{key}", getattr(spec.resolution, key)
    smallest = across(layout, surfaces)
    if smallest < FEWEST:
        allowed = f"at least {FEWEST:g} cells across every body; the smallest has {smallest:.2g}"
        faults.append(Fault(where, given, allowed, f"Take `cell: {1000 * layout.cell * smallest / 16:.3g} mm` or finer."))
    narrow = min(n for axis, n in enumerate(layout.shape) if axis != 1 or not layout.lattice.plane)
    if narrow < NARROW and not faults:
        faults.append(Fault(where, given, f"at least {NARROW} cells across the tunnel; it has {narrow}", "Take smaller cells."))
    memory, there = bytes_of(layout.shape, layout.lattice.count, spec.resolution.precision), _memory()
    if layout.cells > CELLS or memory > there:
        allowed = (
            f"runs that fit into this machine's {there / 2**30:.1f} GiB; this one takes {memory / 2**30:.1f} GiB ({layout.cells:,} cells)"
        )
        faults.append(Fault(where, given, allowed, f"Take larger cells, or `resolution: {{memory: {0.8 * there / 2**30:.1f} GiB}}`."))
    fastest = _fastest(spec, layout) * np.sqrt(3)
    if fastest > FASTEST_MACH:
        allowed = f"a lattice Mach number of at most {FASTEST_MACH:g} where the inlet is fastest; it is {fastest:.2f}"
        faults.append(Fault("resolution.lattice_speed", spec.resolution.lattice_speed, allowed, "Take a smaller lattice_speed."))
    return faults


def _fastest(spec: WindSpec, layout: Layout) -> float:
    """Of the inlet [cells a step]."""
    if spec.tunnel.inlet == "parabolic":
        return layout.lattice_speed * (1.5 if layout.lattice.plane else 2.25)
    if spec.tunnel.inlet == "uniform":
        return layout.lattice_speed
    return layout.lattice_speed * max(speed for _, speed in spec.tunnel.inlet) / layout.speed


def _memory() -> int:
    """Of this machine [B]."""
    import os

    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
