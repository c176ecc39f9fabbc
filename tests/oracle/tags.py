"""What a service tag holds, at the subnet where the rule is read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from ipaddress import ip_network

from netwatch.model.addresses import Prefix
from netwatch.model.resources import Subnet
from netwatch.model.routes import NextHopType, UserRoute
from netwatch.model.topology import Topology
from tests.oracle.around import Host, Network, Tags, connected, learned, mesh, network, peer_spaces, route_table, spaces

__all__ = ["hop_of", "names_platform", "oracle_tag", "oracle_tag_holds", "published"]

PLATFORM = ip_network("168.63.129.16/32")
PLATFORM_TAGS = {
    "azureplatformdns": ["168.63.129.16/32"],
    "azureplatformimds": ["169.254.169.254/32"],
    "azureplatformlkm": ["20.118.99.224/32", "40.83.235.53/32", "23.102.135.246/32"],
}
NOT_INTERNET = [
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "25.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
    )
]  # fmt: skip
GLOBAL_UNICAST = ip_network("2000::/3")


def oracle_tag(topology: Topology, subnet: Subnet, name: str, tags: Tags) -> list[Network]:
    """What the tag ``name`` holds in a rule that is read at ``subnet``."""
    match name.lower():
        case "virtualnetwork":
            return list(_virtual_network(topology, subnet))
        case "internet":
            return _internet()
        case "azureloadbalancer":
            return [PLATFORM]
        case other if other in PLATFORM_TAGS:
            return [ip_network(text) for text in PLATFORM_TAGS[other]]
        case other:
            return published(other, tags)


def oracle_tag_holds(topology: Topology, subnet: Subnet, name: str, host: Host, tags: Tags) -> bool:
    """Whether the tag ``name``, in a rule that is read at ``subnet``, holds ``host``."""
    return any(host in each for each in oracle_tag(topology, subnet, name, tags))


def names_platform(name: str) -> bool:
    """Whether the tag is one of those that target the platform's own services."""
    return name.lower() in PLATFORM_TAGS


def published(name: str, tags: Tags) -> list[Network]:
    """What the published list says."""
    (texts,) = [texts for spelled, texts in tags.items() if spelled.lower() == name.lower()]
    return [ip_network(text) for text in texts]


@cache
def _internet() -> list[Network]:
    """Every address but those that are not publicly reachable, hole by hole."""
    whole: list[Network] = [ip_network("0.0.0.0/0")]
    for hole in NOT_INTERNET:
        whole = [part for each in whole for part in _without(each, hole)]
    return [*whole, GLOBAL_UNICAST]


def _without(whole: Network, hole: Network) -> list[Network]:
    if hole.version == 4 and whole.version == 4 and hole.subnet_of(whole):
        return list(whole.address_exclude(hole))
    return [whole]


def _virtual_network(topology: Topology, subnet: Subnet) -> Iterator[Network]:
    """The VNet, its peers (unless the peering's access flag is off), its connected groups, what gateways bring to the
    subnet, the platform, and what the subnet's routes bring near.

    Decided: of the user-defined routes, those to an appliance or a gateway count, and those to VnetLocal except a
    default route; None and Internet lead out of the network. The other reading counts every one. Service tags in
    routes never count.
    """
    vnet = topology.vnets[subnet.vnet.key]
    yield PLATFORM
    yield from spaces(vnet)
    for peering in connected(topology, vnet.id):
        if peering.allow_virtual_network_access:
            yield from peer_spaces(topology, subnet, peering)
    for member in mesh(topology, vnet):
        yield from spaces(member)
    yield from learned(topology, subnet)
    table = route_table(topology, subnet)
    for route in table.routes if table is not None else ():
        if isinstance(route.prefix, Prefix) and _counts(topology, route, route.prefix.length):
            yield network(route.prefix)


def _counts(topology: Topology, route: UserRoute, length: int) -> bool:
    if topology.semantics.virtual_network_routes == "everyRoute":
        return True
    hop = hop_of(route)
    return hop in ("VirtualAppliance", "VirtualApplianceEcmp", "VirtualNetworkGateway") or (
        hop == "VnetLocal" and length > 0
    )


def hop_of(route: UserRoute) -> str:
    assert isinstance(route.next_hop_type, NextHopType)
    return route.next_hop_type.value
