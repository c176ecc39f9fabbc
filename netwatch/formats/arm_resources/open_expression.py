"""Open values among ARM resources: a template's own expression, or netwatch's ``[unresolved('reason', 'text')]``."""

from __future__ import annotations

import re

from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = ["open_expression", "read_open_expression"]

_NOT_EVALUATED = "it is an expression, and this is no template"
_STRING = r"'((?:[^']|'')*)'"
_WRITTEN = re.compile(rf"\[unresolved\({_STRING}(?:, {_STRING})?\)\]", re.DOTALL)


def open_expression(value: Unresolved) -> str:
    """An open value as an expression that is read as the same value.

    It is that of the value itself where it is a template's; else one that says the reason.

    >>> open_expression(Unresolved("it's drawn"))
    "[unresolved('it''s drawn')]"
    """
    if value.reason == _NOT_EVALUATED and value.expression:
        return value.expression
    words = (value.reason, value.expression) if value.expression else (value.reason,)
    return "[unresolved({})]".format(", ".join(f"'{_doubled(word)}'" for word in words))


def _doubled(text: str) -> str:
    return text.replace("'", "''")


def read_open_expression(expression: str, where: Where) -> Unresolved:
    """The open value that an expression stands for."""
    written = _WRITTEN.fullmatch(expression)
    if written is None:
        return Unresolved(_NOT_EVALUATED, expression, where)
    reason, text = (word.replace("''", "'") for word in written.groups(default=""))
    return Unresolved(reason, text, where)
