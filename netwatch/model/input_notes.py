"""``InputNotes``: what a reader of an input did that no resource shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = ["Assumption", "Ignored", "InputNotes", "OpenValue", "joined_notes"]


class Assumption(NamedTuple):
    """A value that Azure draws and netwatch worked out by rule: ``what`` it is, as a path, and where it stands."""

    what: str
    value: str
    where: Where


class OpenValue(NamedTuple):
    """A value that the input does not fix: ``what`` it is, as a path."""

    what: str
    value: Unresolved


class Ignored(NamedTuple):
    """Something that the input says and nobody reads, though it could change an answer.

    ``name`` of the resource, ``property`` of it (empty: a whole file, whose path is the name), and its ``effect``.
    """

    name: str
    property: str
    effect: str
    where: Where


class InputNotes(NamedTuple):
    """Remarks for a person, values that were assumed, and values left open, beside those that resources show."""

    remarks: tuple[str, ...] = ()
    assumed: tuple[Assumption, ...] = ()
    open: tuple[OpenValue, ...] = ()
    ignored: tuple[Ignored, ...] = ()

    def assumption(self, holder: str, value: str) -> Assumption | None:
        """What was assumed to be ``value`` inside the resource of that lower-case id; None where the input says it."""
        found = (each for each in self.assumed if each.value == value)
        return next((each for each in found if each.what.lower().startswith(f"{holder}/")), None)


def joined_notes(notes: Sequence[InputNotes]) -> InputNotes:
    """The notes on several inputs as one, in their order; the same remark stands once."""
    remarks = tuple(dict.fromkeys(remark for each in notes for remark in each.remarks))
    assumed = tuple(value for each in notes for value in each.assumed)
    open = tuple(value for each in notes for value in each.open)
    return InputNotes(remarks, assumed, open, tuple(each for note in notes for each in note.ignored))
