"""Everything about one robot: its tree, where it can be, how it moves. Batches everywhere: arrays of shape (n, nq).

`robots.load("panda")` gives a `Robot`; `robots.kinematics`, `robots.ik`, `robots.dynamics`, `robots.stepping` and
`robots.trajectory` compute with it. Modules are imported when they are first used, so that `import robots` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_LAZY = {
    "Arm": "robots.model",
    "Geometry": "robots.model",
    "Gripper": "robots.model",
    "Joint": "robots.model",
    "Link": "robots.model",
    "LookAt": "robots.ik_tasks",
    "Parameters": "robots.parameters",
    "Pose": "robots.ik_tasks",
    "Robot": "robots.model",
    "Unreachable": "robots.errors",
    "load": "robots.catalogue",
    "names": "robots.catalogue",
    "reduce": "robots.model",
}
_MODULES = ("bases", "dynamics", "ik", "kinematics", "meshes", "model", "stepping", "trajectory", "urdf")

__all__ = [
    "Arm", "Geometry", "Gripper", "Joint", "Link", "LookAt", "Parameters", "Pose", "Robot", "Unreachable",
    "bases", "dynamics", "ik", "kinematics", "load", "meshes", "model", "names", "reduce", "stepping", "trajectory", "urdf",
]  # fmt: skip

if TYPE_CHECKING:
    from robots import bases, dynamics, ik, kinematics, meshes, model, stepping, trajectory, urdf
    from robots.catalogue import load, names
    from robots.errors import Unreachable
    from robots.ik_tasks import LookAt, Pose
    from robots.model import Arm, Geometry, Gripper, Joint, Link, Robot, reduce
    from robots.parameters import Parameters


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name in _MODULES:
        return import_module(f"robots.{name}")
    if name not in _LAZY:
        raise AttributeError(f"module 'robots' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_LAZY[name]), name)
