"""Template expressions: ``[concat(parameters('name'), '-nsg')]`` becomes a tree of three kinds of node.

Source: "Syntax and expressions in ARM templates". Names are kept as written; nobody here tells upper from lower case.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple, TypeAlias

__all__ = ["MAX_NESTING", "Call", "ExpressionError", "Literal", "Member", "Node", "is_template_expression", "parse"]

MAX_NESTING = 60
"""How deep calls and brackets may stand inside one another; hand-written templates need about ten."""


_BUILT_IN = ("sys", "az")
"""The namespaces of the language's own functions (Microsoft documentation, Bicep functions); a name needs none."""


class Literal(NamedTuple):
    """A text in single quotes, or a number."""

    value: str | int | float


class Call(NamedTuple):
    """A function with its arguments."""

    name: str
    arguments: tuple[Node, ...]


class Member(NamedTuple):
    """A part of a value: ``.name`` (a Literal) or ``[expression]``."""

    of: Node
    key: Node


Node: TypeAlias = "Literal | Call | Member"


class ExpressionError(ValueError):
    """The text is no expression; the message says why and at which character, counted from 1."""


def is_template_expression(text: str) -> bool:
    """Whether a text is an expression: in square brackets, and not begun with two of them, which escape one."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def parse(text: str) -> Node:
    """The tree of an expression, which is given with its brackets.

    >>> parse("[parameters('a').b[0]]")
    Member(of=Member(of=Call(name='parameters', arguments=(Literal(value='a'),)), key=Literal(value='b')), \
key=Literal(value=0))
    """
    parser = _Parser(text[:-1])
    node = parser.expression(0)
    parser.expect_end()
    return node


@cache
def _token() -> re.Pattern[str]:
    return re.compile(
        r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)"
        r"|(?P<name>[A-Za-z_][\w$]*)|(?P<mark>[()\[\],.?]))"
    )


class _Parser:
    """Recursive descent: an expression is a literal or a call, followed by any number of members."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 1

    def expression(self, depth: int) -> Node:
        if depth > MAX_NESTING:
            raise ExpressionError(f"it is nested more than {MAX_NESTING} deep")
        return self._members(self._first(depth), depth)

    def expect_end(self) -> None:
        if self._text[self._at :].strip():
            raise self._unexpected("the end")

    def _first(self, depth: int) -> Node:
        kind, word = self._next()
        if kind == "string":
            return Literal(word[1:-1].replace("''", "'"))
        if kind == "number":
            return Literal(float(word) if "." in word else _whole(word))
        if kind != "name":
            raise self._unexpected("a text, a number or a function", word)
        while self._takes("."):
            word = f"{word}.{self._name()}"
        self._expect("(")
        space, _, name = word.partition(".")
        return Call(name if space.lower() in _BUILT_IN else word, self._arguments(depth))

    def _arguments(self, depth: int) -> tuple[Node, ...]:
        found: list[Node] = []
        if self._takes(")"):
            return ()
        while True:
            found.append(self.expression(depth + 1))
            if self._takes(")"):
                return tuple(found)
            self._expect(",")

    def _members(self, node: Node, depth: int) -> Node:
        while True:
            if self._takes("."):
                node = Member(node, Literal(self._name()))
            elif self._takes("["):
                node = Member(node, self.expression(depth + 1))
                self._expect("]")
            else:
                return node

    def _name(self) -> str:
        match = re.compile(r"\s*([A-Za-z0-9_$][\w$-]*)").match(self._text, self._at)
        if match is None:
            raise self._unexpected("a name")
        self._at = match.end()
        return match.group(1)

    def _takes(self, mark: str) -> bool:
        """Whether the mark comes next; then it is behind us."""
        match = _token().match(self._text, self._at)
        if match is None or match["mark"] != mark:
            return False
        self._at = match.end()
        return True

    def _expect(self, mark: str) -> None:
        if not self._takes(mark):
            raise self._unexpected(f'"{mark}"')

    def _next(self) -> tuple[str, str]:
        match = _token().match(self._text, self._at)
        if match is None or match.lastgroup is None:
            raise self._unexpected("a text, a number or a function")
        self._at = match.end()
        return match.lastgroup, match[match.lastgroup]

    def _unexpected(self, expected: str, found: str = "") -> ExpressionError:
        if found:
            self._at -= len(found)
        rest = self._text[self._at :].lstrip()
        self._at = len(self._text) - len(rest)
        what = f'"{rest[:20]}"' if rest else "the end"
        return ExpressionError(f"expected {expected} at character {self._at + 1}, found {what}")


def _whole(digits: str) -> int:
    if len(digits) > 20:
        raise ExpressionError("a number has more than 20 digits")
    return int(digits)
