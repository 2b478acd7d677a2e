"""The peers, where they are installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from require import needs


@pytest.fixture(scope="session")
def pinocchio() -> Any:
    needs("peers", find_spec("pinocchio"), "pinocchio is not installed (pip install pin)")
    import pinocchio

    return pinocchio


@pytest.fixture(scope="session")
def pybullet() -> Any:
    needs("peers", find_spec("pybullet"), "pybullet is not installed (wheels up to CPython 3.11)")
    import pybullet

    return pybullet


@pytest.fixture(scope="session")
def mujoco() -> Any:
    needs("peers", find_spec("mujoco"), "mujoco is not installed")
    import mujoco

    return mujoco
