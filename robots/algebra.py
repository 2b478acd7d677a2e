"""Scalar expressions that fold their constants: formulas are run once on symbols, and what is left is straight-line code.

An algorithm written for numbers runs on `Expr` as well, alone or in numpy arrays of dtype object, so that one text of it
serves as reference and as source of compiled kernels. Products with 0 and 1 vanish, equal subexpressions are computed
once, signs move outwards where they cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

__all__ = ["Expr", "Sheet", "constants", "maximum", "minimum", "select", "sine_cosine", "square_root", "value_of"]


class Expr:
    """One value of a `Sheet`: a constant, an input, or an operation on others. Immutable; equal ones are identical."""

    __slots__ = ("args", "name", "number", "op", "sheet")

    def __init__(self, sheet: Sheet, number: int, op: str, args: tuple[Any, ...], name: str = "") -> None:
        self.sheet, self.number, self.op, self.args, self.name = sheet, number, op, args, name

    def __add__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else self.sheet.sum(self, other)

    def __sub__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else self.sheet.sum(self, -other)

    def __rsub__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else self.sheet.sum(other, -self)

    def __mul__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else self.sheet.product(self, other)

    def __truediv__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else self.sheet.quotient(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else self.sheet.quotient(other, self)

    def __neg__(self) -> Any:
        return self.sheet.negative(self)

    __radd__, __rmul__ = __add__, __mul__

    def __repr__(self) -> str:
        return self.name or f"{self.op}{self.args}"


class Sheet:
    """The expressions of one kernel, in the order in which they were first written."""

    def __init__(self) -> None:
        self.notes: list[tuple[int, str]] = []
        self._known: dict[tuple[Any, ...], Expr] = {}
        self._count = 0

    def input(self, name: str) -> Expr:
        """A value that the kernel is given."""
        return self._node("input", (name,), name)

    def note(self, text: str) -> None:
        """A comment above whatever is computed from here on."""
        self.notes.append((self._count, text))

    def constant(self, value: float) -> Expr:
        """A number as an expression, where an operation needs one."""
        return self._node("constant", (float(value),))

    def sum(self, a: Any, b: Any) -> Any:
        """a + b."""
        x, y = value_of(a), value_of(b)
        if x is not None and y is not None:
            return x + y
        if x == 0.0:
            return b
        if y == 0.0:
            return a
        a, b = self._lift(a), self._lift(b)
        if a.op == "negative" and b.op == "negative":
            return -self.sum(a.args[0], b.args[0])
        if a.op == "negative" or (a.op == "constant" and a.args[0] < 0.0 and b.op != "negative"):
            a, b = b, a
        if b.op == "negative":
            return 0.0 if b.args[0] is a else self._node("difference", (a, b.args[0]))
        if b.op == "constant" and b.args[0] < 0.0:
            return self._node("difference", (a, self.constant(-b.args[0])))
        return self._node("sum", (a, b) if a.number <= b.number else (b, a))

    def product(self, a: Any, b: Any) -> Any:
        """a b."""
        x, y = value_of(a), value_of(b)
        if x is not None and y is not None:
            return x * y
        if y is not None:
            a, b, x = b, a, y
        b = self._lift(b)
        if x is not None:
            return self._scaled(x, b)
        a = self._lift(a)
        if a.op == "negative":
            return -self.product(a.args[0], b)
        if b.op == "negative":
            return -self.product(a, b.args[0])
        return self._node("product", (a, b) if a.number <= b.number else (b, a))

    def _scaled(self, factor: float, b: Expr) -> Any:
        if factor == 0.0:
            return 0.0
        if factor < 0.0:
            return -self._scaled(-factor, b) if b.op != "negative" else self._scaled(-factor, b.args[0])
        if b.op == "negative":
            return -self._scaled(factor, b.args[0])
        if factor == 1.0:
            return b
        if b.op == "product" and b.args[0].op == "constant":
            return self._scaled(factor * b.args[0].args[0], b.args[1])
        return self._node("product", (self.constant(factor), b))

    def quotient(self, a: Any, b: Any) -> Any:
        """a / b; division by a constant becomes a product."""
        x, y = value_of(a), value_of(b)
        if y is not None:
            return self.product(a, 1.0 / y) if x is None else x / y
        if x == 0.0:
            return 0.0
        return self._node("quotient", (self._lift(a), self._lift(b)))

    def negative(self, a: Expr) -> Any:
        """-a; a difference turns round, a sum does not."""
        if a.op == "negative":
            return a.args[0]
        if a.op == "difference":
            return self._node("difference", (a.args[1], a.args[0]))
        return self._node("negative", (a,))

    def call(self, function: str, *args: Any) -> Any:
        """A function that the kernel module knows: root, minimum, maximum, select ..."""
        return self._node("call", (function, *map(self._lift, args)))

    def pair(self, function: str, *args: Any) -> tuple[Any, Any]:
        """A function of the kernel module with two results, such as sine and cosine."""
        both = self._node("pair", (function, *map(self._lift, args)))
        return self._node("first", (both,)), self._node("second", (both,))

    def order(self, outputs: Iterable[Any]) -> list[Expr]:
        """Every expression that the outputs need, operands first."""
        needed: set[Expr] = set()
        waiting = [output for output in outputs if isinstance(output, Expr)]
        while waiting:
            node = waiting.pop()
            if node not in needed:
                needed.add(node)
                waiting += [arg for arg in node.args if isinstance(arg, Expr)]
        return sorted(needed, key=lambda node: node.number)

    def _lift(self, value: Any) -> Expr:
        return value if isinstance(value, Expr) else self.constant(value)

    def _node(self, op: str, args: tuple[Any, ...], name: str = "") -> Expr:
        key = (op, *args)
        if key not in self._known:
            self._known[key] = Expr(self, self._count, op, args, name)
            self._count += 1
        return self._known[key]


def value_of(x: Any) -> float | None:
    """The number, where an operand is one."""
    if isinstance(x, Expr):
        return float(x.args[0]) if x.op == "constant" else None
    return float(x)


def constants(values: Any) -> np.ndarray:
    """Numbers as an array of Python floats, dtype object: what mixes with expressions and folds."""
    return np.array(np.asarray(values, dtype=float).tolist(), dtype=object)


def minimum(a: Any, b: Any) -> Any:
    """The smaller one of two numbers, expressions or columns."""
    return _called("minimum", (a, b), min)


def maximum(a: Any, b: Any) -> Any:
    """The larger one of two numbers, expressions or columns."""
    return _called("maximum", (a, b), max)


def select(a: Any, b: Any, yes: Any, no: Any) -> Any:
    """`yes` where a < b, else `no` (also where one is NaN); without a branch."""
    return _called("select", (a, b, yes, no), lambda a, b, yes, no: yes if a < b else no)


def square_root(a: Any) -> Any:
    """Root of a number, an expression or a column."""
    return _called("root", (a,), math.sqrt)


def sine_cosine(angle: Any) -> tuple[Any, Any]:
    """Sine and cosine of a number, an expression or a column."""
    if isinstance(angle, Expr):
        return angle.sheet.pair("sine_cosine", angle)
    return _called("sine", (angle,), math.sin), _called("cosine", (angle,), math.cos)


def _called(function: str, args: tuple[Any, ...], of_numbers: Callable[..., Any]) -> Any:
    """What stands for numbers brings its own functions: an expression's sheet writes them down, a column computes."""
    other = next((arg for arg in args if not isinstance(arg, (float, int))), None)
    if other is None:
        return of_numbers(*args)
    return (other.sheet if isinstance(other, Expr) else other).call(function, *args)
