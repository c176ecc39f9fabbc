"""What every translation from azurerm's words into ARM's uses: the plan's ids, and where to note what is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from netwatch.effective.regions import region_name
from netwatch.formats.arm_resources.fields import AssumedText, PlacedObject
from netwatch.formats.terraform.arm_ids import Ids
from netwatch.formats.terraform.arm_types import ARM_TYPES
from netwatch.formats.terraform.attributes import Attributes, attributes_of
from netwatch.formats.terraform.plan import Instance, Plan
from netwatch.model.unresolved import Unresolved

__all__ = ["Resources", "Words", "filled", "given", "place", "resource"]


class Resources(dict[str, PlacedObject]):
    """ARM resources by lower-case id, in the order of the plan."""

    def properties(self, id: str) -> dict[str, Any] | None:
        """The properties of a resource; None where there is none of that id."""
        held = self.get(id.lower())
        found = None if held is None else held.get("properties")
        return found if isinstance(found, dict) else None


class Words(NamedTuple):
    """One translation of one plan: its ids, and ``ignore`` for what is left out: (attributes, name, effect)."""

    ids: Ids
    ignore: Callable[[Attributes, str, str], None]

    @property
    def plan(self) -> Plan:
        return self.ids.plan

    def reference(self, fields: Attributes, *names: str, to: Iterable[str]) -> Any:
        """The id in the first of these attributes that has one, as ARM writes references."""
        return self.ids.reference(fields, *names, to=to)

    def address(self, fields: Attributes, name: str, number: int) -> Any:
        """A private address: what the plan says, else the one worked out for that ip configuration, if any was."""
        known = fields.value(name)
        if known is not None:
            return known
        assumed = self.plan.assumed.get((fields.instance.address, number))
        return None if assumed is None else AssumedText(assumed)


def place(fields: Attributes, value: Mapping[str, Any]) -> PlacedObject:
    """An ARM object that stands where these attributes do, without what is None."""
    return PlacedObject(given(value), fields.where)


def given(value: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are not None."""
    return {name: each for name, each in value.items() if each is not None}


def resource(words: Words, instance: Instance, properties: Mapping[str, Any], **more: Any) -> PlacedObject:
    """An ARM resource with these properties."""
    fields = attributes_of(words.plan, instance)
    location = region_name(fields.text("location"))
    base = {"id": words.ids.id_of(instance), "type": ARM_TYPES[instance.type].type, "location": location or None}
    return place(fields, {**base, **more, "name": words.ids.name_of(instance), "properties": given(properties)})


def filled(items: Iterable[Any]) -> list[Any]:
    """The items that are there, open ones among them: without None and empty texts."""
    return [each for each in items if isinstance(each, Unresolved) or each not in (None, "")]
