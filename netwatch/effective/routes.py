"""Effective routes of a subnet, and which of them takes a packet.

Source throughout: "Virtual network traffic routing" (system routes, user-defined routes, how Azure selects a route),
corrected by recorded effective routes of the real service where the two differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from netwatch.effective.defaults import reserved_prefixes
from netwatch.effective.gateways import gateway_address, learned_routes, propagates
from netwatch.effective.meshes import mesh_members
from netwatch.effective.peers import connected_peers, is_global, peer_prefixes
from netwatch.effective.private_endpoints import endpoint_addresses, yields_to
from netwatch.effective.regions import same_region
from netwatch.effective.service_endpoints import endpoint_tags
from netwatch.effective.unsupported import refuse_routes
from netwatch.errors import UnsupportedError
from netwatch.model.addresses import Address, Prefix
from netwatch.model.resources import Subnet, VirtualNetwork
from netwatch.model.routes import EffectiveRoute, NextHopType, RouteSource, RouteState, RouteTable, UserRoute
from netwatch.model.rules import ServiceTag
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

__all__ = ["Selection", "effective_routes", "is_reachable_appliance", "keeps_default_route", "select_route"]

ExpandTag = Callable[[str, Where, str], tuple[Prefix, ...]]
"""What a service tag holds: its name, and the place and the name of what holds it, for the message if there is none."""


class Selection(NamedTuple):
    """The route that takes a packet and the prefix it matched by; ``candidates``: all that hold it, best first.

    ``route`` is None when no row holds the destination, and Unresolved when open values decide which row it is.
    """

    route: EffectiveRoute | Unresolved | None
    prefix: Prefix | None
    candidates: tuple[EffectiveRoute, ...]


def effective_routes(topology: Topology, subnet: Subnet, expand_tag: ExpandTag) -> tuple[EffectiveRoute, ...]:
    """Every route of ``subnet``: VNet, peers, connected groups, gateways, endpoints, default, reserved, user-defined.

    Overridden rows stay in the list as Invalid. All NICs of a subnet have the same routes.
    UnsupportedError when something not evaluated yet would add rows.
    """
    vnet = topology.vnets[subnet.vnet.key]
    refuse_routes(topology, vnet)
    user = list(_user_rows(topology, subnet, expand_tag))
    peers = [*_peering_rows(topology, vnet, subnet), *_hub_peering_rows(topology, vnet)]
    near = [*_vnet_rows(vnet), *peers, *_mesh_rows(topology, vnet, user)]
    services = list(_service_rows(vnet, subnet, expand_tag))
    learned = list(_learned_rows(topology, vnet, subnet, [*near, *services]))
    endpoints = list(_endpoint_rows(topology, subnet, user))
    rows = [*near, *learned, *services, *endpoints, *_default_rows(vnet)]
    rows.extend(_reserved_rows([*near, *learned, *user]))
    overriding = [*user, *(row for row in learned if row.state is RouteState.ACTIVE)]
    return (*(_overridden(row, overriding, topology.semantics) for row in rows), *user)


def _vnet_rows(vnet: VirtualNetwork) -> Iterator[EffectiveRoute]:
    """One row for each range of the address space (not one for each subnet)."""
    for prefix in vnet.address_space:
        yield _row(prefix, NextHopType.VNET_LOCAL)


def _peering_rows(topology: Topology, vnet: VirtualNetwork, subnet: Subnet) -> Iterator[EffectiveRoute]:
    """One row for each range of each connected peer, whatever allowVirtualNetworkAccess says: that acts on a tag."""
    for peering in connected_peers(topology, vnet):
        kind = NextHopType.VNET_GLOBAL_PEERING if is_global(topology, peering) else NextHopType.VNET_PEERING
        for prefix in peer_prefixes(topology, subnet, peering):
            yield replace(_row(prefix, kind), where=peering.where)


def _mesh_rows(topology: Topology, vnet: VirtualNetwork, user: list[EffectiveRoute]) -> Iterator[EffectiveRoute]:
    """One row with the ranges of all other members of connected groups (effective routes of a published lab).

    A member that is peered as well has its peering's rows: the two would be the same route twice. A range that a user
    route overrides has a row of its own, since it alone is Invalid; no source shows one.
    """
    peers = {peering.remote_vnet for peering in connected_peers(topology, vnet)}
    members = [member for member in mesh_members(topology, vnet) if member.id not in peers]
    ranges = [prefix for member in members for prefix in member.address_space]
    taken = {row.prefixes for row in user}
    apart = [each for each in ranges if isinstance(each, Unresolved) or (each,) in taken]
    joined = tuple(each for each in ranges if isinstance(each, Prefix) and each not in apart)
    if joined:
        yield EffectiveRoute(joined, NextHopType.CONNECTED_GROUP)
    yield from (_row(each, NextHopType.CONNECTED_GROUP) for each in apart)


def _hub_peering_rows(topology: Topology, vnet: VirtualNetwork) -> Iterator[EffectiveRoute]:
    """The hub of a virtual WAN is a peer, whose own prefix has a row (labs)."""
    for hub, connection in topology.hub_connections_of.get(vnet.id.key, ())[:1]:
        near = same_region(hub.location, vnet.location)
        kind = NextHopType.VNET_PEERING if near else NextHopType.VNET_GLOBAL_PEERING
        if hub.prefix is not None:
            yield replace(_row(hub.prefix, kind), where=connection.where)


def _learned_rows(
    topology: Topology, vnet: VirtualNetwork, subnet: Subnet, preferred: list[EffectiveRoute]
) -> Iterator[EffectiveRoute]:
    """What gateways and hubs bring, unless the subnet's table keeps it away.

    Routes of the VNet, of peers and of service endpoints are preferred even over a longer learned prefix, which is
    listed as Invalid then.
    """
    if not propagates(topology, subnet):
        return
    held = [prefix for row in preferred for prefix in row.prefixes]
    for row in (*_gateway_rows(topology, vnet), *_hub_rows(topology, vnet)):
        inside = any(prefix.holds(own) for own in row.prefixes for prefix in held)
        yield replace(row, state=RouteState.INVALID) if inside else row


def _gateway_rows(topology: Topology, vnet: VirtualNetwork) -> Iterator[EffectiveRoute]:
    """What gateways bring; the next hop is the gateway's public address."""
    for learned in learned_routes(topology, vnet):
        yield replace(
            _row(learned.prefix, NextHopType.VIRTUAL_NETWORK_GATEWAY),
            source=RouteSource.VIRTUAL_NETWORK_GATEWAY,
            next_hop_ip=gateway_address(topology, learned.gateway),
            where=learned.where,
        )


