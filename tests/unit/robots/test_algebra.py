"""Expressions fold what they can, and what they write down is the formula that was meant."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import robots
from robots import algebra
from robots.algebra import Expr, Sheet, constants, value_of
from robots.compile import kernel_text
from robots.emit import body
from robots.mechanism import mechanism
from robots.recipes import RECIPES, Options

NAMES = ("a", "b", "c", "d")
PYTHON = {
    "minimum": min,
    "maximum": max,
    "select": lambda a, b, yes, no: yes if a < b else no,
    "root": math.sqrt,
    "sine_cosine": lambda x: (math.sin(x), math.cos(x)),
}
READABLE = 2000  # characters of a line


@pytest.fixture
def sheet() -> Sheet:
    return Sheet()


@pytest.fixture
def x(sheet) -> Expr:
    return sheet.input("x")


@pytest.fixture
def y(sheet) -> Expr:
    return sheet.input("y")


def test_nothing_and_one_vanish(x) -> None:
    assert x + 0.0 is x
    assert 0.0 + x is x
    assert x - 0.0 is x
    assert 1.0 * x is x
    assert x * 1.0 is x
    assert x / 1.0 is x
    assert x * 0.0 == 0.0
    assert 0.0 * x == 0.0
    assert 0.0 / x == 0.0
    assert x - x == 0.0


def test_signs_move_outwards(x, y) -> None:
    turned = -x
    assert -turned is x
    assert (-x) * (-y) is x * y
    assert (-x) * y is -(x * y)
    assert -1.0 * x is -x
    assert x + (-y) is x - y
    assert -x + y is y - x
    assert -(x - y) is y - x
    assert (-x) - y is -(x + y)
    assert 0.0 - x is -x
    assert x + (-2.0) is x - 2.0


def test_constants_meet_constants(sheet, x) -> None:
    assert sheet.sum(2.0, 3.0) == 5.0
    assert sheet.product(sheet.constant(2.0), 3.0) == 6.0
    assert sheet.quotient(3.0, sheet.constant(2.0)) == 1.5
    assert 2.0 * (3.0 * x) is 6.0 * x
    assert 0.5 * (2.0 * x) is x
    assert -2.0 * (3.0 * x) is -(6.0 * x)
    assert x / 4.0 is 0.25 * x
    assert value_of(sheet.constant(2.0)) == 2.0
    assert value_of(x) is None


def test_equal_expressions_are_identical(sheet, x, y) -> None:
    assert x + y is y + x
    assert x * y is y * x
    assert (x + y) * (x - y) is (y + x) * -(y - x)
    assert sheet.input("x") is x
    assert algebra.sine_cosine(x)[0] is algebra.sine_cosine(x)[0]
    assert algebra.minimum(x, 2.0) is algebra.minimum(x, 2.0)


def test_an_equal_expression_is_computed_once(sheet, x, y) -> None:
    made = body(sheet, [(x + y) * (x + y), algebra.square_root(x + y)])
    assert "\n".join(made.lines).count("x + y") == 1
    assert made.operations == 3


def test_what_no_output_needs_is_not_computed(sheet, x, y) -> None:
    needless = algebra.square_root(y)
    assert body(sheet, [x + 1.0]).operations == 1
    assert needless in sheet.order([needless])


def test_numbers_take_the_same_functions() -> None:
    assert algebra.minimum(1.0, 2.0) == 1.0
    assert algebra.maximum(1, 2.0) == 2.0
    assert algebra.select(1.0, 2.0, 3.0, 4.0) == 3.0
    assert algebra.select(math.nan, 2.0, 3.0, 4.0) == 4.0
    assert algebra.square_root(9.0) == 3.0
    assert algebra.sine_cosine(0.5) == (math.sin(0.5), math.cos(0.5))


def test_arrays_of_expressions_multiply_as_matrices(x, y) -> None:
    turned = constants([[0.0, -1.0], [1.0, 0.0]]) @ constants([[1.0, 0.0], [0.0, 1.0]]) @ [x, y]
    assert turned[0] is -y
    assert turned[1] is x


class Term:
    """A random formula: `of` runs it on whatever stands for the inputs; its size bounds what rounding can do to it."""

    def __init__(self, op: str, *parts: Any) -> None:
        self.op, self.parts = op, parts

    def of(self, given: dict[str, Any]) -> Any:
        if self.op == "input":
            return given[self.parts[0]]
        if self.op == "number":
            return self.parts[0]
        a, *others = (part.of(given) for part in self.parts)
        b = others[0] if others else a
        match self.op:
            case "add":
                return a + b
            case "subtract":
                return a - b
            case "multiply":
                return a * b
            case "divide":
                return a / algebra.maximum(b, 0.5)
            case "negate":
                return -a
            case "root":
                return algebra.square_root(algebra.maximum(a, 0.25))
            case "sine":
                return algebra.sine_cosine(a)[0]
            case "cosine":
                return algebra.sine_cosine(a)[1]
            case "choose":
                return algebra.select(given["a"], given["b"], a, b)
            case _:
                return getattr(algebra, self.op)(a, b)

    def size(self, given: dict[str, float]) -> float:
        """How large the terms were before they cancelled, times what later factors make of them."""
        if self.op in ("input", "number"):
            return abs(self.of(given))
        sizes = [part.size(given) for part in self.parts]
        if self.op in ("multiply", "divide"):
            return math.prod(sizes) * (4.0 if self.op == "divide" else 1.0)
        return sum(sizes) + 1.0


NUMBERS = st.sampled_from([-3.0, -2.0, -1.0, -0.5, 0.0, 0.3, 1.0, 2.0])
LEAVES = st.builds(lambda name: Term("input", name), st.sampled_from(NAMES)) | st.builds(lambda x: Term("number", x), NUMBERS)


def grown(terms: st.SearchStrategy) -> st.SearchStrategy:
    two = st.sampled_from(["add", "subtract", "multiply", "divide", "minimum", "maximum", "choose"])
    one = st.sampled_from(["negate", "root", "sine", "cosine"])
    return st.builds(Term, two, terms, terms) | st.builds(Term, one, terms)


TERMS = st.recursive(LEAVES, grown, max_leaves=40)
INPUTS = st.fixed_dictionaries({name: st.floats(-2.0, 2.0) for name in NAMES})


def executed(made: Any, given: dict[str, float]) -> list[float]:
    """The lines as a Python function, called."""
    lines = [f"def f({', '.join(NAMES)}):", *(f"    {line}" for line in made.lines), f"    return [{', '.join(made.results)}]"]
    space = {**PYTHON, **made.constants}
    exec("\n".join(lines), space)
    return space["f"](**given)


@settings(max_examples=300, deadline=None)
@given(st.lists(TERMS, min_size=1, max_size=3), INPUTS)
def test_what_is_written_down_is_what_was_meant(terms: list[Term], given: dict[str, float]) -> None:
    sheet = Sheet()
    symbols = {name: sheet.input(name) for name in NAMES}
    made = body(sheet, [term.of(symbols) for term in terms])
    for value, term in zip(executed(made, given), terms, strict=True):
        assert abs(value - term.of(given)) <= 1e-12 * max(1.0, term.size(given))


@pytest.mark.parametrize("name", ["iiwa", "panda"])
def test_kernels_say_which_joint_and_link_a_line_belongs_to(name: str) -> None:
    robot = robots.load(name)
    text = kernel_text(mechanism(robot), "forward_dynamics", Options(), "float64").source
    for part in mechanism(robot).bodies[1:]:  # the first joint may leave no line of its own: weight does not turn about z
        assert any(line.strip().startswith(f"# {part.name} ({', '.join(part.links)})") for line in text.splitlines()), part.name


@pytest.mark.parametrize("name", ["iiwa", "panda", "h10w"])
def test_kernels_have_lines_that_can_be_read(name: str) -> None:
    robot = robots.load(name)
    for algorithm in RECIPES:
        links = (robot.links[-1].name,) if algorithm in ("frames", "jacobian") else ()
        text = kernel_text(mechanism(robot), algorithm, Options(links), "float64").source
        assert max(len(line) for line in text.splitlines() if line.startswith("    t")) <= READABLE


def test_the_text_of_a_kernel_is_the_same_every_time() -> None:
    """Its hash is the key of the cache."""
    moving = mechanism(robots.load("panda"))
    first, second = (kernel_text(moving, "forward_dynamics", Options(losses=True), "float32").source for _ in range(2))
    assert first == second
