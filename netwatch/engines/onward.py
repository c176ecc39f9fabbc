"""What becomes of a flow when it leaves a NIC: the next NIC, the Internet, or a drop, and the route that says so.

Sources: "Virtual network traffic routing" (appliances, IP forwarding, routing loops); "Create, change, or delete a
virtual network peering" (forwarded traffic); "Troubleshoot connections with the Azure REST API" (UserDefinedRoute);
recorded connectivity checks of the real service (RouteMissing, RouteType).
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.peers import connected_peers, peer_prefixes
from netwatch.engines.address_owner import Place, find_owner
from netwatch.engines.targets import subnet_of
from netwatch.errors import UnsupportedError
from netwatch.model.addresses import Address, Prefix
from netwatch.model.answers import Issue
from netwatch.model.flow import Flow
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Peering, VirtualNetwork
from netwatch.model.routes import EffectiveRoute, NextHopType, RouteSource
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["Onward", "forward", "leave", "power_state"]

_WITHIN = (NextHopType.VNET_LOCAL, NextHopType.VNET_PEERING, NextHopType.VNET_GLOBAL_PEERING)


class Onward(NamedTuple):
    """Where a flow goes from a NIC. ``link`` is ARM's link type, empty when it goes nowhere.

    ``place`` is the NIC it comes to, None at the Internet and after a drop; ``crossed`` the peering on the way.
    ``issues`` say why it is dropped, ``notes`` the same for a person; ``unresolved`` what leaves it open.
    """

    link: str
    route: EffectiveRoute | None = None
    place: Place | None = None
    crossed: Peering | None = None
    issues: tuple[Issue, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    notes: tuple[str, ...] = ()


def forward(compiled: CompiledTopology, place: Place, flow: Flow, seen: Set[str]) -> Onward:
    """Like ``leave``, at an appliance: only if Azure, the machine and its operating system let it forward.

    Azure drops at a NIC without IP forwarding. Where ``facts.guestIpForwarding`` names any machine, those it does not
    name do not forward; where it names none, every appliance is taken to forward, and a note says so.
    """
    topology, nic = compiled.topology, place.nic
    obstacle = _obstacle(topology, nic)
    if obstacle is not None:
        # ARM has no issue type for these; Platform is the nearest, and the reason stands in its context.
        issue = Issue("Local", "Platform", context=(("Reason", obstacle.reason),), where=nic.where)
        return Onward("", issues=(issue,), notes=(obstacle.note,))
    onward = leave(compiled, place, flow, seen)
    return onward._replace(notes=(*_taken_to_forward(topology, nic), *onward.notes))


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
    if declared and nic.vm.key not in declared:
        return _Obstacle("GuestDoesNotForward", f"{nic.vm.name} is not among the machines declared to forward")
    return None


def _taken_to_forward(topology: Topology, nic: NetworkInterface) -> Iterator[str]:
    if not isinstance(nic.vm, ResourceId):
        yield f"{nic.id.name} is attached to no machine; it is taken to forward"
    elif not topology.facts.guest_ip_forwarding:
        yield f"{nic.vm.name} is taken to forward (facts.guestIpForwarding declares none)"


def power_state(topology: Topology, vm: ResourceId) -> str:
    """The declared power state of a machine, ``running`` where nothing is declared."""
    return topology.facts.power_state.get(vm.key, "running")


def leave(compiled: CompiledTopology, place: Place, flow: Flow, seen: Set[str]) -> Onward:
    """Where the effective routes at ``place`` send ``flow``. ``seen`` are the keys of the NICs it has passed.

    UnsupportedError for gateways, meshes, endpoints, and load balancers or firewalls as next hop.
    """
    subnet = subnet_of(compiled.topology, place.nic)
    route = compiled.select_route(subnet, flow.dst_ip).route
    if isinstance(route, Unresolved):
        return Onward("", unresolved=(route,))
    if route is None:
        return Onward("", issues=_drop(None))
    return _by_route(compiled.topology, compiled.topology.vnets[subnet.vnet.key], route, flow, seen)


def _by_route(topology: Topology, vnet: VirtualNetwork, route: EffectiveRoute, flow: Flow, seen: Set[str]) -> Onward:
    kind = route.next_hop_type
    if isinstance(kind, Unresolved):
        return Onward("", route, unresolved=(kind,))
    if kind is NextHopType.NONE:
        return Onward("", route, issues=_drop(route))
    if kind is NextHopType.INTERNET:
        return Onward("Internet", route)
    if kind in _WITHIN:
        return _hand_over(topology, vnet, flow.dst_ip, flow)._replace(route=route)
    if kind is NextHopType.VIRTUAL_APPLIANCE:
        return _to_appliance(topology, vnet, route, flow, seen)
    raise UnsupportedError(
        f"{flow.dst_ip}: the way leads through the next hop type {kind.value}, which paths do not evaluate yet",
        where=route.where,
    )


def _drop(route: EffectiveRoute | None) -> tuple[Issue, ...]:
    """A user route to None is one issue; a system one, or no route at all, two (recorded: RouteMissing comes first)."""
    if route is not None and route.source is RouteSource.USER:
        return (_route_issue(route),)
    return (Issue("Local", "RouteMissing"), _route_issue(route))


def _route_issue(route: EffectiveRoute | None) -> Issue:
    """UserDefinedRoute is ARM's word for system routes too; the context tells which."""
    user = route is not None and route.source is RouteSource.USER
    context = (("RouteType", "User" if user else "Default"),)
    return Issue("Outbound", "UserDefinedRoute", context=context, where=route.where if route else None)


