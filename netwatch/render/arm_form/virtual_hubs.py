"""Virtual WANs in ARM's form: hubs with everything of theirs as resources of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netwatch.model.ids import ResourceId
from netwatch.model.unresolved import Unresolved
from netwatch.model.virtual_hubs import HubBranch, HubConnection, HubGateway, HubRouteTable, HubRouting, VirtualHub
from netwatch.render.arm_form.form import ArmForm

__all__ = ["virtual_wans"]

Body = dict[str, Any]

_LISTS = {
    "vpngateways": "connections",
    "p2svpngateways": "p2SConnectionConfigurations",
    "expressroutegateways": "expressRouteConnections",
}
"""Last part of a gateway's type → the property that lists what it is connected to."""


def virtual_wans(form: ArmForm) -> Iterator[Body]:
    """WANs, hubs with their parts, VPN sites, and the gateways in hubs."""
    topology = form.topology
    for wan in topology.virtual_wans.values():
        yield form.resource(wan.id, wan.location, {"type": wan.kind})
    for hub in topology.virtual_hubs.values():
        properties = form.reference("virtualWan", hub.wan, hub.id) | form.field("addressPrefix", hub.prefix, hub.id)
        yield form.resource(hub.id, hub.location, properties | ({"sku": hub.kind} if hub.kind else {}))
        yield from _parts(form, hub)
    for site in topology.vpn_sites.values():
        space = {"addressPrefixes": form.texts(site.prefixes, site.id, "addressPrefixes")}
        peer = form.field("bgpPeeringAddress", site.bgp_address, site.id)
        yield form.resource(site.id, site.location, {"addressSpace": space} | ({"bgpProperties": peer} if peer else {}))
    for gateway in topology.hub_gateways.values():
        yield form.resource(gateway.id, gateway.location, _gateway(form, gateway))


def _parts(form: ArmForm, hub: VirtualHub) -> Iterator[Body]:
    for table in hub.tables:
        yield form.resource(table.id, "", _table(form, table))
    for connection in hub.connections:
        yield form.resource(connection.id, "", _connection(form, connection))
    if hub.policies:
        policies = [
            {"name": each.name, "destinations": [*each.destinations], "nextHop": _text(form, each.next_hop, hub.id)}
            for each in hub.policies
        ]
        yield form.resource(hub.id.child("routingIntent", "hubRoutingIntent"), "", {"routingPolicies": policies})
    for peer in hub.peers:
        properties = form.field("peerIp", peer.address, peer.id)
        properties |= form.reference("hubVirtualNetworkConnection", peer.connection, peer.id)
        yield form.resource(peer.id, "", properties)


def _text(form: ArmForm, next_hop: ResourceId | Unresolved, holder: ResourceId) -> Any:
    known = form.known(next_hop, holder, "nextHop")
    return known.text if isinstance(known, ResourceId) else known


def _table(form: ArmForm, table: HubRouteTable) -> Body:
    routes = [
        {
            "name": each.name,
            "destinationType": "CIDR",
            "destinations": form.texts(each.prefixes, table.id, "destinations"),
            "nextHopType": "ResourceId",
            "nextHop": _text(form, each.next_hop, table.id),
        }
        for each in table.routes
    ]
    return {"labels": form.texts(table.labels, table.id, "labels"), "routes": routes}


def _connection(form: ArmForm, connection: HubConnection) -> Body:
    body = form.reference("remoteVirtualNetwork", connection.vnet, connection.id, may_miss=True)
    if connection.internet_security is not None:
        body["enableInternetSecurity"] = connection.internet_security
    configuration = _routing(form, connection.routing, connection.id) | _vnet_routes(form, connection)
    return body | ({"routingConfiguration": configuration} if configuration else {})


def _vnet_routes(form: ArmForm, connection: HubConnection) -> Body:
    routes = [
        {"name": each.name, "addressPrefixes": form.texts(each.prefixes, connection.id, "addressPrefixes")}
        | form.field("nextHopIpAddress", each.next_hop_ip, connection.id)
        for each in connection.static_routes
    ]
    body: Body = {"staticRoutes": routes} if routes else {}
    if connection.propagates_static_routes is not None:
        body["staticRoutesConfig"] = {"propagateStaticRoutes": connection.propagates_static_routes}
    return {"vnetRoutes": body} if body else {}


def _routing(form: ArmForm, routing: HubRouting, holder: ResourceId) -> Body:
    body = form.reference("associatedRouteTable", routing.table, holder)
    ids = [form.referred("propagatedRouteTables", each, holder) for each in routing.tables]
    propagated: Body = {"ids": ids} if ids else {}
    propagated |= {"labels": form.texts(routing.labels, holder, "labels")} if routing.labels else {}
    return body | ({"propagatedRouteTables": propagated} if propagated else {})


def _gateway(form: ArmForm, gateway: HubGateway) -> Body:
    kind = gateway.id.type.lower().rsplit("/", 1)[-1]
    body = form.reference("virtualHub", gateway.hub, gateway.id)
    branches = [{"name": each.id.name, "properties": _branch(form, each, kind)} for each in gateway.branches]
    body |= {_LISTS[kind]: branches} if branches else {}
    if gateway.addresses:
        addresses = [{"defaultBgpIpAddresses": [str(each)]} for each in gateway.addresses]
        body["bgpSettings"] = {"bgpPeeringAddresses": addresses}
    return body


def _branch(form: ArmForm, branch: HubBranch, kind: str) -> Body:
    body = form.reference("remoteVpnSite", branch.site, branch.id)
    if kind == "expressroutegateways":
        body["expressRouteCircuitPeering"] = {}
    elif branch.bgp:
        body["enableBgp"] = True
    if branch.prefixes:
        prefixes = form.texts(branch.prefixes, branch.id, "addressPrefixes")
        body["vpnClientAddressPool"] = {"addressPrefixes": prefixes}
    configuration = _routing(form, branch.routing, branch.id)
    return body | ({"routingConfiguration": configuration} if configuration else {})
