"""A simulated cell, through the installed command, in a real browser."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from browser.chromium import Tab

pytestmark = pytest.mark.browser


def test_the_simulated_arm_moves_in_the_page(tab: Tab, tmp_path: Path) -> None:
    for words in (["run", "server_sled_insertion", "--out", "result"], ["view", "result", "--html", "page.html"]):
        subprocess.run([sys.executable, "-m", "twin", *words], cwd=tmp_path, check=True, capture_output=True, timeout=300)
    tab.open(tmp_path / "page.html")

    def position(name: str, t: float) -> np.ndarray:
        tab.run(f"twinPlayer.seek({t})")
        return np.array(tab.run(f"twinPlayer.pose({json.dumps(name)})")["position"])

    assert np.linalg.norm(position("installer/right_link_7", 1.0) - position("installer/right_link_7", 8.0)) > 0.2
    assert np.linalg.norm(position("sled", 1.0) - position("sled", 11.0)) > 0.3
    assert np.linalg.norm(position("cart", 1.0) - position("cart", 8.0)) < 1e-9
