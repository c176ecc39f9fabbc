"""Names that Azure takes, for what has another: in a plan an address stands for a name that is drawn on deployment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from netwatch.formats.topology_file.names import KINDS
from netwatch.formats.topology_file.values import MAX_NAME, is_name
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology

__all__ = ["with_azure_names"]

_TYPES = tuple(f"/providers/{kind.type}/".lower() for kind in KINDS.values())
_GROUP, _FIRST_NAME = 4, 8
"""Where a resource group's name, and the first name of a resource, stand among the steps of an id."""


def with_azure_names(topology: Topology) -> tuple[Topology, dict[str, str]]:
    """The topology, every name in it one that a native file takes, and the new names of those that were not."""
    renaming = _Renaming(topology)
    if not renaming.names:
        return topology, {}
    return renaming.topology(topology), renaming.names


class _Renaming:
    def __init__(self, topology: Topology) -> None:
        found = [name for thing in topology.resources() for id in _ids(thing) for name in _names(id)]
        self._taken = {name.lower() for name in found}
        self.names = {name: self._new(name) for name in dict.fromkeys(found) if not is_name(name)}

    def _new(self, name: str) -> str:
        """A name as like it as can be, and that nobody has."""
        word = re.sub(r"[^A-Za-z0-9_.-]+", "-", name)[-MAX_NAME:].strip("-.") or "unnamed"
        number, new = 1, word
        while new.lower() in self._taken:
            number += 1
            new = f"{word[: MAX_NAME - 5]}-{number}"
        self._taken.add(new.lower())
        return new

    def topology(self, topology: Topology) -> Topology:
        changes: dict[str, Any] = {}
        for each in fields(topology):
            held = getattr(topology, each.name)
            if isinstance(held, dict):
                things = [self._value(thing) for thing in held.values()]
                changes[each.name] = {thing.id.key: thing for thing in things}
        return replace(topology, **changes, facts=self._value(topology.facts))

    def _value(self, value: Any) -> Any:
        """The value with every id in it renamed; in facts ids are texts."""
        if isinstance(value, ResourceId):
            return self._id(value)
        if isinstance(value, str) and value.startswith("/subscriptions/"):
            return self._id(ResourceId(value)).key
        if isinstance(value, dict):
            return {self._value(key): self._value(each) for key, each in value.items()}
        if isinstance(value, frozenset):
            return frozenset(map(self._value, value))
        if isinstance(value, tuple):
            parts = [self._value(each) for each in value]
            return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
        if is_dataclass(value) and not isinstance(value, type):
            return self._thing(value)
        return value

    def _thing(self, thing: Any) -> Any:
        changes = {each.name: self._value(getattr(thing, each.name)) for each in fields(thing) if each.compare}
        if isinstance(changes.get("id"), ResourceId) and "name" in changes:
            changes["name"] = changes["id"].name
        return replace(thing, **changes)

    def _id(self, id: ResourceId) -> ResourceId:
        if not any(name in self.names for name in _names(id)):
            return id
        steps = id.text.split("/")
        return ResourceId(
            "/".join(self.names.get(step, step) if at >= _GROUP else step for at, step in enumerate(steps))
        )


def _ids(value: Any) -> Iterator[ResourceId]:
    """Every id in a resource."""
    if isinstance(value, ResourceId):
        yield value
    elif isinstance(value, tuple):
        yield from (id for each in value for id in _ids(each))
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (id for each in fields(value) for id in _ids(getattr(value, each.name)))


def _names(id: ResourceId) -> list[str]:
    """The names in an id that a native file says as names; other resources stand there by their whole id."""
    steps = id.text.split("/")
    names = [*steps[_GROUP : _GROUP + 1], *steps[_FIRST_NAME::2]]
    if any(type in id.key for type in _TYPES):
        return [name for at, name in enumerate(names) if at or not _is_group(name)]
    return [name for name in names if any(character.isspace() for character in name)]


def _is_group(name: str) -> bool:
    """Whether a native file takes a name for that of a resource group, which may have parentheses."""
    return bool(name) and not any(character.isspace() or character in "\\?#%&<>\"'" for character in name)