def _to_appliance(
    topology: Topology, vnet: VirtualNetwork, route: EffectiveRoute, flow: Flow, seen: Set[str]
) -> Onward:
    hop = route.next_hop_ip
    if not isinstance(hop, Address):
        reason = hop or Unresolved(f"route {route.name} names no next hop address", where=route.where)
        return Onward("", route, unresolved=(reason,))
    onward = _hand_over(topology, vnet, hop, flow)
    if onward.place is None:
        crossed = onward.crossed if onward.unresolved else None
        return onward._replace(route=route, crossed=crossed, issues=onward.issues and (_route_issue(route),))
    link = "VirtualNetwork" if onward.place.address == flow.dst_ip else "VirtualAppliance"
    if onward.place.nic.id.key in seen and onward.place.address != flow.dst_ip:
        note = f"a routing loop: the route at this hop leads back to {onward.place.nic.id.name}"
        return Onward("", route, issues=(_route_issue(route),), notes=(note,))
    return onward._replace(link=link, route=route)


def _hand_over(topology: Topology, vnet: VirtualNetwork, address: Address, flow: Flow) -> Onward:
    """To the NIC that has ``address``, in ``vnet`` or across one peering."""
    if any(_holds(space, address) for space in vnet.address_space):
        return _arrive(topology, vnet.id, address)
    crossed = _peering_to(topology, vnet, address)
    if crossed is None:
        note = f"{address} lies neither in {vnet.id.name} nor in a peer of it"
        return Onward("", issues=(_route_issue(None),), notes=(note,))
    if not isinstance(crossed.remote_vnet, ResourceId) or crossed.remote_vnet.key not in topology.vnets:
        reason = f"the network that peering {crossed.id.name} leads to is not in the input"
        return Onward("", crossed=crossed, unresolved=(Unresolved(reason, where=crossed.where),))
    if _refuses_forwarded(topology, vnet, crossed.remote_vnet, flow):
        note = f"{crossed.remote_vnet.name} does not take forwarded traffic from {vnet.id.name} (allowForwardedTraffic)"
        return Onward("", issues=(_route_issue(None),), notes=(note,))
    return _arrive(topology, crossed.remote_vnet, address)._replace(crossed=crossed)


def _arrive(topology: Topology, vnet: ResourceId, address: Address) -> Onward:
    owner = find_owner(topology, vnet, address)
    if isinstance(owner, Unresolved):
        return Onward("", unresolved=(owner,))
    if owner is None:
        issue = Issue("Outbound", "Platform", context=(("Reason", "AddressNotInUse"),))
        return Onward("", issues=(issue,), notes=(f"nothing in {vnet.name} has the address {address}",))
    return Onward("VirtualNetwork", place=owner)


def _holds(space: Prefix | Unresolved, address: Address) -> bool:
    return isinstance(space, Prefix) and space.holds(address)


def _peering_to(topology: Topology, vnet: VirtualNetwork, address: Address) -> Peering | None:
    for peering in connected_peers(topology, vnet):
        if any(_holds(space, address) for space in peer_prefixes(topology, peering)):
            return peering
    return None


def _refuses_forwarded(topology: Topology, sender: VirtualNetwork, receiver: ResourceId, flow: Flow) -> bool:
    """Whether the receiving side of a peering turns away what did not originate in the sending network."""
    if any(_holds(space, flow.src_ip) for space in sender.address_space):
        return False
    sides = [peering for peering in topology.peerings_of.get(receiver.key, ()) if peering.remote_vnet == sender.id]
    return not any(peering.allow_forwarded_traffic for peering in sides)
