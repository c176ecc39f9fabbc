"""Route tables of the hubs of a virtual WAN: static routes, and what connections and branches propagate to them.

Sources: "About virtual hub routing" (association, propagation, labels, static routes before learned ones, 0.0.0.0/0
stays in its hub); "How to configure Virtual WAN hub routing intent and routing policies"; "Virtual WAN FAQ" (what a
Basic WAN has); tables printed in a published lab ("Virtual WAN: isolation VNets and site-to-site VPN").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from netwatch.model.addresses import Address, Prefix, parse_prefix
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.virtual_hubs import (
    HubBranch,
    HubConnection,
    HubGateway,
    HubRoute,
    HubRouting,
    RoutingPolicy,
    VirtualHub,
)
from netwatch.model.where import AZURE_DEFAULT, Where

__all__ = [
    "HubRow",
    "appliance_of",
    "connection_of",
    "default_table",
    "forwarding_rows",
    "is_basic",
    "policy_for",
    "table_rows",
    "wan_hubs",
]

_DEFAULT, _NONE = "defaultroutetable", "noneroutetable"

_PRIVATE = tuple(parse_prefix(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""What a policy for private traffic puts into the default table ("routing intent", static routes)."""

_EVERYTHING = Prefix(4, 0, 0)

_PREFERRED = ("expressroutegateways", "vpngateways", "p2svpngateways")
"""Types of gateways, those whose routes are preferred first: ExpressRoute, unless the hub is told otherwise."""


class HubRow(NamedTuple):
    """A row of a hub's table: what packets to ``prefix`` are handed to, and in which hub that stands.

    ``target`` is a firewall, a connection of the hub, a branch or whatever a static route names. ``next_hop_ip`` is set
    where a static route of the connection leads to an appliance. ``open`` says why the row may not be there.
    """

    prefix: Prefix | Unresolved
    hub: ResourceId
    target: ResourceId | Unresolved
    next_hop_ip: Address | Unresolved | None = None
    open: Unresolved | None = None
    where: Where = AZURE_DEFAULT


def default_table(hub: VirtualHub) -> ResourceId:
    """The id of the table that every hub has, and that everything is associated to unless it says otherwise."""
    return hub.id.child("hubRouteTables", "defaultRouteTable")


def policy_for(hub: VirtualHub, destination: str) -> RoutingPolicy | None:
    """The hub's policy for ``Internet`` or ``PrivateTraffic``; None where it has none."""
    return next((each for each in hub.policies if destination in each.destinations), None)


def wan_hubs(topology: Topology, hub: VirtualHub) -> list[VirtualHub]:
    """The hubs of the WAN, this one first: all of them are joined."""
    others = (each for each in topology.virtual_hubs.values() if each.id != hub.id)
    return [hub, *(each for each in others if isinstance(hub.wan, ResourceId) and each.wan == hub.wan)]


def is_basic(topology: Topology, hub: VirtualHub) -> bool:
    """Whether the WAN is a Basic one, as it says itself, or, where the input does not hold it, as the hub does."""
    wan = topology.virtual_wans.get(hub.wan.key) if isinstance(hub.wan, ResourceId) else None
    return (hub.kind if wan is None else wan.kind) == "Basic"


def connection_of(topology: Topology, id: ResourceId) -> tuple[VirtualHub, HubConnection] | None:
    """The connection of that id, with its hub."""
    hub = topology.virtual_hubs.get(id.parent.key)
    return next(((hub, each) for each in hub.connections if each.id == id), None) if hub is not None else None


def table_rows(topology: Topology, hub: VirtualHub, table: ResourceId) -> list[HubRow]:
    """What ``table`` of ``hub`` holds: policies, then static routes, then what is propagated, each prefix once.

    A static route takes the place of a learned one of its prefix, a route of the own hub that of another hub's.
    """
    if is_basic(topology, hub):
        return _once(_branches(topology, hub, table, hub))
    rows = [*_policy_rows(hub), *_static_rows(topology, hub, table)]
    if policy_for(hub, "PrivateTraffic") is None:
        rows += _propagated(topology, hub, table)
    return _once(rows)


def forwarding_rows(topology: Topology, hub: VirtualHub) -> list[HubRow]:
    """Where a firewall in ``hub`` sends what it lets pass: to all that is connected here, and what other hubs tell.

    "To see which routes Virtual WAN uses to forward inspected packets, view the effective route table of the Firewall":
    prefixes of this hub, whatever its connections propagate to, and of hubs with routing intent; of others what is
    propagated to the default table of this hub.
    """
    table = default_table(hub)
    own = [*_connections(topology, hub, None, hub), *_branches(topology, hub, None, hub)]
    return _once([*_static_connections(topology, hub, table), *own, *_propagated(topology, hub, table)])


