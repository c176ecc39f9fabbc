"""The way through a virtual network gateway: which one takes the packet, and what lies beyond it.

Sources: "Virtual network traffic routing" (next hop type VirtualNetworkGateway), "Configure VPN gateway transit for
virtual network peering", "About VPN Gateway settings" (connection types).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.compile.edges import HANDS_TO, Edge, edges_from, routes_of, tails
from netwatch.effective.gateways import learned_routes
from netwatch.engines.path.handing_over import Sender
from netwatch.engines.path.stops import GatewayStop, Onward, route_issue
from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Peering, VirtualNetwork, VirtualNetworkGateway
from netwatch.model.routes import EffectiveRoute, RouteSource
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["beyond", "to_gateway", "turns_back"]


def to_gateway(compiled: CompiledTopology, sender: Sender, route: EffectiveRoute, dest: Address) -> Onward:
    """To the gateway that ``route`` means: one of the sender's network, or a peer's by gateway transit; else a drop."""
    ways = edges_from(compiled.ways, routes_of(sender.subnet.id), HANDS_TO)
    edges = [each for each in ways if each.head in compiled.topology.gateways]
    if not edges:
        name = sender.vnet.id.name
        note = f"no virtual network gateway serves {name}, so Azure drops what route {route.name} sends to one"
        return Onward("", route, issues=(route_issue(route),), notes=(note,))
    edge = _meant(compiled.topology, sender.vnet, edges, dest)
    crossed = edge.by if isinstance(edge.by, Peering) else None
    notes = tuple(_not_for_users(compiled.topology, edges)) if route.source is RouteSource.USER else ()
    return Onward("VirtualNetworkGateway", route, _at_gateway(compiled, edge.head), crossed, notes=notes)


def _not_for_users(topology: Topology, edges: Sequence[Edge]) -> Iterator[str]:
    """A sentence where a user-defined route can mean no gateway, and is followed all the same.

    It cannot mean an ExpressRoute gateway, nor any gateway where both kinds stand side by side ("Virtual network
    traffic routing", next hop types); what becomes of packets then no source says.
    """
    gateways = [topology.gateways[edge.head] for edge in edges]
    held = next((each for each in gateways if each.gateway_type.lower() == "expressroute"), None)
    if held is not None:
        yield f"Azure takes no user route to a gateway where {held.id.name} is ExpressRoute; it is followed here"


def _meant(topology: Topology, vnet: VirtualNetwork, edges: Sequence[Edge], dest: Address) -> Edge:
    """The gateway with the longest learned prefix for ``dest``; else a VPN one, since a user route can mean no other.

    "You can't specify a virtual network gateway created as type ExpressRoute in a user-defined route."
    """
    holding = [
        (learned.prefix.length, learned.gateway.id.key)
        for learned in learned_routes(topology, vnet)
        if isinstance(learned.prefix, Prefix) and learned.prefix.holds(dest)
    ]
    if holding:
        _, best = max(holding, key=lambda pair: pair[0])
        return next(edge for edge in edges if edge.head == best)
    return next((each for each in edges if topology.gateways[each.head].gateway_type.lower() == "vpn"), edges[0])


def beyond(compiled: CompiledTopology, stop: GatewayStop, dest: Address) -> Onward:
    """From a gateway into its tunnels: to the gateway of another network of the input, or out of what the input holds.

    An address of a point-to-site pool is a client's. Else the connection whose far end has the longest prefix for
    ``dest`` is taken, or what the gateway is declared to have learned. Unresolved where none is known to lead there:
    with BGP, or a default site for forced tunnelling, one may, which nothing else in the input says.
    """
    gateway = stop.gateway
    if any(isinstance(pool, Prefix) and pool.holds(dest) for pool in gateway.client_prefixes):
        note = f"{dest} is of the clients of {gateway.id.name}; whether one has it is not in the input"
        return Onward("VirtualNetworkGateway", end="Destination", notes=(note,))
    ways = [each for each in edges_from(compiled.ways, gateway.id.key, HANDS_TO) if each.head not in _back(gateway)]
    edge = _known_to_lead(ways, dest)
    if edge is None:
        return Onward("", unresolved=(_nowhere(compiled.topology, gateway, dest),))
    if edge.head in compiled.topology.gateways:
        return Onward("VirtualNetworkGateway", stop=_at_gateway(compiled, edge.head)._replace(inward=True))
    through = f" and connection {edge.by.id.name}" if edge.by is not None else ""
    note = f"{dest} lies beyond {gateway.id.name}{through}; what becomes of the flow there is not in the input"
    return Onward("VirtualNetworkGateway", end="Destination", notes=(note,))


def _known_to_lead(ways: Sequence[Edge], dest: Address) -> Edge | None:
    """The tunnel with the longest prefix for ``dest``; else what was learned, by the only tunnel if there is one."""
    tunnels = [each for each in ways if each.by is not None]
    best = max(tunnels, key=lambda each: _longest(each, dest), default=None)
    if best is not None and _longest(best, dest) >= 0:
        return best
    learned = next((each for each in ways if each.by is None and _longest(each, dest) >= 0), None)
    return tunnels[0] if learned is not None and len(tunnels) == 1 else learned


def _back(gateway: VirtualNetworkGateway) -> set[str]:
    """The routes of its own subnets, which lead back into the network."""
    return {routes_of(each) for each in gateway.subnets if isinstance(each, ResourceId)}


def _nowhere(topology: Topology, gateway: VirtualNetworkGateway, dest: Address) -> Unresolved:
    name = gateway.id.name
    if not any(each.gateway == gateway.id for each in topology.connections.values()):
        return Unresolved(f"{name} has no connection in the input", where=gateway.where)
    reason = f"no tunnel of {name} is known to lead to {dest}: no site, peer or facts.gatewayLearnedRoutes holds it"
    return Unresolved(reason, where=gateway.where)


def _longest(edge: Edge, dest: Address) -> int:
    """The length of the longest prefix for ``dest`` at the far end of a connection; -1 where it has none."""
    return max((p.length for p in edge.prefixes if isinstance(p, Prefix) and p.holds(dest)), default=-1)


def turns_back(compiled: CompiledTopology, gateway: VirtualNetworkGateway, dest: Address) -> bool:
    """Whether ``dest`` is no business of the tunnels: it lies in a network of the input that ``gateway`` serves.

    "A VPN gateway can forward network traffic between virtual networks that are peered with the virtual network the
    gateway is in, without the virtual networks needing to be peered with each other" ("Create, change, or delete a
    virtual network peering"). An ExpressRoute gateway does not.
    """
    if gateway.gateway_type.lower() != "vpn":
        return False
    graph, vnets = compiled.ways, compiled.topology.vnets
    senders = tails(graph, gateway.id.key, HANDS_TO, of="SubnetRoutes")
    served = {graph.nodes[node]["resource"].vnet.key for node in senders}
    spaces = (space for key in served for space in vnets[key].address_space)
    return any(isinstance(space, Prefix) and space.holds(dest) for space in spaces)


def _at_gateway(compiled: CompiledTopology, key: str) -> GatewayStop:
    gateway, subnets = compiled.topology.gateways[key], compiled.topology.subnets
    held = (each.key for each in gateway.subnets if isinstance(each, ResourceId))
    return GatewayStop(gateway, next((subnets[key] for key in held if key in subnets), None))
