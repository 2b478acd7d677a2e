"""How far a drag coefficient may be believed: `absolute`, `relative` or `none`, each with its reasons. Computed, not declared."""

from __future__ import annotations

import math
from dataclasses import dataclass

from twin.physics.wind.measure import Measured
from twin.physics.wind.tunnel import Layout

__all__ = ["LEVELS", "Trust", "layer_cells", "trust_of", "trust_to_expect", "y_plus"]

LEVELS = ("none", "relative", "absolute")
LAYER = 4.0  # cells that a boundary layer needs before its drag is that of the literature
ACROSS = 8.0  # cells across a body below which it is another body
MACH = 0.2  # of the lattice
BLOCKED = 0.06  # part of a slip-walled tunnel that may be filled
COARSE_INTERVAL = 0.1  # half width of the drag's interval, relative, beyond which nothing was measured


@dataclass(frozen=True, slots=True)
class Trust:
    """A level and why it is not higher."""

    level: str
    reasons: tuple[str, ...]

    @property
    def number(self) -> int:
        """0 none, 1 relative, 2 absolute."""
        return LEVELS.index(self.level)


def layer_cells(layout: Layout) -> float:
    """Cells across a laminar boundary layer at the end of the reference length: 5 L / sqrt(Re) (Blasius 1908)."""
    return 5 * layout.length / math.sqrt(layout.reynolds) / layout.cell


def y_plus(layout: Layout) -> float:
    """Wall distance of the first cell in wall units, for a flat plate with c_f = 0.027 / Re^(1/7) (Prandtl's one-seventh-power law)."""
    friction = 0.027 / layout.reynolds ** (1 / 7)
    return 0.5 * layout.cell * layout.speed * math.sqrt(friction / 2) / layout.nu


def trust_to_expect(layout: Layout, across: float, *, closed: bool, thin: str, walled: bool) -> Trust:
    """Before the run.

    Args:
        across: cells across the smallest body. closed: all bodies are watertight. thin: what happens to parts thinner than a
            cell, "" where there are none.
        walled: the tunnel's no-slip or periodic sides belong to the question, so that blockage is no error.
    """
    lost: list[tuple[str, str]] = []
    if across < ACROSS:
        lost.append(
            ("none", f"a body is {across:.1f} cells across; below {ACROSS:g} its shape is not what was asked for: take finer cells")
        )
    layer = layer_cells(layout)
    if layer < LAYER:
        thickness = f"the boundary layer is about {layer:.2g} cells thick and wants {LAYER:g}"
        lost.append(
            ("relative", f"{thickness}; there is no wall model, so friction and separation are the grid's: {_finer(layout, layer)}")
        )
    if layout.mach > MACH:
        fast = f"the lattice's Mach number {layout.mach:.2f} is above {MACH:g}"
        lost.append(("relative", f"{fast}: compressibility errs by per cents, take a smaller lattice_speed"))
    if layout.blockage > BLOCKED and not walled:
        lost.append(
            (
                "relative",
                f"the bodies fill {100 * layout.blockage:.1f} % of the tunnel; its walls press the flow together: take a wider one",
            )
        )
    if not closed:
        lost.append(("relative", "a mesh is not closed: what is inside was decided by majority: mend the mesh"))
    if thin:
        lost.append(("relative", f"{thin}: take finer cells"))
    return _least(lost)


def _finer(layout: Layout, layer: float) -> str:
    """What would help against a thin layer; four times finer cells are 256 times the work."""
    times = LAYER / layer
    return (
        f"take cells {times:.1f} times finer" if times <= 4 else "compare variants of equal cells with each other, do not quote the number"
    )


def trust_of(expected: Trust, measured: Measured, wanted: float, finished: bool) -> Trust:
    """After the run: what was measured may only take away."""
    lost = [(expected.level, reason) for reason in expected.reasons]
    drag = measured.drag
    relative = drag.ci95 / abs(drag.value) if drag.value else math.inf
    if not finished:
        lost.append(("none", "the run was stopped"))
    if not math.isfinite(relative):
        lost.append(("none", "the run was too short to say anything of the drag"))
    elif relative > COARSE_INTERVAL:
        lost.append(("none", f"the drag's interval is {100 * relative:.0f} % of it: the run was too short"))
    elif relative > wanted:
        short = f"the drag's interval is {100 * relative:.2g} % of it, asked were {100 * wanted:.2g} %"
        lost.append(("relative", f"{short}: the run was too short"))
    return _least(lost)


def _least(lost: list[tuple[str, str]]) -> Trust:
    level = min((level for level, _ in lost), key=LEVELS.index, default="absolute")
    return Trust(level, tuple(reason for _, reason in lost))
