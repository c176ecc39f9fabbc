"""The way of a flow through a network: stop by stop, by the effective routes of each.

Sources: "Virtual network traffic routing"; "Create, change, or delete a virtual network peering" (forwarded traffic,
gateway transit); "Troubleshoot connections with the Azure REST API"; "Public IP addresses"; "Default outbound access";
recorded connectivity checks. Neither a rule that denies nor an appliance that does not forward ends a way: routes ask
neither, and everything in the way is to be told. Routes, peerings, loops and what a load balancer refuses do.
"""

from __future__ import annotations

from netwatch.model.addresses import Address, parse_address
from netwatch.model.flow import Direction, Flow
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Subnet, VirtualNetworkGateway
from netwatch.model.topology import Topology
from tests.oracle.around import (
    all_peerings,
    brought,
    connected,
    gateways_for,
    host,
    known,
    mesh,
    peer_spaces,
    spaces,
)
from tests.oracle.boxes import balanced, judged, translated
from tests.oracle.lists import rule_lists
from tests.oracle.routes import APPLIANCES, Row, oracle_route
from tests.oracle.spots import Spot, front_of, holder_in, somewhere, subnet_at, way_out
from tests.oracle.trips import Issue, Move, Stop, Trip, denied, is_endpoint, platform, runs

__all__ = ["go_on", "hand_over", "leave", "stops_from"]

LINKS = {"ConnectedGroup": "ConnectedGroup", "InterfaceEndpoint": "InterfaceEndpoint"}


def stops_from(trip: Trip, source: Spot, flow: Flow) -> list[Stop]:
    """From the NIC that sends. What it sends to itself leaves no NIC, so no rule is asked."""
    assert source.nic is not None
    trip.passed.add(source.key)
    move = leave(trip, source, flow)
    if move.to is not None and move.to.key == source.key:
        return [Stop("Source", source, flow, move), Stop("VirtualNetwork", move.to, flow, Move())]
    return go_on(trip, Stop("Source", source, flow, move, _at_a_nic(trip, source, flow, move, Direction.OUTBOUND)))


def go_on(trip: Trip, first: Stop) -> list[Stop]:
    stops = [first]
    while stops[-1].move.to is not None:
        trip.passed.add(stops[-1].move.to.key)
        stops.append(_next(trip, stops[-1].move.to, stops[-1]))
    return stops


def _next(trip: Trip, spot: Spot, before: Stop) -> Stop:
    flow = before.flow
    if spot.kind == "nic":
        return _nic(trip, spot, before)
    if spot.kind == "public":
        return _public(trip, spot, before)
    if spot.kind == "frontend":
        sent, move = balanced(trip, spot, flow, from_outside=before.type == "Internet")
        return Stop("LoadBalancer", spot, sent, move, front=before.front)
    if spot.kind == "firewall":
        sent, move = _firewall(trip, spot, flow, from_outside=before.type == "Internet")
        return Stop("VirtualAppliance", spot, sent, move, front=before.front)
    return Stop("VirtualNetworkGateway", spot, flow, _through(trip, spot, flow))


def _nic(trip: Trip, spot: Spot, before: Stop) -> Stop:
    flow = before.flow
    inbound = _at_a_nic(trip, spot, flow, Move(), Direction.INBOUND)
    closed = _closed(trip, spot, before.front) if spot.id not in trip.quiet else ()
    if spot.address == flow.dst_ip:
        kind = "PrivateEndpoint" if is_endpoint(trip.topology, spot) else "VirtualNetwork"
        ends = [each for each in trip.topology.private_endpoints.values() if spot.nic and spot.nic.id in each.nics]
        shut = [platform(f"PrivateEndpoint{each.status}") for each in ends if each.status != "Approved"]
        return Stop(kind, spot, flow, Move(), (*closed, *shut, *inbound), before.front)
    move = leave(trip, spot, flow)
    outbound = _at_a_nic(trip, spot, flow, move, Direction.OUTBOUND)
    move = move._replace(issues=(*_does_not_forward(trip.topology, spot), *move.issues))
    return Stop("VirtualAppliance", spot, flow, move, (*closed, *inbound, *outbound))