def _hub_rows(topology: Topology, vnet: VirtualNetwork) -> Iterator[EffectiveRoute]:
    """What the hub of a virtual WAN brings: rows like those of a gateway (labs)."""
    if not topology.virtual_hubs:
        return
    from netwatch.effective.virtual_hubs import instance_addresses, spoke_rows

    for row in spoke_rows(topology, vnet):
        for address in instance_addresses(topology, vnet, row):
            yield replace(
                _row(row.prefix, NextHopType.VIRTUAL_NETWORK_GATEWAY if row.open is None else row.open),
                source=RouteSource.VIRTUAL_NETWORK_GATEWAY,
                next_hop_ip=address,
                where=row.where,
            )


def _service_rows(vnet: VirtualNetwork, subnet: Subnet, expand_tag: ExpandTag) -> Iterator[EffectiveRoute]:
    """One row for each service endpoint of the subnet, with all the prefixes it brings."""
    for endpoint in subnet.service_endpoints:
        tags = endpoint_tags(endpoint, vnet.location)
        if tags is None:
            raise UnsupportedError(
                f"{subnet.id.name}: the ranges of service endpoint {endpoint.service} are not known.",
                where=subnet.where,
            )
        holder = f"{subnet.id.name}/{endpoint.service}"
        prefixes = tuple(prefix for tag in tags for prefix in expand_tag(tag, subnet.where, holder))
        yield EffectiveRoute(prefixes, NextHopType.SERVICE_ENDPOINT, where=subnet.where)


def _endpoint_rows(topology: Topology, subnet: Subnet, user: list[EffectiveRoute]) -> Iterator[EffectiveRoute]:
    """A host route for each private endpoint of the VNet and of direct peers; Invalid where a user route wins."""
    for address in endpoint_addresses(topology, subnet):
        row = replace(_row(address.prefix, NextHopType.INTERFACE_ENDPOINT), where=address.endpoint.where)
        hosting = topology.vnets[address.subnet.vnet.key]
        overriding = (
            yields_to(address, prefix, hosting)
            for route in user
            if _may_override_endpoint(route, topology.semantics)
            for prefix in route.prefixes
        )
        yield replace(row, state=RouteState.INVALID) if any(overriding) else row


