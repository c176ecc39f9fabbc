"""How one topology is written in the native form: names, references, and where a resource lies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from netwatch.formats.topology_file.names import Scope
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.render.native_form.names import NativeNames
from netwatch.render.native_form.words import open_value

__all__ = ["NativeForm"]

Fields = dict[str, Any]


class NativeForm:
    """One topology on its way into the native form: how resources are named and referred to in it."""

    def __init__(self, topology: Topology, *, explicit: bool) -> None:
        self.topology = topology
        self.names = NativeNames(topology)
        self.explicit = explicit

    def section(self, kind: str, things: Iterable[Any], fields: Callable[[NativeForm, Any], Fields]) -> Fields:
        """All of a kind, each under its key."""
        return {self.names.key(kind, each.id): self.thing(kind, each, fields(self, each)) for each in things}

    def thing(self, kind: str, thing: Any, fields: Fields, scope: Scope | None = None) -> Fields:
        """A resource's fields after those that say where it lies."""
        key = self.names.key(kind, thing.id)
        return self.names.lies(thing.id, thing.location, scope or self.names.scope, key=key) | fields

    def reference(self, kind: str, id: Any) -> Any:
        """How the form refers to ``id``."""
        if isinstance(id, Unresolved):
            return open_value(id)
        return self.names.subnet(id) if kind == "subnets" else self.names.reference(kind, id)

    def outward(self, kind: str, id: Any) -> Any:
        """The same where the target need not be there: a missing one keeps its id, and is open when it is read."""
        if isinstance(id, Unresolved) and id.expression.startswith("/"):
            return id.expression
        return self.reference(kind, id)

    def named(self, kind: str, id: Any, field: str) -> Fields:
        """The field with a reference; nothing where there is none."""
        return {} if id is None else {field: self.reference(kind, id)}
