"""Effective routes of a subnet, and which of them takes a packet.

Source throughout: "Virtual network traffic routing" (system routes, user-defined routes, how Azure selects a route),
corrected by recorded effective routes of the real service where the two differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from netwatch.effective.defaults import reserved_prefixes
from netwatch.effective.peers import connected_peers, is_global, peer_prefixes
from netwatch.effective.unsupported import (
    refuse_gateway,
    refuse_mesh,
    refuse_private_endpoint,
    refuse_service_endpoint,
)
from netwatch.model.addresses import Address, Prefix
from netwatch.model.resources import Subnet, VirtualNetwork
from netwatch.model.routes import EffectiveRoute, NextHopType, RouteSource, RouteState, RouteTable, UserRoute
from netwatch.model.rules import ServiceTag
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["Selection", "effective_routes", "is_reachable_appliance", "select_route"]

ExpandRouteTag = Callable[[UserRoute, ServiceTag], tuple[Prefix, ...]]


class Selection(NamedTuple):
    """The route that takes a packet and the prefix it matched by; ``candidates``: all that hold it, best first.

    ``route`` is None when no row holds the destination, and Unresolved when open values decide which row it is.
    """

    route: EffectiveRoute | Unresolved | None
    prefix: Prefix | None
    candidates: tuple[EffectiveRoute, ...]


def effective_routes(topology: Topology, subnet: Subnet, expand_tag: ExpandRouteTag) -> tuple[EffectiveRoute, ...]:
    """Every route of ``subnet`` in Azure's order: VNet, peerings, default, reserved ranges, then user-defined ones.

    Overridden rows stay in the list as Invalid. All NICs of a subnet have the same routes.
    UnsupportedError when something not evaluated yet (gateways, meshes, endpoints) would add rows.
    """
    vnet = topology.vnets[subnet.vnet.key]
    refuse_gateway(topology, vnet)
    refuse_mesh(topology, vnet)
    refuse_private_endpoint(topology, vnet)
    refuse_service_endpoint(subnet)
    user = list(_user_rows(topology, subnet, expand_tag))
    near = [*_vnet_rows(vnet), *_peering_rows(topology, vnet)]
    system = [*near, *_default_rows(near), *_reserved_rows([*near, *user])]
    return (*(_overridden(row, user) for row in system), *user)


def _vnet_rows(vnet: VirtualNetwork) -> Iterator[EffectiveRoute]:
    """One row for each range of the address space (not one for each subnet)."""
    for prefix in vnet.address_space:
        yield _row(prefix, NextHopType.VNET_LOCAL)


def _peering_rows(topology: Topology, vnet: VirtualNetwork) -> Iterator[EffectiveRoute]:
    """One row for each range of each connected peer, whatever allowVirtualNetworkAccess says: that acts on a tag."""
    for peering in connected_peers(topology, vnet):
        kind = NextHopType.VNET_GLOBAL_PEERING if is_global(topology, peering) else NextHopType.VNET_PEERING
        for prefix in peer_prefixes(topology, peering):
            yield replace(_row(prefix, kind), where=peering.where)


def _default_rows(near: list[EffectiveRoute]) -> Iterator[EffectiveRoute]:
    """0.0.0.0/0 to the Internet; ::/0 too where the VNet has IPv6 (without it, only some subscriptions list it)."""
    yield _row(Prefix(4, 0, 0), NextHopType.INTERNET)
    if any(prefix.version == 6 for row in near for prefix in row.prefixes):
        yield _row(Prefix(6, 0, 0), NextHopType.INTERNET)


def _reserved_rows(others: list[EffectiveRoute]) -> Iterator[EffectiveRoute]:
    """The reserved ranges that are still dropped.

    Recorded: a row vanishes when the VNet's range or a user route is that very range; all of them vanish when the
    user overrides 0.0.0.0/0. A VNet range inside a reserved range leaves the row. A range that contains a reserved one
    takes its row away too: the documentation says so, no recording does.
    """
    for reserved in reserved_prefixes():
        if not any(prefix.holds(reserved) and _removes(prefix, row) for row in others for prefix in row.prefixes):
            yield _row(reserved, NextHopType.NONE)


def _removes(prefix: Prefix, row: EffectiveRoute) -> bool:
    """A user route removes only its own range or, as a default route, all; a VNet or peer range what it contains."""
    return row.source is not RouteSource.USER or prefix.length == 0 or prefix in reserved_prefixes()


def _user_rows(topology: Topology, subnet: Subnet, expand_tag: ExpandRouteTag) -> Iterator[EffectiveRoute]:
    table = subnet.route_table
    if isinstance(table, Unresolved):
        yield EffectiveRoute((), table, source=RouteSource.USER, unresolved=(table,), where=subnet.where)
    elif table is not None:
        for route in topology.route_tables[table.key].routes:
            yield _user_row(topology.route_tables[table.key], route, expand_tag)


def _user_row(table: RouteTable, route: UserRoute, expand_tag: ExpandRouteTag) -> EffectiveRoute:
    if isinstance(route.prefix, Prefix):
        prefixes: tuple[Prefix, ...] = (route.prefix,)
    elif isinstance(route.prefix, ServiceTag):
        prefixes = expand_tag(route, route.prefix)
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
            value for value in (route.prefix, route.next_hop_type, route.next_hop_ip) if isinstance(value, Unresolved)
        ),
        where=route.where,
    )


def _row(prefix: Prefix | Unresolved, kind: NextHopType) -> EffectiveRoute:
    if isinstance(prefix, Unresolved):
        return EffectiveRoute((), kind, unresolved=(prefix,))
    return EffectiveRoute((prefix,), kind)


def _overridden(row: EffectiveRoute, user: list[EffectiveRoute]) -> EffectiveRoute:
    """A system row of the same prefix as a user row is Invalid: user-defined routes come before system routes."""
    if row.prefixes and any(row.prefixes == other.prefixes for other in user):
        return replace(row, state=RouteState.INVALID)
    return row


def select_route(routes: tuple[EffectiveRoute, ...], dest: Address) -> Selection:
    """The route that takes a packet to ``dest``: the longest prefix among Active rows, then User before the rest.

    A row whose prefix is open could take any packet, so the selection is Unresolved when such a row is there and
    could win.
    """
    active = [row for row in routes if row.state is RouteState.ACTIVE]
    found = [(prefix, row) for row in active for prefix in row.prefixes if prefix.holds(dest)]
    found.sort(key=lambda pair: (-pair[0].length, *_rank(pair[1])))
    candidates = tuple(dict.fromkeys(row for _, row in found))
    open_rows = [row for row in active if not row.prefixes and row.unresolved]
    if open_rows and not _wins_anyway(found, open_rows):
        return Selection(open_rows[0].unresolved[0], None, candidates)
    if not found:
        return Selection(None, None, ())
    prefix, best = found[0]
    return Selection(best, prefix, candidates)


def _rank(row: EffectiveRoute) -> tuple[int, int]:
    """User before gateway before system; among user routes of one length, an explicit prefix before a service tag.

    Among tags: a region's before a whole service's before AzureCloud of a region before AzureCloud.
    """
    order = (RouteSource.USER, RouteSource.VIRTUAL_NETWORK_GATEWAY, RouteSource.DEFAULT)
    if not row.tag:
        return order.index(row.source), 0
    service, dot, _ = row.tag.partition(".")
    return order.index(row.source), 1 + (0 if dot else 1) + (2 if service.lower() == "azurecloud" else 0)


def _wins_anyway(found: list[tuple[Prefix, EffectiveRoute]], open_rows: list[EffectiveRoute]) -> bool:
    """A host route of the user cannot be beaten by any row whose prefix is open."""
    if not found:
        return False
    prefix, row = found[0]
    return row.source is RouteSource.USER and prefix.length == (32 if prefix.version == 4 else 128)


def is_reachable_appliance(topology: Topology, vnet: VirtualNetwork, address: Address) -> bool:
    """Whether ``vnet`` or a connected peer holds ``address``, so that a packet can be handed to it.

    Recorded: with an appliance outside both, next hop answers None and still names the address.
    """
    spaces = [
        *vnet.address_space,
        *(p for peer in connected_peers(topology, vnet) for p in peer_prefixes(topology, peer)),
    ]
    return any(isinstance(space, Unresolved) or space.holds(address) for space in spaces)
