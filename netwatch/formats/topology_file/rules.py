"""Security rules and routes of a native topology file."""

from __future__ import annotations

from typing import Any

from netwatch.formats.topology_file.reading_parts import Path, Reading, Values, all_of, said
from netwatch.formats.topology_file.values import ANY_ADDRESS, ANY_PORTS
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkSecurityGroup
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import AddressField, Asg, SecurityRule
from netwatch.model.unresolved import Unresolved

__all__ = ["read_network_security_group", "read_route_table"]


def read_network_security_group(reading: Reading, name: str, body: Any, path: Path) -> None:
    """A group with its own rules, into the draft."""
    scope = reading.scope.of(body)
    values = reading.fields("networkSecurityGroup", body, path)
    id = scope.id("networkSecurityGroups", name)
    rules = tuple(
        _rule(reading, id, rule, fields, (*path, "securityRules", rule))
        for rule, fields in reading.items(values, "securityRules", path)
    )
    flushes = said(values, "flushConnection", False)
    reading.draft.add(NetworkSecurityGroup(id, scope.location, rules, reading.place(path), flushes))


def _rule(reading: Reading, nsg: ResourceId, name: str, body: Any, path: Path) -> SecurityRule:
    """One security rule; what az leaves out is what may be left out here (any address, any port, Inbound, Allow)."""
    values = reading.fields("securityRule", body, path)
    protocol, protocol_text = said(values, "protocol", (Protocol.ANY, "*"))
    return SecurityRule(
        id=nsg.child("securityRules", name),
        name=name,
        direction=said(values, "direction", Direction.INBOUND),
        priority=values["priority"],
        access=said(values, "access", Access.ALLOW),
        protocol=protocol,
        sources=_side(reading, values, "source", path),
        source_ports=said(values, "sourcePortRanges", ANY_PORTS),
        destinations=_side(reading, values, "destination", path),
        destination_ports=said(values, "destinationPortRanges", ANY_PORTS),
        protocol_text=protocol_text,
        description=said(values, "description", ""),
        where=reading.place(path),
    )


def _side(reading: Reading, values: Values, side: str, path: Path) -> AddressField:
    """A rule's source or destination: addresses or application security groups; Azure takes no mixture of both."""
    groups = f"{side}ApplicationSecurityGroups"
    if groups not in values:
        found: AddressField = said(values, side, ANY_ADDRESS)
        return found
    if side in values:
        hint = "Use one of them, or two rules."
        reading.problem(path, f'"{side}" and "{groups}" both stand here.', hint=hint, at=(groups,))
    ids = reading.references(values, groups, "applicationSecurityGroups", path)
    return AddressField(tuple(Asg(id) if isinstance(id, ResourceId) else id for id in ids), singular=False)


def read_route_table(reading: Reading, name: str, body: Any, path: Path) -> None:
    """A table with its routes, into the draft."""
    scope = reading.scope.of(body)
    values = reading.fields("routeTable", body, path)
    id = scope.id("routeTables", name)
    routes = tuple(
        _route(reading, id, route, fields, (*path, "routes", route))
        for route, fields in reading.items(values, "routes", path)
    )
    propagate = not said(values, "disableBgpRoutePropagation", False)
    reading.draft.add(RouteTable(id, scope.location, routes, propagate, reading.place(path)))


def _route(reading: Reading, table: ResourceId, name: str, body: Any, path: Path) -> UserRoute:
    values = reading.fields("route", body, path)
    kind, hops = values["nextHopType"], all_of(values.get("nextHopIpAddress", ()))
    if not isinstance(kind, Unresolved):
        _check_hops(reading, kind, len(hops), path)
    first, *rest = hops or (None,)
    id = table.child("routes", name)
    return UserRoute(id, name, values["addressPrefix"], kind, first, reading.place(path), tuple(rest))


def _check_hops(reading: Reading, kind: NextHopType, count: int, path: Path) -> None:
    """One address where packets go to an appliance, at least two where flows are spread, none elsewhere."""
    if kind is NextHopType.VIRTUAL_APPLIANCE_ECMP and count < 2:
        hint = "Add them: nextHopIpAddress: [10.0.9.4, 10.0.9.5]"
        reading.problem(path, '"nextHopIpAddress" must hold the addresses of two appliances or more.', hint=hint)
    elif kind is NextHopType.VIRTUAL_APPLIANCE and count == 0:
        hint = "Add it: nextHopIpAddress: 10.0.9.4"
        reading.problem(path, '"nextHopIpAddress" is missing: the appliance\'s address.', hint=hint)
    elif kind is NextHopType.VIRTUAL_APPLIANCE and count > 1:
        hint = "Name one, or write nextHopType: VirtualApplianceEcmp."
        reading.problem(path, f'"nextHopIpAddress" holds {count} addresses.', hint=hint, at=("nextHopIpAddress",))
    elif not kind.is_appliance and count > 0:
        message = f'"nextHopIpAddress" stands beside nextHopType {kind.value}.'
        hint = "Remove it, or write nextHopType: VirtualAppliance."
        reading.problem(path, message, hint=hint, at=("nextHopIpAddress",))
