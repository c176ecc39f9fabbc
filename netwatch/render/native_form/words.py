"""Single values as the native file spells them, open ones with their reason."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from netwatch.formats.topology_file.open_values import EXPRESSION, UNRESOLVED
from netwatch.formats.topology_file.values import is_name
from netwatch.model.addresses import Address
from netwatch.model.rules import ServiceTag
from netwatch.model.unresolved import Unresolved

__all__ = ["address", "filled", "key_of", "one_or_list", "open_value", "text", "texts"]

Fields = dict[str, Any]


def open_value(value: Unresolved) -> Fields:
    """A value that is not known, with its reason."""
    return {UNRESOLVED: value.reason} | ({EXPRESSION: value.expression} if value.expression else {})


def text(value: Any) -> Any:
    """A value as the file spells it."""
    if isinstance(value, Unresolved):
        return open_value(value)
    if isinstance(value, Enum):
        return value.value
    return value.text if isinstance(value, ServiceTag) else str(value)


def texts(values: Iterable[Any]) -> Any:
    """One value, or a list of them."""
    return one_or_list([text(value) for value in values])


def address(field: str, value: Address | Unresolved | None) -> Fields:
    """The field with an address; nothing where there is none."""
    return {} if value is None else {field: text(value)}


def key_of(value: Unresolved, taken: Fields) -> str:
    """The key of a NIC that is not known: its name where the input says it."""
    name = value.expression.rsplit("/", 1)[-1]
    key = name if is_name(name) else "nic"
    number = 1
    while (key if number == 1 else f"{key}-{number}") in taken:
        number += 1
    return key if number == 1 else f"{key}-{number}"


def one_or_list(values: list[Any]) -> Any:
    """One value by itself, several as a list."""
    return values[0] if len(values) == 1 else values


def filled(**fields: Any) -> Fields:
    """The fields that say something other than nothing."""
    return {key: value for key, value in fields.items() if value}
