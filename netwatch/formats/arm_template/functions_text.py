"""Functions on texts. Source: "String functions for ARM templates".

Each takes the list of its arguments and returns JSON; ValueError says that Azure would refuse them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from netwatch.formats.arm_template.function_kind import MAX_TEXT, Function, TooLongError, text_of
from netwatch.formats.arm_template.open_values import joined
from netwatch.model.unresolved import Unresolved

__all__ = ["TEXT_FUNCTIONS"]


def _concat(args: list[Any]) -> Any:
    """Lists make one list; everything else one text."""
    if args and all(isinstance(each, list) for each in args):
        return [item for each in args for item in each]
    if any(isinstance(each, list | dict) for each in args):
        raise ValueError("concat takes texts only, or lists only")
    return joined(each if isinstance(each, Unresolved) else text_of(each) for each in args)


def _format(args: list[Any]) -> Any:
    """.NET's composite format: ``{0}``, ``{1:D3}``, ``{0,8}``; doubled braces stand for themselves."""
    pattern, *values = args
    if not isinstance(pattern, str):
        raise ValueError("format takes a text first")
    import re

    parts: list[Any] = []
    for match in re.finditer(r"\{\{|\}\}|\{(\d+)(?:,(-?\d+))?(?::([^{}]*))?\}|[^{}]+|[{}]", pattern):
        index, width, spec = match.groups()
        if index is None:
            if match.group() in ("{", "}"):
                raise ValueError("a brace in the format is not closed")
            parts.append(match.group().replace("{{", "{").replace("}}", "}"))
        elif int(index) >= len(values):
            raise ValueError(f"the format asks for {{{index}}}, which is not given")
        else:
            parts.append(_formatted(values[int(index)], int(width or 0), spec or ""))
    return joined(parts)


def _formatted(value: Any, width: int, spec: str) -> Any:
    if isinstance(value, Unresolved):
        return value
    text = _number_format(value, spec) if spec and isinstance(value, int) else text_of(value)
    if abs(width) > 1000:
        raise ValueError("the format asks for too wide a field")
    return text.rjust(width) if width >= 0 else text.ljust(-width)


def _number_format(value: int, spec: str) -> str:
    letter, digits = spec[:1].upper(), spec[1:]
    if letter in ("D", "X", "N", "G") and (not digits or digits.isdigit()) and len(digits) < 3:
        if letter == "D":
            return f"{value:0{int(digits or 1)}d}"
        if letter == "X":
            return f"{value:0{int(digits or 1)}{'X' if spec[0] == 'X' else 'x'}}"
        return str(value) if letter == "G" else f"{value:,.{int(digits or 2)}f}"
    if spec and set(spec) == {"0"}:
        return f"{value:0{len(spec)}d}"
    raise ValueError(f'the number format "{spec}" is not known')


def _pad_left(args: list[Any]) -> str:
    text, width, fill = text_of(args[0]), args[1], args[2] if len(args) > 2 else " "
    if not isinstance(width, int) or not 0 <= width <= MAX_TEXT or not isinstance(fill, str) or len(fill) != 1:
        raise ValueError("padLeft takes a text, a width and one character")
    return text.rjust(width, fill)


def _substring(args: list[Any]) -> str:
    text, start, count = args[0], args[1], args[2] if len(args) > 2 else len(args[0]) - args[1]
    if not 0 <= start <= start + count <= len(text):
        raise ValueError("substring reaches beyond the text")
    return str(text[start : start + count])


def _split(args: list[Any]) -> list[str]:
    text, by = args
    marks = [by] if isinstance(by, str) else by
    parts = [text]
    for mark in marks:
        parts = [piece for part in parts for piece in (part.split(mark) if mark else [part])]
    return parts


def _join(args: list[Any]) -> Any:
    return joined(args[0], lambda texts: str(args[1]).join(texts))


def _replace(args: list[Any]) -> str:
    text, old, new = args
    if not old:
        raise ValueError("replace needs something to look for")
    if text.count(old) * len(new) > MAX_TEXT:
        raise TooLongError
    return str(text.replace(old, new))


def _unique_string(args: list[Any]) -> str:
    """13 characters that depend on the arguments alone, as Azure's do; they are not the ones Azure computes."""
    from hashlib import sha256

    digest = sha256("\0".join(text_of(each) for each in args).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:13]


def _guid(args: list[Any]) -> str:
    """A GUID that depends on the arguments alone; not the one Azure computes."""
    from uuid import NAMESPACE_OID, uuid5

    return str(uuid5(NAMESPACE_OID, "\0".join(text_of(each) for each in args)))


