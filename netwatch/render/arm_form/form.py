"""How one topology is written in ARM's form: ids, references, and values that are open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from netwatch.formats.arm_resources.open_expression import open_expression
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.render.untold import Untold

__all__ = ["ArmForm"]

Body = dict[str, Any]


class ArmForm:
    """One topology on its way into ARM's form, and the values that could not be written."""

    def __init__(self, topology: Topology, *, keep_open: bool = False) -> None:
        self.topology = topology
        self.untold = Untold("an export")
        self._keep_open = keep_open

    def resource(self, id: ResourceId, location: str, properties: Body, *, sku: str = "") -> Body:
        """A resource, or with an empty location a child that is a resource of its own."""
        body: Body = {"id": id.text, "name": id.name, "type": id.type}
        body |= {"location": location} if location else {}
        body |= {"sku": {"name": sku}} if sku else {}
        return body | {"properties": properties}

    def child(self, id: ResourceId, properties: Body) -> Body:
        """A part of a resource, inside of it."""
        return {"id": id.text, "name": id.name, "properties": properties}

    def known(self, value: Any, id: ResourceId, field: str) -> Any:
        """The value; where it is open its expression, or a note that it cannot be told."""
        if not isinstance(value, Unresolved):
            return value
        if not self._keep_open:
            self.untold.add(id, field, value)
        return open_expression(value)

    def field(self, name: str, value: Any, id: ResourceId) -> Body:
        """A field with a value as text; nothing where there is none."""
        return {} if value is None else {name: str(self.known(value, id, name))}

    def texts(self, values: Iterable[Any], id: ResourceId, field: str) -> list[str]:
        return [str(self.known(value, id, field)) for value in values]

    def reference(self, name: str, id: Any, holder: ResourceId, *, may_miss: bool = False) -> Body:
        """A field that refers to another resource; ``may_miss``: its target need not be there to be read back."""
        return {} if id is None else {name: self.referred(name, id, holder, may_miss=may_miss)}

    def referred(self, name: str, id: Any, holder: ResourceId, *, may_miss: bool = False) -> Any:
        """``{"id": …}``; an open reference as its expression."""
        if isinstance(id, Unresolved) and may_miss and id.expression.startswith("/"):
            return {"id": id.expression}
        known = self.known(id, holder, name)
        return {"id": known.text} if isinstance(known, ResourceId) else known
