"""Places in what is printed: those that need a second look into the file get it, all in one pass over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from netwatch.model.where import Where

__all__ = ["with_places"]

_Written = TypeVar("_Written")


def with_places(write: Callable[[Callable[[Where], str]], _Written]) -> _Written:
    """What ``write`` gives when it is handed a function that writes places.

    A place in JSON is only a pointer until somebody prints it. So ``write`` runs once to see which places it prints,
    and once more, only where needed, with their lines: the file is read once, however many places there are.
    """
    seen: dict[Where, None] = {}

    def noting(where: Where) -> str:
        seen[where] = None
        return str(where)

    first = write(noting)
    open_places = [where for where in seen if where.pointer and not where.line]
    if not open_places:
        return first
    from netwatch.formats.places import locate_all

    located = dict(zip(open_places, locate_all(open_places), strict=True))
    return write(lambda where: str(located.get(where, where)))
