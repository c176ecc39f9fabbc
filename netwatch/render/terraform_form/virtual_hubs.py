"""Virtual WANs as resources of the azurerm provider: hubs with what belongs to them, sites, and gateways in hubs.

A hub's default table is made with the hub: its routes are resources of their own, and its labels cannot be written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.effective.hub_tables import connection_of
from netwatch.model.ids import ResourceId
from netwatch.model.virtual_hubs import (
    HubBranch,
    HubConnection,
    HubGateway,
    HubRoute,
    HubRouteTable,
    HubRouting,
    VirtualHub,
    VpnSite,
)
from netwatch.render.terraform_form.blocks import Body, filled, label
from netwatch.render.terraform_form.services import asked

if TYPE_CHECKING:
    from netwatch.render.terraform_form.form import TerraformForm

__all__ = ["virtual_hubs"]

_HUB, _TABLE, _CONNECTION = "azurerm_virtual_hub", "azurerm_virtual_hub_route_table", "azurerm_virtual_hub_connection"
_DEFAULT = "defaultroutetable"

_GATEWAYS = {
    "vpngateways": "azurerm_vpn_gateway",
    "p2svpngateways": "azurerm_point_to_site_vpn_gateway",
    "expressroutegateways": "azurerm_express_route_gateway",
}
"""Last part of a gateway's ARM type → azurerm type."""


def virtual_hubs(form: TerraformForm) -> None:
    """WANs, hubs with their tables and connections, sites, and what leads out of hubs."""
    topology = form.topology
    for wan in topology.virtual_wans.values():
        form.add("virtual_wans", wan.id, form.base(wan.id, wan.location) | {"type": wan.kind})
    for hub in topology.virtual_hubs.values():
        _hub(form, hub)
    for site in topology.vpn_sites.values():
        form.add("vpn_sites", site.id, _site(form, site))
    for gateway in topology.hub_gateways.values():
        _gateway(form, gateway)


def _hub(form: TerraformForm, hub: VirtualHub) -> None:
    stem = hub.id.name
    body = form.base(hub.id, hub.location) | filled(sku=hub.kind)
    if hub.wan is not None:
        body["virtual_wan_id"] = form.id("virtual_wans", hub.wan, f"{stem}_wan")
    if hub.prefix is not None:
        body["address_prefix"] = form.text(hub.prefix, f"{stem}_address_prefix")
    form.add("virtual_hubs", hub.id, body)
    own = {"virtual_hub_id": form.id("virtual_hubs", hub.id, "")}
    for table in hub.tables:
        _table(form, table, own)
    for connection in hub.connections:
        form.blocks.add(_CONNECTION, connection.id, _connection(form, connection) | own, label=label(connection.id))
    if hub.policies:
        policies = [
            {"name": each.name, "destinations": [*each.destinations], "next_hop": _next_hop(form, each.next_hop, stem)}
            for each in hub.policies
        ]
        intent: Body = {"name": "hubRoutingIntent", "routing_policy": policies}
        form.blocks.add("azurerm_virtual_hub_routing_intent", hub.id, intent | own, label=label(hub.id))
    for peer in hub.peers:
        name = peer.id.name
        body = {"name": name, "peer_asn": asked(form, f"{name}_asn", "The AS number of the peer.", "number")} | own
        if peer.address is not None:
            body["peer_ip"] = form.text(peer.address, f"{name}_peer_ip")
        if peer.connection is not None:
            body["virtual_network_connection_id"] = _connection_id(form, peer.connection, f"{name}_connection")
        form.blocks.add("azurerm_virtual_hub_bgp_connection", peer.id, body, label=label(peer.id))


def _table(form: TerraformForm, table: HubRouteTable, own: Body) -> None:
    """A table with its routes in it; of the default one the routes alone."""
    if table.id.name.lower() != _DEFAULT:
        labels = form.texts(table.labels, f"{table.id.name}_label")
        routes = [_route(form, each) for each in table.routes]
        form.blocks.add(
            _TABLE, table.id, {"name": table.id.name} | own | filled(labels=labels, route=routes), label=label(table.id)
        )
        return
    for route in table.routes:
        id = table.id.child("routes", route.name)
        body = _route(form, route) | {"route_table_id": _table_id(form, table.id, "")}
        form.blocks.add("azurerm_virtual_hub_route_table_route", id, body, label=label(id))


def _route(form: TerraformForm, route: HubRoute) -> Body:
    return {
        "name": route.name,
        "destinations_type": "CIDR",
        "destinations": form.texts(route.prefixes, f"{route.name}_destination"),
        "next_hop_type": "ResourceId",
        "next_hop": _next_hop(form, route.next_hop, route.name),
    }


def _next_hop(form: TerraformForm, id: Any, stem: str) -> str:
    if isinstance(id, ResourceId) and id.type.lower().endswith("hubvirtualnetworkconnections"):
        return _connection_id(form, id, "")
    return form.id("firewalls", id, f"{stem}_next_hop")


def _connection_id(form: TerraformForm, id: Any, stem: str) -> str:
    is_held = isinstance(id, ResourceId) and connection_of(form.topology, id) is not None
    return form.blocks.reference(_CONNECTION, id, label=label(id)) if is_held else form.id("virtual_hubs", id, stem)


