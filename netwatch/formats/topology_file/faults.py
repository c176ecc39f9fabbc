"""What is wrong with one value of the native topology file, and how a message shows a value."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Fault", "Malformed", "shown", "text", "wanted"]


class Fault(NamedTuple):
    """One thing that is wrong in a value: what, what to do, and the list indices or keys that lead to it."""

    message: str
    hint: str = ""
    steps: tuple[str | int, ...] = ()


class Malformed(ValueError):  # noqa: N818, it says what the value is
    """A value that its field cannot hold; ``faults`` is every reason, at least one."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults[0].message)
        self.faults = faults


def wanted(expected: str, value: Any, hint: str = "") -> Malformed:
    """A fault that says what was expected and what stands there."""
    return Malformed(Fault(f"must be {expected}, found {shown(value)}", hint))


def shown(value: Any) -> str:
    """What a message says it found: text in quotes and cut short, a number or a truth as written, else its sort."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    written = str(value) if isinstance(value, int) else f'"{value}"'
    return written if len(written) <= 60 else f'{written[:56]}…"'


def text(value: Any) -> str:
    """Text as written; a number counts as its digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    hint = "Put it in quotes." if isinstance(value, bool) else ""
    raise wanted("text", value, hint)
