"""JSON, read strictly: keys stand once, numbers are numbers, nesting has a limit, and every error has its line."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from netwatch.errors import TopologySyntaxError
from netwatch.formats.places import json_tokens
from netwatch.model.where import Where

__all__ = ["MAX_DEPTH", "parse_json"]

MAX_DEPTH = 100
"""How many lists and objects may stand inside one another; resolved ARM resources need about fifteen."""


class _ConstantError(Exception):
    pass


def parse_json(source: str, text: str) -> Any:
    """The value that ``text`` holds, in JSON or ARM's dialect of it; ``source`` is its name in places.

    Raises TopologySyntaxError for what is not JSON (``NaN`` included), a key that stands twice in one object, nesting
    deeper than MAX_DEPTH, and text that cannot be written down again (half of a surrogate pair).
    """
    try:
        text, value = _loaded(text)
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg} (column {error.colno})."
        raise TopologySyntaxError(message, where=Where(source, error.lineno), hint=_hint(error.msg, text)) from None
    except _ConstantError:
        _raise_constant(source, text)
    except RecursionError:
        _raise_too_deep(source, text)
    except ValueError:  # an integer of thousands of digits
        raise TopologySyntaxError(
            "a number has more digits than can be read.", where=Where(source), hint="No network needs that."
        ) from None
    keys = _count_keys(value)
    if keys is None:
        _raise_too_deep(source, text)
    if keys < _most_keys(text):
        _refuse_duplicates(source, text)
    _refuse_half_characters(source, text)
    return value


def _hint(message: str, text: str) -> str:
    if message != "Extra data":
        return ""
    if text.startswith('{"@level"'):
        return "These are messages of terraform plan -json: terraform show -json prints the plan."
    return "One file holds one value: put several lists in files of their own."


def _loaded(text: str) -> tuple[str, Any]:
    """The text as plain JSON, and its value."""
    try:
        return text, json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError:
        from netwatch.formats.json_dialect import plain_json

        plain = plain_json(text)
        return plain, json.loads(plain, parse_constant=_refuse_constant, strict=False)


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


def _count_keys(value: Any) -> int | None:
    """How many keys all objects have together; None where they stand more than MAX_DEPTH deep in one another.

    Level by level, without recursion.
    """
    keys = 0
    level = [value] if type(value) in (dict, list) else []
    for _ in range(MAX_DEPTH + 1):
        if not level:
            return keys
        objects = [node for node in level if type(node) is dict]
        keys += sum(map(len, objects))
        parts = [node.values() if type(node) is dict else node for node in level]
        level = [child for part in parts for child in part if type(child) is dict or type(child) is list]
    return None


def _most_keys(text: str) -> int:
    """At most so many keys stand in the text: before the colon of each comes its quote, or a blank.

    Colons inside strings may count too, so a larger number proves nothing, but an equal one proves every key unique:
    that spares nearly every file a look at each key.
    """
    return sum(text.count(before + ":") for before in '" \t\r\n')


def _refuse_half_characters(source: str, text: str) -> None:
    """An escape such as ``\\ud800`` alone is legal JSON but no character: no answer that holds it could be printed."""
    if "\\ud" not in text and "\\uD" not in text:
        return
    for offset, token in json_tokens(text):
        if token[0] == '"' and "\\u" in token and not _is_encodable(json.loads(token, strict=False)):
            message = "a string holds half of a surrogate pair, which is not a character."
            raise TopologySyntaxError(message, where=_at(source, text, offset))


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_duplicates(source: str, text: str) -> None:
    keys: list[set[str] | None] = []
    before = offset = 0
    for offset, token in json_tokens(text):
        if token in "{[":
            keys.append(set() if token == "{" else None)
        elif token in "}]":
            keys.pop()
        elif token == ":" and keys[-1] is not None:
            key = json.loads(text[before:offset].strip(), strict=False)
            if key in keys[-1]:
                message = f'the key "{key}" stands twice in one object.'
                raise TopologySyntaxError(message, where=_at(source, text, before), hint="Remove one of them.")
            keys[-1].add(key)
        before = offset


def _raise_constant(source: str, text: str) -> NoReturn:
    for offset, token in json_tokens(text):
        if token in ("NaN", "Infinity", "-Infinity"):
            raise TopologySyntaxError(f"{token} is not a JSON number.", where=_at(source, text, offset))
    raise TopologySyntaxError("NaN is not a JSON number.", where=Where(source))  # pragma: no cover


def _raise_too_deep(source: str, text: str) -> NoReturn:
    message = f"lists and objects are nested more than {MAX_DEPTH} deep."
    raise TopologySyntaxError(message, where=_at(source, text, _too_deep(text)), hint="No network needs that.")


def _too_deep(text: str) -> int:
    depth = 0
    for offset, token in json_tokens(text):
        depth += 1 if token in "{[" else -1 if token in "}]" else 0
        if depth > MAX_DEPTH:
            return offset
    return 0


def _at(source: str, text: str, offset: int) -> Where:
    return Where(source, text.count("\n", 0, offset) + 1)
