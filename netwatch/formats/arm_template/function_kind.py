"""What the tables of functions hold, and how values become texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["MAX_TEXT", "Function", "TooLongError", "text_of"]

MAX_TEXT = 1_000_000
"""Longer texts are refused; Azure itself allows a template of 4 MB."""


class TooLongError(ValueError):
    """A text would have more than MAX_TEXT characters: no text of a network does."""

    def __str__(self) -> str:
        return f"a text has more than {MAX_TEXT:,} characters"


class Function(NamedTuple):
    """A function of the language: ``call`` takes the list of arguments, of which there are ``fewest`` to ``most``.

    ``most`` is None where there is no limit. Unresolved arguments make the result unresolved without a call, unless
    the function ``sees_open`` values itself. One that works ``in_parts`` is applied to a stand-in too. One that
    ``compares_all`` looks at each pair of items of its lists, which counts as work.
    """

    call: Callable[[list[Any]], Any]
    fewest: int
    most: int | None
    sees_open: bool = False
    in_parts: bool = False
    compares_all: bool = False


def text_of(value: Any) -> str:
    """A value as the function ``string`` writes it: JSON without blanks for lists and objects."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
