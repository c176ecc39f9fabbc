"""A whole connectivity check: the hops, what stands in the way at each, the way back, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from netwatch.model.addresses import ANY_PORT, Address
from netwatch.model.flow import Direction, Flow, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Peering
from netwatch.model.topology import Topology
from tests.oracle.around import Tags
from tests.oracle.spots import (
    Spot,
    Unevaluated,
    front_of,
    holder_anywhere,
    of_configuration,
    sends_only,
    somewhere,
    subnet_at,
)
from tests.oracle.trips import Issue, Move, Stop, Trip, denied, platform, runs, takes_port
from tests.oracle.ways import go_on, hand_over, leave, stops_from

__all__ = ["Asked", "Checked", "HopSaid", "oracle_check"]

ENDS = ("VirtualNetwork", "PrivateEndpoint")
REPLY_PORT = 50000  # one of those that systems pick for the opener


class Asked(NamedTuple):
    """From a machine to a machine, an address or a name. ``dest`` is the machine's id, the address, or the name."""

    source: ResourceId
    dest: ResourceId | Address | str
    protocol: Protocol
    port: int


class HopSaid(NamedTuple):
    """A hop: its type, its resource or nothing, the type of the link that leaves it, and what is wrong there."""

    type: str
    resource: str
    link: str
    issues: tuple[Issue, ...] = ()


class Checked(NamedTuple):
    """``status`` is Reachable, Unreachable or Unknown; ``returned`` is Returned, Dropped, Unknown or not asked."""

    status: str
    hops: list[HopSaid]
    returned: str = ""
    back: list[HopSaid] = []  # noqa: RUF012
    loops: bool = False


def oracle_check(topology: Topology, asked: Asked, tags: Tags) -> Checked:
    """Raises Unevaluated where the way leads to something that is not modelled."""
    meant, address = _destination(topology, asked.dest)
    source = _primary(topology, asked.source, address.version)
    name = asked.dest if isinstance(asked.dest, str) else ""
    has_ports = asked.protocol.has_ports
    flow = Flow(asked.protocol, _at(source), ANY_PORT if has_ports else 0, address, asked.port if has_ports else 0)
    stops = stops_from(Trip(topology, tags, name), source, flow)
    last = stops[-1]
    arrived = last.spot if last.type in ENDS else None
    shown = not isinstance(asked.dest, str) or name.lower() in topology.facts.dns
    if arrived is None and not last.move.end and meant is None and shown:
        meant = holder_anywhere(topology, address)
    hops = _with_ends(topology, asked, stops, _hops(topology, stops), _Ends(arrived, meant, tags))
    blocked = any(stop.move.is_open or stop.move.issues for stop in stops)
    returned, back = ("", []) if blocked else _returned(topology, stops, tags)
    is_open = any(stop.move.is_open for stop in stops) or returned == "Unknown"
    status = "Unknown" if is_open else "Unreachable" if returned == "Dropped" else "Reachable"
    if any(hop.issues for hop in hops):
        status = "Unreachable"
    return Checked(status, hops, returned, back, any(stop.move.loops for stop in stops))


class _Ends(NamedTuple):
    arrived: Spot | None
    meant: Spot | None
    tags: Tags


def _destination(topology: Topology, dest: ResourceId | Address | str) -> tuple[Spot | None, Address]:
    """A name that nobody declares stands somewhere in the Internet."""
    if isinstance(dest, ResourceId):
        for version in (4, 6):
            spot = _primary_or_none(topology, dest, version)
            if spot is not None:
                return spot, _at(spot)
    if isinstance(dest, Address):
        return None, dest
    return None, topology.facts.dns.get(str(dest).lower()) or somewhere(topology, 4)


def _primary(topology: Topology, vm: ResourceId, version: int) -> Spot:
    spot = _primary_or_none(topology, vm, version)
    assert spot is not None
    return spot


