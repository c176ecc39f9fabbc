"""Security rules and routes of resolved ARM resources."""

from __future__ import annotations

from typing import Any

from netwatch.formats.arm_resources.fields import ArmObject, is_tag_shaped
from netwatch.model.addresses import Prefix, parse_prefix
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.routes import NextHopType, UserRoute
from netwatch.model.rules import AddressField, AddressTerm, Asg, PortField, SecurityRule, ServiceTag
from netwatch.model.unresolved import Unresolved

__all__ = ["RuleReader", "read_route"]

_USER_HOPS = {
    hop.value.lower(): hop
    for hop in (
        NextHopType.VIRTUAL_NETWORK_GATEWAY,
        NextHopType.VNET_LOCAL,
        NextHopType.VIRTUAL_APPLIANCE,
        NextHopType.VIRTUAL_APPLIANCE_ECMP,
        NextHopType.INTERNET,
        NextHopType.NONE,
    )
}


class RuleReader:
    """Reads security rules; what they share (most ports, most prefixes) is made once and shared."""

    def __init__(self) -> None:
        self._sides: dict[str, AddressField] = {}
        self._ports: dict[str, PortField] = {}
        self._words: dict[tuple[Any, str], Any] = {}

    def read(self, rule: ArmObject, id: ResourceId) -> SecurityRule:
        """The rule, with problems reported for whatever Azure requires and the input lacks."""
        fields = rule.object("properties")
        return SecurityRule(
            id=id,
            name=id.name,
            direction=self._word(fields, "direction", Direction.parse),
            priority=_required(fields, "priority", fields.integer("priority")),
            access=self._word(fields, "access", _access),
            protocol=self._word(fields, "protocol", Protocol.parse),
            sources=self._addresses(fields, "source"),
            source_ports=self._port_field(fields, "source"),
            destinations=self._addresses(fields, "destination"),
            destination_ports=self._port_field(fields, "destination"),
            protocol_text=fields.text("protocol"),
            description=fields.text("description"),
            where=rule.where,
        )

    def _word(self, fields: ArmObject, name: str, parse: Any) -> Any:
        value = fields.raw(name)
        known = self._words.get((parse, value)) if isinstance(value, str) else None
        if known is not None:
            return known
        found = _required(fields, name, fields.parsed(name, parse))
        if not isinstance(found, Unresolved):
            self._words[parse, value] = found
        return found

    def _addresses(self, fields: ArmObject, side: str) -> AddressField:
        one, many = f"{side}AddressPrefix", f"{side}AddressPrefixes"
        groups = fields.references(f"{side}ApplicationSecurityGroups")
        single, several = fields.raw(one), fields.items(many)
        if isinstance(single, str) and not several and not groups:
            if single not in self._sides:
                term = fields.parse(one, single, fields.reading.address_term)
                if isinstance(term, Unresolved):
                    return AddressField((term,))
                self._sides[single] = AddressField((term,))
            return self._sides[single]
        terms = [*_asgs(groups), *(fields.parse(many, each, fields.reading.address_term) for each in several)]
        if single is not None:
            terms.append(fields.parse(one, single, fields.reading.address_term))
        _check_forms(fields, (one, many, f"{side}ApplicationSecurityGroups"), (single, several, groups))
        return AddressField(tuple(terms), singular=False)

    def _port_field(self, fields: ArmObject, side: str) -> PortField:
        one, many = f"{side}PortRange", f"{side}PortRanges"
        single, several = fields.raw(one), fields.items(many)
        if isinstance(single, str) and not several:
            if single not in self._ports:
                ports = _ports(fields, one, [single])
                if isinstance(ports.ranges[0], Unresolved):
                    return ports
                self._ports[single] = ports
            return self._ports[single]
        _check_forms(fields, (one, many), (single, several))
        if single is not None:
            return _ports(fields, one, [single])
        return _ports(fields, many, several, singular=False)


def _access(text: str) -> Access:
    """Rules of a network security group know two accesses; the third belongs to network managers."""
    access = Access.parse(text)
    if access is Access.ALWAYS_ALLOW:
        raise ValueError(f"{text!r} is not an access of a security rule: Allow or Deny")
    return access


