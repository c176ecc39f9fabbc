"""What an answer may not rest on: values not known, parts not read, not evaluated or refused; as one line too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from netwatch.formats.topology_conflicts import refusals
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Resource, Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where
from netwatch.render.not_evaluated import NOT_EVALUATED

__all__ = ["found_open", "load_summary"]


def found_open(topology: Topology) -> Iterator[tuple[str, str, Unresolved, Where]]:
    """Every open value with the path to it, the name of its resource, and its place."""
    seen: set[tuple[str, str]] = set()
    look = _Look()
    for resource in topology.resources():
        if not look.is_open(resource):
            continue
        for path, value, where in _open_values(resource, resource.id.text, resource.where):
            seen.add((value.reason, value.expression))
            yield path, resource.id.name, value, value.where or where
    for each in topology.notes.open:
        if (each.value.reason, each.value.expression) not in seen:
            where = each.value.where or Where(topology.source)
            yield each.what, _short_name(each.what), each.value, where


def _short_name(what: str) -> str:
    """What a line calls an open value: a type, or the last part of a path; of a name, whose it is."""
    return what.partition(" at ")[0].removesuffix("/name").rsplit("/", 1)[-1]


class _Look:
    """A quick look for open values; what resources share, as rules share most fields, is looked at once."""

    def __init__(self) -> None:
        self._names: dict[type, tuple[str, ...]] = {tuple: ()}
        self._plain: set[type] = set()
        self._closed: dict[int, Any] = {}

    def is_open(self, value: Any) -> bool:
        """Whether an open value stands anywhere inside."""
        kind = type(value)
        if kind in self._plain or id(value) in self._closed:
            return False
        if kind is tuple:
            return self._has_open(value)
        if kind not in self._names:
            self._names[kind] = _parts(kind)
        names = self._names[kind]
        if not names:
            return self._is_unresolved(value)
        found = self._has_open([getattr(value, name) for name in names])
        if not found:
            self._closed[id(value)] = value
        return found

    def _has_open(self, values: Iterable[Any]) -> bool:
        """A plain loop, since a large estate has a million values to look at."""
        for each in values:  # noqa: SIM110
            if type(each) not in self._plain and self.is_open(each):
                return True
        return False

    def _is_unresolved(self, value: Any) -> bool:
        if isinstance(value, Unresolved):
            return True
        self._plain.add(type(value))
        return False


def _parts(kind: type) -> tuple[str, ...]:
    """The fields of a class that can hold open values; none for what is one value."""
    if issubclass(kind, (Unresolved, ResourceId)) or not is_dataclass(kind):
        return ()
    plain = ("id", "name", "where", "location", "texts", "singular", "description", "protocol_text", "is_default")
    return tuple(each.name for each in fields(kind) if each.name not in plain)


def _open_values(value: Resource | Any, path: str, where: Where) -> Iterator[tuple[str, Unresolved, Where]]:
    """Every open value inside a resource: the path leads from the id of its innermost holder to the field."""
    if isinstance(value, Unresolved):
        yield path, value, where
    elif isinstance(value, tuple):
        for member in value:
            yield from _open_values(member, path, where)
    elif is_dataclass(value) and not isinstance(value, ResourceId):
        id = getattr(value, "id", None)
        inner = id.text if isinstance(id, ResourceId) else path
        for field in fields(value):
            step = inner if field.name in ("terms", "ranges") else f"{inner}.{_camel(field.name)}"
            yield from _open_values(getattr(value, field.name), step, getattr(value, "where", where))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def load_summary(topology: Topology) -> str:
    """One line on what an answer may not rest on; empty where all that matters was read and is known."""
    acting = {type.lower() for type in NOT_EVALUATED}
    unsupported = sum(other.type.lower() in acting for other in topology.others.values())
    ignored = sum(bool(each.property) for each in topology.notes.ignored)
    refused = sum(1 for _ in refusals(topology))
    counts = (
        (sum(1 for _ in found_open(topology)), "value is not known", "values are not known"),
        (ignored, "property is not read", "properties are not read"),
        (unsupported, "resource is not evaluated", "resources are not evaluated"),
        (refused, "resource would be refused by Azure", "resources would be refused by Azure"),
    )
    parts = [f"{number} {one if number == 1 else many}" for number, one, many in counts if number]
    return f"{', '.join(parts)}; netwatch load says which." if parts else ""