def _uri(args: list[Any]) -> Any:
    from urllib.parse import urljoin

    return joined(args, lambda texts: urljoin(texts[0], texts[1]))


def _build_uri(args: list[Any]) -> str:
    """A URI of its parts; without a port it has that of its scheme (Bicep documentation, ``buildUri``)."""
    parts = {str(name).lower(): value for name, value in args[0].items()}
    port, path, query = parts.get("port"), parts["path"], parts.get("query") or ""
    host = parts["host"] if port is None else f"{parts['host']}:{port}"
    slash = "" if path.startswith("/") else "/"
    mark = "" if not query or query.startswith("?") else "?"
    return f"{parts['scheme']}://{host}{slash}{path}{mark}{query}"


def _parse_uri(args: list[Any]) -> dict[str, Any]:
    """The parts that ``buildUri`` takes: the port is null where none is written, the query begins with its mark."""
    from urllib.parse import urlsplit

    parts = urlsplit(args[0])
    if not parts.scheme or not parts.hostname:
        raise ValueError("that is no absolute URI")
    query = f"?{parts.query}" if parts.query else ""
    found = {"scheme": parts.scheme, "host": parts.hostname, "port": parts.port}
    return {**found, "path": parts.path or "/", "query": query}


def _uri_component(args: list[Any]) -> str:
    from urllib.parse import quote

    return quote(args[0], safe="")


def _uri_component_to_string(args: list[Any]) -> str:
    from urllib.parse import unquote

    return unquote(args[0])


def _data_uri(args: list[Any]) -> str:
    return f"data:text/plain;charset=utf8;base64,{_base64(args)}"


def _data_uri_to_string(args: list[Any]) -> str:
    head, comma, body = args[0].partition(",")
    if not comma:
        raise ValueError("that is no data URI")
    return _base64_to_string([body]) if head.endswith(";base64") else _uri_component_to_string([body])


def _base64(args: list[Any]) -> str:
    return base64.b64encode(args[0].encode()).decode()


def _base64_to_string(args: list[Any]) -> str:
    return base64.b64decode(args[0], validate=True).decode()


def _json(args: list[Any]) -> Any:
    try:
        return json.loads(args[0])
    except RecursionError:
        raise ValueError("json is nested too deeply") from None


def _index(find: str) -> Callable[[list[Any]], int]:
    """Texts are searched without regard to case; lists for an equal item."""

    def index(args: list[Any]) -> int:
        where, what = args
        if isinstance(where, list):
            found = [at for at, item in enumerate(where) if item == what]
            return (found[0] if find == "find" else found[-1]) if found else -1
        return int(getattr(where.lower(), find)(what.lower()))

    return index


TEXT_FUNCTIONS: Mapping[str, Function] = {
    "base64": Function(_base64, 1, 1),
    "base64ToJson": Function(lambda args: _json([_base64_to_string(args)]), 1, 1),
    "base64ToString": Function(_base64_to_string, 1, 1),
    "buildUri": Function(_build_uri, 1, 1),
    "concat": Function(_concat, 1, None, sees_open=True),
    "dataUri": Function(_data_uri, 1, 1),
    "dataUriToString": Function(_data_uri_to_string, 1, 1),
    "endsWith": Function(lambda args: args[0].lower().endswith(args[1].lower()), 2, 2),
    "format": Function(_format, 1, None, sees_open=True),
    "guid": Function(_guid, 1, None),
    "indexOf": Function(_index("find"), 2, 2),
    "join": Function(_join, 2, 2, sees_open=True),
    "json": Function(_json, 1, 1),
    "lastIndexOf": Function(_index("rfind"), 2, 2),
    "padLeft": Function(_pad_left, 2, 3),
    "parseUri": Function(_parse_uri, 1, 1),
    "replace": Function(_replace, 3, 3),
    "split": Function(_split, 2, 2),
    "startsWith": Function(lambda args: args[0].lower().startswith(args[1].lower()), 2, 2),
    "string": Function(lambda args: text_of(args[0]), 1, 1),
    "substring": Function(_substring, 2, 3),
    "toLower": Function(lambda args: args[0].lower(), 1, 1, in_parts=True),
    "toUpper": Function(lambda args: args[0].upper(), 1, 1, in_parts=True),
    "trim": Function(lambda args: args[0].strip(), 1, 1),
    "uniqueString": Function(_unique_string, 1, None),
    "uri": Function(_uri, 2, 2, sees_open=True),
    "uriComponent": Function(_uri_component, 1, 1),
    "uriComponentToString": Function(_uri_component_to_string, 1, 1),
}
"""By name; ``uniqueString`` and ``guid`` are the only ones that differ from Azure's in their result."""
