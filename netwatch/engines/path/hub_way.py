"""The way through a hub of a virtual WAN: by the rows of its tables, and through the firewalls in hubs.

Sources: "About virtual hub routing"; "How to configure Virtual WAN hub routing intent and routing policies" (its tables
of flows: through the firewall of each hub that has a private policy, in turn); "Virtual WAN: route traffic through an
NVA" (a static route of the table to the connection, one of the connection to the appliance).
"""

from __future__ import annotations

from collections.abc import Set

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.defaults import reserved_prefixes
from netwatch.effective.hub_tables import (
    HubRow,
    appliance_of,
    connection_of,
    default_table,
    forwarding_rows,
    policy_for,
    table_rows,
    wan_hubs,
)
from netwatch.effective.virtual_hubs import hub_of, refuse_unknown_routes, spoke_rows
from netwatch.engines.path.address_owner import FirewallAddress
from netwatch.engines.path.handing_over import Sender, arrive
from netwatch.engines.path.stops import HubStop, Onward, platform_issue, unless_seen
from netwatch.model.addresses import Address, Prefix
from netwatch.model.flow import Flow
from netwatch.model.ids import ResourceId
from netwatch.model.routes import EffectiveRoute, RouteSource
from netwatch.model.unresolved import Unresolved
from netwatch.model.virtual_hubs import HubConnection, VirtualHub

__all__ = ["from_branch", "from_firewall", "through_hub", "to_hub"]


def to_hub(compiled: CompiledTopology, sender: Sender, route: EffectiveRoute, seen: Set[str]) -> Onward | None:
    """From a connected network to its hub, by a row that the hub put there; None where it put none of that prefix."""
    found = hub_of(compiled.topology, sender.vnet)
    if found is None:
        return None
    hub, connection = found
    if route.source is RouteSource.USER:
        reason = f"what a user route to a gateway means in a network at the hub {hub.id.name} is not documented"
        return Onward("", route, unresolved=(Unresolved(reason, where=route.where),))
    rows = spoke_rows(compiled.topology, sender.vnet)
    row = next((row for row in rows if row.prefix in route.prefixes), None)
    if row is None:
        return None
    return unless_seen(Onward("VirtualHub", route, HubStop(hub, row, connection)), seen)


def through_hub(compiled: CompiledTopology, stop: HubStop, flow: Flow, seen: Set[str]) -> Onward:
    """On from a hub, by the row that the packet came by: to a firewall, another hub, a network, or out of the input."""
    row, topology = stop.row, compiled.topology
    if isinstance(row.target, Unresolved):
        return Onward("", unresolved=(row.target,))
    if row.target.key in topology.firewalls:
        return _to_firewall(compiled, row.target, seen)
    if row.hub == stop.hub.id:
        return _delivered(compiled, row, flow.dst_ip)
    far = topology.virtual_hubs[row.hub.key]
    policy = policy_for(far, "PrivateTraffic")
    if policy is not None:
        return _to_firewall(compiled, policy.next_hop, seen)
    return unless_seen(Onward("VirtualHub", stop=HubStop(far, row)), seen)


def from_firewall(compiled: CompiledTopology, stop: FirewallAddress, flow: Flow, seen: Set[str]) -> Onward:
    """On from a firewall in a hub, by what the hub knows; else, for a public destination, to the Internet."""
    hub, dest = _home(compiled, stop), flow.dst_ip
    if hub is None:
        return Onward("", unresolved=(Unresolved(f"the hub of {stop.name} is not in the input", where=stop.where),))
    row = _longest(forwarding_rows(compiled.topology, hub), dest)
    if isinstance(row, Unresolved):
        return Onward("", unresolved=(row,))
    if row is None or connection_of(compiled.topology, _id(row)) is None:
        for each in wan_hubs(compiled.topology, hub):
            refuse_unknown_routes(compiled.topology, each)
    if row is None:
        return _out(compiled, hub, dest)
    if row.hub == hub.id:
        return _delivered(compiled, row, dest)
    if policy_for(hub, "PrivateTraffic") is None:
        reason = f"{stop.name} is no next hop of routing intent, and how it reaches other hubs is not documented"
        return Onward("", unresolved=(Unresolved(reason, where=stop.where),))
    far = compiled.topology.virtual_hubs[row.hub.key]
    policy = policy_for(far, "PrivateTraffic")
    return _delivered(compiled, row, dest) if policy is None else _to_firewall(compiled, policy.next_hop, seen)


