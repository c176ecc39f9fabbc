"""What a parameter accepts: Azure refuses a deployment in which it has another value, given or by default.

Source: "Parameters in ARM templates" (allowed values, length and range constraints). A default that is an expression
counts with what it comes to (mspnp/aks-baseline #70). Casing does not count among allowed values (Azure/bicep #2489).
Of an array, each member is looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netwatch.model.unresolved import Unresolved

__all__ = ["breach", "has_limits"]

_LIMITS = frozenset(("allowedvalues", "minvalue", "maxvalue", "minlength", "maxlength"))


def has_limits(definition: Mapping[str, Any]) -> bool:
    """Whether the definition of a parameter says that some values are not accepted."""
    return any(key.lower() in _LIMITS for key in definition)


def breach(value: Any, definition: Mapping[str, Any]) -> str:
    """What is wrong with the value of a parameter; empty where nothing is, or where it is null or not known."""
    if value is None or isinstance(value, Unresolved) or _is_placeholder(value):
        return ""
    said = {key.lower(): each for key, each in definition.items()}
    allowed = said.get("allowedvalues")
    if isinstance(allowed, list) and not _is_allowed(value, allowed):
        return f"{_shown(value)} is not among the allowed values {', '.join(map(_shown, allowed))}"
    if isinstance(value, int) and not isinstance(value, bool):
        return _outside(f"{value}", value, "Value", said)
    return _outside(f"the length {len(value)}", len(value), "Length", said) if isinstance(value, str | list) else ""


def _is_placeholder(value: Any) -> bool:
    """Whether it is a text for which the template gallery puts one of its own: ``GEN-UNIQUE-6``."""
    return isinstance(value, str) and value.upper().startswith("GEN-")


def _is_allowed(value: Any, allowed: list[Any]) -> bool:
    folded = [_folded(each) for each in allowed]
    if _folded(value) in folded:
        return True
    return isinstance(value, list) and all(_folded(each) in folded or isinstance(each, Unresolved) for each in value)


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _outside(what: str, size: int, kind: str, said: Mapping[str, Any]) -> str:
    least, most = said.get(f"min{kind}".lower()), said.get(f"max{kind}".lower())
    if isinstance(least, int) and size < least:
        return f"{what} is less than min{kind} {least}"
    return f"{what} is more than max{kind} {most}" if isinstance(most, int) and size > most else ""


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
