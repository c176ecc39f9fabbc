"""What becomes of a flow when it leaves where it stands: where it comes to next, or a drop, and the route that says so.

Sources: "Virtual network traffic routing" (appliances, IP forwarding, routing loops); "Troubleshoot connections with
the Azure REST API" (UserDefinedRoute); recorded connectivity checks of the real service (RouteMissing, RouteType).
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.path.address_owner import NicAddress
from netwatch.engines.path.handing_over import Sender, hand_over, hand_over_in_mesh
from netwatch.engines.path.machine_facts import power_state
from netwatch.engines.path.stops import Onward, dropped_by, key_of, looped, platform_issue, route_issue, unless_seen
from netwatch.engines.targets import subnet_of
from netwatch.model.addresses import Address
from netwatch.model.flow import Flow
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Subnet
from netwatch.model.routes import EffectiveRoute, NextHopType
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["forward", "leave", "leave_subnet"]

_LINKS = {
    NextHopType.VNET_LOCAL: "VirtualNetwork",
    NextHopType.VNET_PEERING: "VirtualNetwork",
    NextHopType.VNET_GLOBAL_PEERING: "VirtualNetwork",
    NextHopType.CONNECTED_GROUP: "ConnectedGroup",
    NextHopType.INTERFACE_ENDPOINT: "InterfaceEndpoint",
}
"""Next hop types that hand the packet to its destination, and the link that leads there."""


def forward(compiled: CompiledTopology, place: NicAddress, flow: Flow, seen: Set[str]) -> Onward:
    """Like ``leave``, at an appliance: with an issue where Azure, the machine or its operating system does not forward.

    Azure drops at a NIC without IP forwarding. Where ``facts.guestIpForwarding`` is declared, machines it does not name
    do not forward; where it is not, every appliance is taken to forward, and a note says so. The flow is followed past
    what does not forward, so that what else stands in its way shows too.
    """
    topology, nic = compiled.topology, place.nic
    onward = leave(compiled, place, flow, seen)
    obstacle = _obstacle(topology, nic)
    if obstacle is None:
        return onward._replace(notes=(*_taken_to_forward(topology, nic), *onward.notes))
    issue = platform_issue(obstacle.reason, nic.where)
    return onward._replace(issues=(issue, *onward.issues), notes=(obstacle.note, *onward.notes))


class _Obstacle(NamedTuple):
    reason: str
    note: str


def _obstacle(topology: Topology, nic: NetworkInterface) -> _Obstacle | None:
    """What keeps an appliance from forwarding, None where nothing does."""
    if not nic.ip_forwarding:
        note = f"{nic.id.name} has IP forwarding off: Azure drops what is not addressed to it"
        return _Obstacle("IpForwardingDisabled", note)
    if not isinstance(nic.vm, ResourceId):
        return None
    state = power_state(topology, nic.vm)
    if state != "running":
        return _Obstacle(f"VM{state.capitalize()}", f"{nic.vm.name} is {state} and forwards nothing")
    declared = topology.facts.guest_ip_forwarding
    if declared is not None and nic.vm.key not in declared:
        return _Obstacle("GuestDoesNotForward", f"{nic.vm.name} is not among the machines declared to forward")
    return None


def _taken_to_forward(topology: Topology, nic: NetworkInterface) -> Iterator[str]:
    if not isinstance(nic.vm, ResourceId):
        yield f"{nic.id.name} is attached to no machine; it is taken to forward"
    elif topology.facts.guest_ip_forwarding is None:
        yield f"{nic.vm.name} is taken to forward (facts.guestIpForwarding is not declared)"


def leave(compiled: CompiledTopology, place: NicAddress, flow: Flow, seen: Set[str]) -> Onward:
    """Where the effective routes at ``place`` send ``flow``. ``seen`` are the keys of what it has passed.

    UnsupportedError where something decides that is not evaluated (a firewall, an application gateway …).
    """
    return leave_subnet(compiled, subnet_of(compiled.topology, place.nic), flow, seen)


def leave_subnet(
    compiled: CompiledTopology, subnet: Subnet, flow: Flow, seen: Set[str], *, is_gateway: bool = False
) -> Onward:
    """Like ``leave``, for whatever stands in ``subnet``; ``is_gateway`` where a gateway relays the flow."""
    route = compiled.select_route(subnet, flow.dst_ip).route
    if isinstance(route, Unresolved):
        return Onward("", unresolved=(route,))
    if route is None:
        return Onward("", issues=dropped_by(None))
    sender = Sender(compiled.topology.vnets[subnet.vnet.key], subnet, flow.src_ip, is_gateway)
    return _by_route(compiled, sender, route, flow.dst_ip, seen)


def _by_route(
    compiled: CompiledTopology, sender: Sender, route: EffectiveRoute, dest: Address, seen: Set[str]
) -> Onward:
    kind = route.next_hop_type
    if isinstance(kind, Unresolved):
        return Onward("", route, unresolved=(kind,))
    if kind is NextHopType.NONE:
        return Onward("", route, issues=dropped_by(route))
    if kind is NextHopType.INTERNET:
        return _to_internet(compiled, route, dest)
    if kind is NextHopType.SERVICE_ENDPOINT:
        return Onward(kind.value, route, end=kind.value)
    if kind.is_appliance:
        onward = _to_appliance(compiled, sender, route, dest, seen)
        return onward._replace(notes=(*onward.notes, *_spread(route)))
    if kind is NextHopType.VIRTUAL_NETWORK_GATEWAY:
        return _to_gateway(compiled, sender, route, dest, seen)
    return _to_destination(compiled, sender, route, dest)


def _to_internet(compiled: CompiledTopology, route: EffectiveRoute, dest: Address) -> Onward:
    from netwatch.engines.path.public_way import find_front

    front = find_front(compiled, dest)
    return Onward("Internet", route, front, end="" if front else "Internet")


def _to_destination(compiled: CompiledTopology, sender: Sender, route: EffectiveRoute, dest: Address) -> Onward:
    assert isinstance(route.next_hop_type, NextHopType)
    if route.next_hop_type is NextHopType.CONNECTED_GROUP:
        onward = hand_over_in_mesh(compiled, sender, dest)
    else:
        onward = hand_over(compiled, sender, dest)
    issues = tuple(route_issue(route) if each == route_issue(None) else each for each in onward.issues)
    return onward._replace(link=onward.link and _LINKS[route.next_hop_type], route=route, issues=issues)


def _to_gateway(
    compiled: CompiledTopology, sender: Sender, route: EffectiveRoute, dest: Address, seen: Set[str]
) -> Onward:
    if sender.vnet.id.key in compiled.topology.hub_connections_of:
        from netwatch.engines.path.hub_way import to_hub

        onward = to_hub(compiled, sender, route, seen)
        if onward is not None:
            return onward
    from netwatch.engines.path.gateway_way import to_gateway

    return unless_seen(to_gateway(compiled, sender, route, dest), seen)


def _to_appliance(
    compiled: CompiledTopology, sender: Sender, route: EffectiveRoute, dest: Address, seen: Set[str]
) -> Onward:
    hop = route.next_hop_ip
    if not isinstance(hop, Address):
        reason = hop or Unresolved(f"route {route.name} names no next hop address", where=route.where)
        return Onward("", route, unresolved=(reason,))
    onward = hand_over(compiled, sender, hop)
    if onward.stop is None:
        crossed = onward.crossed if onward.unresolved else None
        return onward._replace(route=route, crossed=crossed, issues=onward.issues and (route_issue(route),))
    is_loop = hop != dest and key_of(onward.stop) in seen
    onward = onward._replace(link="VirtualNetwork" if hop == dest else "VirtualAppliance", route=route)
    return looped(onward) if is_loop else onward


def _spread(route: EffectiveRoute) -> tuple[str, ...]:
    if not route.other_hop_ips:
        return ()
    return (f"route {route.name} spreads flows over {1 + len(route.other_hop_ips)} appliances; the first is followed",)
