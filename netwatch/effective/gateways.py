"""Routes that a virtual network learns through a gateway: its own, or a peer's that it uses by gateway transit.

Sources: "Virtual network traffic routing" (gateway routes), "Configure VPN gateway transit for virtual network
peering", and effective routes printed in a published lab.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netwatch.effective.peers import connected_peers, far_sides
from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Peering, Subnet, VirtualNetwork, VirtualNetworkGateway
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = [
    "GatewayEntry",
    "LearnedRoute",
    "gateway_address",
    "gateway_entries",
    "learned_routes",
    "propagates",
    "serving_gateways",
    "undeclared_gateways",
]


class LearnedRoute(NamedTuple):
    """A prefix that a gateway brings, and the gateway."""

    prefix: Prefix | Unresolved
    gateway: VirtualNetworkGateway
    where: Where


def propagates(topology: Topology, subnet: Subnet) -> bool:
    """Whether gateway routes reach ``subnet``: not where its route table has disableBgpRoutePropagation, which keeps
    static gateway routes away too."""
    table = subnet.route_table
    return not isinstance(table, ResourceId) or topology.route_tables[table.key].propagate_gateway_routes


def learned_routes(topology: Topology, vnet: VirtualNetwork) -> tuple[LearnedRoute, ...]:
    """What the gateways that serve ``vnet`` bring, each prefix once, in input order.

    Prefixes of local network gateways, of the networks at the far end of VNet-to-VNet connections and of
    point-to-site clients are in the input; what BGP advertises is not, and is declared as the fact
    ``gatewayLearnedRoutes``. Clients exchange packets with the network and with the peers that use its gateway
    ("About Point-to-Site VPN routing"); that the row is like a site's is taken from routing alone. A default site
    brings a default route ("About forced tunneling for site-to-site configurations").
    """
    own = {prefix for prefix in vnet.address_space if isinstance(prefix, Prefix)}
    found: dict[Prefix | Unresolved, LearnedRoute] = {}
    for gateway in serving_gateways(topology, vnet):
        for prefix in (*_advertised(topology, gateway), *_fixed(topology, gateway)):
            if prefix not in own:
                found.setdefault(prefix, LearnedRoute(prefix, gateway, gateway.where))
    return tuple(found.values())


def _fixed(topology: Topology, gateway: VirtualNetworkGateway) -> Iterator[Prefix | Unresolved]:
    """What a gateway brings without BGP."""
    yield from _static(topology, gateway)
    yield from gateway.client_prefixes
    if gateway.default_site is not None:
        yield gateway.default_site if isinstance(gateway.default_site, Unresolved) else Prefix(4, 0, 0)


class GatewayEntry(NamedTuple):
    """A gateway that a virtual network sends through, and the peering on the way, None to one of its own."""

    gateway: VirtualNetworkGateway
    peering: Peering | None = None


def gateway_entries(topology: Topology, vnet: VirtualNetwork) -> list[GatewayEntry]:
    """The gateways ``vnet`` sends through: those that stand in it, else those of a peer it has by gateway transit.

    Transit needs useRemoteGateways on this side and allowGatewayTransit on the peer's.
    """
    own = topology.gateways_of.get(vnet.id.key, ())
    if own or not topology.gateways:
        return [GatewayEntry(gateway) for gateway in own]
    return [
        GatewayEntry(gateway, peering)
        for peering in connected_peers(topology, vnet)
        if peering.use_remote_gateways and isinstance(peering.remote_vnet, ResourceId)
        if any(other.allow_gateway_transit for other in far_sides(topology, peering))
        for gateway in topology.gateways_of.get(peering.remote_vnet.key, ())
    ]


def serving_gateways(topology: Topology, vnet: VirtualNetwork) -> list[VirtualNetworkGateway]:
    """The gateways of ``gateway_entries``."""
    return [entry.gateway for entry in gateway_entries(topology, vnet)]


def undeclared_gateways(topology: Topology, vnet: VirtualNetwork) -> list[VirtualNetworkGateway]:
    """The gateways that serve ``vnet``, bring what a circuit announces, and of which no fact says what that is.

    A circuit brings its routes over BGP alone (Microsoft documentation, ExpressRoute routing requirements).
    """
    circuits = {each.gateway for each in topology.connections.values() if each.kind.lower() == "expressroute"}
    learned = topology.facts.gateway_learned_routes
    return [each for each in serving_gateways(topology, vnet) if each.id in circuits and each.id.key not in learned]


def _advertised(topology: Topology, gateway: VirtualNetworkGateway) -> tuple[Prefix, ...]:
    return topology.facts.gateway_learned_routes.get(gateway.id.key, ())


def _static(topology: Topology, gateway: VirtualNetworkGateway) -> Iterator[Prefix | Unresolved]:
    for connection in topology.connections.values():
        if connection.gateway != gateway.id:
            continue
        if isinstance(connection.peer, Unresolved):
            yield connection.peer
        elif connection.peer is not None and connection.peer.key in topology.local_network_gateways:
            yield from topology.local_network_gateways[connection.peer.key].prefixes
        elif connection.peer is not None and connection.peer.key in topology.gateways:
            yield from _spaces_behind(topology, topology.gateways[connection.peer.key])


def _spaces_behind(topology: Topology, gateway: VirtualNetworkGateway) -> Iterator[Prefix | Unresolved]:
    """The address space of the network a gateway stands in: what a VNet-to-VNet connection routes without BGP."""
    for key in dict.fromkeys(subnet.parent.key for subnet in gateway.subnets if isinstance(subnet, ResourceId)):
        if key in topology.vnets:
            yield from topology.vnets[key].address_space


def gateway_address(topology: Topology, gateway: VirtualNetworkGateway) -> Address | None:
    """The gateway's public address, which effective routes name as its next hop (recorded); None where not known."""
    for reference in gateway.public_ips:
        if isinstance(reference, ResourceId) and reference.key in topology.public_ips:
            address = topology.public_ips[reference.key].address
            if isinstance(address, Address):
                return address
    return None