def _primary_or_none(topology: Topology, vm: ResourceId, version: int) -> Spot | None:
    """The primary address of a family, of the machine's primary NIC."""
    nics = [nic for nic in topology.nics.values() if nic.vm == vm]
    nic = next((each for each in nics if each.primary), nics[0])
    own = [each for each in nic.ip_configurations if getattr(each.private_ip, "version", 0) == version]
    first = [each for each in own if each.primary] + own
    return of_configuration(topology, first[0].id) if first else None


def _at(spot: Spot) -> Address:
    assert spot.address is not None
    return spot.address


# --- hops -------------------------------------------------------------------------------------------------------------


def _hops(topology: Topology, stops: list[Stop]) -> list[HopSaid]:
    """A hop for each stop, and one for each peering crossed."""
    found = []
    for stop in stops:
        issues = tuple(sorted((*stop.issues, *stop.move.issues)))
        crossed = stop.move.crossed
        link = "VirtualNetworkPeering" if crossed else stop.move.link
        found.append(HopSaid(stop.type, _resource(topology, stop), link, issues))
        if crossed is not None:
            found.append(HopSaid("VirtualNetworkPeering", peering_name(topology, crossed), stop.move.link))
    return found


def peering_name(topology: Topology, peering: Peering) -> str:
    """Its id; of one that a network manager is to make, that of its network."""
    return peering.id.text if peering.id.key in topology.peerings else peering.vnet.text


def _resource(topology: Topology, stop: Stop) -> str:
    spot = stop.spot
    if stop.type == "PrivateEndpoint":
        return next(each.id.text for each in topology.private_endpoints.values() if spot.id in each.nics)
    if spot.nic is None or spot.config is None:
        return spot.id.text
    return spot.nic.vm.text if stop.type == "Source" and isinstance(spot.nic.vm, ResourceId) else spot.config.id.text


def _with_ends(topology: Topology, asked: Asked, stops: list[Stop], hops: list[HopSaid], ends: _Ends) -> list[HopSaid]:
    """The hops with one for an end that is not reached, and with what is known of the machines at both ends."""
    last = stops[-1]
    if ends.arrived is None:
        kind, meant = last.move.end or "Destination", ends.meant if not last.move.end else None
        if meant is None or meant.nic is None or meant.config is None:
            hops.append(HopSaid(kind, "", ""))
        else:
            issues = denied(topology, meant.nic, Direction.INBOUND, last.flow, ends.tags)
            hops.append(HopSaid(kind, meant.config.id.text, "", tuple(issues)))
    if topology.facts.power_state.get(asked.source.key, "running") != "running":
        stopped = Issue("Local", "AgentStopped", topology.facts.power_state[asked.source.key])
        hops[0] = hops[0]._replace(issues=tuple(sorted((*hops[0].issues, stopped))))
    flow = last.flow if ends.arrived is not None else stops[0].flow
    there = ends.arrived or (ends.meant if not last.move.end else None)
    more = list(_guest(topology, there.nic, flow)) if there is not None and there.nic is not None else []
    if ends.arrived and ends.meant and ends.arrived.id != ends.meant.id:
        more.append(platform("AnotherMachineHasTheAddress"))
    if last.move.end == "Internet" and sends_only(topology, stops[0].flow.dst_ip):
        more.append(platform("NatGatewayTakesNothingIn"))
    hops[-1] = hops[-1]._replace(issues=tuple(sorted((*hops[-1].issues, *more))))
    return _where_wanted(topology, hops)


def _guest(topology: Topology, nic: NetworkInterface, flow: Flow) -> Iterator[Issue]:
    """What is declared of the machine; the service cannot tell a firewall in the guest from nobody listening."""
    if not runs(topology, nic):
        assert isinstance(nic.vm, ResourceId)
        yield platform(topology.facts.power_state[nic.vm.key])
    elif flow.protocol.has_ports and not takes_port(topology, nic, flow.protocol.value, flow.dst_port):
        yield from (Issue("Local", "NoListenerOnDestination"), Issue("Local", "GuestFirewall"))