def _required(fields: ArmObject, name: str, value: Any) -> Any:
    if value is None:
        fields.problem(f"{name} is missing.", "Azure requires it in every security rule.")
        return fields.unreadable(name)
    return value


def _asgs(ids: tuple[ResourceId | Unresolved, ...]) -> list[AddressTerm]:
    return [id if isinstance(id, Unresolved) else Asg(id) for id in ids]


def _check_forms(fields: ArmObject, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
    """Azure wants exactly one of the forms in which a side of a rule can be given."""
    given = [name for name, value in zip(names, values, strict=True) if value not in (None, [], ())]
    if isinstance(values[0], Unresolved):
        return
    if not given:
        fields.problem(f"one of {', '.join(names)} is missing.", "Azure requires it; * stands for everything.")
    elif len(given) > 1:
        fields.problem(f"{' and '.join(given)} are both given.", "Azure accepts one of them.")


def _ports(fields: ArmObject, name: str, values: list[Any], *, singular: bool = True) -> PortField:
    texts = [str(value) if isinstance(value, int) and not isinstance(value, bool) else value for value in values]
    ranges = tuple(fields.parse(name, text, fields.reading.port_range) for text in texts)
    shown = (each.text if isinstance(each, Unresolved) else text for each, text in zip(ranges, texts, strict=True))
    return PortField(ranges, tuple(str(text) for text in shown), singular)


def read_route(route: ArmObject, id: ResourceId) -> UserRoute:
    """A route of a route table."""
    fields = route.object("properties")
    hop = fields.parsed("nextHopType", _next_hop_type)
    address = fields.parsed("nextHopIpAddress", fields.reading.address)
    first, *rest = _hops(fields, hop, address)
    if hop is NextHopType.VIRTUAL_APPLIANCE and address is None:
        fields.problem("nextHopIpAddress is missing.", "Azure requires it where the next hop type is VirtualAppliance.")
    return UserRoute(
        id=id,
        name=id.name,
        prefix=_route_required(fields, "addressPrefix", fields.parsed("addressPrefix", _route_prefix)),
        next_hop_type=_route_required(fields, "nextHopType", hop),
        next_hop_ip=first,
        where=route.where,
        other_hop_ips=tuple(rest),
    )


def _hops(fields: ArmObject, hop: Any, address: Any) -> tuple[Any, ...]:
    """The appliances of a route, None alone where its type has none; of an open type those that are given."""
    if hop is NextHopType.VIRTUAL_APPLIANCE_ECMP:
        return _spread_over(fields)
    if isinstance(hop, Unresolved):
        return fields.object("nextHop").all_parsed("nextHopIpAddresses", fields.reading.address) or (address,)
    return (address,) if hop is NextHopType.VIRTUAL_APPLIANCE else (None,)


def _spread_over(fields: ArmObject) -> tuple[Any, ...]:
    """The appliances of an ECMP route, at least two (REST reference, RouteNextHopEcmp)."""
    found = fields.object("nextHop").all_parsed("nextHopIpAddresses", fields.reading.address)
    if len(found) < 2:
        fields.problem("nextHop.nextHopIpAddresses holds fewer than two addresses.", "VirtualApplianceEcmp needs two.")
    return found or (None,)


def _route_required(fields: ArmObject, name: str, value: Any) -> Any:
    if value is None:
        fields.problem(f"{name} is missing.", "Azure requires it in every route.")
        return fields.unreadable(name)
    return value


def _next_hop_type(text: str) -> NextHopType:
    hop = _USER_HOPS.get(text.lower())
    if hop is not None:
        return hop
    words = ", ".join(each.value for each in _USER_HOPS.values())
    raise ValueError(f'"{text}" is not a next hop type of a route: {words}')


def _route_prefix(text: str) -> Prefix | ServiceTag:
    if not text[:1].isdigit() and ":" not in text and is_tag_shaped(text):
        return ServiceTag(text)
    return parse_prefix(text)
