"""Gateways, endpoints and network managers in ARM's form."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from netwatch.model.gateways import Connection
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import AdminRuleCollection, ConnectivityConfiguration, NetworkGroup, NetworkManager
from netwatch.model.resources import VirtualNetworkGateway
from netwatch.render.arm_form.firewalls import firewall
from netwatch.render.arm_form.form import ArmForm
from netwatch.render.arm_form.load_balancers import load_balancer
from netwatch.render.arm_form.rules import admin_rule
from netwatch.render.arm_form.virtual_hubs import virtual_wans

__all__ = ["managed", "served"]

Body = dict[str, Any]

_PEERS = {
    "microsoft.network/localnetworkgateways": "localNetworkGateway2",
    "microsoft.network/virtualnetworkgateways": "virtualNetworkGateway2",
}


def served(form: ArmForm) -> Iterator[Body]:
    """Gateways with their connections, private endpoints, NAT gateways, load balancers and virtual WANs."""
    topology = form.topology
    for local in topology.local_network_gateways.values():
        space = {"addressPrefixes": form.texts(local.prefixes, local.id, "addressPrefixes")}
        yield form.resource(local.id, local.location, {"localNetworkAddressSpace": space})
    for gateway in topology.gateways.values():
        yield form.resource(gateway.id, gateway.location, _gateway(form, gateway))
    for connection in topology.connections.values():
        yield form.resource(connection.id, connection.location, _connection(form, connection))
    for endpoint in topology.private_endpoints.values():
        nics = [form.referred("networkInterfaces", nic, endpoint.id, may_miss=True) for nic in endpoint.nics]
        state = {"privateLinkServiceConnectionState": {"status": endpoint.status}}
        leads = {"name": endpoint.id.name, "properties": state}
        properties = form.reference("subnet", endpoint.subnet, endpoint.id) | {"networkInterfaces": nics}
        properties |= {"privateLinkServiceConnections": [leads]} if endpoint.status != "Approved" else {}
        yield form.resource(endpoint.id, endpoint.location, properties)
    for nat in topology.nat_gateways.values():
        addresses = [form.referred("publicIpAddresses", each, nat.id) for each in nat.public_ips]
        yield form.resource(nat.id, nat.location, {"publicIpAddresses": addresses})
    for balancer in topology.load_balancers.values():
        yield form.resource(balancer.id, balancer.location, load_balancer(form, balancer), sku=balancer.sku)
    for each in topology.firewalls.values():
        yield form.resource(each.id, each.location, firewall(form, each))
    yield from virtual_wans(form)


def _gateway(form: ArmForm, gateway: VirtualNetworkGateway) -> Body:
    pairs = zip_longest(gateway.subnets, gateway.public_ips)
    configs = [
        {
            "name": f"ipconfig{at}",
            "properties": form.reference("subnet", subnet, gateway.id)
            | form.reference("publicIPAddress", public, gateway.id),
        }
        for at, (subnet, public) in enumerate(pairs, 1)
    ]
    own = {"gatewayType": gateway.gateway_type, "ipConfigurations": configs}
    own |= form.reference("gatewayDefaultSite", gateway.default_site, gateway.id)
    return own | _clients(form, gateway)


def _clients(form: ArmForm, gateway: VirtualNetworkGateway) -> Body:
    prefixes = form.texts(gateway.client_prefixes, gateway.id, "addressPrefixes")
    return {"vpnClientConfiguration": {"vpnClientAddressPool": {"addressPrefixes": prefixes}}} if prefixes else {}


def _connection(form: ArmForm, connection: Connection) -> Body:
    peer = connection.peer
    field = _PEERS.get(peer.type.lower(), "peer") if isinstance(peer, ResourceId) else "peer"
    properties: Body = {"connectionType": connection.kind}
    properties |= form.reference("virtualNetworkGateway1", connection.gateway, connection.id)
    return properties | form.reference(field, peer, connection.id)


def managed(form: ArmForm) -> Iterator[Body]:
    """Network managers, and everything of theirs as resources of their own."""
    topology = form.topology
    for manager in topology.network_managers.values():
        yield form.resource(manager.id, manager.location, _manager(manager))
    for group in topology.network_groups.values():
        yield form.resource(group.id, "", {})
        yield from _members(form, group)
    for security in topology.security_admin_configurations.values():
        words = security.applies_on_intent_policies.split(",")
        yield form.resource(security.id, "", {"applyOnNetworkIntentPolicyBasedServices": words})
    for collection in topology.admin_rule_collections.values():
        yield form.resource(collection.id, "", {"appliesToGroups": _groups(collection)})
        for rule in collection.rules:
            yield form.resource(rule.id, "", admin_rule(form, rule)) | {"kind": "Custom"}
    for connectivity in topology.connectivity_configurations.values():
        yield form.resource(connectivity.id, "", _connectivity(connectivity))


def _manager(manager: NetworkManager) -> Body:
    ids = {"managementGroups": list[str](), "subscriptions": list[str]()}
    for scope in manager.scopes:
        is_subscription = scope.key.startswith("/subscriptions/")
        ids["subscriptions" if is_subscription else "managementGroups"].append(scope.text)
    return {"networkManagerScopes": ids}


def _members(form: ArmForm, group: NetworkGroup) -> Iterator[Body]:
    for at, member in enumerate(group.members):
        id = group.id.child("staticMembers", f"member-{at}")
        referred = form.referred("members", member, group.id, may_miss=True)
        yield form.resource(id, "", {"resourceId": referred["id"] if isinstance(referred, dict) else referred})


def _groups(holder: AdminRuleCollection) -> list[Body]:
    return [{"networkGroupId": group.text} for group in holder.groups]


def _connectivity(configuration: ConnectivityConfiguration) -> Body:
    is_mesh = configuration.mesh_groups and not configuration.spoke_groups
    groups = configuration.mesh_groups if is_mesh else configuration.spoke_groups
    hubs = [{"resourceType": each.type, "resourceId": each.text} for each in configuration.hubs]
    return {
        "connectivityTopology": "Mesh" if is_mesh else "HubAndSpoke",
        "appliesToGroups": [
            {
                "networkGroupId": group.text,
                "groupConnectivity": "DirectlyConnected" if group in configuration.mesh_groups else "None",
                "useHubGateway": "True" if group in configuration.gateway_groups else "False",
            }
            for group in groups
        ],
        "isGlobal": "True" if configuration.is_global else "False",
    } | ({"hubs": hubs} if hubs else {})