def _where_wanted(topology: Topology, hops: list[HopSaid]) -> list[HopSaid]:
    """By one reading, an inbound rule is told at the hop before, as outbound, and peerings are no such hop."""
    if topology.semantics.security_rule_issue == "ownHop":
        return hops
    found, before = [hops[0]], 0
    for hop in hops[1:]:
        moved = [each for each in hop.issues if each[:2] == ("Inbound", "NetworkSecurityRule")]
        kept = tuple(each for each in hop.issues if each not in moved)
        outbound = [each._replace(origin="Outbound") for each in moved]
        found[before] = found[before]._replace(issues=tuple(sorted((*found[before].issues, *outbound))))
        found.append(hop._replace(issues=kept))
        before = before if hop.type == "VirtualNetworkPeering" else len(found) - 1
    return found


# --- the way back -----------------------------------------------------------------------------------------------------


def _returned(topology: Topology, stops: list[Stop], tags: Tags) -> tuple[str, list[HopSaid]]:
    """What becomes of replies. NICs that the flow has passed let them pass; elsewhere rules are asked.

    What left for the Internet, or for a service, straight from the source comes back to it.
    """
    quiet = frozenset(stop.spot.id for stop in stops if stop.spot.kind == "nic")
    hidden = {after.spot.id: before.flow.src_ip for before, after in pairwise(stops) if after.spot.kind == "firewall"}
    trip = Trip(topology, tags, quiet=quiet, hidden=hidden)
    try:
        back = _back(trip, stops)
    except Unevaluated:
        return "Unknown", []
    if not back:
        return "Returned", []
    last = back[-1]
    hops = _hops(topology, back)
    if last.type != "VirtualNetwork":
        hops.append(HopSaid(last.move.end or "Destination", "", ""))
    out = next((number for number, stop in enumerate(back) if stop.move.link == "Internet"), None)
    front = stops[-1].front
    if front is not None and front.address is not None and out is not None:
        found = front_of(topology, front.address)  # replies leave as the flow came in, or as another sender's
        strays = out > 0 and found is not None and back[out].spot != found[1]
    else:
        strays = bool(last.move.end)
    if strays or any(stop.move.issues for stop in back):
        return "Dropped", hops
    return ("Unknown" if any(stop.move.is_open for stop in back) else "Returned"), hops


def _back(trip: Trip, stops: list[Stop]) -> list[Stop]:
    """From where the flow ended. An appliance at the edge is taken to have translated the source."""
    last = stops[-1]
    reply = _reply(last.flow)
    if last.spot.kind == "firewall":
        assert trip.hidden is not None
        return _begin(trip, last, reply._replace(dst_ip=trip.hidden[last.spot.id]), "VirtualAppliance")
    if last.spot.kind in ("gateway", "tunnel"):
        move = leave(trip, last.spot, reply, by_gateway=True)
        return go_on(trip, Stop("VirtualNetworkGateway", last.spot, reply, move))
    if last.spot.config == stops[0].spot.config:
        return []
    if last.type == "PrivateEndpoint":
        move = hand_over(trip.topology, subnet_at(trip.topology, last.spot), reply.src_ip, reply.dst_ip)
        move = move if move.to is not None else Move(is_open=True)
        return go_on(trip, Stop("PrivateEndpoint", last.spot, reply, move))
    return stops_from(trip, last.spot, reply if last.type == "VirtualNetwork" else _reply(stops[0].flow))


def _begin(trip: Trip, last: Stop, flow: Flow, kind: str) -> list[Stop]:
    trip.passed.add(last.spot.key)
    return go_on(trip, Stop(kind, last.spot, flow, leave(trip, last.spot, flow)))


def _reply(flow: Flow) -> Flow:
    port = REPLY_PORT if flow.src_port == ANY_PORT else flow.src_port
    return Flow(flow.protocol, flow.dst_ip, flow.dst_port, flow.src_ip, port)
