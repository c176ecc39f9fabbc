"""What a hub of a virtual WAN puts into the networks that are connected to it.

Sources: "About virtual hub routing"; "Virtual WAN FAQ"; effective routes printed in published labs ("Virtual WAN:
isolation VNets and site-to-site VPN", "Virtual WAN scenario: IPsec VPN with NAT over ER").
"""

from __future__ import annotations

from collections.abc import Iterator

from netwatch.effective.hub_tables import HubRow, default_table, policy_for, table_rows, wan_hubs
from netwatch.errors import UnsupportedError
from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import VirtualNetwork
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.virtual_hubs import HubConnection, HubGateway, VirtualHub

__all__ = ["hub_of", "hub_prefixes", "instance_addresses", "refuse_hubs", "refuse_unknown_routes", "spoke_rows"]

_EVERYTHING = Prefix(4, 0, 0)


def hub_of(topology: Topology, vnet: VirtualNetwork) -> tuple[VirtualHub, HubConnection] | None:
    """The hub that ``vnet`` is connected to, with the connection; None where it is connected to none."""
    return next(iter(topology.hub_connections_of.get(vnet.id.key, ())), None)


def hub_prefixes(topology: Topology, vnet: VirtualNetwork) -> tuple[Prefix | Unresolved, ...]:
    """The prefix of the hub itself, which is a network that the connected one is peered with (labs)."""
    found = hub_of(topology, vnet)
    return () if found is None or found[0].prefix is None else (found[0].prefix,)


def spoke_rows(topology: Topology, vnet: VirtualNetwork) -> list[HubRow]:
    """The rows of the hub's table that reach ``vnet``: those of the table its connection is associated to.

    "Virtual WAN wouldn't be able to inject a route that matches the virtual network prefix or any of the subnets", and
    a default route reaches only what has enableInternetSecurity. Where nobody knows which network a connection is to,
    it may be this one. UnsupportedError where something decides that is not evaluated.
    """
    found = hub_of(topology, vnet)
    if found is None:
        return list(_maybe_connected(topology))
    hub, connection = found
    table = connection.routing.table
    if isinstance(table, Unresolved):
        return [HubRow(table, hub.id, table, where=connection.where)]
    rows = table_rows(topology, hub, default_table(hub) if table is None or hub.policies else table)
    return [kept for row in rows for kept in _reaching(vnet, connection, row)]


def _maybe_connected(topology: Topology) -> Iterator[HubRow]:
    for hub in topology.virtual_hubs.values():
        for each in hub.connections:
            if isinstance(each.vnet, Unresolved) and not each.vnet.expression.startswith("/subscriptions/"):
                yield HubRow(each.vnet, hub.id, each.vnet, where=each.where)


def _reaching(vnet: VirtualNetwork, connection: HubConnection, row: HubRow) -> Iterator[HubRow]:
    own = (space for space in vnet.address_space if isinstance(space, Prefix))
    if isinstance(row.prefix, Prefix) and any(one.holds(row.prefix) for one in own):
        return
    if row.target == connection.id:
        reason = f"no source says whether {vnet.id.name} has a route of the hub that leads back into it"
        row = row._replace(open=row.open or Unresolved(reason, where=row.where))
    if row.prefix != _EVERYTHING or connection.internet_security:
        yield row
    elif connection.internet_security is None:
        reason = f"{connection.id.name} does not say enableInternetSecurity, and sources differ on what it is then"
        yield row._replace(open=row.open or Unresolved(reason, where=connection.where))


def instance_addresses(topology: Topology, vnet: VirtualNetwork, row: HubRow) -> tuple[Address | None, ...]:
    """The next hop addresses that effective routes name, one row for each.

    Branches of the own hub's VPN gateway: its instances (labs). All else: the public address of the hub's router, which
    no resource says.
    """
    found = hub_of(topology, vnet)
    if found is None or row.hub != found[0].id or not isinstance(row.target, ResourceId):
        return (None,)
    keys = (row.target.key, row.target.parent.key)
    gateway = next((topology.hub_gateways[key] for key in keys if key in topology.hub_gateways), None)
    return gateway.addresses if gateway is not None and gateway.addresses else (None,)


def refuse_hubs(topology: Topology, vnet: VirtualNetwork) -> None:
    """UnsupportedError where a hub of the WAN that ``vnet`` is connected to does what is not evaluated."""
    found = hub_of(topology, vnet)
    if found is None:
        return
    hub = found[0]
    if isinstance(hub.wan, Unresolved):
        _refuse(hub, "which virtual WAN it is of is not known", "Name the WAN, or load it beside the hub.")
    if _is_covered(hub):
        return
    for each in wan_hubs(topology, hub):
        refuse_unknown_routes(topology, each)
    for other in topology.others.values():
        if other.type.lower() == "microsoft.network/virtualhubs" and hub.wan in other.references:
            raise UnsupportedError(
                f"{other.id.name}: the routes of this hub are not evaluated (older routes, or route maps)",
                where=other.where,
                hint=f"It is of the same virtual WAN as {hub.id.name}, and would change answers in {vnet.id.name}.",
            )


def _is_covered(hub: VirtualHub) -> bool:
    """Whether policies put the same routes into networks whatever the hub learns."""
    return all(policy_for(hub, each) is not None for each in ("Internet", "PrivateTraffic"))


def refuse_unknown_routes(topology: Topology, hub: VirtualHub) -> None:
    """UnsupportedError where what speaks BGP with ``hub`` brings prefixes that no resource says; facts may."""
    told = topology.facts.gateway_learned_routes
    if hub.peers and hub.id.key not in told:
        _refuse(hub, f"what {hub.peers[0].id.name} announces to it is not declared", _hint(hub.id))
    for gateway in topology.hub_gateways.values():
        if gateway.hub == hub.id and gateway.id.key not in told and _speaks_bgp(topology, gateway):
            _refuse(hub, f"what {gateway.id.name} learns is not declared", _hint(gateway.id))
    for other in topology.others.values():
        if other.type.lower() == "microsoft.network/networkvirtualappliances" and hub.id in other.references:
            _refuse(hub, f"routes of {other.id.name}, an appliance in it, are not evaluated", "")


def _speaks_bgp(topology: Topology, gateway: HubGateway) -> bool:
    """Whether a branch announces prefixes of its own: BGP parameters of a site count for all its connections (FAQ)."""
    sites = (topology.vpn_sites[each.site.key] for each in gateway.branches if isinstance(each.site, ResourceId))
    return any(each.bgp for each in gateway.branches) or any(site.bgp_address is not None for site in sites)


def _hint(id: ResourceId) -> str:
    return f"Declare the fact gatewayLearnedRoutes for {id.name}; an empty list says that it learns nothing."


def _refuse(hub: VirtualHub, why: str, hint: str) -> None:
    raise UnsupportedError(f"{hub.id.name}: {why}", where=hub.where, hint=hint)
