"""The main job end to end, as `make demo` runs it: one insertion, the sweep on all cores, a report."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["main"]


def main() -> int:
    """Run the demo in the working folder; returns the exit code. The store is ./twin-store unless TWIN_STORE says otherwise."""
    begin = time.monotonic()
    report = Path("demo-report") / "server_sled_sweep.html"
    report.parent.mkdir(exist_ok=True)
    cores = str(os.cpu_count() or 1)
    _twin("run", "server_sled_insertion", allowed=(0,))
    _twin("submit", "server_sled_sweep", "--name", "demo", "--workers", cores, "--wait", allowed=(0, 1))
    _twin("report", "demo", "-o", str(report), allowed=(0,))
    print(f"\n{time.monotonic() - begin:.0f} s in all. The report, one offline page:\n{report.resolve()}")
    return 0


def _twin(*words: str, allowed: tuple[int, ...]) -> None:
    """One call of the installed command; another exit code than those allowed ends the demo with it."""
    print(f"\n$ twin {' '.join(words)}", flush=True)
    code = subprocess.run([sys.executable, "-m", "twin", *words], check=False).returncode
    if code not in allowed:
        sys.exit(code)


if __name__ == "__main__":
    sys.exit(main())