def _once(rows: Iterable[HubRow]) -> list[HubRow]:
    found: dict[object, HubRow] = {}
    for row in rows:
        found.setdefault(row.prefix, row)
    return list(found.values())


def _policy_rows(hub: VirtualHub) -> Iterator[HubRow]:
    """0.0.0.0/0 of a policy for the Internet, the private aggregates of one for private traffic."""
    for destination, prefixes in (("PrivateTraffic", _PRIVATE), ("Internet", (_EVERYTHING,))):
        policy = policy_for(hub, destination)
        if policy is not None:
            yield from (HubRow(prefix, hub.id, policy.next_hop, where=policy.where) for prefix in prefixes)


def _static_rows(topology: Topology, hub: VirtualHub, table: ResourceId) -> Iterator[HubRow]:
    for route in _static_routes(hub, table):
        for prefix in route.prefixes:
            yield _static_row(topology, hub, route, prefix)


def _static_routes(hub: VirtualHub, table: ResourceId) -> Iterator[HubRoute]:
    for each in hub.tables:
        if each.id == table:
            yield from each.routes


def _static_row(topology: Topology, hub: VirtualHub, route: HubRoute, prefix: Prefix | Unresolved) -> HubRow:
    target = route.next_hop
    found = connection_of(topology, target) if isinstance(target, ResourceId) else None
    if found is None:
        return HubRow(prefix, hub.id, target, where=route.where)
    return HubRow(prefix, found[0].id, target, appliance_of(found[1], prefix), where=route.where)


def appliance_of(connection: HubConnection, prefix: Prefix | Unresolved) -> Address | Unresolved | None:
    """The next hop of the connection's static route that holds the prefix; the longest one.

    It counts for what is connected too: "to access workloads in the same Virtual Network as the NVA directly […] please
    specify a /32 route on the Spoke Virtual Network connection" ("Route traffic through NVAs", custom settings).
    """
    if isinstance(prefix, Unresolved):
        return prefix
    holding = [
        (own.length, route.next_hop_ip)
        for route in connection.static_routes
        for own in route.prefixes
        if isinstance(own, Prefix) and own.holds(prefix)
    ]
    return max(holding, key=lambda each: each[0])[1] if holding else None


def _static_connections(topology: Topology, hub: VirtualHub, table: ResourceId) -> Iterator[HubRow]:
    """Static routes that lead to connections: a firewall does not send to itself."""
    rows = _static_rows(topology, hub, table)
    return (row for row in rows if isinstance(row.target, ResourceId) and connection_of(topology, row.target))


def _propagated(topology: Topology, hub: VirtualHub, table: ResourceId) -> list[HubRow]:
    """What connections and branches of every hub propagate to ``table``, but for default routes of other hubs."""
    found: list[HubRow] = []
    for each in wan_hubs(topology, hub):
        rows = [*_connections(topology, hub, table, each), *_branches(topology, hub, table, each)]
        found += [row for row in rows if each is hub or row.prefix != _EVERYTHING]
    return found


def _connections(topology: Topology, hub: VirtualHub, table: ResourceId | None, source: VirtualHub) -> Iterator[HubRow]:
    """Networks connected to ``source``, as far as they propagate to ``table`` of ``hub``; None: all of them."""
    for each in source.connections:
        learns = True if table is None else _learns(topology, hub, table, source, each.routing)
        if learns is False:
            continue
        open = learns if isinstance(learns, Unresolved) else None
        for prefix in _space(topology, each):
            yield HubRow(prefix, source.id, each.id, open=open, where=each.where)
        yield from _own_static_rows(source, each, open)


def _space(topology: Topology, connection: HubConnection) -> Iterator[Prefix | Unresolved]:
    """The IPv4 ranges of the network: "IPv6 isn't supported in Virtual WAN hub and its gateways"."""
    if isinstance(connection.vnet, Unresolved):
        yield connection.vnet
    else:
        space = topology.vnets[connection.vnet.key].address_space
        yield from (each for each in space if isinstance(each, Unresolved) or each.version == 4)


def _own_static_rows(source: VirtualHub, connection: HubConnection, open: Unresolved | None) -> Iterator[HubRow]:
    """A connection's static routes, which reach tables by themselves where it propagates them.

    Azure sets whether it does, and a template cannot say so; then it is open.
    """
    if connection.propagates_static_routes is False:
        return
    if connection.propagates_static_routes is None:
        reason = f"whether {connection.id.name} propagates its static routes is set by Azure"
        open = open or Unresolved(reason, where=connection.where)
    for route in connection.static_routes:
        for prefix in route.prefixes:
            yield HubRow(prefix, source.id, connection.id, route.next_hop_ip, open, route.where)


