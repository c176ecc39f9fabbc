"""Terraform's addresses and references as steps: ``module.net["a"].azurerm_subnet.web[0].id``."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Key", "Step", "heads", "parse_traversal"]


class Key(NamedTuple):
    """What stands in brackets: the index of a ``count``, or the key of a ``for_each``."""

    value: int | str


Step = str | Key


@lru_cache(maxsize=100_000)
def parse_traversal(text: str) -> tuple[Step, ...]:
    """The steps of an address or a reference; what cannot be parsed stays one step.

    >>> parse_traversal('azurerm_subnet.web["a.b"].id')
    ('azurerm_subnet', 'web', Key(value='a.b'), 'id')
    """
    steps: list[Step] = []
    at = 0
    while at < len(text):
        if text[at] == "[":
            found = _key(text, at + 1)
            if found is None:
                return (*steps, text[at:])
            key, at = found
            steps.append(key)
        else:
            at += text[at] == "."
            end = _end_of_name(text, at)
            name, at = text[at:end], max(end, at + (end == at))
            steps.append(Key(int(name)) if name.isascii() and name.isdigit() and len(name) < 10 else name)
    return tuple(steps)


def _end_of_name(text: str, at: int) -> int:
    ends = [end for end in (text.find(".", at), text.find("[", at)) if end >= 0]
    return min(ends, default=len(text))


def _key(text: str, at: int) -> tuple[Key, int] | None:
    """The key that begins at ``at``, behind its bracket, and the offset behind the closing one."""
    if text[at : at + 1] == '"':
        try:
            value, end = json.JSONDecoder().raw_decode(text, at)
        except ValueError:
            return None
    else:
        end = text.find("]", at)
        digits = text[at:end] if end >= 0 else ""
        if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            return None
        value = int(digits)
    return (Key(value), end + 1) if text[end : end + 1] == "]" else None


def heads(references: tuple[str, ...]) -> tuple[str, ...]:
    """The references of an expression as they are written in it.

    Terraform lists each one from its longest form to its shortest (``x.y.id``, ``x.y``); only the longest says what
    was meant.
    """
    found: list[str] = []
    before = ""
    for each in references:
        if not (before.startswith(each) and before[len(each) : len(each) + 1] in (".", "[", "")):
            found.append(each)
        elif before == each:
            continue
        before = each
    return tuple(dict.fromkeys(found))
