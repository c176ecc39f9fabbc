"""Functions on dates. Source: "Date functions for ARM templates".

Texts are ISO 8601; what they give is written as .NET writes a date: ``yyyy-MM-dd``, ``yyyy-MM-ddTHH:mm:ssZ``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from netwatch.formats.arm_template.function_kind import Function

__all__ = ["DATE_FUNCTIONS"]

_DURATION = r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?"

_PARTS = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "dddd": "%A", "ddd": "%a", "dd": "%d",
    "HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S", "tt": "%p",
}  # fmt: skip
"""What .NET's custom formats call a part, and what Python does. Formats with other letters are not known."""

_STANDARD = {"d": "M/d/yyyy", "u": "yyyy-MM-dd HH:mm:ssZ", "s": "yyyy-MM-ddTHH:mm:ss"}


def _date(text: Any) -> datetime:
    if not isinstance(text, str):
        raise ValueError("a date is a text")
    found = datetime.fromisoformat(text.strip())
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _date_time_add(args: list[Any]) -> str:
    """A date some time later; ``args[1]`` is an ISO 8601 duration such as ``PT1H`` or ``-P3D``."""
    start, text = _date(args[0]), args[1]
    match = re.fullmatch(_DURATION, text) if isinstance(text, str) and len(text) < 80 else None
    if match is None or text[-1:] in ("P", "T"):
        raise ValueError(f'"{str(text)[:40]}" is no duration')
    sign = -1 if match[1] else 1
    years, months, days, hours, minutes, seconds = (sign * int(each or 0) for each in match.groups()[1:])
    # Leap years are not counted: P1Y is P365D and P1M is P30D (the same page)
    span = timedelta(days=365 * years + 30 * months + days, hours=hours, minutes=minutes, seconds=seconds)
    return _written(start + span, args[2] if len(args) > 2 else "yyyy-MM-ddTHH:mm:ssZ")


def _written(date: datetime, pattern: Any) -> str:
    pattern = _STANDARD.get(pattern, pattern)
    return "".join(_part(date, part.group()) for part in re.finditer(r"([A-Za-z])\1*|[^A-Za-z]+", pattern))


def _part(date: datetime, part: str) -> str:
    if part in _PARTS:
        return date.strftime(_PARTS[part])
    if part in ("M", "d", "H"):
        return str({"M": date.month, "d": date.day, "H": date.hour}[part])
    if part[0].isalpha() and part not in ("T", "Z"):
        raise ValueError(f'the date format "{part}" is not known')
    return part


def _date_time_from_epoch(args: list[Any]) -> str:
    return _written(datetime.fromtimestamp(args[0], UTC), "yyyy-MM-ddTHH:mm:ssZ")


def _date_time_to_epoch(args: list[Any]) -> int:
    return int(_date(args[0]).timestamp())


DATE_FUNCTIONS: Mapping[str, Function] = {
    "dateTimeAdd": Function(_date_time_add, 2, 3),
    "dateTimeFromEpoch": Function(_date_time_from_epoch, 1, 1),
    "dateTimeToEpoch": Function(_date_time_to_epoch, 1, 1),
}
"""By name; ``utcNow`` is among those that only Azure knows."""
