"""``Where``: the place in the input that a value comes from."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["AZURE_DEFAULT", "Where"]


class Where(NamedTuple):
    """A place in an input.

    ``source`` is the path as the user gave it; ``line`` counts from 1, 0 when it is not known (yet);
    ``pointer`` is the path inside the document (``nsgs/nsg-web/rules/2``), needed where one line holds many things.
    A place never takes part in equality of the value that carries it.
    """

    source: str
    line: int = 0
    pointer: str = ""

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}" if self.line else self.source
        return f"{place} {self.pointer}" if self.pointer else place


AZURE_DEFAULT = Where("Azure default")
"""The place of what no input says: platform defaults, such as the default security rules."""
