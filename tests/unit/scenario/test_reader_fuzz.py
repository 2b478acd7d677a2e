"""Whatever a file holds, reading it gives a scenario or a message: never another exception, never a long wait."""

from __future__ import annotations

import random
import string
import time
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from twin import assets
from twin.errors import TwinError
from twin.kinds import kind_names, load_kind
from twin.scenario import Scenario, load, text
from twin.scenario.job import Blueprint, sweep_count

MOST_SECONDS = 5.0  # of processor time
BUNDLED = {name: file.read_text(encoding="utf-8") for name, file in assets.bundled().items()}
EXAMPLES = {kind: load_kind(kind).example for kind in kind_names()}
NOOP = "twin: 1\nkind: noop\n"

HUGE = [10**30, -(10**400), 10**4000, 2**63, 1e308, -1e308, 1e-320, float("inf"), float("nan"), 0, -1, True]
ODD = ["", " ", "\x00", "a\x00b", "\ud7ff\ue000", "\U0010ffff", "\u202e\u2066", "e\u0301", "٣", "1_000", "0x", "~", "=", "<<", "..", "/"]
ODD += ["../../../../etc/passwd", "/etc/passwd", "/dev/zero", "/proc/self/mem", "x" * 300, "x/" * 3000, "file:///etc/passwd", "~root"]
ODD += ["9" * 5000 + " m", "1e99999 m", "9**9**9**9 m", "10**10**10", "1 m**99999999999", "10⁹⁹⁹⁹⁹⁹⁹⁹⁹ m", "(" * 5000, "-" * 5000 + "1 m"]
ODD += ["__import__('os')", "{from: a.b}", "1 degC", "1 / 0 m", "nan m", "inf m", "1 m; 2", "0 m", "1 m if 1 else 2 m", "%", "1 %%"]


def read(folder: Any, content: bytes) -> Scenario | None:
    """The scenario, or None when a message says why not; anything else fails the test."""
    file = folder / "case.twin.yaml"
    file.write_bytes(content)
    begin, found = time.process_time(), None
    with suppress(TwinError):
        found = load(file)
    assert time.process_time() - begin < MOST_SECONDS
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory.mktemp("fuzz")


fuzz = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@fuzz
@given(st.binary(max_size=400))
def test_bytes(folder: Any, content: bytes) -> None:
    read(folder, content)
    read(folder, NOOP.encode() + content)


PIECES = ["a", "twin", "kind", "noop", "cell", "1", ": ", ":", "- ", "\n", "\n  ", "[", "]", "{", "}", ",", "&x ", "*x", "!!int ", "!", "|"]
PIECES += [
    ">",
    "'",
    '"',
    "# ",
    "---",
    "...",
    "<<",
    "? ",
    "%YAML 1.2",
    "\t",
    "\r",
    "\x85",
    "\u2028",
    "\ufeff",
    "\\",
    '"\\u0000"',
    '"\\ud800"',
    "@",
]


@fuzz
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_what_looks_like_yaml(folder: Any, pieces: list[str]) -> None:
    read(folder, "".join(pieces).encode())
    read(folder, (NOOP + "".join(pieces)).encode())


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(HUGE) | st.sampled_from(ODD) | st.text(max_size=20)
values = st.recursive(plain, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=8), v, max_size=4), max_leaves=12)
HEADER = ["name", "description", "site", "seed", "needs", "expect", "sweep", "study", "resources", "policy", "keep", "twin", "kind"]
HEADER += ["value", "width", "sleep", "behaviour", "ticks", "work", "pose", "mesh"]


@fuzz
@given(st.dictionaries(st.sampled_from(HEADER), values, max_size=5))
def test_any_values_of_known_keys(folder: Any, data: dict[str, Any]) -> None:
    read(folder, dumped({"twin": 1, "kind": "noop", **data}))


@pytest.mark.parametrize("key", HEADER)
@pytest.mark.parametrize("kind", ["noop", "command"])
def test_odd_values_of_each_key(folder: Any, key: str, kind: str) -> None:
    whole = yaml.safe_load(EXAMPLES[kind])
    for value in [*HUGE, *ODD]:
        for shape in (value, {"a": [value]}):
            read(folder, dumped({**whole, key: shape}))


def test_odd_values_in_a_sweep(folder: Any) -> None:
    for value in [*HUGE, *ODD]:
        for block in (
            {"seeds": value}, {"grid": {"value": [value]}}, {"grid": {"width": [value, value]}}, {"zip": {"mesh": [value]}},
            {"sample": {"count": 4, "ranges": {"width": [0.01, value]}}}, {"sample": {"count": value, "ranges": {"value": [0, 1]}}},
            {"sample": {"count": 4, "ranges": {"value": {"normal": {"mean": value, "std": 1}}}}}, {"grid": {str(value): [1]}},
        ):  # fmt: skip
            found = read(folder, dumped({"twin": 1, "kind": "noop", "sweep": block}))
            if found is not None and sweep_count(found) <= 1000:
                first_job(found)


def first_job(scenario: Scenario) -> None:
    """The first job is made and has an id, or a message says why not."""
    with suppress(TwinError):
        assert len(Blueprint(scenario).ids(0, 1)[0]) == 64


