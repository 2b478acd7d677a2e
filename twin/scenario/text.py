"""YAML as plain data that knows its line numbers: no tags, no duplicate keys, no bombs.

The text is composed here from libyaml's events, because its own composer recurses (deep nesting crashes the process) and
forgets duplicate keys. Plain scalars follow the YAML 1.2 core schema: `no` is text (a country), `1e-3` is a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from twin.errors import BadScenario, Fault

__all__ = ["Text", "parse", "read", "value_of"]

BYTES_MOST = 4 * 2**20
NODES_MOST = 200_000  # aliases expanded
DEPTH_MOST = 64
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}|0x[0-9a-fA-F]{1,200}|0o[0-7]{1,300}")  # a longer one is a float, or text
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{sign + dot: float(sign + "inf") for sign in ("", "+", "-") for dot in (".inf", ".Inf", ".INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}

Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Text:
    """A file as read.

    Attributes:
        data: plain mappings, lists, texts, numbers, truth values and None.
        lines: path of keys -> line, 1 for the first.
        faults: duplicate keys and other things that do not keep the rest from being read.
    """

    data: Any
    lines: Mapping[Keys, int]
    faults: tuple[Fault, ...]
    file: str = ""

    def line(self, keys: Keys) -> int:
        """Line of the key, or of the nearest thing around it."""
        while keys not in self.lines and keys:
            keys = keys[:-1]
        return self.lines.get(keys, 1)


def read(file: Path) -> Text:
    """The file's data and lines.

    Raises:
        BadScenario: unreadable, too large or malformed; the fault carries file and line.
    """
    try:
        size = file.stat().st_size
        if size > BYTES_MOST:
            raise BadScenario([Fault("(file)", f"{size} bytes", f"at most {BYTES_MOST} bytes", "Keep tables in CSV files.", str(file), 1)])
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise BadScenario([Fault("(file)", str(file), "a readable file", f"{error.strerror}.", str(file), 1)]) from error
    except UnicodeDecodeError as error:
        raise BadScenario([Fault("(file)", f"byte {error.start}", "UTF-8 text", "Save it as UTF-8.", str(file), 1)]) from error
    return parse(text, str(file))


def parse(text: str, file: str = "") -> Text:
    """As `read`, from text already in memory."""
    composer = _Composer(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        if "nesting depth" in str(error.problem):  # libyaml looks ahead and has a limit of its own
            allowed = f"at most {DEPTH_MOST} levels of nesting"
            raise BadScenario([Fault("(file)", f"more than {DEPTH_MOST} levels", allowed, "", file, line)]) from error
        shown = text.splitlines()[line - 1].strip() if line <= len(text.splitlines()) else "the end of the file"
        tabs = "\t" in shown or "tab" in str(error.problem) or "\\t" in str(error.problem)
        remedy = "Indent with spaces, not tabs." if tabs else "Check indentation, quotes and brackets there."
        raise BadScenario([Fault("(file)", shown, f"YAML ({error.problem})", remedy, file, line)]) from error
    except yaml.YAMLError as error:
        raise BadScenario([Fault("(file)", str(error), "YAML text", "Remove special characters.", file, 1)]) from error
    return Text(composer.data, composer.lines, tuple(composer.faults), file)


def value_of(text: str) -> Any:
    """What a plain YAML scalar stands for (core schema)."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


class _Composer:
    """Events in, data and lines out; an explicit stack, so that depth costs nothing but a fault."""

    def __init__(self, file: str) -> None:
        self.file, self.data, self.faults = file, None, list[Fault]()
        self.lines: dict[Keys, int] = {}
        self._stack: list[tuple[Any, Keys, str | None]] = []  # container, its path, its anchor
        self._key: list[str | None] = []  # per container: the key that waits for its value
        self._anchors: dict[str, tuple[Any, int]] = {}  # value, expanded nodes
        self._nodes = [0]
        self._documents = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._refuse("(file)", "a second document", "one document a file", "Split the file at `---`.", line)
            case yaml.ScalarEvent():
                self._nodes[-1] += 1
                self._tagged(event, line)
                value = value_of(event.value) if event.style is None or event.style == "" else event.value
                self._anchor(event.anchor, value, 1)
                self._place(value, line, event.value)
            case yaml.AliasEvent():
                if event.anchor not in self._anchors:
                    self._refuse(self._dotted(), f"*{event.anchor}", "the name of an anchor that stands above it", "", line)
                value, count = self._anchors[event.anchor]
                self._nodes[-1] += count
                self._place(value, line)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._tagged(event, line)
                self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor, line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._close()
        if sum(self._nodes) > NODES_MOST:
            self._refuse(
                "(file)", f"more than {NODES_MOST} values", f"at most {NODES_MOST}, aliases expanded", "Write fewer aliases.", line
            )

    def _open(self, container: Any, anchor: str | None, line: int) -> None:
        if len(self._stack) >= DEPTH_MOST:
            self._refuse("(file)", f"more than {DEPTH_MOST} levels", f"at most {DEPTH_MOST} levels of nesting", "", line)
        path = self._place(container, line)
        self._stack.append((container, path, anchor))
        self._key.append(None)
        self._nodes.append(1)

    def _close(self) -> None:
        container, _, anchor = self._stack.pop()
        self._key.pop()
        count = self._nodes.pop()
        self._nodes[-1] += count
        self._anchor(anchor, container, count)

    def _anchor(self, name: str | None, value: Any, count: int) -> None:
        if name is not None:
            self._anchors[name] = value, count

    def _place(self, value: Any, line: int, text: str | None = None) -> Keys:
        """Put the value where the file has it; gives back its path. `text` is what a scalar looks like, for keys."""
        if not self._stack:
            self.data, self.lines[()] = value, line
            return ()
        container, path, _ = self._stack[-1]
        if isinstance(container, list):
            here = (*path, len(container))
            container.append(value)
        elif (key := self._key[-1]) is None:
            self._key[-1] = key = self._as_key(text, value, line)
            self.lines[(*path, key)] = line
            return path
        else:
            here = (*path, key)
            self._key[-1] = None
            if key in container:
                self.faults.append(Fault(self._dotted(here), key, "each key once", "Remove or rename one of the two.", self.file, line))
            container[key] = value
            return here
        self.lines[here] = line
        return here

    def _as_key(self, text: str | None, value: object, line: int) -> str:
        if text is None:
            self._refuse(self._dotted(), value, "text as a key", "", line)
        if text == "<<":
            self._refuse(
                self._dotted(), text, "keys written out", "Merge keys are not read: repeat the keys, or alias the whole value.", line
            )
        return text

    def _tagged(self, event: Any, line: int) -> None:
        if event.tag is not None and event.tag != "!":
            self._refuse(self._dotted(), event.tag, "values without tags", "Remove the tag.", line)

    def _dotted(self, keys: Keys | None = None) -> str:
        if keys is None:
            keys = self._stack[-1][1] if self._stack else ()
        return ".".join(str(k) for k in keys) or "(file)"

    def _refuse(self, path: str, given: object, allowed: str, remedy: str, line: int) -> NoReturn:
        raise BadScenario([*self.faults, Fault(path, given, allowed, remedy, self.file, line)])
