"""The plan in motion: an SVG that any browser plays, stations in the colour of their state, mobile robots on their ways."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.draw.names import write_names
from twin.draw.plan import svg
from twin.physics.line.colors import COLORS, FLEETS, ORDER
from twin.physics.line.hall_plan import FOOT, MARGIN, HallPlan
from twin.physics.line.plant import Plant
from twin.physics.line.records import STATES, STATION
from twin.physics.line.trace import Trace

__all__ = ["motion_plan"]

FASTER = 20  # than the line itself
MOST = 60_000  # places of robots that are written down
LOADED, EMPTY = "#d4852f", "#ffffff"
POINTS = 72.0  # an inch


def motion_plan(hall: HallPlan, plant: Plant, found: Trace) -> bytes:
    """The drawing `hall`, and over it what happened in `found`, again and again."""
    names = plant.of_kind(STATION)
    write_names(hall.axes, [thing for thing in hall.things if thing.group != "columns"], hall.scale, [], color="#3b4452")
    span = float(found.t[-1] - found.t[0])
    hall.title("The line at work", f"{span / 60:.3g} min, {FASTER} times as fast; first replication from {found.t[0] / 3600:.4g} h on")
    drawing = _Drawing(hall, (found.t - found.t[0]) / span, span / FASTER)
    parts = [drawing.clock(), *drawing.legend(np.unique(found.states).tolist())]
    boxes = {thing.name: thing.bounds[:, :2] for thing in hall.things}
    parts += [drawing.station(boxes[name], found.states[:, k]) for k, name in enumerate(names) if name in boxes]
    thin = max(1, found.places.shape[1] * len(found.t) // MOST + 1)
    kept = np.unique(np.append(np.arange(0, len(found.t), thin), len(found.t) - 1))
    for r, fleet in enumerate(_fleets(plant)):
        parts.append(drawing.robot(found.places[:, r], found.loads[:, r], kept, FLEETS[fleet % len(FLEETS)]))
    still = svg(hall.drawn, "line").decode()
    end = still.rindex("</svg>")
    return (still[:end] + "\n".join(parts) + "\n" + still[end:]).encode()


def _fleets(plant: Plant) -> list[int]:
    """Number of the fleet of each robot."""
    return [k for k, fleet in enumerate(plant.spec.fleets.values()) for _ in range(fleet.robots)] if plant.robots else []


class _Drawing:
    """Places of the plan in points of the page, and what changes there; `at`: (frames,) in 0..1, `seconds`: that a round takes."""

    def __init__(self, hall: HallPlan, at: np.ndarray, seconds: float):
        self.hall, self.at, self.seconds = hall, at, seconds
        self.wide, self.tall = (POINTS * size for size in hall.drawn.get_size_inches().tolist())

    def place(self, xy: np.ndarray) -> np.ndarray:
        """Of x, y in the world [m], shape (..., 2)."""
        low = np.array(self.hall.limits[:2])
        inches = (xy - low) * self.hall.scale
        page: np.ndarray = np.stack([POINTS * (MARGIN + inches[..., 0]), self.tall - POINTS * (FOOT + inches[..., 1])], axis=-1)
        return page

    def station(self, box: np.ndarray, states: np.ndarray) -> str:
        """A pane over it, through which its name can be read."""
        (x0, y1), (x1, y0) = self.place(box).tolist()
        colors = [COLORS[int(state)] for state in states]
        size = f'width="{x1 - x0:.1f}" height="{y1 - y0:.1f}"'
        pane = f'<rect x="{x0:.1f}" y="{y0:.1f}" {size} fill="{colors[0]}" style="mix-blend-mode:multiply">'
        return pane + self._steps("fill", colors) + "</rect>"

    def robot(self, places: np.ndarray, loads: np.ndarray, kept: np.ndarray, color: str) -> str:
        """A dot with a rim in the colour of what it carries."""
        page = self.place(places)
        rims = [LOADED if load else EMPTY for load in loads]
        radius = max(2.6, 0.45 * self.hall.scale * POINTS)
        x, y = page[0].tolist()
        dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{color}" stroke="{rims[0]}" stroke-width="{radius / 2:.1f}">'
        moves = self._moves("cx", page[kept, 0], kept) + self._moves("cy", page[kept, 1], kept)
        return dot + moves + self._steps("stroke", rims) + "</circle>"

    def clock(self) -> str:
        """A bar along the lower edge: how far the round is."""
        bar = f'<rect x="0" y="{self.tall - 3:.1f}" width="0" height="3" fill="#626b7b">'
        return (
            bar + f'<animate attributeName="width" values="0;{self.wide:.1f}" dur="{self.seconds:.2f}s" repeatCount="indefinite"/></rect>'
        )

    def legend(self, states: Sequence[int]) -> list[str]:
        """Colours of the states that occur."""
        said, x = list[str](), self.wide - 14.0
        y = self.tall - POINTS * 0.35
        for state in [state for state in reversed(ORDER) if state in states]:
            text = STATES[state]
            x -= 5.4 * len(text) + 26
            said.append(
                f'<rect x="{x:.1f}" y="{y - 7:.1f}" width="12" height="8" fill="{COLORS[state]}" stroke="#9aa3af" stroke-width="0.4"/>'
            )
            said.append(f'<text x="{x + 16:.1f}" y="{y:.1f}" font-family="sans-serif" font-size="9" fill="#1d2430">{text}</text>')
        return said

    def _steps(self, attribute: str, values: Sequence[str]) -> str:
        """Values that jump; only where they change."""
        changes = [0, *(k for k in range(1, len(values)) if values[k] != values[k - 1] and self.at[k] < 1)]
        return self._animate(attribute, [values[k] for k in changes], self.at[changes], 'calcMode="discrete" ') if len(changes) > 1 else ""

    def _moves(self, attribute: str, values: np.ndarray, kept: np.ndarray) -> str:
        """Values that go along straight lines."""
        return self._animate(attribute, [f"{value:.1f}" for value in values], self.at[kept], "") if np.ptp(values) > 0.05 else ""

    def _animate(self, attribute: str, values: Sequence[str], at: np.ndarray, how: str) -> str:
        times = ";".join(f"{t:.5f}" for t in at)
        return (
            f'<animate attributeName="{attribute}" {how}dur="{self.seconds:.2f}s" repeatCount="indefinite" '
            f'keyTimes="{times}" values="{";".join(values)}"/>'
        )