def from_branch(compiled: CompiledTopology, hub: VirtualHub, dest: Address) -> HubStop | Unresolved:
    """What comes out of a branch at ``hub`` goes by its default table ("All branch connections need to be associated to
    the Default route table")."""
    row = _longest(table_rows(compiled.topology, hub, default_table(hub)), dest)
    if row is None:
        return Unresolved(f"the default table of {hub.id.name} has no route to {dest}", where=hub.where)
    return row if isinstance(row, Unresolved) else HubStop(hub, row)


def _home(compiled: CompiledTopology, stop: FirewallAddress) -> VirtualHub | None:
    hub = stop.firewall.hub
    return compiled.topology.virtual_hubs.get(hub.key) if isinstance(hub, ResourceId) else None


def _id(row: HubRow) -> ResourceId:
    return row.target if isinstance(row.target, ResourceId) else row.hub


def _longest(rows: list[HubRow], dest: Address) -> HubRow | Unresolved | None:
    """The row with the longest prefix that holds ``dest``; Unresolved where an open row could be it."""
    holding = [(row.prefix.length, row) for row in rows if isinstance(row.prefix, Prefix) and row.prefix.holds(dest)]
    open_prefix = next((row.prefix for row in rows if isinstance(row.prefix, Unresolved)), None)
    if open_prefix is not None:
        return open_prefix
    best = max(holding, key=lambda pair: pair[0], default=None)
    return None if best is None else best[1].open or best[1]


def _out(compiled: CompiledTopology, hub: VirtualHub, dest: Address) -> Onward:
    if any(prefix.holds(dest) for prefix in reserved_prefixes()):
        note = f"the hub {hub.id.name} knows no network or branch that holds {dest}"
        return Onward("", issues=(platform_issue("NoRouteInHub", hub.where),), notes=(note,))
    from netwatch.engines.path.public_way import find_front

    front = find_front(compiled, dest)
    return Onward("Internet", stop=front, end="" if front else "Internet")


def _to_firewall(compiled: CompiledTopology, id: ResourceId | Unresolved, seen: Set[str]) -> Onward:
    firewall = compiled.topology.firewalls.get(id.key) if isinstance(id, ResourceId) else None
    if firewall is None:
        what = id if isinstance(id, Unresolved) else Unresolved(f"{id.name}, the next hop in the hub, is not evaluated")
        return Onward("", unresolved=(what,))
    return unless_seen(Onward("VirtualAppliance", stop=FirewallAddress(firewall, None)), seen)


def _delivered(compiled: CompiledTopology, row: HubRow, dest: Address) -> Onward:
    """Into the connected network, to the appliance that a static route names; or to a branch, which is at the edge."""
    target = _id(row)
    found = connection_of(compiled.topology, target)
    if found is not None:
        return _into_network(compiled, found[1], row, dest)
    hub = compiled.topology.virtual_hubs[row.hub.key]
    peer = next((each for each in hub.peers if each.id == target), None)
    if peer is not None and isinstance(peer.address, Address) and isinstance(peer.connection, ResourceId):
        by = connection_of(compiled.topology, peer.connection)
        if by is not None:
            return _into_network(compiled, by[1], row._replace(next_hop_ip=peer.address), dest)
    for key in (target.key, target.parent.key):
        if key in compiled.topology.hub_gateways:
            name = compiled.topology.hub_gateways[key].id.name
            note = f"{dest} lies beyond {name}; what becomes of the flow there is not in the input"
            return Onward("VirtualNetworkGateway", end="Destination", notes=(note,))
    return Onward("", unresolved=(Unresolved(f"{target.name}, which {hub.id.name} hands it to, is not evaluated"),))


def _into_network(compiled: CompiledTopology, connection: HubConnection, row: HubRow, dest: Address) -> Onward:
    single = Prefix(dest.version, dest.value, 32 if dest.version == 4 else 128)
    vnet, address = connection.vnet, row.next_hop_ip or appliance_of(connection, single) or dest
    if isinstance(vnet, Unresolved):
        return Onward("", unresolved=(vnet,))
    if isinstance(address, Unresolved):
        return Onward("", unresolved=(address,))
    spaces = compiled.topology.vnets[vnet.key].address_space
    if not any(isinstance(each, Prefix) and each.holds(address) for each in spaces):
        reason = f"no static route of {connection.id.name} says which appliance takes what is for {dest}"
        return Onward("", unresolved=(Unresolved(reason, where=row.where),))
    onward = arrive(compiled, vnet.key, address)
    return onward if address == dest or not onward.link else onward._replace(link="VirtualAppliance")
