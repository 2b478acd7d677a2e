"""Expressions -> the text of a Python function that numba compiles: straight lines, commented, each value named once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from robots.algebra import Expr, Sheet

__all__ = ["Body", "body"]

LONGEST = 56  # characters of an expression that stands inside another one


class Body:
    """The lines of a function body.

    Attributes:
        lines: assignments and comments.
        results: what each output is: a name, or an expression of names.
        constants: name -> value of every number in it.
        operations: additions, products, quotients, negations and calls.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.results: list[str] = []
        self.constants: dict[str, float] = {}
        self.operations = 0


def body(sheet: Sheet, outputs: Sequence[Any]) -> Body:
    """What computes `outputs`, numbers or expressions of the sheet."""
    return _Writer(sheet, outputs).write()


class _Writer:
    def __init__(self, sheet: Sheet, outputs: Sequence[Any]) -> None:
        self._sheet, self._outputs = sheet, [sheet.constant(o) if not isinstance(o, Expr) else o for o in outputs]
        self._order = sheet.order(self._outputs)
        self._uses = Counter(arg for node in self._order for arg in node.args if isinstance(arg, Expr))
        self._uses.update(self._outputs)
        self._text: dict[Expr, str] = {}
        self._inline: set[Expr] = set()  # expressions that stand inside their only user
        self._values: dict[float, str] = {}
        self._out = Body()

    def write(self) -> Body:
        notes = list(self._sheet.notes)
        pending = ""
        for node in self._order:
            while notes and notes[0][0] <= node.number:
                pending = notes.pop(0)[1]
            line = self._line(node)
            if line:
                if pending:
                    self._out.lines.append(f"# {pending}")
                    pending = ""
                self._out.lines.append(line)
        self._out.results = [self._text[output] for output in self._outputs]
        return self._out

    def _line(self, node: Expr) -> str:
        """The assignment of a node; empty when it stands inside another one."""
        if node.op in ("input", "constant", "first", "second"):
            self._text[node] = self._atom(node)
            return ""
        self._out.operations += 1
        if node.op == "pair":
            function, *args = node.args
            self._text[node] = f"sin{node.number}"
            return f"{self._part(node, 0)}, {self._part(node, 1)} = {function}({', '.join(self._text[a] for a in args)})"
        text = self._expression(node)
        short = len(text) < LONGEST and node.op in ("product", "negative", "sum", "difference")
        if short and self._uses[node] == 1 and node not in self._outputs:
            self._text[node] = text
            self._inline.add(node)
            return ""
        self._text[node] = f"t{node.number}"
        return f"t{node.number} = {text}"

    @staticmethod
    def _part(pair: Expr, k: int) -> str:
        """Name of one of the two results of a pair: sine and cosine are the only ones so far."""
        return f"{('sin', 'cos')[k]}{pair.number}"

    def _atom(self, node: Expr) -> str:
        if node.op == "input":
            return node.name
        if node.op in ("first", "second"):
            return self._part(node.args[0], 0 if node.op == "first" else 1)
        value = node.args[0]
        if value not in self._values:
            self._values[value] = f"K{len(self._values)}"
            self._out.constants[self._values[value]] = value
        return self._values[value]

    def _expression(self, node: Expr) -> str:
        if node.op == "call":
            function, *args = node.args
            return f"{function}({', '.join(self._text[a] for a in args)})"
        if node.op == "negative":
            return f"-{self._factor(node.args[0])}"
        a, b = node.args
        if node.op == "sum":
            return f"{self._text[a]} + {self._text[b]}"
        if node.op == "difference":
            return f"{self._text[a]} - {self._factor(b, products=True)}"
        sign = {"product": "*", "quotient": "/"}[node.op]
        return f"{self._factor(a)} {sign} {self._factor(b, quotients=False)}"

    def _factor(self, node: Expr, products: bool = False, quotients: bool = True) -> str:
        """The node's text, in brackets where its operator binds less."""
        bare = node not in self._inline or (node.op == "product" and (products or quotients))
        return self._text[node] if bare else f"({self._text[node]})"
