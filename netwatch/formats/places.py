"""Places in JSON: readers keep only a pointer to each part, and the line is worked out when somebody prints it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from netwatch.errors import TopologyError
from netwatch.formats.text_file import can_read_again, read_text
from netwatch.model.where import Where

__all__ = ["json_lines", "json_tokens", "locate_all", "pointer"]

_POINTER = None
"""The key under which a branch of wanted pointers holds those that end there; no step is None."""


def pointer(path: Iterable[str | int]) -> str:
    """The steps of a path as one text, ``resources/3/properties``; ``~`` and ``/`` are escaped as in JSON Pointer."""
    return "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in path)


def locate_all(wheres: Iterable[Where]) -> list[Where]:
    """The same places, in order, with their lines filled in, where they are pointers into files that can be read.

    Each file is read once however many places it holds.
    """
    places = list(wheres)
    wanted: dict[str, set[str]] = {}
    for place in places:
        if place.pointer and not place.line:
            wanted.setdefault(place.source, set()).add(place.pointer)
    lines = {source: _lines_of(source, pointers) for source, pointers in wanted.items()}
    return [
        place._replace(line=lines[place.source].get(place.pointer, 0)) if place.pointer and not place.line else place
        for place in places
    ]


def _lines_of(source: str, pointers: set[str]) -> dict[str, int]:
    import sys

    if not can_read_again(source):
        return {}
    try:
        return json_lines(read_text(source, max_bytes=sys.maxsize), pointers)
    except TopologyError:  # gone since it was read: then the pointer alone is the place
        return {}


def json_lines(text: str, pointers: Iterable[str]) -> dict[str, int]:
    """The line on which each pointer's value begins, counted from 1; a pointer that leads nowhere is left out.

    Object keys are compared without regard to case, as ARM's are. A step that ends in ``[2]``, the round of a loop in
    a template, leads to where the loop stands.
    """
    from netwatch.formats.json_dialect import plain_json

    tree: dict[Any, Any] = {}
    for each in pointers:
        branch = tree
        for step in each.split("/"):
            name = _without_round(step).replace("~1", "/").replace("~0", "~").lower()
            branch = branch.setdefault(name, {})
        branch.setdefault(_POINTER, []).append(each)
    offsets: dict[str, int] = {}
    with suppress(ValueError, IndexError, RecursionError):  # not JSON (any more): what was found stands
        _Scan(plain_json(text), offsets).value(0, tree)
    return _line_numbers(text, offsets)


def _without_round(step: str) -> str:
    name, bracket, round = step.removesuffix("]").rpartition("[")
    return name if bracket and step.endswith("]") and round.isdigit() else step


def _line_numbers(text: str, offsets: dict[str, int]) -> dict[str, int]:
    lines: dict[str, int] = {}
    line, start = 1, 0
    for offset, each in sorted((offset, each) for each, offset in offsets.items()):
        line, start = line + text.count("\n", start, offset), offset
        lines[each] = line
    return lines


class _Scan:
    """A walk through JSON text that goes into wanted values only; json's own C scanner jumps over all others."""

    def __init__(self, text: str, offsets: dict[str, int]) -> None:
        from json import JSONDecoder

        self._text = text
        self._offsets = offsets
        self._jump = JSONDecoder(strict=False).raw_decode
        self._blank = re.compile(r"[ \t\r\n]*").match

    def value(self, at: int, branch: dict[Any, Any]) -> int:
        """Note the value that begins at or after ``at``, go into it, and return the offset behind it."""
        at = self._skip_blank(at)
        if _POINTER in branch:
            self._offsets.update(dict.fromkeys(branch[_POINTER], at))
        if len(branch) > (_POINTER in branch):
            if self._text[at] == "{":
                return self._object(at, branch)
            if self._text[at] == "[":
                return self._list(at, branch)
        return self._jump(self._text, at)[1]

    def _object(self, at: int, branch: dict[Any, Any]) -> int:
        at = self._skip_blank(at + 1)
        while self._text[at] == '"':
            key, at = self._jump(self._text, at)
            at = self._skip_blank(at)
            if self._text[at] != ":":
                raise ValueError("no colon")
            at = self._skip_blank(self._child(at + 1, branch.get(key.lower())))
            at = self._skip_blank(at + 1) if self._text[at] == "," else at
        return at + 1

    def _list(self, at: int, branch: dict[Any, Any]) -> int:
        at = self._skip_blank(at + 1)
        index = 0
        while self._text[at] != "]":
            at = self._skip_blank(self._child(at, branch.get(str(index))))
            at = self._skip_blank(at + 1) if self._text[at] == "," else at
            index += 1
        return at + 1

    def _child(self, at: int, branch: dict[Any, Any] | None) -> int:
        if branch is not None:
            return self.value(at, branch)
        return self._jump(self._text, self._skip_blank(at))[1]

    def _skip_blank(self, at: int) -> int:
        match = self._blank(self._text, at)
        return match.end() if match else at


def json_tokens(text: str) -> Iterator[tuple[int, str]]:
    """Every token of a JSON text with its offset: brackets, commas, colons, strings (in quotes) and bare words."""
    for match in re.finditer(r'"(?:[^"\\]+|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', text, re.DOTALL):
        yield match.start(), match.group()
