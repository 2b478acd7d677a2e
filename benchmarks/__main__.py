"""`python -m benchmarks NAME [--json]`: prints one row a case and peer."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from twin.errors import EngineMissing

HERE = Path(__file__).parent
NOT_DOMAINS = ("table",)


def domains() -> list[str]:
    """Every module here that has `rows()`: one file a domain. Files with an underscore (`robots_ik`) help one of them."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_DOMAINS and "_" not in path.stem)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=[*domains(), "all"])
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="cuda: the domains that have rows on a GPU")
    arguments = parser.parse_args()
    names = domains() if arguments.name == "all" else [arguments.name]
    suffix = "_gpu" if arguments.device == "cuda" else ""
    names = [name for name in names if (HERE / f"{name}{suffix}.py").is_file()]
    if not names:
        parser.error(f"{arguments.name} has no rows on a GPU")
    try:
        rows = [row for name in names for row in import_module(f"benchmarks.{name}{suffix}").rows()]
    except EngineMissing as error:  # no GPU
        print(error, file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps(rows, indent=1))
    else:
        _print(rows)
    return 0


def _print(rows: list[dict[str, Any]]) -> None:
    print(f"{'case':40} {'ours':>12} {'peer':>12}  {'unit':10} {'ratio':>7}  {'isa':8} peer")
    for row in rows:
        figures = f"{row['ours']:12,.1f} {row['peer']:12,.1f}  {row['unit']:10} {row['ratio']:7.2f}"
        print(f"{row['case']:40} {figures}  {row['isa']:8} {row['peer_name']}  {row['note']}")


if __name__ == "__main__":
    sys.exit(main())
