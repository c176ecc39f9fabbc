"""Security admin rules of resolved ARM resources: security rules with words of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from netwatch.formats.arm_resources.fields import ArmObject
from netwatch.model.addresses import Prefix
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.rules import AddressField, AddressTerm, AnyAddress, Cidr, PortField, SecurityRule
from netwatch.model.unresolved import Unresolved

__all__ = ["AdminRuleReader"]

_T = TypeVar("_T")

_Ranges = Callable[[ResourceId], tuple[Prefix | Unresolved, ...]]


class AdminRuleReader:
    """Reads security admin rules; ``ranges`` tells the address ranges of a network group.

    A side or ports that are left out mean all of them. Source: the REST reference of admin rules.
    """

    def __init__(self, ranges: _Ranges) -> None:
        self._ranges = ranges

    def read(self, rule: ArmObject, id: ResourceId) -> SecurityRule:
        """The rule, with problems reported for whatever Azure requires and the input lacks."""
        fields = rule.object("properties")
        return SecurityRule(
            id=id,
            name=id.name,
            direction=_required(fields, "direction", fields.parsed("direction", Direction.parse)),
            priority=_required(fields, "priority", fields.integer("priority")),
            access=_required(fields, "access", fields.parsed("access", Access.parse)),
            protocol=_required(fields, "protocol", fields.parsed("protocol", Protocol.parse)),
            sources=self._side(fields, "sources"),
            source_ports=_ports(fields, "sourcePortRanges"),
            destinations=self._side(fields, "destinations"),
            destination_ports=_ports(fields, "destinationPortRanges"),
            protocol_text=fields.text("protocol"),
            description=fields.text("description"),
            where=rule.where,
        )

    def _side(self, fields: ArmObject, name: str) -> AddressField:
        terms = tuple(term for item in fields.objects(name) for term in self._terms(item))
        return AddressField(terms if fields.items(name) else (AnyAddress("*"),), singular=False)

    def _terms(self, item: ArmObject) -> Iterator[AddressTerm]:
        if item.text("addressPrefixType").lower() != "networkgroup":
            yield _required(item, "addressPrefix", item.parsed("addressPrefix", item.reading.address_term))
            return
        group: ResourceId | Unresolved = _required(item, "addressPrefix", item.id_text("addressPrefix"))
        if isinstance(group, Unresolved):
            yield group
            return
        for each in self._ranges(group):
            yield each if isinstance(each, Unresolved) else Cidr(each, str(each))


def _required(fields: ArmObject, name: str, value: _T | None) -> _T | Unresolved:
    if value is None:
        fields.problem(f"{name} is missing.", "Azure requires it in every security admin rule.")
        return fields.unreadable(name)
    return value


def _ports(fields: ArmObject, name: str) -> PortField:
    texts = fields.items(name) or ["*"]
    ranges = tuple(fields.parse(name, text, fields.reading.port_range) for text in texts)
    shown = (each.text if isinstance(each, Unresolved) else text for each, text in zip(ranges, texts, strict=True))
    return PortField(ranges, tuple(str(text) for text in shown), singular=False)
