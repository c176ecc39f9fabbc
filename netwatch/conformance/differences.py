"""What differs between two JSON values, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netwatch.conformance.cases import Json

__all__ = ["ABSENT", "Difference", "differences"]

ABSENT = "(absent)"
"""Stands for a member that one side does not have."""


class Difference(NamedTuple):
    """One field that differs: ``path`` as JMESPath writes it, the value expected and the one we got."""

    path: str
    expected: Json
    got: Json

    def to_json(self) -> dict[str, Json]:
        return {"path": self.path, "expected": self.expected, "got": self.got}

    def __str__(self) -> str:
        return f"{self.path or '(answer)'}: expected {_short(self.expected)}, got {_short(self.got)}"


def differences(expected: Json, got: Json, path: str = "") -> tuple[Difference, ...]:
    """Every field that differs, in the order of the expected answer; empty when the two are equal."""
    return tuple(_differences(expected, got, path))


def _differences(expected: Json, got: Json, path: str) -> Iterator[Difference]:
    if isinstance(expected, dict) and isinstance(got, dict):
        yield from _of_objects(expected, got, path)
    elif _is_list_of_objects(expected) and _is_list_of_objects(got):
        yield from _of_lists(expected, got, path)
    elif expected != got or isinstance(expected, bool) != isinstance(got, bool):
        yield Difference(path, expected, got)


def _of_objects(expected: dict[str, Json], got: dict[str, Json], path: str) -> Iterator[Difference]:
    for key in [*expected, *(key for key in got if key not in expected)]:
        place = f"{path}.{key}" if path else key
        if key in expected and key in got:
            yield from _differences(expected[key], got[key], place)
        else:
            yield Difference(place, expected.get(key, ABSENT), got.get(key, ABSENT))


def _of_lists(expected: list[Json], got: list[Json], path: str) -> Iterator[Difference]:
    """Member by member where both have equally many; else those that the other side lacks."""
    if len(expected) == len(got):
        for index, (theirs, ours) in enumerate(zip(expected, got, strict=True)):
            yield from _differences(theirs, ours, f"{path}[{index}]")
        return
    for index, member in enumerate(expected):
        if member not in got:
            yield Difference(f"{path}[{index}]", member, ABSENT)
    for index, member in enumerate(got):
        if member not in expected:
            yield Difference(f"{path}[{index}]", ABSENT, member)
    if all(member in got for member in expected) and all(member in expected for member in got):
        yield Difference(path, expected, got)


def _is_list_of_objects(value: Json) -> bool:
    return isinstance(value, list) and any(isinstance(member, dict) for member in value)


def _short(value: Json) -> str:
    import json

    if value == ABSENT:
        return ABSENT
    text = json.dumps(value)
    return text if len(text) <= 160 else f"{text[:157]}..."