def _at_a_nic(trip: Trip, spot: Spot, flow: Flow, move: Move, direction: Direction) -> tuple[Issue, ...]:
    """What its rules deny; and outbound, a way out that leads to the Internet where nothing gives it an address."""
    assert spot.nic is not None
    if spot.id in trip.quiet:
        return ()
    lost = move.link == "Internet" and not way_out(trip.topology, spot, flow.protocol)[0]
    nowhere = [platform("NoOutboundAccess", "Outbound")] if lost else []
    return (*denied(trip.topology, spot.nic, direction, flow, trip.tags), *nowhere)


def _does_not_forward(topology: Topology, spot: Spot) -> tuple[Issue, ...]:
    """Azure drops at a NIC without IP forwarding; else the machine must run, and its system forward."""
    assert spot.nic is not None
    if not spot.nic.ip_forwarding:
        return (platform("IpForwardingDisabled"),)
    if not isinstance(spot.nic.vm, ResourceId):
        return ()
    if not runs(topology, spot.nic):
        return (platform(f"VM{topology.facts.power_state[spot.nic.vm.key].capitalize()}"),)
    declared = topology.facts.guest_ip_forwarding
    return () if declared is None or spot.nic.vm.key in declared else (platform("GuestDoesNotForward"),)


# --- by a route -------------------------------------------------------------------------------------------------------


def leave(trip: Trip, spot: Spot, flow: Flow, *, by_gateway: bool = False) -> Move:
    """Where the routes of a spot's subnet send the flow."""
    topology, subnet = trip.topology, subnet_at(trip.topology, spot)
    row = oracle_route(topology, subnet, flow.dst_ip, trip.tags)
    if row is None or row.hop == "None":
        missing = () if row is not None and row.source == "User" else (Issue("Local", "RouteMissing"),)
        return Move(issues=(*missing, _route(row)))
    if row.hop == "Internet":
        front = front_of(topology, flow.dst_ip)
        return Move("Internet", front[0]) if front else Move("Internet", end="Internet")
    if row.hop == "VirtualNetworkServiceEndpoint":
        return Move(row.hop, end=row.hop)
    if row.hop in APPLIANCES:
        return _to_appliance(trip, subnet, row, flow, by_gateway=by_gateway)
    if row.hop == "VirtualNetworkGateway":
        return _to_gateway(trip, subnet, row, flow.dst_ip)
    if row.hop == "ConnectedGroup":
        return _to_member(topology, subnet, row, flow.dst_ip)
    move = hand_over(topology, subnet, flow.src_ip, flow.dst_ip, by_gateway=by_gateway)
    refused = [_route(row) if issue.type == "UserDefinedRoute" else issue for issue in move.issues]
    return move._replace(link=move.link and LINKS.get(row.hop, "VirtualNetwork"), issues=tuple(refused))


def _route(row: Row | None) -> Issue:
    """RouteType tells whose route it is; Azure reports its own by the same word (recorded)."""
    return Issue("Outbound", "UserDefinedRoute", "User" if row is not None and row.source == "User" else "Default")


def hand_over(topology: Topology, subnet: Subnet, source: Address, dest: Address, *, by_gateway: bool = False) -> Move:
    """To what has an address in the network itself or in a peer; nobody further away can be handed anything."""
    vnet = topology.vnets[subnet.vnet.key]
    if _inside(dest, spaces(vnet)):
        return _to(topology, vnet.id, dest)
    peering = next((p for p in connected(topology, vnet.id) if _inside(dest, peer_spaces(topology, subnet, p))), None)
    if peering is None:
        return Move(issues=(_route(None),))
    if not isinstance(peering.remote_vnet, ResourceId):
        return Move(crossed=peering, is_open=True)
    is_forwarded = not by_gateway and not _inside(source, spaces(vnet))
    back = [each for each in all_peerings(topology) if (each.vnet, each.remote_vnet) == (peering.remote_vnet, vnet.id)]
    said = topology.semantics
    if (
        is_forwarded
        and said.forwarded_traffic == "needsFlag"
        and not any(each.allow_forwarded_traffic for each in back)
    ):
        return Move(issues=(_route(None),))
    if said.peering_without_access == "drops" and False in [p.allow_virtual_network_access for p in (peering, *back)]:
        return Move(issues=(_route(None),))
    return _to(topology, peering.remote_vnet, dest)._replace(crossed=peering)


def _inside(address: Address, held: list) -> bool:  # type: ignore[type-arg]
    return any(host(address) in each for each in held)


