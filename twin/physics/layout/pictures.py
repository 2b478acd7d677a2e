"""What planners look at first: the plan as SVG and PNG, and the hall in space, beside the result."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twin.draw import scene_picture
from twin.physics.layout.answers import Answers
from twin.physics.layout.plan import plan
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Hall
from twin.scene import Scene

__all__ = ["draw"]


def draw(spec: LayoutSpec, hall: Hall, answers: Answers, scene: Scene | None, folder: Path) -> None:
    """plan.svg, plan.png: from above, findings numbered; hall.png: in space, with a pin over each finding."""
    for name, picture in plan(spec, hall, answers).items():
        (folder / name).write_bytes(picture)
    if scene is not None and scene.nodes:
        title = scene.captions[0][1].capitalize()
        picture = scene_picture(scene, azimuth=np.radians(-115.0), elevation=np.radians(38.0), line_width=2.5, title=title)
        (folder / "hall.png").write_bytes(picture)
