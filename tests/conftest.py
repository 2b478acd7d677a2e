"""Makes the test kinds of tests/plugins known to this process and to every process that it starts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PLUGINS = str(Path(__file__).resolve().parent / "plugins")

sys.path.insert(0, PLUGINS)
os.environ["PYTHONPATH"] = os.pathsep.join([PLUGINS, *filter(None, [os.environ.get("PYTHONPATH")])])