def _to(topology: Topology, vnet: ResourceId, dest: Address) -> Move:
    spot = holder_in(topology, vnet, dest)
    return Move(issues=(platform("AddressNotInUse", "Outbound"),)) if spot is None else Move("VirtualNetwork", spot)


def _to_appliance(trip: Trip, subnet: Subnet, row: Row, flow: Flow, *, by_gateway: bool) -> Move:
    """To the first of its addresses; one that cannot be reached, or that was passed before, is the end."""
    address = parse_address(row.ip)
    move = hand_over(trip.topology, subnet, flow.src_ip, address, by_gateway=by_gateway)
    if move.is_open:
        return move
    if move.to is None:
        return Move(issues=(_route(row),))
    if address != flow.dst_ip and move.to.key in trip.passed:
        return Move(issues=(_route(row),), loops=True)
    return move._replace(link="VirtualNetwork" if address == flow.dst_ip else "VirtualAppliance")


def _to_member(topology: Topology, subnet: Subnet, row: Row, dest: Address) -> Move:
    """Members of a connected group reach one another without a peering; where subnets overlap, nothing arrives."""
    able = [one for one in mesh(topology, topology.vnets[subnet.vnet.key]) if _inside(dest, spaces(one))]
    if not able:
        return Move(issues=(_route(row),))
    parts = [each for each in topology.subnets.values() if _inside(dest, known(each.prefixes))]
    exact = [one for one in able if any(each.vnet == one.id for each in parts)]
    if len(exact) > 1:
        return Move(issues=(platform("OverlappingSubnets", "Outbound"),))
    move = _to(topology, [*exact, *able][0].id, dest)
    return move._replace(link=move.link and "ConnectedGroup")


# --- gateways ---------------------------------------------------------------------------------------------------------


def _to_gateway(trip: Trip, subnet: Subnet, row: Row, dest: Address) -> Move:
    """To the gateway that brought the longest prefix; a user's route can mean a VPN gateway only."""
    topology, vnet = trip.topology, subnet.vnet
    own = spaces(topology.vnets[vnet.key])
    serving = gateways_for(topology, vnet)
    bringing = [
        (held.prefixlen, each)
        for each in serving
        for held in brought(topology, each)
        if held not in own and host(dest) in held
    ]
    vpn = [each for each in serving if each.gateway_type == "Vpn"]
    chosen = max(bringing, key=lambda pair: pair[0])[1] if bringing else next(iter(vpn + serving), None)
    if chosen is None:
        return Move(issues=(_route(row),))
    spot = _gateway_spot(chosen, "gateway")
    if spot.key in trip.passed:
        return Move(issues=(_route(row),), loops=True)
    home = spot.subnet.parent if spot.subnet else None
    crossed = next((each for each in connected(topology, vnet) if home != vnet and each.remote_vnet == home), None)
    return Move("VirtualNetworkGateway", spot, crossed)


def _gateway_spot(gateway: VirtualNetworkGateway, kind: str) -> Spot:
    (subnet,) = gateway.subnets
    assert isinstance(subnet, ResourceId)
    return Spot(kind, gateway.id, subnet=subnet)


def _through(trip: Trip, spot: Spot, flow: Flow) -> Move:
    """Into a tunnel; or, out of one or for a network served here, by the routes of the gateway's subnet."""
    topology, gateway = trip.topology, trip.topology.gateways[spot.id.key]
    served = [vnet for vnet in topology.vnets.values() if gateway in gateways_for(topology, vnet.id)]
    turns_back = gateway.gateway_type == "Vpn" and any(_inside(flow.dst_ip, spaces(vnet)) for vnet in served)
    if spot.kind == "tunnel" or turns_back:
        return leave(trip, spot, flow, by_gateway=True)
    if _inside(flow.dst_ip, known(gateway.client_prefixes)):
        return Move("VirtualNetworkGateway", end="Destination")
    whole = gateway.default_site if flow.dst_ip.version == 4 else None
    own = {each.peer: -1 for each in topology.connections.values() if each.gateway == gateway.id}
    for peer in own:
        own[peer] = max(_longest(topology, peer, flow.dst_ip), 0 if peer == whole else -1)
    far = max(own, key=lambda peer: own[peer], default=None)
    if far is None or own[far] < 0:  # who learned it is known only where one tunnel is
        if not _inside(flow.dst_ip, known(topology.facts.gateway_learned_routes.get(gateway.id.key, ()))):
            return Move(is_open=True)
        far = next(iter(own)) if len(own) == 1 else None
    if isinstance(far, ResourceId) and far.key in topology.gateways:
        return Move("VirtualNetworkGateway", _gateway_spot(topology.gateways[far.key], "tunnel"))
    return Move("VirtualNetworkGateway", end="Destination")