def _preference(gateway: HubGateway) -> tuple[int, str]:
    kind = gateway.id.type.rsplit("/", 1)[-1].lower()
    return (_PREFERRED.index(kind) if kind in _PREFERRED else len(_PREFERRED)), gateway.id.key


def _branches(topology: Topology, hub: VirtualHub, table: ResourceId | None, source: VirtualHub) -> Iterator[HubRow]:
    """What lies beyond the gateways of ``source``: declared prefixes, and those of facts.

    All branches propagate to the same tables ("Additional considerations"), so that learned ones go by the first.
    Of gateways that bring one prefix a circuit's goes first ("Virtual hub routing preference": it is the default);
    among the others the order of kinds and ids stands in for what no source says, and not that of the input.
    """
    own = (each for each in topology.hub_gateways.values() if each.hub == source.id)
    for gateway in sorted(own, key=_preference):
        for branch in gateway.branches:
            yield from _branch_rows(topology, hub, table, source, branch)
        yield from _learned_rows(topology, hub, table, source, gateway)
    told = topology.facts.gateway_learned_routes.get(source.id.key, ())
    learns = True if table is None else _learns(topology, hub, table, source, HubRouting())
    if told and learns is not False:
        yield from (HubRow(prefix, source.id, _speaker(source), where=source.where) for prefix in told)


def _speaker(hub: VirtualHub) -> ResourceId | Unresolved:
    """Who announced what a hub learned over BGP: its peer, if it has one only."""
    if len(hub.peers) == 1:
        return hub.peers[0].id
    return Unresolved(f"{hub.id.name} has {len(hub.peers)} BGP peers, and a fact does not say which", where=hub.where)


def _branch_rows(
    topology: Topology, hub: VirtualHub, table: ResourceId | None, source: VirtualHub, branch: HubBranch
) -> Iterator[HubRow]:
    learns = True if table is None else _learns(topology, hub, table, source, branch.routing)
    if learns is False:
        return
    open = learns if isinstance(learns, Unresolved) else None
    prefixes = [*branch.prefixes]
    if isinstance(branch.site, Unresolved):
        prefixes.append(branch.site)
    elif branch.site is not None:
        prefixes += topology.vpn_sites[branch.site.key].prefixes
    yield from (HubRow(prefix, source.id, branch.id, open=open, where=branch.where) for prefix in prefixes)


def _learned_rows(
    topology: Topology, hub: VirtualHub, table: ResourceId | None, source: VirtualHub, gateway: HubGateway
) -> Iterator[HubRow]:
    routing = gateway.branches[0].routing if gateway.branches else HubRouting()
    learns = True if table is None else _learns(topology, hub, table, source, routing)
    if learns is False:
        return
    open = learns if isinstance(learns, Unresolved) else None
    for prefix in topology.facts.gateway_learned_routes.get(gateway.id.key, ()):
        yield HubRow(prefix, source.id, gateway.id, open=open, where=gateway.where)


def _learns(
    topology: Topology, hub: VirtualHub, table: ResourceId, source: VirtualHub, routing: HubRouting
) -> bool | Unresolved:
    """Whether ``table`` of ``hub`` learns what ``source`` connects with ``routing``.

    Routing intent manages the propagation of all connections of its hub. With a policy for private traffic they
    propagate to no table; other hubs know their prefixes all the same, since they reach them through its firewall.
    """
    if is_basic(topology, hub) or table.name.lower() == _NONE:
        return source.id == hub.id and table.name.lower() != _NONE
    if policy_for(source, "PrivateTraffic") is not None:
        return source.id != hub.id and table == default_table(hub)
    if source.policies:
        return table == default_table(hub)
    named = (each == table for each in routing.tables)
    if any(named) or any(label in _labels(hub, table) for label in _said(topology, routing)):
        return True
    return next((each for each in (*routing.tables, *routing.labels) if isinstance(each, Unresolved)), False)


def _said(topology: Topology, routing: HubRouting) -> Iterator[str]:
    """The labels propagated to; without any, that of the default tables.

    Whether that is so where tables are named too is left open by the sources, save for the None table.
    """
    labels = [each.lower() for each in routing.labels if isinstance(each, str)]
    names = [each.name.lower() for each in routing.tables if isinstance(each, ResourceId)]
    by_default = not routing.tables or topology.semantics.hub_propagation == "defaultLabel"
    if not routing.labels and by_default and _NONE not in names:
        yield "default"
    yield from labels


def _labels(hub: VirtualHub, table: ResourceId) -> set[str]:
    """The labels of a table; "the Default Route Table has a built-in label called 'Default'"."""
    found = {
        label.lower() for each in hub.tables if each.id == table for label in each.labels if isinstance(label, str)
    }
    return found | {"default"} if table.name.lower() == _DEFAULT else found