def _may_override_endpoint(route: EffectiveRoute, semantics: Semantics) -> bool:
    kind = route.next_hop_type
    return (isinstance(kind, NextHopType) and kind.is_appliance) or semantics.private_endpoint_routes == "anyNextHop"


def _default_rows(vnet: VirtualNetwork) -> Iterator[EffectiveRoute]:
    """0.0.0.0/0 to the Internet; ::/0 too where the VNet has IPv6 (without it, only some subscriptions list it)."""
    yield _row(Prefix(4, 0, 0), NextHopType.INTERNET)
    if any(isinstance(prefix, Prefix) and prefix.version == 6 for prefix in vnet.address_space):
        yield _row(Prefix(6, 0, 0), NextHopType.INTERNET)


def _reserved_rows(others: list[EffectiveRoute]) -> Iterator[EffectiveRoute]:
    """The reserved ranges that are still dropped.

    Recorded: a row vanishes when the VNet's range or a user route is that very range; all of them vanish when the
    user overrides 0.0.0.0/0. A VNet range inside a reserved range leaves the row. A VNet or peer range that contains a
    reserved one takes its row away too: the documentation says so, no recording does. A learned route takes away the
    row of its own range alone, a learned default route none: no source says otherwise.
    """
    for reserved in reserved_prefixes():
        if not any(prefix.holds(reserved) and _removes(prefix, row) for row in others for prefix in row.prefixes):
            yield _row(reserved, NextHopType.NONE)


def _removes(prefix: Prefix, row: EffectiveRoute) -> bool:
    if row.source is RouteSource.DEFAULT or prefix in reserved_prefixes():
        return True
    return row.source is RouteSource.USER and prefix.length == 0


def _user_rows(topology: Topology, subnet: Subnet, expand_tag: ExpandTag) -> Iterator[EffectiveRoute]:
    table = subnet.route_table
    if isinstance(table, Unresolved):
        yield EffectiveRoute((), table, source=RouteSource.USER, unresolved=(table,), where=subnet.where)
    elif table is not None:
        for route in topology.route_tables[table.key].routes:
            yield _user_row(topology.route_tables[table.key], route, expand_tag)


def _user_row(table: RouteTable, route: UserRoute, expand_tag: ExpandTag) -> EffectiveRoute:
    if isinstance(route.prefix, Prefix):
        prefixes: tuple[Prefix, ...] = (route.prefix,)
    elif isinstance(route.prefix, ServiceTag):
        prefixes = expand_tag(route.prefix.text, route.where, f"{table.id.name}/{route.name}")
    else:
        prefixes = ()
    return EffectiveRoute(
        prefixes,
        route.next_hop_type,
        source=RouteSource.USER,
        next_hop_ip=route.next_hop_ip,
        name=route.name,
        table=table.id,
        tag=route.prefix.text if isinstance(route.prefix, ServiceTag) else "",
        unresolved=tuple(
            value
            for value in (route.prefix, route.next_hop_type, route.next_hop_ip, *route.other_hop_ips)
            if isinstance(value, Unresolved)
        ),
        where=route.where,
        other_hop_ips=route.other_hop_ips,
    )


def _row(prefix: Prefix | Unresolved, kind: NextHopType | Unresolved) -> EffectiveRoute:
    if isinstance(prefix, Unresolved):
        return EffectiveRoute((), kind, unresolved=(prefix,))
    return EffectiveRoute((prefix,), kind, unresolved=(kind,) if isinstance(kind, Unresolved) else ())


def _overridden(row: EffectiveRoute, others: list[EffectiveRoute], semantics: Semantics) -> EffectiveRoute:
    """A row is Invalid when one that is preferred has its very prefix: User before gateway before system routes."""
    if not row.prefixes or row.next_hop_type is NextHopType.INTERFACE_ENDPOINT:
        return row
    if row.next_hop_type is NextHopType.SERVICE_ENDPOINT and semantics.service_endpoint_routes == "endpointWins":
        return row
    rank = _SOURCE_ORDER.index(row.source)
    if any(row.prefixes == other.prefixes and _SOURCE_ORDER.index(other.source) < rank for other in others):
        return replace(row, state=RouteState.INVALID)
    return row


