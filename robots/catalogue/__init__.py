"""Robots known by name, and any other by the path of its URDF."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from robots.model import Robot
from twin.errors import UnknownName

__all__ = ["load", "names"]

KNOWN = ("h10w", "iiwa", "panda")


def names() -> list[str]:
    """Names that `load` knows, sorted."""
    return sorted(KNOWN)


def load(name: str | Path, *, package_folders: Sequence[str | Path] = ()) -> Robot:
    """The robot of that name in the catalogue, or the one that a URDF file describes.

    A robot from a file has one arm, called "arm", when its joints form a single chain (`robots.arms.with_single_arm`).

    Raises:
        UnknownName: neither a name of the catalogue nor a path.
        BadInput: a URDF with a fault, named by link or joint.
        EngineMissing: a robot whose files another package brings, and that package is not installed.
    """
    text = str(name)
    if text in KNOWN:
        return _known(text)
    if not text.lower().endswith((".urdf", ".xml")) and not Path(text).is_file():
        raise UnknownName("robot", text, [*KNOWN, "/path/of/a.urdf"])
    from robots.arms import with_single_arm
    from robots.urdf import read

    return with_single_arm(read(text, package_folders=package_folders))


@lru_cache
def _known(name: str) -> Robot:
    robot: Robot = import_module(f"robots.catalogue.{name}").load()
    return robot
