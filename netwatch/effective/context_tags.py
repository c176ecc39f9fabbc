"""Service tags that no published list holds: VirtualNetwork, Internet, AzureLoadBalancer, AzurePlatform*.

VirtualNetwork differs from subnet to subnet, because user-defined routes and peerings feed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from netwatch.effective.defaults import PLATFORM_PREFIX
from netwatch.effective.gateways import learned_routes, propagates
from netwatch.effective.meshes import mesh_members
from netwatch.effective.peers import connected_peers, peer_prefixes
from netwatch.effective.unsupported import refuse_routes
from netwatch.model.addresses import Prefix, collapse, parse_prefix
from netwatch.model.resources import Subnet
from netwatch.model.routes import NextHopType, UserRoute
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["TagExpansion", "context_tag", "context_tag_names", "internet_prefixes", "virtual_network_prefixes"]


class TagExpansion(NamedTuple):
    """What a tag holds at one place: its prefixes, and why they may be more, if the input leaves that open."""

    prefixes: tuple[Prefix, ...]
    unresolved: tuple[Unresolved, ...] = ()


# Everything below is outside Internet: recorded expansions of the real service, the same in every session read.
# 168.63.129.16 stays inside, although it is in VirtualNetwork too.
_NOT_INTERNET = (
    "0.0.0.0/8", "10.0.0.0/8", "25.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
)  # fmt: skip

# No recording shows the tag's IPv6 half; global unicast (RFC 4291 §2.4) is what "publicly reachable" comes to.
_INTERNET_V6 = "2000::/3"

# Only denying them makes sense; they are not in the published list ("Virtual network service tags"). The licensing
# addresses are those of "Troubleshoot Azure Windows virtual machine activation problems".
_PLATFORM_TAGS = {
    "azureplatformdns": ("168.63.129.16/32",),
    "azureplatformimds": ("169.254.169.254/32",),
    "azureplatformlkm": ("20.118.99.224/32", "23.102.135.246/32", "40.83.235.53/32"),
}

# Routes that hand a packet to something that can reach the prefix. "None" drops it and "Internet" leaves the network,
# so counting those would let AllowVnetInBound admit strangers; recordings show VirtualAppliance only.
_COLLAPSES = (
    NextHopType.VIRTUAL_APPLIANCE,
    NextHopType.VIRTUAL_APPLIANCE_ECMP,
    NextHopType.VIRTUAL_NETWORK_GATEWAY,
)
_FEEDS_VIRTUAL_NETWORK = (*_COLLAPSES, NextHopType.VNET_LOCAL)


def context_tag_names() -> tuple[str, ...]:
    """The tags this module knows, as Azure spells them."""
    return (
        "VirtualNetwork",
        "Internet",
        "AzureLoadBalancer",
        "AzurePlatformDNS",
        "AzurePlatformIMDS",
        "AzurePlatformLKM",
    )


def context_tag(name: str, topology: Topology, subnet: Subnet) -> TagExpansion | None:
    """What the tag ``name`` (any case) holds for rules read at ``subnet``; None where it is not one of these tags."""
    key = name.lower()
    if key == "virtualnetwork":
        return virtual_network_prefixes(topology, subnet)
    if key == "internet":
        return TagExpansion(internet_prefixes(ipv6=_has_ipv6(topology, subnet)))
    if key == "azureloadbalancer":
        return TagExpansion((PLATFORM_PREFIX,))  # probes, never client traffic: "Virtual network service tags"
    if key in _PLATFORM_TAGS:
        return TagExpansion(tuple(parse_prefix(text) for text in _PLATFORM_TAGS[key]))
    return None


def virtual_network_prefixes(topology: Topology, subnet: Subnet) -> TagExpansion:
    """VirtualNetwork at ``subnet``: the ranges of its VNet, of peers and connected groups, what gateways bring, the
    platform address, and its user-defined routes.

    Source: "Virtual network service tags"; recorded expansions confirm ranges, 168.63.129.16/32 and routes to an
    appliance, even an unreachable one. A default route to an appliance or gateway makes it that family's whole space
    (confirmed in azure-docs issue 22178 and azure-powershell issue 4972: the single prefix 0.0.0.0/0).
    """
    vnet = topology.vnets[subnet.vnet.key]
    refuse_routes(topology, vnet)
    found: list[Prefix | Unresolved] = list(vnet.address_space)
    for peering in connected_peers(topology, vnet):
        if peering.allow_virtual_network_access:  # switched off, the peer leaves the tag: "Manage peerings"; labs agree
            found.extend(peer_prefixes(topology, subnet, peering))
    found.extend(prefix for member in mesh_members(topology, vnet) for prefix in member.address_space)
    if propagates(topology, subnet):  # a learned default route counts while it is advertised (labs)
        found.extend(learned.prefix for learned in learned_routes(topology, vnet))
    if topology.virtual_hubs:
        found.extend(_of_hub(topology, subnet))
    found.append(PLATFORM_PREFIX)
    found.extend(_route_prefixes(topology, subnet))
    prefixes = [item for item in found if isinstance(item, Prefix)]
    whole = {prefix.version for prefix in prefixes if prefix.length == 0}
    kept = [prefix for prefix in dict.fromkeys(prefixes) if prefix.length == 0 or prefix.version not in whole]
    return TagExpansion(tuple(kept), tuple(item for item in found if isinstance(item, Unresolved)))


def _of_hub(topology: Topology, subnet: Subnet) -> Iterator[Prefix | Unresolved]:
    """The hub of a virtual WAN is a peer; what it brings counts as what a gateway does."""
    from netwatch.effective.virtual_hubs import hub_prefixes, spoke_rows

    vnet = topology.vnets[subnet.vnet.key]
    yield from hub_prefixes(topology, vnet)
    if propagates(topology, subnet):
        yield from (row.prefix if row.open is None else row.open for row in spoke_rows(topology, vnet))


def _route_prefixes(topology: Topology, subnet: Subnet) -> list[Prefix | Unresolved]:
    table = subnet.route_table
    if table is None:
        return []
    if isinstance(table, Unresolved):
        return [table]
    every = topology.semantics.virtual_network_routes == "everyRoute"
    return [prefix for route in topology.route_tables[table.key].routes for prefix in _fed_by(route, every=every)]


def _fed_by(route: UserRoute, *, every: bool) -> list[Prefix | Unresolved]:
    if every:
        return [route.prefix] if isinstance(route.prefix, Prefix | Unresolved) else []
    if isinstance(route.next_hop_type, Unresolved):
        return [route.next_hop_type]
    if route.next_hop_type not in _FEEDS_VIRTUAL_NETWORK:
        return []
    if isinstance(route.prefix, Prefix) and route.prefix.length == 0 and route.next_hop_type not in _COLLAPSES:
        return []
    return [route.prefix] if isinstance(route.prefix, Prefix | Unresolved) else []


def _has_ipv6(topology: Topology, subnet: Subnet) -> bool:
    space = topology.vnets[subnet.vnet.key].address_space
    return any(isinstance(prefix, Unresolved) or prefix.version == 6 for prefix in space)


@cache
def internet_prefixes(*, ipv6: bool) -> tuple[Prefix, ...]:
    """Internet: all but the ranges that are not publicly reachable, ascending; Azure's own public ranges are inside.

    ``ipv6`` adds the IPv6 half, which recorded expansions of networks without IPv6 do not show.
    """
    holes = collapse(parse_prefix(text) for text in _NOT_INTERNET)
    found: list[Prefix] = []
    low = 0
    for hole in holes:
        found.extend(_span(low, hole.low - 1))
        low = hole.high + 1
    found.extend(_span(low, (1 << 32) - 1))
    return (*found, parse_prefix(_INTERNET_V6)) if ipv6 else tuple(found)


def _span(low: int, high: int) -> list[Prefix]:
    """The fewest IPv4 prefixes that cover ``low`` to ``high``, both inside."""
    out = []
    while low <= high:
        size = low & -low if low else 1 << 32
        while size > high - low + 1:
            size >>= 1
        out.append(Prefix(4, low, 33 - size.bit_length()))
        low += size
    return out
