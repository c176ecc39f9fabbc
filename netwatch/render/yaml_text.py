"""Plain values as YAML, the way a person writes it: one line for what fits a line, no quotes where none are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["yaml_lines", "yaml_scalar"]

WIDTH = 120

_WORDS = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./()-")


def yaml_lines(value: Mapping[str, Any], indent: int = 0) -> Iterator[str]:
    """The lines of a mapping: an entry in one line where it fits, its parts beneath it where it does not.

    A mapping of mappings always has its parts beneath it, so that things of one kind stand under one another.
    """
    for key, each in value.items():
        head = f"{' ' * indent}{yaml_scalar(key)}:"
        flow = f"{head} {_flow(each)}"
        if len(flow) <= WIDTH and not _is_collection(each):
            yield flow
        elif isinstance(each, Mapping):
            yield head
            yield from yaml_lines(each, indent + 2)
        elif isinstance(each, list):
            yield head
            yield from (f"{' ' * indent}  - {_flow(item)}" for item in each)
        else:
            yield flow


def _is_collection(value: Any) -> bool:
    return isinstance(value, Mapping) and any(isinstance(each, Mapping) for each in value.values())


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{yaml_scalar(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    return yaml_scalar(value)


def yaml_scalar(value: str | int | bool) -> str:
    """One value; a text that could be taken for something else stands in quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    plain = value and not set(value) - _PLAIN and value[0] not in "-.()" and not value.endswith("-")
    if plain and value.lower() not in _WORDS and not _is_number(value):
        return value
    return '"' + "".join(map(_escaped, value)) + '"'


def _is_number(text: str) -> bool:
    """Whether some YAML reader would take the text for a number or a date."""
    return text.replace(".", "", 1).isdecimal() or (text.count("-") == 2 and text.replace("-", "").isdecimal())


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
