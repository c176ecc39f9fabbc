"""Reading one topology file: fields by table, references by name, problems collected with their place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from netwatch.errors import ConflictError, DanglingReferenceError, TopologyError, TopologySchemaError
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.formats.topology_file.faults import Fault, Malformed
from netwatch.formats.topology_file.fields import FIELDS
from netwatch.formats.topology_file.names import DEFAULTS, KINDS, Names
from netwatch.formats.topology_file.open_values import holds_mapping, open_value, placed
from netwatch.formats.topology_file.values import is_name
from netwatch.formats.yaml_events import YamlDocument
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Reference
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = ["UNREAD", "Path", "Reading", "Values", "all_of", "said"]

_T = TypeVar("_T")

Path = tuple[str | int, ...]
"""The way to a thing: the keys of the file, in turn a collection's and a name (``routeTables``, ``rt-web``, …)."""

Values = dict[str, Any]
"""The fields of one thing, read; what was left out is not in it."""

UNREAD = Unresolved("it could not be read")
"""Stands for a value whose problem is already noted, so that no second problem comes of it."""

_NAMING = "A name has letters, digits, _ . and -, at most 80; it begins and ends with a letter, a digit or _."


class Reading:
    """One file while it is read: its document, the names it declares, and the draft that takes things and problems."""

    def __init__(self, document: YamlDocument, draft: TopologyDraft) -> None:
        self.document = document
        self.draft = draft
        self.top = self.fields("topology", document.value, ())
        self.scope = DEFAULTS.of(document.value)
        self._names = Names(self.top, self.scope)

    def place(self, path: Path) -> Where:
        return self.document.place(path)

    def problem(self, path: Path, message: str, *, hint: str = "", at: Path = ()) -> None:
        """Note what is wrong with the thing at ``path``; ``at`` leads on to the part of it that is to blame."""
        self._note(TopologySchemaError, path, message, hint, at)

    def conflict(self, path: Path, message: str, *, hint: str = "", at: Path = ()) -> None:
        """Note that parts of the thing at ``path`` exclude each other."""
        self._note(ConflictError, path, message, hint, at)

    def missing(self, path: Path, message: str, *, hint: str = "", at: Path = ()) -> None:
        """Note that the thing at ``path`` refers to what is not there."""
        self._note(DanglingReferenceError, path, message, hint, at)

    def _note(self, kind: type[TopologyError], path: Path, message: str, hint: str, at: Path) -> None:
        """The message begins with the names on the way (``nsg-web/allow-https: …``), so its place is a line alone."""
        owner = "/".join(str(step) for step in path[1::2])
        said = f"{owner}: {message}" if owner else message
        self.draft.problem(kind(said, where=self.place(path + at)._replace(pointer=""), hint=hint))

    def fields(self, kind: str, body: Any, path: Path) -> Values:
        """The fields of one thing, read; a malformed or missing one is a problem, and stands as UNREAD."""
        known = FIELDS[kind]
        if body is not None and not isinstance(body, dict):
            self.problem(path, "must be a mapping of fields.", hint=f"Known fields: {', '.join(known)}.")
            return {key: UNREAD for key, field in known.items() if field.example}
        values: Values = {}
        for key, value in (body or {}).items():
            field = known.get(key)
            if field is None:
                self.problem(path, f'unknown field "{key}".', hint=_nearest(key, tuple(known)), at=(key,))
            elif value is not None:  # nothing after the colon: left out
                try:
                    found = field.read(value)
                    values[key] = placed(found, self.place, (*path, key)) if holds_mapping(value) else found
                except Malformed as error:
                    values[key] = UNREAD
                    self._malformed(error.faults, path, key)
        for key, field in known.items():
            if field.example and key not in values:
                values[key] = UNREAD
                self.problem(path, f'"{key}" is missing.', hint=f"Add it: {field.example}")
        return values

    def open(self, body: Any, path: Path) -> Unresolved:
        """The open value that stands where a thing would."""
        try:
            return replace(open_value(body), where=self.place(path))
        except Malformed as error:
            self._malformed(error.faults, path[:-2], str(path[-2]), (path[-1],))
            return UNREAD

    def _malformed(self, faults: tuple[Fault, ...], path: Path, key: str, within: Path = ()) -> None:
        for fault in faults:
            self.problem(path, f'"{key}" {fault.message}.', hint=fault.hint, at=(key, *within, *fault.steps))

    def items(self, values: Values, key: str, path: Path) -> Iterator[tuple[str, Any]]:
        """The named things under ``key``. Names that Azure refuses, and equal ones, are problems."""
        things = values.get(key)
        if not isinstance(things, dict):
            return
        seen: dict[str, str] = {}
        for name, body in things.items():
            first = seen.setdefault(name.lower(), name)
            if not is_name(name):
                self.problem(path, f'"{name}" is not a name that Azure takes.', hint=_NAMING, at=(key, name))
            if first != name:
                line = self.place((*path, key, first)).line
                message = f'"{name}" has the name of "{first}" in line {line}.'
                self.conflict(path, message, hint="Names are compared without regard to case.", at=(key, name))
            else:
                yield name, body

    def reference(self, values: Values, key: str, kind: str, path: Path) -> Reference:
        """The id of the thing of that kind that the field ``key`` names; None where it is left out."""
        word = values.get(key)
        return self.resolved(word, kind, path, (key,)) if isinstance(word, str) else word

    def references(self, values: Values, key: str, kind: str, path: Path) -> tuple[ResourceId | Unresolved, ...]:
        """The ids of all things of that kind that the field ``key`` names."""
        words = values.get(key)
        if not isinstance(words, tuple):
            return ()
        return tuple(self.resolved(word, kind, path, (key, index)) for index, word in enumerate(words))

    def resolved(self, word: str | Unresolved, kind: str, path: Path, at: Path) -> ResourceId | Unresolved:
        """The id of the thing of that kind that ``word``, which stands at ``path + at``, names; open where that is."""
        if isinstance(word, Unresolved):
            return word
        if word.startswith("/"):
            return ResourceId(word)
        found = self._names.find(kind, word)
        if len(found) == 1:
            return found[0]
        if found:
            self._ambiguous(word, kind, found, path, at)
        elif self.draft.is_strict:
            self._dangling(word, kind, path, at)
        return Unresolved(f"{KINDS[kind].noun} {word} is not in the input", word, self.place(path + at))

    def _ambiguous(self, word: str, kind: str, found: list[ResourceId], path: Path, at: Path) -> None:
        message = f'{KINDS[kind].noun} "{word}" can be {" or ".join(self._names.labels(found))}.'
        self.conflict(path, message, hint="Write the one you mean.", at=at)

    def _dangling(self, word: str, kind: str, path: Path, at: Path) -> None:
        message = f'{KINDS[kind].noun} "{word}" is not in the file.'
        self._note(DanglingReferenceError, path, message, self._names.nearest(kind, word), at)


def all_of(value: _T | Unresolved) -> _T | tuple[Unresolved]:
    """The values of a list field; the one open value where it could not be read."""
    return (value,) if isinstance(value, Unresolved) else value


def said(values: Values, key: str, default: _T) -> _T:
    """The field's value, which may be open; the default where it is left out, or could not be read."""
    value = values.get(key, default)
    return default if value is UNREAD else value


def _nearest(key: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    lower = {name.lower(): name for name in known}
    near = get_close_matches(key.lower(), lower, n=1)
    return f'Did you mean "{lower[near[0]]}"?' if near else f"Known fields: {', '.join(known)}."
