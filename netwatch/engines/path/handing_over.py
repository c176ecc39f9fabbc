"""Handing a packet to an address: in the same virtual network, across a peering, or within a mesh.

Sources: "Create, change, or delete a virtual network peering" (what its flags let pass: decisions 0034 and 0036);
"Virtual network FAQ" and azure-docs issues 40186 and 30956 (Basic load balancers and global peering).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.compile.edges import BEYOND, HANDS_TO, Edge, edges_from, routes_of
from netwatch.effective.peers import far_sides, is_global
from netwatch.engines.path.address_owner import BalancerAddress, FirewallAddress, find_owner
from netwatch.engines.path.stops import Onward, platform_issue, route_issue
from netwatch.model.addresses import Address, Prefix
from netwatch.model.resources import Peering, Subnet, VirtualNetwork
from netwatch.model.unresolved import Unresolved
from netwatch.model.virtual_hubs import VirtualHub

__all__ = ["Sender", "arrive", "hand_over", "hand_over_in_mesh"]


class Sender(NamedTuple):
    """Who hands over: network and subnet, the address the packet bears as source, and whether a gateway relays it."""

    vnet: VirtualNetwork
    subnet: Subnet
    source: Address
    is_gateway: bool = False


def hand_over(compiled: CompiledTopology, sender: Sender, address: Address) -> Onward:
    """To what has ``address`` in the sender's network or across one peering; an issue where nothing can take it."""
    edge = next((each for each in _to_networks(compiled, sender) if _leads_to(each, address)), None)
    if edge is None:
        for hub, _ in compiled.topology.hub_connections_of.get(sender.vnet.id.key, ())[:1]:
            if isinstance(hub.prefix, Prefix) and hub.prefix.holds(address):
                return _into_hub(compiled, hub, address)
        note = f"{address} lies neither in {sender.vnet.id.name} nor in a peer of it"
        return Onward("", issues=(route_issue(None),), notes=(note,))
    if not isinstance(edge.by, Peering):
        return arrive(compiled, edge.head, address)
    if edge.head == BEYOND:
        reason = f"the network that peering {edge.by.id.name} leads to is not in the input"
        return Onward("", crossed=edge.by, unresolved=(Unresolved(reason, where=edge.by.where),))
    refusal = _refused_by_flags(compiled, sender, edge.by)
    if refusal:
        name = compiled.topology.vnets[edge.head].id.name
        return Onward("", issues=(route_issue(None),), notes=(f"{name} {refusal} from {sender.vnet.id.name}",))
    onward = arrive(compiled, edge.head, address)
    if isinstance(onward.stop, BalancerAddress) and is_global(compiled.topology, edge.by):
        return _to_frontend_of_another_region(onward.stop) or onward._replace(crossed=edge.by)
    return onward._replace(crossed=edge.by)


def _to_frontend_of_another_region(stop: BalancerAddress) -> Onward | None:
    """The drop at the frontend of a Basic load balancer, which its own region alone reaches; else None.

    The machines behind it are reached at their own addresses. A balancer without a SKU is Basic.
    """
    if stop.balancer.sku.lower() not in ("", "basic"):
        return None
    issue = platform_issue("BasicLoadBalancer", stop.balancer.where, "Outbound")
    note = f"{stop.address} is a frontend of {stop.name}, which is Basic: global peering does not reach it"
    return Onward("", issues=(issue,), notes=(note,))


def _into_hub(compiled: CompiledTopology, hub: VirtualHub, address: Address) -> Onward:
    """To an address in the hub of a virtual WAN: that of its firewall, as far as it is known; nothing else there is."""
    for firewall in compiled.topology.firewalls.values():
        if firewall.hub == hub.id and firewall.private_ip == address:
            return Onward("VirtualNetwork", stop=FirewallAddress(firewall, None))
    reason = f"what has the address {address} in the hub {hub.id.name} is not in the input"
    return Onward("", unresolved=(Unresolved(reason, where=hub.where),))


