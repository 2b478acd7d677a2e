"""What is known before the run: the flow's numbers, what it takes, what will not be trustworthy, and what would help."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from twin.geometry.health import Health, health
from twin.geometry.surface import Surface
from twin.kinds import Context
from twin.physics.wind.bodies import placed
from twin.physics.wind.cost import bytes_of
from twin.physics.wind.spec import WindSpec
from twin.physics.wind.speed import updates_per_second
from twin.physics.wind.trust import Trust, layer_cells, trust_to_expect, y_plus
from twin.physics.wind.tunnel import Layout, laid_out

__all__ = ["Preflight", "across", "expected", "lines", "preflight"]


@dataclass(frozen=True, eq=False)
class Preflight:
    """What is known before the run.

    Attributes:
        across: cells across the smallest body; thinnest: cells across the thinnest wall, None where it could not be measured.
        steps: until the longest time is over; seconds: for them on this machine.
    """

    layout: Layout
    conditions: dict[str, Health]
    across: float
    thinnest: float | None
    steps: int
    memory: int
    seconds: float
    trust: Trust


def preflight(spec: WindSpec, folder: Path, threads: int = 1) -> Preflight:
    """Look at the bodies and the tunnel; takes a second, the first time some more to compile.

    Raises:
        BadInput: a mesh that cannot be read.
    """
    surfaces = placed(spec, folder)
    layout = laid_out(spec, surfaces)
    conditions = {name: health(surface) for name, surface in surfaces.items()}
    thin = [found.thinnest / layout.cell for found in conditions.values() if found.thinnest is not None]
    steps = round(spec.until.max_flow_throughs * layout.pass_steps)
    rate = updates_per_second(layout.lattice.count, spec.resolution.precision, threads, layout.eddies > 0)
    memory = bytes_of(layout.shape, layout.lattice.count, spec.resolution.precision)
    smallest = across(layout, surfaces)
    closed = all(found.watertight for found in conditions.values())
    walls = min(thin, default=None)
    thinner = f"a wall is {walls:.2g} cells thick and will be thickened to one" if walls is not None and walls < 1 else ""
    trust = trust_to_expect(layout, smallest, closed=closed, thin=thinner, walled=spec.tunnel.walls != "slip")
    return Preflight(layout, conditions, smallest, walls, steps, memory, steps * layout.cells / rate, trust)


def across(layout: Layout, surfaces: dict[str, Surface]) -> float:
    """Cells across the smallest body, seen along the wind."""
    spans = [s.extents[2:] if layout.lattice.plane else s.extents[1:] for s in surfaces.values()]
    return float(min(min(span) for span in spans) / layout.cell)


def expected(spec: WindSpec, layout: Layout, surfaces: dict[str, Surface], thin_cells: int) -> Trust:
    """Trust before the run, once the bodies stand on the grid."""
    closed = all(health(surface).watertight for surface in surfaces.values())
    thin = f"parts thinner than a cell were thickened by {thin_cells} cells" if thin_cells else ""
    return trust_to_expect(layout, across(layout, surfaces), closed=closed, thin=thin, walled=spec.tunnel.walls != "slip")


def lines(spec: WindSpec, context: Context) -> list[str]:
    """The preflight in words, for `twin check` and `twin run`."""
    found = preflight(spec, context.folder)
    layout = found.layout
    nx, ny, nz = layout.shape
    size = " x ".join(f"{n * layout.cell:.4g}" for n in (layout.shape if not layout.lattice.plane else (nx, nz)))
    layer = layer_cells(layout)
    said = [
        f"Re = {layout.reynolds:.3g} (length {layout.length:.4g} m), Mach number of the lattice {layout.mach:.3f}, "
        f"tau - 1/2 = {layout.excess:.2g}",
        f"tunnel {size} m, {nx} x {ny} x {nz} = {layout.cells:,} cells of {1000 * layout.cell:.3g} mm, {layout.lattice.name}, "
        + (f"eddy viscosity with C = {layout.eddies:g}" if layout.eddies else "no eddy viscosity"),
        f"{found.across:.3g} cells across the smallest body"
        + (f", {found.thinnest:.2g} across its thinnest wall" if found.thinnest is not None else "")
        + f"; blockage {100 * layout.blockage:.2g} %; y+ about {y_plus(layout):.2g}, boundary layer about {layer:.2g} cells",
        f"at most {found.steps:,} steps ({spec.until.max_flow_throughs:g} flow-throughs of {layout.pass_steps:,}), "
        f"{found.memory / 2**30:.2g} GiB, {_duration(found.seconds)} on one core of this machine",
        f"drag to be trusted: {found.trust.level}" + ("" if not found.trust.reasons else ", because"),
        *(f"  - {reason}" for reason in found.trust.reasons),
    ]
    for name, condition in found.conditions.items():
        said += [f"body {name}: {fault}" for fault in condition.faults()]
    return said


def _duration(seconds: float) -> str:
    """`40 s`, `12 min`, `3.5 h`."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}" if seconds < 100 * size else f"{seconds / size:,.0f} {unit}"
    return f"{seconds:.2g} s"
