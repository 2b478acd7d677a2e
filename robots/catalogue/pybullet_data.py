"""Files that the package `pybullet` brings, found without importing it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from twin.errors import EngineMissing

__all__ = ["folder"]


def folder(robot: str) -> Path:
    """Folder of the installed pybullet_data. Raises EngineMissing, naming the `robot` that needs it."""
    spec = find_spec("pybullet_data")
    if spec is None or spec.origin is None:
        raise EngineMissing(
            f"robot {robot}",
            "pybullet_data is not installed",
            "an installed pybullet, whose data holds this robot's URDF and meshes",
            "pip install pybullet (wheels exist up to CPython 3.11), or give the path of a URDF, or use h10w.",
        )
    return Path(spec.origin).parent
