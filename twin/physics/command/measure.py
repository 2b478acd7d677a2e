"""From the JSON file that a program wrote to named scalars; and its log, without what is nobody's business."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from twin.result.model import Scalar
from twin.units import si

__all__ = ["UnreadableError", "hidden", "read_scalars", "tail"]

BYTES_MOST = 4 * 2**20


class UnreadableError(ValueError):
    """The file is missing or holds no JSON object; the message says which."""


def read_scalars(file: Path, declared: Mapping[str, str]) -> tuple[dict[str, Scalar], list[str]]:
    """The declared scalars that the file has, and a sentence for each that it has not.

    Raises:
        UnreadableError: no file, or not a JSON object.
    """
    written = _object(file)
    scalars, missing = {}, []
    for name, unit in declared.items():
        try:
            scalars[name] = Scalar(_number(written[name], unit), unit)
        except KeyError:
            near = ", ".join(written) or "nothing"
            missing.append(f"{file.name} has no {name} (it has {near})")
        except ValueError as error:
            missing.append(f"{file.name}: {name}: {error}")
    return scalars, missing


def _object(file: Path) -> Mapping[str, Any]:
    if not file.is_file() or file.is_symlink():
        raise UnreadableError(f"the program wrote no {file.name}")
    if file.stat().st_size > BYTES_MOST:
        raise UnreadableError(f"{file.name} is larger than {BYTES_MOST} bytes; write arrays to other files and name them under `outputs`")
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{file.name} is not JSON: {error}") from error
    if not isinstance(written, dict):
        raise UnreadableError(f"{file.name} holds {type(written).__name__}, not an object of names and numbers")
    return written


def _number(given: Any, unit: str) -> float:
    """The value in `unit`."""
    if isinstance(given, dict) and set(given) == {"value", "unit"}:
        value = _finite(given["value"])
        return si(f"{value!r} {given['unit']}", "" if unit == "1" else unit)
    return _finite(given)


def _finite(given: Any) -> float:
    if not isinstance(given, (int, float)) or not math.isfinite(given):
        raise ValueError(f"{given!r} is not a finite number")
    return float(given)


def tail(file: Path, most: int = 1_000_000) -> str:
    """The end of a text file, at most so many bytes."""
    if not file.is_file():
        return ""
    with file.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - most))
        text = stream.read().decode("utf-8", "replace")
    return text if size <= most else f"[the first {size - most} bytes are left out]\n{text}"


def hidden(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret blotted out."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
