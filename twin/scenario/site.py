"""Site files: named frames of a hall, each in another frame; files include each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, ValidationError

from twin import assets
from twin.errors import BadInput, BadScenario, Fault, UnknownName, nearest
from twin.scenario import paths, text
from twin.scenario.faults import faults_of
from twin.scenario.schema import Pose, Spec

__all__ = ["Site", "read_site"]

WORLD = "world"


class _SiteFile(Spec):
    """What stands in one site file."""

    description: str = Field("", description="what the site is")
    include: list[str] = Field(default_factory=list, description="other site files, relative to this one")
    frames: dict[str, Pose] = Field(default_factory=dict, description="name -> pose in another frame, or in `world`")


@dataclass(frozen=True)
class Site:
    """Frames as a tree with `world` as its root.

    Attributes:
        frames: name -> pose in its parent frame.
        files: every file that was read; their bytes are part of a job's identity.
    """

    frames: Mapping[str, Pose]
    files: tuple[Path, ...] = ()

    def names(self) -> list[str]:
        """Names of the frames, `world` left out."""
        return list(self.frames)

    def T_world(self, name: str) -> np.ndarray:
        """T_world_name, shape (4, 4).

        Raises:
            UnknownName: no frame of that name.
        """
        T = np.eye(4)
        while name != WORLD:
            if name not in self.frames:
                raise UnknownName("frame", name, [WORLD, *self.frames])
            T = self.frames[name].matrix() @ T
            name = self.frames[name].frame
        return T

    def world(self, pose: Pose) -> np.ndarray:
        """T_world_here of a pose given in any frame, shape (4, 4)."""
        here: np.ndarray = self.T_world(pose.frame) @ pose.matrix()
        return here


def read_site(name: str, folder: Path) -> Site:
    """The site of that file, or the bundled one of that name, with everything it includes.

    Raises:
        BadScenario: all that is wrong in the site's files: circles of files or frames, unknown frames, bad values.
        BadInput: no such file.
    """
    found = list(_files(locate(name, folder), ()))
    frames: dict[str, Pose] = {}
    faults = list[Fault]()
    places: dict[str, tuple[text.Text, int]] = {}
    for read, site in found:
        for frame, pose in site.frames.items():
            if frame == WORLD or frame in frames:
                faults.append(_at(read, ("frames", frame), frame, f"a name used once, not `{WORLD}`", "Rename one of them."))
            frames[frame], places[frame] = pose, (read, read.line(("frames", frame)))
    for frame, pose in frames.items():
        read, _ = places[frame]
        if pose.frame not in frames and pose.frame != WORLD:
            known = [WORLD, *frames]
            faults.append(_at(read, ("frames", frame, "frame"), pose.frame, ", ".join(known), nearest(pose.frame, known)))
        elif circle := _circle(frames, frame):
            faults.append(_at(read, ("frames", frame, "frame"), pose.frame, "a frame that leads to world", f"The circle: {circle}."))
    if faults:
        raise BadScenario(faults)
    return Site(frames, tuple(dict.fromkeys(Path(read.file) for read, _ in found)))


def locate(name: str, folder: Path) -> Path:
    """File of a site: a path beside the scenario, or the name of a bundled site."""
    bundled = {f.name.removesuffix(".site.yaml"): f for f in sorted((assets.root() / "sites").glob("*.site.yaml"))}
    if name in bundled:
        return bundled[name].resolve()
    try:
        return paths.resolve(name, folder)
    except BadInput as error:
        raise BadInput("site", name, f"{error.allowed}, or one of: {', '.join(bundled) or 'no bundled sites'}", error.remedy) from error


def _files(file: Path, above: tuple[Path, ...]) -> Iterator[tuple[text.Text, _SiteFile]]:
    """The file and those it includes, depth first, each once on a way down."""
    read = text.read(file)
    site = _parse(read)
    yield read, site
    for i, name in enumerate(site.include):
        try:
            other = locate(name, file.parent)
        except BadInput as error:
            raise BadScenario([_at(read, ("include", i), name, error.allowed, error.remedy)]) from error
        if other in (*above, file):
            way = (*above, file, other)
            circle = " -> ".join(p.name for p in way[way.index(other) :])
            raise BadScenario([_at(read, ("include", i), name, "a file that does not include this one", f"The circle: {circle}.")])
        yield from _files(other, (*above, file))


def _parse(read: text.Text) -> _SiteFile:
    faults = list(read.faults)
    try:
        site = _SiteFile.model_validate(read.data if read.data is not None else {})
    except ValidationError as error:
        faults += [_at(read, _keys(f, read.data), f.given, f.allowed, f.remedy) for f in faults_of(error, _SiteFile, read.data)]
    if faults:
        raise BadScenario(faults)
    return site


def _keys(fault: Fault, data: Any) -> tuple[str | int, ...]:
    keys: tuple[str | int, ...] = ()
    for part in fault.path.split("."):
        keys = (*keys, int(part) if part.isdecimal() and isinstance(data, list) else part)
        data = data.get(part) if isinstance(data, Mapping) else data[int(part)] if isinstance(data, list) and part.isdecimal() else None
    return keys


def _at(read: text.Text, keys: tuple[str | int, ...], given: object, allowed: str, remedy: str = "") -> Fault:
    return Fault(".".join(map(str, keys)), given, allowed, remedy, read.file, read.line(keys))


def _circle(frames: Mapping[str, Pose], start: str) -> str:
    """The frames on the way from `start` back to itself, as text; empty when the way ends elsewhere."""
    way, here = [start], frames[start].frame
    while here in frames and here not in way:
        way.append(here)
        here = frames[here].frame
    return " -> ".join([*way, here]) if here == start else ""
