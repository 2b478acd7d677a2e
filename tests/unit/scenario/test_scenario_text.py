"""YAML as it is read: core schema, line numbers, and everything that is refused."""

from __future__ import annotations

import math

import pytest

from twin.errors import BadScenario
from twin.scenario import text


def refused(source: str) -> str:
    with pytest.raises(BadScenario) as error:
        text.parse(source, "f.yaml")
    return str(error.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(("1", 1), ("-3", -3), ("0x10", 16), ("1e-3", 1e-3), ("1.5", 1.5), (".5", 0.5), ("1e3", 1e3)),
        *(("true", True), ("~", None), ("", None), ("no", "no"), ("NO", "NO"), ("on", "on")),
        *(("1:30", "1:30"), ("2024-01-01", "2024-01-01"), ("20 mm", "20 mm"), ("'1'", "1")),
    ],
)
def test_scalars_follow_the_core_schema(written: str, value: object) -> None:
    data = text.parse(f"a: {written}").data
    assert data == {"a": value}
    assert type(data["a"]) is type(value)


def test_not_a_number_is_read_and_left_to_the_models() -> None:
    assert math.isnan(text.parse("a: .nan").data["a"])


def test_every_key_knows_its_line() -> None:
    read = text.parse("a: 1\nb:\n  c: [1,\n      2]\n  d: {e: x}\n")
    assert [read.line(keys) for keys in ((), ("a",), ("b", "c"), ("b", "c", 1), ("b", "d", "e"))] == [1, 1, 3, 4, 5]
    assert read.line(("b", "missing")) == 2  # that of what it is missing from


def test_keys_stay_text_as_written() -> None:
    assert text.parse("1: a\ntrue: b\n0x10: c").data == {"1": "a", "true": "b", "0x10": "c"}


def test_aliases_are_read() -> None:
    assert text.parse("a: &x [1, 2]\nb: *x").data == {"a": [1, 2], "b": [1, 2]}


def test_duplicate_keys_are_all_reported_with_their_lines() -> None:
    read = text.parse("a: 1\nb: {c: 1, c: 2}\na: 3\n", "f.yaml")
    assert [(fault.path, fault.line) for fault in read.faults] == [("b.c", 2), ("a", 3)]


def test_a_bomb_of_aliases_is_refused() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert f"at most {text.NODES_MOST}" in refused("\n".join(levels))


def test_depth_is_refused_before_it_costs_anything() -> None:
    assert f"at most {text.DEPTH_MOST} levels" in refused("[" * 200_000)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a:\n\tb: 1", "f.yaml:2: (file): 'b: 1' is not usable"),
        ("a: 1\n\tb: 2", "Indent with spaces, not tabs."),
        ("a: [1, 2\nb: 3", "f.yaml:2"),
        ("a: 'x", "f.yaml:1"),
        ("a: !!python/object/apply:os.system [ls]", "values without tags"),
        ("a: !mine x", "values without tags"),
        ("a: &x {b: 1}\nc:\n  <<: *x", "f.yaml:3: c: '<<'"),
        ("a: *x", "'*x'"),
        ("a: 1\n---\nb: 2", "one document a file"),
        ("{a: 1}: 2", "text as a key"),
        ("a: \x07", "(file)"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(source: str, said: str) -> None:
    assert said in refused(source)


def test_files_that_cannot_be_read(tmp_path) -> None:
    large, latin = tmp_path / "large.yaml", tmp_path / "latin.yaml"
    large.write_bytes(b"#" * (text.BYTES_MOST + 1))
    latin.write_bytes("a: größe".encode("latin-1"))
    for file, said in ((large, "at most"), (latin, "Save it as UTF-8"), (tmp_path / "none.yaml", "No such file")):
        with pytest.raises(BadScenario, match=said):
            text.read(file)