def select_route(routes: tuple[EffectiveRoute, ...], dest: Address, semantics: Semantics) -> Selection:
    """The route that takes a packet to ``dest``: the longest prefix among Active rows, then User before the rest.

    A row whose prefix is open could take any packet, so the selection is Unresolved when such a row is there and
    could win.
    """
    active = [row for row in routes if row.state is RouteState.ACTIVE]
    found = [(prefix, row) for row in active for prefix in row.prefixes if prefix.holds(dest)]
    found.sort(key=lambda pair: (-pair[0].length, *_rank(pair[1], semantics)))
    candidates = tuple(dict.fromkeys(row for _, row in found))
    open_rows = [row for row in active if not row.prefixes and row.unresolved and _could_take(row, found)]
    if open_rows and not _wins_anyway(found):
        return Selection(open_rows[0].unresolved[0], None, candidates)
    if not found:
        return Selection(None, None, ())
    prefix, best = found[0]
    return Selection(best, prefix, candidates)


_SOURCE_ORDER = (RouteSource.USER, RouteSource.VIRTUAL_NETWORK_GATEWAY, RouteSource.DEFAULT)


def _rank(row: EffectiveRoute, semantics: Semantics) -> tuple[int, int]:
    """User before gateway before system; among user routes of one length, an explicit prefix before a service tag.

    Among tags: a region's before a whole service's before AzureCloud of a region before AzureCloud. A private
    endpoint's row comes before all: where the user overrides it, it is Invalid and takes no part.
    """
    if row.next_hop_type is NextHopType.INTERFACE_ENDPOINT:
        return -2, 0
    if row.next_hop_type is NextHopType.SERVICE_ENDPOINT and semantics.service_endpoint_routes == "endpointWins":
        return -1, 0
    if not row.tag:
        return _SOURCE_ORDER.index(row.source), 0
    service, dot, _ = row.tag.partition(".")
    return _SOURCE_ORDER.index(row.source), 1 + (0 if dot else 1) + (2 if service.lower() == "azurecloud" else 0)


_PEERS = (NextHopType.VNET_PEERING, NextHopType.VNET_GLOBAL_PEERING)


def _could_take(open_row: EffectiveRoute, found: list[tuple[Prefix, EffectiveRoute]]) -> bool:
    """Whether a row whose prefix is open could take a packet that these rows hold.

    No peer has a range of the network itself, whole or by subnets ("Virtual network peering", requirements; "How to
    configure subnet peering", checks). A gateway's row, however long, stands behind those of the network and its peers.
    """
    kinds = [row.next_hop_type for _, row in found if row.source is RouteSource.DEFAULT]
    if open_row.source is RouteSource.VIRTUAL_NETWORK_GATEWAY:
        return not any(kind in (NextHopType.VNET_LOCAL, *_PEERS) for kind in kinds)
    return open_row.next_hop_type not in _PEERS or NextHopType.VNET_LOCAL not in kinds


def _wins_anyway(found: list[tuple[Prefix, EffectiveRoute]]) -> bool:
    """A host route of the user cannot be beaten by any row whose prefix is open."""
    if not found:
        return False
    prefix, row = found[0]
    return row.source is RouteSource.USER and prefix.length == (32 if prefix.version == 4 else 128)


def keeps_default_route(routes: Iterable[EffectiveRoute]) -> bool:
    """Whether 0.0.0.0/0 is still the system's: neither the user nor a gateway has put another in its place."""
    every = Prefix(4, 0, 0)
    actives = [row for row in routes if row.state is RouteState.ACTIVE and every in row.prefixes]
    return bool(actives) and all(row.source is RouteSource.DEFAULT for row in actives)


def is_reachable_appliance(topology: Topology, subnet: Subnet, address: Address) -> bool:
    """Whether ``address`` is one hop from ``subnet``: in its network, a connected peer or its connected group.

    Recorded: with an appliance outside both, next hop answers None and still names the address.
    """
    vnet = topology.vnets[subnet.vnet.key]
    spaces = [
        *vnet.address_space,
        *(p for peer in connected_peers(topology, vnet) for p in peer_prefixes(topology, subnet, peer)),
        *(p for member in mesh_members(topology, vnet) for p in member.address_space),
        *(hub.prefix for hub, _ in topology.hub_connections_of.get(vnet.id.key, ()) if hub.prefix is not None),
    ]
    return any(isinstance(space, Unresolved) or space.holds(address) for space in spaces)
