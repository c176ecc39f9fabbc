"""Round trips nobody can measure offline: a declared pair of machines goes first, else a model link by link.

The model's table is ``LINK_MS``, with its reasons. A link varies a little, as real ones do, and always in the same way:
what varies it is worked out from a seed (``facts.latencySeed``) and the ends of the path, so that equal questions get
equal answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from zlib import crc32

from netwatch.effective.peers import peerings_of
from netwatch.engines.path.region_distance import round_trip_ms
from netwatch.model.answers import Hop, Link
from netwatch.model.facts import Latency
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Peering, Subnet
from netwatch.model.topology import Topology

__all__ = ["LINK_MS", "total", "with_round_trips"]

LINK_MS: Mapping[str, int] = {
    # Recorded within a region, 2018 to 2022: average 1, seldom more.
    "VirtualNetwork": 1,
    "VirtualAppliance": 1,
    "ConnectedGroup": 1,
    "InterfaceEndpoint": 1,
    # The router of a hub is a device on the way; nothing is recorded.
    "VirtualHub": 1,
    # A peering is no device: it adds nothing within a region, and the distance between two ("Virtual network peering").
    "VirtualNetworkPeering": 0,
    # A service endpoint leads over the backbone to a front end in the region, one device more than a network link.
    "VirtualNetworkServiceEndpoint": 2,
    # Recorded to a web site: 26 and 27 in three of four answers of 2024, between 1 (a cache next door) and 49.
    "Internet": 26,
    # To a gateway and through a tunnel: nothing is recorded. A site in the same country, with encryption on the way.
    "VirtualNetworkGateway": 10,
}
"""The usual round trip of a link in ms where both ends are in one region."""


def with_round_trips(topology: Topology, hops: tuple[Hop, ...], *, seed: int = 0) -> tuple[Hop, ...]:
    """The hops with a round trip on every link that leads to a hop; a link between regions adds their distance."""
    pair = f"{seed} {_identity(hops[0])} {_identity(hops[-1])}"
    regions = _regions(topology, hops)
    found = []
    for at, hop in enumerate(hops):
        links = tuple(
            replace(link, round_trip=_round_trip(link, round_trip_ms(regions[at], regions[link.to]), f"{pair} {at}"))
            for link in hop.links
        )
        found.append(replace(hop, links=links))
    return tuple(found)


def total(hops: tuple[Hop, ...]) -> Latency:
    """The round trip of a path: the sum of its links'."""
    trips = [link.round_trip for hop in hops for link in hop.links if link.round_trip is not None]
    return Latency(*(sum(column) for column in zip(*trips, strict=True))) if trips else Latency(0, 0, 0)


def _round_trip(link: Link, distance: int, key: str) -> Latency:
    """Up to a twentieth less and a seventh more than usual, and one ms for the probe that came at a bad moment."""
    usual = LINK_MS.get(link.link_type, 0) + distance
    dice = crc32(key.encode())
    low, high = (dice & 0xFFFF) / 0xFFFF, (dice >> 16) / 0xFFFF
    return Latency(usual, usual - int(usual * low / 20), usual + (1 if usual else 0) + int(usual * high / 7))


def _identity(hop: Hop) -> str:
    return hop.resource.key if hop.resource is not None else f"{hop.name.lower()} {hop.address}"


def _regions(topology: Topology, hops: tuple[Hop, ...]) -> list[str]:
    """The region of each hop; one without any (the Internet, a site) stands where the one before it stands."""
    found: list[str] = []
    for hop in hops:
        here = _region(topology, hop.resource) if hop.resource is not None else ""
        found.append(here or (found[-1] if found else ""))
    return found


def _region(topology: Topology, id: ResourceId) -> str:
    """Where a resource stands: a NIC where its network does, a peering where the network it leads to does."""
    peering = next((each for each in peerings_of(topology, id.parent) if each.id == id), None)
    if peering is not None:
        return _far_region(topology, peering)
    cards = topology.nics_of.get(id.key, ()) or tuple(_nics_called(topology, id.parent))
    for nic in cards:
        subnet = topology.subnet_of(nic)
        return topology.vnets[subnet.vnet.key].location if isinstance(subnet, Subnet) else nic.location
    kinds = (topology.gateways, topology.private_endpoints, topology.public_ips, topology.firewalls)
    for kind in (*kinds, topology.virtual_hubs):
        if id.key in kind:
            return kind[id.key].location
    parent = topology.load_balancers.get(id.parent.key)
    return parent.location if parent is not None else ""


def _nics_called(topology: Topology, id: ResourceId) -> Iterator[NetworkInterface]:
    if id.key in topology.nics:
        yield topology.nics[id.key]


def _far_region(topology: Topology, peering: Peering) -> str:
    remote = peering.remote_vnet
    known = isinstance(remote, ResourceId) and remote.key in topology.vnets
    return topology.vnets[remote.key].location if isinstance(remote, ResourceId) and known else ""
