"""The way through a virtual network gateway: which one takes the packet, and what lies beyond it.

Sources: "Virtual network traffic routing" (next hop type VirtualNetworkGateway), "Configure VPN gateway transit for
virtual network peering", "About VPN Gateway settings" (connection types).
"""

from __future__ import annotations

from collections.abc import Iterator

from netwatch.effective.gateways import learned_routes, serving_gateways
from netwatch.engines.path.handing_over import peering_between
from netwatch.engines.path.ways import Gate, Onward, route_issue
from netwatch.model.addresses import Address, Prefix
from netwatch.model.gateways import Connection
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Subnet, VirtualNetwork, VirtualNetworkGateway
from netwatch.model.routes import EffectiveRoute
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["beyond", "to_gateway", "turns_back"]


def to_gateway(topology: Topology, vnet: VirtualNetwork, route: EffectiveRoute, dest: Address) -> Onward:
    """From ``vnet`` to the gateway that ``route`` means: its own, or a peer's by gateway transit; else a drop."""
    gateway = _gateway_for(topology, vnet, route, dest)
    if gateway is None:
        note = f"no virtual network gateway serves {vnet.id.name}, so Azure drops what route {route.name} sends to one"
        return Onward("", route, issues=(route_issue(route),), notes=(note,))
    gate = Gate(gateway, _subnet(topology, gateway))
    home = gate.subnet.vnet if gate.subnet else None
    crossed = peering_between(topology, vnet, home) if home is not None and home != vnet.id else None
    return Onward("VirtualNetworkGateway", route, gate, crossed)


def _gateway_for(
    topology: Topology, vnet: VirtualNetwork, route: EffectiveRoute, dest: Address
) -> VirtualNetworkGateway | None:
    """The gateway with the longest learned prefix for ``dest``; else a VPN one, since a user route can mean no other.

    "You can't specify a virtual network gateway created as type ExpressRoute in a user-defined route."
    """
    holding = [
        learned
        for learned in learned_routes(topology, vnet)
        if isinstance(learned.prefix, Prefix) and learned.prefix.holds(dest)
    ]
    if holding:
        return max(holding, key=lambda learned: learned.prefix.length).gateway  # type: ignore[union-attr]
    serving = serving_gateways(topology, vnet)
    return next((each for each in serving if each.gateway_type.lower() == "vpn"), serving[0] if serving else None)


def beyond(topology: Topology, gate: Gate, dest: Address) -> Onward:
    """From a gateway into its tunnels: to the gateway of another network of the input, or out of what the input holds.

    An address of a point-to-site pool is a client's. Else the connection whose far end has the longest prefix for
    ``dest`` is taken. Unresolved where the gateway has none.
    """
    gateway = gate.gateway
    if any(isinstance(pool, Prefix) and pool.holds(dest) for pool in gateway.client_prefixes):
        note = f"{dest} is of the clients of {gateway.id.name}; whether one has it is not in the input"
        return Onward("VirtualNetworkGateway", end="Destination", notes=(note,))
    connection = _connection_for(topology, gateway, dest)
    if connection is None and gateway.id.key not in topology.facts.gateway_learned_routes:
        reason = f"{gateway.id.name} has no connection in the input"
        return Onward("", unresolved=(Unresolved(reason, where=gateway.where),))
    if connection is not None and isinstance(connection.peer, ResourceId) and connection.peer.key in topology.gateways:
        far = topology.gateways[connection.peer.key]
        return Onward("VirtualNetworkGateway", place=Gate(far, _subnet(topology, far), inward=True))
    through = f" and connection {connection.id.name}" if connection else ""
    note = f"{dest} lies beyond {gateway.id.name}{through}; what becomes of the flow there is not in the input"
    return Onward("VirtualNetworkGateway", end="Destination", notes=(note,))


def turns_back(topology: Topology, gateway: VirtualNetworkGateway, dest: Address) -> bool:
    """Whether ``dest`` is no business of the tunnels: it lies in a network of the input that ``gateway`` serves.

    "A VPN gateway can forward network traffic between virtual networks that are peered with the virtual network the
    gateway is in, without the virtual networks needing to be peered with each other" ("Create, change, or delete a
    virtual network peering"). An ExpressRoute gateway does not.
    """
    if gateway.gateway_type.lower() != "vpn":
        return False
    return any(
        gateway in serving_gateways(topology, vnet)
        for vnet in topology.vnets.values()
        if any(isinstance(space, Prefix) and space.holds(dest) for space in vnet.address_space)
    )


def _connection_for(topology: Topology, gateway: VirtualNetworkGateway, dest: Address) -> Connection | None:
    own = [each for each in topology.connections.values() if each.gateway == gateway.id]
    return max(own, key=lambda each: _longest(topology, each, dest), default=None)


def _longest(topology: Topology, connection: Connection, dest: Address) -> int:
    """The length of the longest prefix for ``dest`` at the far end of a connection; -1 where it has none."""
    prefixes = _far_prefixes(topology, connection)
    return max((p.length for p in prefixes if isinstance(p, Prefix) and p.holds(dest)), default=-1)


def _far_prefixes(topology: Topology, connection: Connection) -> Iterator[Prefix | Unresolved]:
    """Those of a site; or those of the network of the far gateway and of the peers that use it."""
    peer = connection.peer
    if not isinstance(peer, ResourceId):
        return
    if peer.key in topology.local_network_gateways:
        yield from topology.local_network_gateways[peer.key].prefixes
    elif peer.key in topology.gateways:
        far = topology.gateways[peer.key]
        for vnet in topology.vnets.values():
            if far in serving_gateways(topology, vnet):
                yield from vnet.address_space


def _subnet(topology: Topology, gateway: VirtualNetworkGateway) -> Subnet | None:
    held = (each.key for each in gateway.subnets if isinstance(each, ResourceId))
    return next((topology.subnets[key] for key in held if key in topology.subnets), None)
