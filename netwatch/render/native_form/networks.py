"""Networks, security groups, route tables and public addresses in the words of the native file."""

from __future__ import annotations

from typing import Any

from netwatch.model.resources import (
    NetworkSecurityGroup,
    Peering,
    PublicIpAddress,
    Subnet,
    VirtualNetwork,
)
from netwatch.model.routes import RouteTable, UserRoute
from netwatch.render.native_form.form import NativeForm
from netwatch.render.native_form.rules import security_rule
from netwatch.render.native_form.words import address, filled, text, texts

__all__ = ["public_ip", "route_table", "security_group", "virtual_network"]

Fields = dict[str, Any]


def virtual_network(form: NativeForm, vnet: VirtualNetwork) -> Fields:
    """A network with its subnets and peerings."""
    key = vnet.id.key
    fields: Fields = {"addressPrefixes": texts(vnet.address_space)}
    if vnet.flow_timeout_minutes:
        fields["flowTimeoutInMinutes"] = vnet.flow_timeout_minutes
    subnets = {subnet.id.name: _subnet(form, subnet) for subnet in form.topology.subnets_of.get(key, ())}
    peerings = {peering.id.name: _peering(form, peering) for peering in form.topology.peerings_of.get(key, ())}
    return fields | filled(subnets=subnets, virtualNetworkPeerings=peerings)


def _subnet(form: NativeForm, subnet: Subnet) -> Fields:
    fields: Fields = {"addressPrefix": texts(subnet.prefixes)}
    fields |= form.named("networkSecurityGroups", subnet.nsg, "networkSecurityGroup")
    fields |= form.named("routeTables", subnet.route_table, "routeTable")
    fields |= form.named("natGateways", subnet.nat_gateway, "natGateway")
    fields |= {} if subnet.default_outbound_access else {"defaultOutboundAccess": False}
    return fields | filled(
        serviceEndpoints=[endpoint.service for endpoint in subnet.service_endpoints],
        privateEndpointNetworkPolicies=subnet.private_endpoint_network_policies,
        delegations=list(subnet.delegations),
    )


def _peering(form: NativeForm, peering: Peering) -> Fields:
    refer = form.outward if peering.remote_prefixes else form.reference
    fields: Fields = {"remoteVirtualNetwork": refer("virtualNetworks", peering.remote_vnet)}
    if peering.remote_prefixes:
        fields["remoteAddressSpace"] = texts(peering.remote_prefixes)
    if not peering.allow_virtual_network_access:
        fields["allowVirtualNetworkAccess"] = False
    if not peering.complete:
        fields["peerCompleteVnets"] = False
    return fields | filled(
        peeringState=peering.state,
        allowForwardedTraffic=peering.allow_forwarded_traffic,
        allowGatewayTransit=peering.allow_gateway_transit,
        useRemoteGateways=peering.use_remote_gateways,
        localSubnetNames=texts(peering.local_subnets),
        remoteSubnetNames=texts(peering.remote_subnets),
        enableOnlyIPv6Peering=peering.only_ipv6,
    )


def security_group(form: NativeForm, nsg: NetworkSecurityGroup) -> Fields:
    """A group with its rules."""
    rules = {rule.name: security_rule(form, rule) for rule in nsg.rules}
    return filled(flushConnection=nsg.flush_connection, securityRules=rules)


def route_table(form: NativeForm, table: RouteTable) -> Fields:
    """A table with its routes."""
    routes = {route.name: _route(route) for route in table.routes}
    return filled(disableBgpRoutePropagation=not table.propagate_gateway_routes, routes=routes)


def _route(route: UserRoute) -> Fields:
    fields: Fields = {"addressPrefix": text(route.prefix), "nextHopType": text(route.next_hop_type)}
    hops = (route.next_hop_ip, *route.other_hop_ips)
    return fields | ({} if route.next_hop_ip is None else {"nextHopIpAddress": texts(hops)})


def public_ip(form: NativeForm, public_ip: PublicIpAddress) -> Fields:
    """A public address and its SKU."""
    return address("ipAddress", public_ip.address) | filled(sku=public_ip.sku)