def hand_over_in_mesh(compiled: CompiledTopology, sender: Sender, address: Address) -> Onward:
    """To what has ``address`` in another member of the mesh: connected groups need no peering.

    Members may overlap; what is sent to subnets that do is dropped ("Connectivity configuration in Azure Virtual
    Network Manager"). Where only their address spaces do, it goes to the one that has a subnet there.
    """
    members = list(_members_with(compiled, sender, address))
    if not members:
        note = f"no member of {sender.vnet.id.name}'s mesh holds {address}"
        return Onward("", issues=(route_issue(None),), notes=(note,))
    holders = [member for member in members if _has_subnet(compiled, member, address)]
    if len(holders) > 1:
        names = " and ".join(compiled.topology.vnets[member].id.name for member in holders)
        note = f"{address} lies in subnets of {names}, which are in one connected group: Azure drops what is sent there"
        return Onward("", issues=(platform_issue("OverlappingSubnets", origin="Outbound"),), notes=(note,))
    return arrive(compiled, (holders or members)[0], address)


def _members_with(compiled: CompiledTopology, sender: Sender, address: Address) -> Iterator[str]:
    """The keys of the other members of the sender's meshes whose address space holds ``address``, each once."""
    groups = (each.head for each in edges_from(compiled.ways, routes_of(sender.subnet.id), HANDS_TO))
    edges = (edge for group in groups for edge in edges_from(compiled.ways, group, HANDS_TO))
    heads = (edge.head for edge in edges if edge.head in compiled.topology.vnets and _leads_to(edge, address))
    yield from (head for head in dict.fromkeys(heads) if head != sender.vnet.id.key)


def _has_subnet(compiled: CompiledTopology, vnet: str, address: Address) -> bool:
    subnets = compiled.topology.subnets_of.get(vnet, ())
    prefixes = (prefix for subnet in subnets for prefix in subnet.prefixes)
    return any(isinstance(prefix, Prefix) and prefix.holds(address) for prefix in prefixes)


def _to_networks(compiled: CompiledTopology, sender: Sender) -> Iterator[Edge]:
    """From the sender's subnet to its own network, then over each connected peering that it takes part in."""
    for edge in edges_from(compiled.ways, routes_of(sender.subnet.id), HANDS_TO):
        if edge.head == sender.vnet.id.key or isinstance(edge.by, Peering):
            yield edge


def _leads_to(edge: Edge, address: Address) -> bool:
    return any(isinstance(prefix, Prefix) and prefix.holds(address) for prefix in edge.prefixes)


def arrive(compiled: CompiledTopology, vnet: str, address: Address) -> Onward:
    """To what has ``address`` in the network with the key ``vnet``; an issue where nothing has it."""
    id = compiled.topology.vnets[vnet].id
    owner = find_owner(compiled, id, address)
    if isinstance(owner, Unresolved):
        return Onward("", unresolved=(owner,))
    if owner is None:
        issue = platform_issue("AddressNotInUse", origin="Outbound")
        return Onward("", issues=(issue,), notes=(f"nothing in {id.name} has the address {address}",))
    return Onward("VirtualNetwork", stop=owner)


def _refused_by_flags(compiled: CompiledTopology, sender: Sender, peering: Peering) -> str:
    """What the far network does with a packet by the flags of the peering, as a clause; empty where it takes it."""
    semantics = compiled.topology.semantics
    if semantics.forwarded_traffic == "needsFlag" and _refuses_forwarded(compiled, sender, peering):
        return "does not take forwarded traffic (allowForwardedTraffic)"
    sides = (peering, *far_sides(compiled.topology, peering))
    if semantics.peering_without_access == "drops" and not all(side.allow_virtual_network_access for side in sides):
        return "takes nothing (allowVirtualNetworkAccess)"
    return ""


def _refuses_forwarded(compiled: CompiledTopology, sender: Sender, peering: Peering) -> bool:
    """Whether the receiving side of a peering turns away what did not originate in the sending network.

    What a gateway relays needs no flag: gateway transit is granted by flags of its own.
    """
    spaces = sender.vnet.address_space
    if sender.is_gateway or any(isinstance(each, Prefix) and each.holds(sender.source) for each in spaces):
        return False
    return not any(side.allow_forwarded_traffic for side in far_sides(compiled.topology, peering))
