"""Open values in the native topology file: ``{unresolved: reason}`` where a value would stand.

``expression`` may stand beside the reason: the text that could not be evaluated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from netwatch.formats.topology_file.faults import Fault, Malformed, text, wanted
from netwatch.model.rules import AddressField, PortField
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = ["EXPRESSION", "UNRESOLVED", "holds_mapping", "is_open", "open_value", "or_open", "placed"]

UNRESOLVED, EXPRESSION = "unresolved", "expression"

_T = TypeVar("_T")


def is_open(value: Any) -> bool:
    """Whether a plain value says that it is open."""
    return isinstance(value, dict) and UNRESOLVED in value


def open_value(value: dict[str, Any]) -> Unresolved:
    """The open value that a mapping stands for; Malformed where it says something else besides."""
    faults = [
        Fault(f'holds "{key}" beside "{UNRESOLVED}"', f"Known fields: {UNRESOLVED}, {EXPRESSION}.", (key,))
        for key in value
        if key not in (UNRESOLVED, EXPRESSION)
    ]
    if faults:
        raise Malformed(*faults)
    reason, expression = value[UNRESOLVED], value.get(EXPRESSION)
    words = text(reason) if reason is not None else ""
    if not words.strip():
        raise wanted("a reason", reason, 'Write it: {unresolved: "it is drawn when it is deployed"}')
    return Unresolved(words, "" if expression is None else text(expression))


def or_open(read: Callable[[Any], _T]) -> Callable[[Any], _T | Unresolved]:
    """A reader of the same values, or of an open one."""

    def read_or_open(value: Any) -> _T | Unresolved:
        return open_value(value) if is_open(value) else read(value)

    return read_or_open


def holds_mapping(value: Any) -> bool:
    """Whether a plain value may hold an open one."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, dict) for each in value))


def placed(value: Any, place: Callable[[tuple[str | int, ...]], Where], path: tuple[str | int, ...]) -> Any:
    """A value that was read, with the place of every open one in it; ``path`` leads to the value itself."""
    if isinstance(value, Unresolved):
        return replace(value, where=place(path))
    if isinstance(value, AddressField):
        return replace(value, terms=placed(value.terms, place, path))
    if isinstance(value, PortField):
        return replace(value, ranges=placed(value.ranges, place, path))
    if isinstance(value, dict):
        return {key: placed(each, place, (*path, key)) for key, each in value.items()}
    if isinstance(value, tuple) and any(isinstance(each, Unresolved) for each in value):
        return tuple(placed(each, place, (*path, index)) for index, each in enumerate(value))
    return value
