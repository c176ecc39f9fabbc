"""Gateways, endpoints, network managers and facts in the words of the native file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from netwatch.model.endpoints import NatGateway, PrivateEndpoint
from netwatch.model.facts import Facts, ListeningPort
from netwatch.model.flow import Protocol
from netwatch.model.gateways import Connection, LocalNetworkGateway
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import ConnectivityConfiguration, NetworkManager
from netwatch.model.resources import VirtualNetworkGateway
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.render.native_form.firewalls import firewall
from netwatch.render.native_form.form import NativeForm
from netwatch.render.native_form.load_balancers import load_balancer
from netwatch.render.native_form.machines import ip_configuration
from netwatch.render.native_form.rules import admin_rule
from netwatch.render.native_form.virtual_hubs import hub_gateway_sections, virtual_hub, virtual_wan, vpn_site
from netwatch.render.native_form.words import filled, one_or_list, open_value, texts

__all__ = ["facts", "gateway", "made_by_endpoints", "services"]

Fields = dict[str, Any]

_PEERS = {
    "microsoft.network/localnetworkgateways": ("localNetworkGateway2", "localNetworkGateways", "IPsec"),
    "microsoft.network/virtualnetworkgateways": ("virtualNetworkGateway2", "virtualNetworkGateways", "Vnet2Vnet"),
}
"""Type of the far end → its field, its kind, and the connectionType that it means."""

_FAR_ENDS = {meant: field for field, _, meant in _PEERS.values()}


def services(form: NativeForm) -> Fields:
    """The sections that most files do not have."""
    topology = form.topology
    kinds: tuple[tuple[str, Any, Any], ...] = (
        ("localNetworkGateways", topology.local_network_gateways, _local_gateway),
        ("privateEndpoints", topology.private_endpoints, _private_endpoint),
        ("natGateways", topology.nat_gateways, _nat_gateway),
        ("loadBalancers", topology.load_balancers, load_balancer),
        ("azureFirewalls", topology.firewalls, firewall),
        ("networkManagers", topology.network_managers, _network_manager),
        ("virtualWans", topology.virtual_wans, virtual_wan),
        ("virtualHubs", topology.virtual_hubs, virtual_hub),
        ("vpnSites", topology.vpn_sites, vpn_site),
    )
    sections = {kind: form.section(kind, held.values(), fields) for kind, held, fields in kinds}
    return sections | hub_gateway_sections(form)


def gateway(form: NativeForm, gateway: VirtualNetworkGateway) -> Fields:
    """A gateway with its connections inside of it."""
    subnets = [form.reference("subnets", each) for each in dict.fromkeys(gateway.subnets)]
    public = [form.reference("publicIPAddresses", each) for each in gateway.public_ips]
    ours = [each for each in form.topology.connections.values() if each.gateway == gateway.id]
    kind = gateway.gateway_type if gateway.gateway_type != "Vpn" else ""
    return filled(
        gatewayType=kind,
        subnet=one_or_list(subnets),
        publicIPAddress=one_or_list(public),
        vpnClientAddressPool=texts(gateway.client_prefixes),
        **form.named("localNetworkGateways", gateway.default_site, "gatewayDefaultSite"),
        connections={each.id.name: _connection(form, each) for each in ours},
    )


def _connection(form: NativeForm, connection: Connection) -> Fields:
    """A connection beneath its gateway; what is at the far end of a circuit is not named."""
    peer = connection.peer
    type = peer.type.lower() if isinstance(peer, ResourceId) else ""
    if isinstance(peer, Unresolved) and connection.kind in _FAR_ENDS:
        return {_FAR_ENDS[connection.kind]: open_value(peer)}
    if type not in _PEERS:
        return {"connectionType": connection.kind}
    field, kind, meant = _PEERS[type]
    said = {} if connection.kind == meant else {"connectionType": connection.kind}
    return said | {field: form.reference(kind, peer)}


def _local_gateway(form: NativeForm, gateway: LocalNetworkGateway) -> Fields:
    return filled(addressPrefixes=texts(gateway.prefixes))


def made_by_endpoints(topology: Topology) -> set[str]:
    """Keys of NICs that the native form makes for a private endpoint, so that they are not written down."""
    return {
        endpoint.nics[0].key
        for endpoint in topology.private_endpoints.values()
        if _makes_its_nic(topology, endpoint) and isinstance(endpoint.nics[0], ResourceId)
    }


def _makes_its_nic(topology: Topology, endpoint: PrivateEndpoint) -> bool:
    """Whether its one NIC is as the native form would make it."""
    own = endpoint.id.parent.child("networkInterfaces", f"{endpoint.id.name}-nic")
    nic = topology.nics.get(own.key)
    if endpoint.nics != (own,) or nic is None or nic.location != endpoint.location or len(nic.ip_configurations) != 1:
        return False
    config = nic.ip_configurations[0]
    is_plain = nic.nsg is None and nic.vm is None and nic.primary and not nic.ip_forwarding
    is_plain = is_plain and nic.default_outbound is None
    is_only = config.id.name == "ipconfig1" and config.public_ip is None and config.primary
    return is_plain and is_only and config.subnet == endpoint.subnet


def _private_endpoint(form: NativeForm, endpoint: PrivateEndpoint) -> Fields:
    status = {"connectionStatus": endpoint.status} if endpoint.status != "Approved" else {}
    if _makes_its_nic(form.topology, endpoint) and isinstance(endpoint.nics[0], ResourceId):
        return ip_configuration(form, form.topology.nics[endpoint.nics[0].key].ip_configurations[0]) | status
    nics = [form.outward("networkInterfaces", nic) for nic in endpoint.nics]
    return form.named("subnets", endpoint.subnet, "subnet") | {"networkInterfaces": nics} | status


def _nat_gateway(form: NativeForm, gateway: NatGateway) -> Fields:
    key = "publicIPAddresses"
    names = [form.reference(key, each) for each in gateway.public_ips]
    return {key: names} if names else {}


def _network_manager(form: NativeForm, manager: NetworkManager) -> Fields:
    topology, id = form.topology, manager.id
    fields: Fields = {}
    if [scope.key for scope in manager.scopes] != [f"/subscriptions/{id.subscription}".lower()]:
        fields["networkManagerScopes"] = [scope.text for scope in manager.scopes]
    parts = {
        "networkGroups": {
            group.id.name: [_member(form, member) for member in group.members]
            for group in topology.network_groups.values()
            if group.id.parent == id
        },
        "securityAdminConfigurations": {
            each.id.name: _admin_configuration(form, each.id, each.applies_on_intent_policies)
            for each in topology.security_admin_configurations.values()
            if each.id.parent == id
        },
        "connectivityConfigurations": {
            each.id.name: _connectivity(form, each)
            for each in topology.connectivity_configurations.values()
            if each.id.parent == id and (each.mesh_groups or each.spoke_groups)
        },
    }
    return fields | {key: each for key, each in parts.items() if each}


def _connectivity(form: NativeForm, configuration: ConnectivityConfiguration) -> Fields:
    """A mesh or a hub and spoke; what only some of its groups have stands with them."""
    spokes, meshes, users = configuration.spoke_groups, configuration.mesh_groups, configuration.gateway_groups
    names = {group: form.names.group(group, configuration.id.parent) for group in spokes or meshes}
    fields: Fields = {"connectivityTopology": "HubAndSpoke" if spokes else "Mesh", "appliesToGroups": [*names.values()]}
    if spokes:
        hubs = [form.outward("virtualNetworks", hub) for hub in configuration.hubs]
        fields |= {"hubs": hubs} if hubs else {}
        if any(some and set(some) != set(spokes) for some in (meshes, users)):
            fields["appliesToGroups"] = {names[group]: _of_group(group, meshes, users) for group in spokes}
        else:
            fields |= _of_group(spokes[0], meshes, users)
    return fields | ({"isGlobal": True} if configuration.is_global else {})


def _of_group(group: ResourceId, meshes: Sequence[ResourceId], users: Sequence[ResourceId]) -> Fields:
    fields: Fields = {"groupConnectivity": "DirectlyConnected"} if group in meshes else {}
    return fields | ({"useHubGateway": True} if group in users else {})


def _member(form: NativeForm, member: Any) -> Any:
    is_subnet = "/subnets/" in (member.key if isinstance(member, ResourceId) else "")
    return form.outward("subnets" if is_subnet else "virtualNetworks", member)


def _admin_configuration(form: NativeForm, id: ResourceId, policies: str) -> Fields:
    fields: Fields = {} if policies == "None" else {"applyOnNetworkIntentPolicyBasedServices": policies}
    collections = {
        each.id.name: {
            "appliesToGroups": [form.names.group(group, id.parent) for group in each.groups],
            **({"rules": {rule.name: admin_rule(form, rule) for rule in each.rules}} if each.rules else {}),
        }
        for each in form.topology.admin_rule_collections.values()
        if each.id.parent == id
    }
    return fields | ({"ruleCollections": collections} if collections else {})


def facts(topology: Topology) -> Fields:
    """The facts, things named by name where that is unique among their kind, else by id."""
    held: Facts = topology.facts
    machines = _called(topology.vms)
    gateways = _called({**topology.gateways, **topology.hub_gateways, **topology.virtual_hubs})
    fields = {
        "powerState": {machines.get(key, key): state for key, state in held.power_state.items()},
        "listeningPorts": {
            machines.get(key, key): [_port(port) for port in ports] for key, ports in held.listening_ports.items()
        },
        "latency": [
            {
                "source": machines.get(source, source),
                "destination": machines.get(target, target),
                "avgMs": each.avg_ms,
                "minMs": each.min_ms,
                "maxMs": each.max_ms,
            }
            for (source, target), each in held.latency.items()
        ],
        "latencySeed": held.latency_seed,
        "dns": {name: str(address) for name, address in held.dns.items()},
        "gatewayLearnedRoutes": {
            gateways.get(key, key): [str(prefix) for prefix in prefixes]
            for key, prefixes in held.gateway_learned_routes.items()
        },
        "networkManagerDeployments": [
            {"region": each.region, "configurationIds": sorted(id.text for id in each.configurations)}
            for each in held.network_manager_deployments
        ],
    }
    return {key: value for key, value in fields.items() if value} | _forwarding(held, machines)


def _forwarding(held: Facts, machines: Mapping[str, str]) -> Fields:
    """The machines declared to forward, an empty list too: it says that none does."""
    if held.guest_ip_forwarding is None:
        return {}
    return {"guestIpForwarding": sorted(machines.get(key, key) for key in held.guest_ip_forwarding)}


def _called(held: Mapping[str, Any]) -> dict[str, str]:
    """Each thing's name, or its id where another has the same name."""
    names = Counter(each.id.name.lower() for each in held.values())
    return {key: each.id.name if names[each.id.name.lower()] == 1 else each.id.text for key, each in held.items()}


def _port(port: ListeningPort) -> int | str:
    ports = str(port.ports.low) if port.ports.low == port.ports.high else str(port.ports)
    if port.protocol is Protocol.TCP:
        return int(ports) if ports.isdecimal() else ports
    return f"{ports}/{port.protocol.value}"