def _connection(form: TerraformForm, connection: HubConnection) -> Body:
    name = connection.id.name
    vnet = form.id("vnets", connection.vnet, f"{name}_network")
    body: Body = {"name": name, "remote_virtual_network_id": vnet}
    if connection.internet_security is not None:
        body["internet_security_enabled"] = connection.internet_security
    routing = _routing(form, connection.routing, name, "associated_route_table_id", "route_table_ids")
    if connection.static_routes:
        routing["static_vnet_route"] = [
            filled(
                name=each.name,
                address_prefixes=form.texts(each.prefixes, f"{name}_prefix"),
                next_hop_ip_address="" if each.next_hop_ip is None else form.text(each.next_hop_ip, f"{name}_hop"),
            )
            for each in connection.static_routes
        ]
        if connection.propagates_static_routes is not None:
            routing["static_vnet_propagate_static_routes_enabled"] = connection.propagates_static_routes
    return body | filled(routing=[routing] if routing else [])


def _routing(form: TerraformForm, routing: HubRouting, stem: str, own: str, tables: str) -> Body:
    found: Body = {}
    if routing.table is not None:
        found[own] = _table_id(form, routing.table, f"{stem}_route_table")
    ids = [_table_id(form, each, f"{stem}_propagated_table") for each in routing.tables]
    labels = form.texts(routing.labels, f"{stem}_label")
    return found | filled(propagated_route_table=[filled(labels=labels, **{tables: ids})] if ids or labels else [])


def _table_id(form: TerraformForm, id: Any, stem: str) -> str:
    """A table of a hub by reference: its default one is an attribute of the hub, its None one is made by nobody."""
    if not isinstance(id, ResourceId) or id.parent.key not in form.topology.virtual_hubs:
        return form.id("virtual_hubs", id, stem)
    if id.name.lower() == _DEFAULT:
        return form.blocks.reference(_HUB, id.parent, "default_route_table_id", label=label(id.parent))
    is_held = any(table.id == id for table in form.topology.virtual_hubs[id.parent.key].tables)
    return form.blocks.reference(_TABLE, id, label=label(id)) if is_held else id.text


def _site(form: TerraformForm, site: VpnSite) -> Body:
    """A site with one link; which WAN it is of no topology says, so with several it is asked for."""
    name, wans = site.id.name, [*form.topology.virtual_wans.values()]
    asking = asked(form, f"{name}_wan", "The id of the WAN of the site.") if len(wans) != 1 else ""
    link: Body = {"name": "link", "ip_address": asked(form, f"{name}_address", "The public address of the site.")}
    if site.bgp_address is not None:
        asn = asked(form, f"{name}_asn", "The AS number of the site.", "number")
        link["bgp"] = [{"asn": asn, "peering_address": form.text(site.bgp_address, f"{name}_peering_address")}]
    return (
        form.base(site.id, site.location)
        | {"virtual_wan_id": asking or form.id("virtual_wans", wans[0].id, ""), "link": [link]}
        | filled(address_cidrs=form.texts(site.prefixes, f"{name}_prefix"))
    )


def _gateway(form: TerraformForm, gateway: HubGateway) -> None:
    kind = _GATEWAYS.get(gateway.id.type.rsplit("/", 1)[-1].lower())
    if kind is None:
        return
    body = form.base(gateway.id, gateway.location)
    if gateway.hub is not None:
        body["virtual_hub_id"] = form.id("virtual_hubs", gateway.hub, f"{gateway.id.name}_hub")
    if kind == "azurerm_express_route_gateway":
        body["scale_units"] = 1
    if kind == "azurerm_point_to_site_vpn_gateway":
        server = asked(form, f"{gateway.id.name}_server_configuration", "The id of how clients sign in.")
        pools = [_clients(form, branch) for branch in gateway.branches]
        body |= {"scale_unit": 1, "vpn_server_configuration_id": server, "connection_configuration": pools}
    form.blocks.add(kind, gateway.id, body, label=label(gateway.id))
    own = form.blocks.reference(kind, gateway.id, label=label(gateway.id))
    for branch in gateway.branches:
        if kind == "azurerm_vpn_gateway":
            _to_site(form, branch, own)
        elif kind == "azurerm_express_route_gateway":
            _to_circuit(form, branch, own)


def _clients(form: TerraformForm, branch: HubBranch) -> Body:
    pool = {"address_prefixes": form.texts(branch.prefixes, f"{branch.id.name}_pool")}
    route = _routing(form, branch.routing, branch.id.name, "associated_route_table_id", "ids")
    return {"name": branch.id.name, "vpn_client_address_pool": [pool]} | filled(route=[route] if route else [])


def _to_site(form: TerraformForm, branch: HubBranch, gateway: str) -> None:
    name = branch.id.name
    link: Body = {"name": "link", "bgp_enabled": branch.bgp}
    site = "" if branch.site is None else form.id("vpn_sites", branch.site, f"{name}_site")
    if site.endswith(".id}"):
        link["vpn_site_link_id"] = site.replace(".id}", ".link[0].id}")
    else:
        link["vpn_site_link_id"] = asked(form, f"{name}_site_link", "The id of the site's link.")
    route = _routing(form, branch.routing, name, "associated_route_table", "route_table_ids")
    body = {"name": name, "vpn_gateway_id": gateway, "vpn_link": [link]}
    body |= filled(remote_vpn_site_id=site, routing=[route] if route else [])
    form.blocks.add("azurerm_vpn_gateway_connection", branch.id, body, label=label(branch.id))


def _to_circuit(form: TerraformForm, branch: HubBranch, gateway: str) -> None:
    name = branch.id.name
    peering = asked(form, f"{name}_circuit_peering", "The id of the circuit's peering.")
    route = _routing(form, branch.routing, name, "associated_route_table_id", "route_table_ids")
    body = {"name": name, "express_route_gateway_id": gateway, "express_route_circuit_peering_id": peering}
    body |= filled(routing=[route] if route else [])
    form.blocks.add("azurerm_express_route_connection", branch.id, body, label=label(branch.id))
