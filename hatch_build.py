"""Build hook: makes the 3-D player's bundle before a wheel or an editable install is put together."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PlayerHook(BuildHookInterface):
    """Bundles twin/view/player; nothing to do when its dist/ was made from the same sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files."""
        built = _player_build(Path(self.root)).build()
        self.app.display_info("twin/view/player: bundled" if built else "twin/view/player: up to date")


def _player_build(root: Path) -> ModuleType:
    """twin/view/player/build.py, loaded by its path: the package's own dependencies are not there while it is built."""
    spec = spec_from_file_location("player_build", root / "twin" / "view" / "player" / "build.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(root / "twin/view/player/build.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
