"""Networks, security groups and route tables in ARM's form."""

from __future__ import annotations

from typing import Any

from netwatch.model.resources import NetworkSecurityGroup, Peering, Subnet, VirtualNetwork
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import ServiceTag
from netwatch.render.arm_form.form import ArmForm
from netwatch.render.arm_form.rules import security_rule

__all__ = ["network", "route_table", "security_group"]

Body = dict[str, Any]


def network(form: ArmForm, vnet: VirtualNetwork) -> Body:
    """The properties of a network, its subnets and peerings inside."""
    key = vnet.id.key
    subnets, peerings = form.topology.subnets_of.get(key, ()), form.topology.peerings_of.get(key, ())
    properties: Body = {
        "addressSpace": {"addressPrefixes": form.texts(vnet.address_space, vnet.id, "addressPrefixes")},
        "subnets": [form.child(subnet.id, _subnet(form, subnet)) for subnet in subnets],
        "virtualNetworkPeerings": [form.child(each.id, _peering(form, each)) for each in peerings],
    }
    minutes = vnet.flow_timeout_minutes
    return properties | ({"flowTimeoutInMinutes": minutes} if minutes else {})


def _subnet(form: ArmForm, subnet: Subnet) -> Body:
    prefixes = form.texts(subnet.prefixes, subnet.id, "addressPrefixes")
    properties: Body = {"addressPrefix": prefixes[0]} if len(prefixes) == 1 else {"addressPrefixes": prefixes}
    properties |= form.reference("networkSecurityGroup", subnet.nsg, subnet.id)
    properties |= form.reference("routeTable", subnet.route_table, subnet.id)
    properties |= form.reference("natGateway", subnet.nat_gateway, subnet.id)
    if subnet.service_endpoints:
        properties["serviceEndpoints"] = [
            {"service": each.service} | ({"locations": list(each.locations)} if each.locations else {})
            for each in subnet.service_endpoints
        ]
    if subnet.private_endpoint_network_policies:
        properties["privateEndpointNetworkPolicies"] = subnet.private_endpoint_network_policies
    if not subnet.default_outbound_access:
        properties["defaultOutboundAccess"] = False
    if subnet.delegations:
        properties["delegations"] = [
            {"name": str(at), "properties": {"serviceName": each}} for at, each in enumerate(subnet.delegations)
        ]
    return properties


def _peering(form: ArmForm, peering: Peering) -> Body:
    may_miss = bool(peering.remote_prefixes)
    properties = form.reference("remoteVirtualNetwork", peering.remote_vnet, peering.id, may_miss=may_miss)
    properties |= {
        "allowVirtualNetworkAccess": peering.allow_virtual_network_access,
        "allowForwardedTraffic": peering.allow_forwarded_traffic,
        "allowGatewayTransit": peering.allow_gateway_transit,
        "useRemoteGateways": peering.use_remote_gateways,
    }
    properties |= {"enableOnlyIPv6Peering": True} if peering.only_ipv6 else {}
    if not peering.complete:
        properties["peerCompleteVnets"] = False
    for field, names in (("local", peering.local_subnets), ("remote", peering.remote_subnets)):
        if names:
            properties[f"{field}SubnetNames"] = form.texts(names, peering.id, f"{field}SubnetNames")
    properties |= {"peeringState": peering.state} if peering.state else {}
    if peering.remote_prefixes:
        prefixes = form.texts(peering.remote_prefixes, peering.id, "remoteAddressSpace")
        properties["remoteAddressSpace"] = {"addressPrefixes": prefixes}
    return properties


def security_group(form: ArmForm, nsg: NetworkSecurityGroup) -> Body:
    """The properties of a group, its rules inside."""
    rules = [form.child(rule.id, security_rule(form, rule)) for rule in nsg.rules]
    return {"securityRules": rules} | ({"flushConnection": True} if nsg.flush_connection else {})


def route_table(form: ArmForm, table: RouteTable) -> Body:
    """The properties of a table, its routes inside."""
    routes = [form.child(route.id, _route(form, route)) for route in table.routes]
    return {"disableBgpRoutePropagation": not table.propagate_gateway_routes, "routes": routes}


def _route(form: ArmForm, route: UserRoute) -> Body:
    prefix = form.known(route.prefix, route.id, "addressPrefix")
    hop = form.known(route.next_hop_type, route.id, "nextHopType")
    properties: Body = {
        "addressPrefix": prefix.text if isinstance(prefix, ServiceTag) else str(prefix),
        "nextHopType": hop.value if isinstance(hop, NextHopType) else hop,
    }
    if route.other_hop_ips:
        hops = form.texts((route.next_hop_ip, *route.other_hop_ips), route.id, "nextHop")
        return properties | {"nextHop": {"nextHopIpAddresses": hops}}
    return properties | form.field("nextHopIpAddress", route.next_hop_ip, route.id)