EXTREMES = [
    "[" * 100_000,
    "{a: " * 100_000,
    "- " * 50_000,
    "? " * 5_000,
    "a:\n" + " " * 100_000 + "b",
    "&a [*a]",
    "&a {b: *a}",
    "- \n" * 190_000,
]
EXTREMES += [
    "a: &a [&b [*b, *a]]",
    "a: " + "9" * 4_999,
    "a: -" + "9" * 100_000,
    "a: 0x" + "f" * 100_000,
    "a: 0o" + "7" * 9_999,
    "a: 1e999999999",
]
EXTREMES += [
    "a: ." + "0" * 100_000 + "1",
    "9" * 5_000 + ": 1",
    "twin: " + "9" * 5_000,
    NOOP + "seed: " + "9" * 5_000,
    NOOP + "ticks: 1e400",
]
EXTREMES += [
    NOOP + "value: " + "9" * 5_000,
    "a: '" + "\\" * 9_999,
    'a: "\\x00"',
    "\ufeff\ufeff",
    "%YAML 9.9\n---\na: 1",
    "a" * 2_000_000,
    "\n" * 2_000_000,
]


@pytest.mark.parametrize("content", EXTREMES, ids=lambda content: f"{content[:14]!r}-{len(content)}")
def test_extremes(folder: Any, content: str) -> None:
    read(folder, content.encode())


@pytest.mark.parametrize("name", [*BUNDLED, *EXAMPLES])
def test_mutations_of_what_is_valid(folder: Any, name: str) -> None:
    source = BUNDLED.get(name) or EXAMPLES[name]
    chance = random.Random(name)
    data = yaml.safe_load(source)
    compile_what_checks_need(folder, source)
    for _ in range(30):
        read(folder, mutated_text(source, chance).encode("utf-8", "surrogatepass"))
        changed = deepcopy(data)
        for _ in range(chance.choice([1, 1, 1, 2, 5])):
            changed = mutated(changed, chance)
        found = read(folder, dumped(changed))
        if found is not None and sweep_count(found) <= 1000:
            first_job(found)


def compile_what_checks_need(folder: Any, source: str) -> None:
    """Kernels that look at shapes take seconds the first time, which is not the reader's."""
    file = folder / "case.twin.yaml"
    file.write_text(source, encoding="utf-8")
    with suppress(TwinError):
        load(file)


def mutated_text(source: str, chance: random.Random) -> str:
    """A piece cut out, doubled, moved or overwritten."""
    begin, length = chance.randrange(len(source)), chance.choice([1, 2, 5, 40, 400])
    piece = source[begin : begin + length]
    rest = source[:begin] + source[begin + length :]
    at = chance.randrange(len(rest) + 1)
    junk = "".join(chance.choices(string.printable + "äßé\u2028\x00\x7f", k=length))
    return rest[:at] + chance.choice(["", piece + piece, piece, junk]) + rest[at:]


def mutated(data: Any, chance: random.Random) -> Any:
    """One thing in the tree replaced, dropped, doubled, renamed, nested, or put in another's place."""
    places = list(parents(data))
    container, key = chance.choice(places)
    match chance.randrange(7):
        case 0:
            del container[key]
        case 1:
            container[key] = chance.choice([*HUGE, *ODD, None, [], {}, [[]], {"from": "a.b"}])
        case 2:
            other, there = chance.choice(places)
            if there in other if isinstance(other, dict) else there < len(other):
                container[key] = deepcopy(other[there])
        case 3 if isinstance(container, dict):
            container[chance.choice([*map(str, ODD), "name", "from", "frame"])] = container.pop(key)
        case 4 if isinstance(container, list):
            container += container[key : key + 1] * chance.choice([1, 50])
        case 5:
            for _ in range(chance.choice([1, 3, 30, 70])):
                container[key] = chance.choice([[container[key]], {"a": container[key]}])
        case _:
            container[key] = {"unknown": container[key]} if chance.random() < 0.5 else str(container[key])
    return data


def parents(data: Any) -> Any:
    """Every (container, key) of the tree."""
    for key in list(data if isinstance(data, dict) else range(len(data))):
        yield data, key
        if isinstance(data[key], (dict, list)):
            yield from parents(data[key])


class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes everything out: no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def dumped(data: Any) -> bytes:
    """As YAML of the core schema: whole numbers stay whole however long."""
    written = yaml.dump(data, Dumper=Dumper, allow_unicode=True, sort_keys=False)
    return str(written).encode("utf-8", "surrogatepass")


@fuzz
@given(st.text(max_size=60))
@example("9" * 5000)
@example("0x" + "f" * 5000)
def test_overrides(folder: Any, value: str) -> None:
    (folder / "base.twin.yaml").write_text(NOOP)
    for path in ("value", "width", "pose.frame", "seed", "sweep.seeds", value):
        with suppress(TwinError):
            load(folder / "base.twin.yaml", {path: value})


@fuzz
@given(st.text(max_size=30))
def test_plain_values(value: str) -> None:
    assert isinstance(text.value_of(value), (str, int, float, type(None)))