def _longest(topology: Topology, peer: object, dest: Address) -> int:
    """The longest prefix of a far end for an address; of a gateway, the networks that it serves."""
    assert isinstance(peer, ResourceId)
    held = []
    if peer.key in topology.local_network_gateways:
        held = known(topology.local_network_gateways[peer.key].prefixes)
    elif peer.key in topology.gateways:
        far = topology.gateways[peer.key]
        held = [
            space
            for vnet in topology.vnets.values()
            if far in gateways_for(topology, vnet.id)
            for space in spaces(vnet)
        ]
    return max((each.prefixlen for each in held if host(dest) in each), default=-1)


# --- public addresses and firewalls -----------------------------------------------------------------------------------


def _public(trip: Trip, spot: Spot, before: Stop) -> Stop:
    """Behind it the flow bears the sender's public address, and is addressed to the private one."""
    assert spot.address is not None
    found = front_of(trip.topology, spot.address)
    assert found is not None
    behind, flow = found[1], before.flow
    sends = before.spot.kind in ("nic", "firewall")
    bears = way_out(trip.topology, before.spot, flow.protocol)[1] if sends else None
    flow = flow._replace(src_ip=bears or somewhere(trip.topology, flow.src_ip.version))
    if behind.kind == "nic":
        assert behind.address is not None
        flow = flow._replace(dst_ip=behind.address)
    return Stop("Internet", spot, flow, Move("VirtualNetwork", behind), front=spot)


def _closed(trip: Trip, spot: Spot, front: Spot | None) -> tuple[Issue, ...]:
    """A Standard public address, or balancer, is closed until a group opens it."""
    if front is None or spot.nic is None:
        return ()
    assert front.address is not None
    found = front_of(trip.topology, front.address)
    assert found is not None
    behind, sku = found[1], trip.topology.public_ips[front.id.key].sku
    if behind.kind == "frontend":
        sku = trip.topology.load_balancers[behind.id.parent.key].sku
    has_group = any(not each.is_admin for each in rule_lists(trip.topology, spot.nic, Direction.INBOUND))
    if behind.kind == "firewall" or sku != "Standard" or has_group:
        return ()
    return (platform("StandardSkuWithoutNetworkSecurityGroup", "Inbound"),)


def _firewall(trip: Trip, spot: Spot, flow: Flow, *, from_outside: bool) -> tuple[Flow, Move]:
    """Rules, then translation, then the routes of its own subnet. Replies pass where it saw the flow open."""
    firewall = trip.topology.firewalls[spot.id.key]
    assert spot.address is not None
    if trip.hidden is not None:
        if spot.id not in trip.hidden:
            return flow, Move(issues=(platform("NoFlowForReply"),))
        flow = flow._replace(dst_ip=trip.hidden[spot.id])
        return flow, leave(trip, spot, flow)
    if from_outside or flow.dst_ip == spot.address:
        sent, issues, is_open = translated(trip, firewall, flow)
        if sent is None:
            return flow, Move(issues=tuple(issues), is_open=is_open)
        move = leave(trip, spot, sent)
        if move.to is not None and move.to.kind in ("firewall", "public") and move.to.key in trip.passed:
            row = oracle_route(trip.topology, subnet_at(trip.topology, spot), sent.dst_ip, trip.tags)
            move = Move(issues=(_route(row),), loops=True)  # a route of the user's may name the firewall, too
        return sent, move._replace(issues=(*issues, *move.issues), is_open=is_open or move.is_open)
    found = judged(trip, firewall, flow)
    keeps = _inside(flow.dst_ip, known(firewall.private_ranges)) and found != ("Allow", "application")
    sent = flow if keeps else flow._replace(src_ip=spot.address)
    move = leave(trip, spot, sent)
    issues = [platform("DeniedByFirewall")] if found.access == "Deny" else []
    return sent, move._replace(issues=(*issues, *move.issues), is_open=found.access == "Unknown" or move.is_open)
