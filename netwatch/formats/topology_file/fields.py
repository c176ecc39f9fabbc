"""The fields of the native topology file: what may stand where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from netwatch.formats.topology_file import values as read
from netwatch.formats.topology_file.admin_values import admin_access, admin_protocol, scope
from netwatch.formats.topology_file.allowed_values import (
    BALANCED_PROTOCOLS,
    BALANCER_SKUS,
    CONNECTION_STATUSES,
    CONNECTION_TYPES,
    CONNECTIVITY,
    GATEWAY_TYPES,
    GROUP_CONNECTIVITY,
    INTENT_POLICIES,
    MAX_FLOW_TIMEOUT,
    MAX_PORT,
    MAX_PRIORITY,
    MIN_ADMIN_PRIORITY,
    MIN_FLOW_TIMEOUT,
    MIN_PRIORITY,
    PEERING_STATES,
    POLICY_DESTINATIONS,
    PRIVATE_ENDPOINT_POLICIES,
    PROBE_PROTOCOLS,
    SKUS,
    VERSION,
    WAN_TYPES,
)
from netwatch.formats.topology_file.id_values import references_by_id, resource_name
from netwatch.formats.topology_file.open_values import or_open
from netwatch.formats.topology_file.semantics import read_semantics

__all__ = ["FIELDS", "Field"]


class Field(NamedTuple):
    """A field: its reader; ``example`` is how to write it, given for fields that must be there."""

    read: Callable[[Any], Any]
    example: str = ""


_ADDRESS = Field(or_open(read.address))
_REFERENCE = Field(or_open(read.reference))
_REFERENCES = Field(read.one_or_list(or_open(read.reference), empty=True))
_LABELS = Field(read.one_or_list(or_open(read.text), empty=True))
_PORT = Field(or_open(read.whole_number(0, MAX_PORT)))
_PART = Field(or_open(read.name))
_PARTS = Field(read.one_or_list(or_open(read.name)))
_OF_FIREWALL = {
    "protocol": Field(read.one_or_list(read.firewall_protocol)),
    "source": Field(read.addresses),
    "destinationPortRanges": Field(read.ports),
}
_BY_NAME = {
    "access": Field(read.access),
    "fqdns": Field(read.one_or_list(read.text)),
    "otherNames": Field(read.one_or_list(read.text)),
}
_OF_CONNECTION = {
    "associatedRouteTable": _REFERENCE,
    "propagatedRouteTables": _REFERENCES,
    "propagatedLabels": _LABELS,
}
_ANYWHERE = {
    "resourceGroup": Field(read.name),
    "location": Field(read.location),
    "tags": Field(read.tags),
    "name": Field(resource_name),
    "subscription": Field(read.name),
}
_ADDRESSED = {
    "subnet": _REFERENCE,
    "privateIPAddress": _ADDRESS,
    "publicIPAddress": _REFERENCE,
    "applicationSecurityGroups": _REFERENCES,
    "primary": Field(read.boolean),
}

_FACTS = (
    "powerState",
    "listeningPorts",
    "latency",
    "latencySeed",
    "dns",
    "guestIpForwarding",
    "gatewayLearnedRoutes",
    "networkManagerDeployments",
)

_GROUP = {"groupConnectivity": Field(read.one_of(*GROUP_CONNECTIVITY)), "useHubGateway": Field(read.boolean)}
"""What is said of all groups of a connectivity configuration, or of one of them."""

FIELDS: Mapping[str, Mapping[str, Field]] = {
    "topology": {
        "netwatch": Field(read.whole_number(VERSION, VERSION), f"netwatch: {VERSION}"),
        "subscription": Field(read.name),
        "resourceGroup": Field(read.name),
        "location": Field(read.location),
        "serviceTags": Field(read.file_name),
        "semantics": Field(read_semantics),
        "virtualNetworks": Field(read.collection),
        "networkSecurityGroups": Field(read.collection),
        "applicationSecurityGroups": Field(read.names_or_collection),
        "routeTables": Field(read.collection),
        "publicIPAddresses": Field(read.names_or_collection),
        "virtualMachines": Field(read.collection),
        "networkInterfaces": Field(read.collection),
        "virtualNetworkGateways": Field(read.collection),
        "localNetworkGateways": Field(read.collection),
        "privateEndpoints": Field(read.collection),
        "natGateways": Field(read.names_or_collection),
        "loadBalancers": Field(read.collection),
        "azureFirewalls": Field(read.collection),
        "networkManagers": Field(read.collection),
        "virtualWans": Field(read.names_or_collection),
        "virtualHubs": Field(read.collection),
        "vpnSites": Field(read.collection),
        "vpnGateways": Field(read.collection),
        "p2sVpnGateways": Field(read.collection),
        "expressRouteGateways": Field(read.collection),
        "otherResources": Field(references_by_id),
        "facts": Field(read.anything),
    },
    "virtualNetwork": {
        **_ANYWHERE,
        "addressPrefixes": Field(read.prefixes, "addressPrefixes: 10.0.0.0/16"),
        "flowTimeoutInMinutes": Field(read.whole_number(MIN_FLOW_TIMEOUT, MAX_FLOW_TIMEOUT)),
        "subnets": Field(read.collection),
        "virtualNetworkPeerings": Field(read.collection),
    },
    "subnet": {
        "addressPrefix": Field(read.prefixes),
        "addressPrefixes": Field(read.prefixes),
        "networkSecurityGroup": _REFERENCE,
        "routeTable": _REFERENCE,
        "natGateway": _REFERENCE,
        "serviceEndpoints": Field(read.one_or_list(read.service_endpoint, empty=True)),
        "privateEndpointNetworkPolicies": Field(read.one_of(*PRIVATE_ENDPOINT_POLICIES)),
        "delegations": Field(read.one_or_list(read.reference, empty=True)),
        "defaultOutboundAccess": Field(read.boolean),
    },
    "virtualNetworkPeering": {
        "remoteVirtualNetwork": Field(or_open(read.reference), "remoteVirtualNetwork: vnet-hub"),
        "remoteAddressSpace": Field(read.prefixes),
        "peeringState": Field(read.one_of(*PEERING_STATES)),
        "allowVirtualNetworkAccess": Field(read.boolean),
        "allowForwardedTraffic": Field(read.boolean),
        "allowGatewayTransit": Field(read.boolean),
        "useRemoteGateways": Field(read.boolean),
        "peerCompleteVnets": Field(read.boolean),
        "localSubnetNames": _REFERENCES,
        "remoteSubnetNames": _REFERENCES,
        "enableOnlyIPv6Peering": Field(read.boolean),
    },
    "networkSecurityGroup": {
        **_ANYWHERE,
        "flushConnection": Field(read.boolean),
        "securityRules": Field(read.collection),
    },
    "securityRule": {
        "priority": Field(or_open(read.whole_number(MIN_PRIORITY, MAX_PRIORITY)), "priority: 100"),
        "direction": Field(or_open(read.direction)),
        "access": Field(or_open(read.access)),
        "protocol": Field(read.protocol),
        "source": Field(read.addresses),
        "sourceApplicationSecurityGroups": Field(read.one_or_list(or_open(read.reference))),
        "sourcePortRanges": Field(read.ports),
        "destination": Field(read.addresses),
        "destinationApplicationSecurityGroups": Field(read.one_or_list(or_open(read.reference))),
        "destinationPortRanges": Field(read.ports),
        "description": Field(read.text),
    },
    "applicationSecurityGroup": _ANYWHERE,
    "routeTable": {**_ANYWHERE, "disableBgpRoutePropagation": Field(read.boolean), "routes": Field(read.collection)},
    "route": {
        "addressPrefix": Field(or_open(read.route_prefix), "addressPrefix: 0.0.0.0/0"),
        "nextHopType": Field(or_open(read.next_hop_type), "nextHopType: VirtualAppliance"),
        "nextHopIpAddress": Field(read.one_or_list(or_open(read.address))),
    },
    "publicIPAddress": {**_ANYWHERE, "ipAddress": _ADDRESS, "sku": Field(read.one_of(*SKUS))},
    "virtualNetworkGateway": {
        **_ANYWHERE,
        "gatewayType": Field(read.one_of(*GATEWAY_TYPES)),
        "subnet": Field(or_open(read.reference), "subnet: vnet-hub/GatewaySubnet"),
        "publicIPAddress": _REFERENCES,
        "vpnClientAddressPool": Field(read.prefixes),
        "gatewayDefaultSite": _REFERENCE,
        "connections": Field(read.collection),
    },
    "connection": {
        "connectionType": Field(read.one_of(*CONNECTION_TYPES)),
        "localNetworkGateway2": _REFERENCE,
        "virtualNetworkGateway2": _REFERENCE,
    },
    "localNetworkGateway": {**_ANYWHERE, "addressPrefixes": Field(read.prefixes)},
    "privateEndpoint": {
        **_ANYWHERE,
        "subnet": Field(or_open(read.reference), "subnet: vnet-shop/data"),
        "privateIPAddress": _ADDRESS,
        "applicationSecurityGroups": _REFERENCES,
        "networkInterfaces": _REFERENCES,
        "connectionStatus": Field(read.one_of(*CONNECTION_STATUSES)),
    },
    "natGateway": {**_ANYWHERE, "publicIPAddresses": _REFERENCES},
    "loadBalancer": {
        **_ANYWHERE,
        "sku": Field(read.one_of(*BALANCER_SKUS)),
        "frontendIPConfigurations": Field(read.collection),
        "backendAddressPools": Field(read.named_members),
        "probes": Field(read.collection),
        "loadBalancingRules": Field(read.collection),
        "inboundNatRules": Field(read.collection),
        "inboundNatPools": Field(read.collection),
        "outboundRules": Field(read.collection),
    },
    "probe": {
        "protocol": Field(read.one_of(*PROBE_PROTOCOLS)),
        "port": Field(or_open(read.whole_number(1, MAX_PORT)), "port: 80"),
    },
    "loadBalancingRule": {
        "protocol": Field(read.one_of(*BALANCED_PROTOCOLS)),
        "frontendIPConfiguration": _PART,
        "frontendPort": _PORT,
        "backendAddressPool": _PARTS,
        "backendPort": _PORT,
        "probe": _PART,
        "enableFloatingIP": Field(read.boolean),
        "disableOutboundSnat": Field(read.boolean),
    },
    "inboundNatRule": {
        "protocol": Field(read.one_of(*BALANCED_PROTOCOLS)),
        "frontendIPConfiguration": _PART,
        "frontendPort": Field(or_open(read.port_range), "frontendPort: 50000"),
        "backendPort": _PORT,
        "networkInterface": _REFERENCE,
        "backendAddressPool": _PART,
        "enableFloatingIP": Field(read.boolean),
    },
    "outboundRule": {"frontendIPConfigurations": _PARTS, "backendAddressPool": _PART},
    "frontendIPConfiguration": {
        "subnet": _REFERENCE,
        "privateIPAddress": _ADDRESS,
        "publicIPAddress": _REFERENCE,
    },
    "azureFirewall": {
        **_ANYWHERE,
        "subnet": _REFERENCE,
        "virtualHub": _REFERENCE,
        "privateIPAddress": _ADDRESS,
        "publicIPAddress": _REFERENCES,
        "privateRanges": Field(read.prefixes),
        "firewallPolicy": Field(read.only_open),
        "natRules": Field(read.collection),
        "networkRules": Field(read.collection),
        "applicationRules": Field(read.collection),
    },
    "natRule": {
        **_OF_FIREWALL,
        "destination": Field(read.addresses),
        "translatedAddress": _ADDRESS,
        "translatedPort": _PORT,
    },
    "networkRule": {**_OF_FIREWALL, **_BY_NAME, "destination": Field(read.addresses)},
    "applicationRule": {**_OF_FIREWALL, **_BY_NAME},
    "networkManager": {
        **_ANYWHERE,
        "networkManagerScopes": Field(read.one_or_list(scope)),
        "networkGroups": Field(read.named_members),
        "securityAdminConfigurations": Field(read.collection),
        "connectivityConfigurations": Field(read.collection),
    },
    "securityAdminConfiguration": {
        "applyOnNetworkIntentPolicyBasedServices": Field(read.one_of(*INTENT_POLICIES)),
        "ruleCollections": Field(read.collection),
    },
    "ruleCollection": {
        "appliesToGroups": Field(read.one_or_list(read.reference), "appliesToGroups: [all-networks]"),
        "rules": Field(read.collection),
    },
    "rule": {
        "priority": Field(or_open(read.whole_number(MIN_ADMIN_PRIORITY, MAX_PRIORITY)), "priority: 10"),
        "direction": Field(or_open(read.direction)),
        "access": Field(or_open(admin_access), "access: Deny"),
        "protocol": Field(admin_protocol),
        "source": Field(read.addresses),
        "sourcePortRanges": Field(read.ports),
        "destination": Field(read.addresses),
        "destinationPortRanges": Field(read.ports),
        "description": Field(read.text),
    },
    "connectivityConfiguration": {
        "connectivityTopology": Field(read.one_of(*CONNECTIVITY), "connectivityTopology: Mesh"),
        "appliesToGroups": Field(read.references_or_collection, "appliesToGroups: [spokes]"),
        **_GROUP,
        "hubs": Field(read.one_or_list(read.reference)),
        "isGlobal": Field(read.boolean),
    },
    "virtualWan": {**_ANYWHERE, "type": Field(read.one_of(*WAN_TYPES))},
    "virtualHub": {
        **_ANYWHERE,
        "virtualWan": Field(or_open(read.reference), "virtualWan: wan"),
        "addressPrefix": Field(or_open(read.prefix)),
        "sku": Field(read.one_of(*WAN_TYPES)),
        "hubRouteTables": Field(read.collection),
        "hubVirtualNetworkConnections": Field(read.collection),
        "routingPolicies": Field(read.collection),
        "bgpConnections": Field(read.collection),
    },
    "hubRouteTable": {"labels": _LABELS, "routes": Field(read.collection)},
    "hubRoute": {
        "destinations": Field(read.prefixes, "destinations: 10.0.0.0/16"),
        "nextHop": Field(or_open(read.reference), "nextHop: fw"),
    },
    "hubVirtualNetworkConnection": {
        "remoteVirtualNetwork": Field(or_open(read.reference), "remoteVirtualNetwork: vnet-a"),
        "enableInternetSecurity": Field(read.boolean),
        **_OF_CONNECTION,
        "staticRoutes": Field(read.collection),
        "propagateStaticRoutes": Field(read.boolean),
    },
    "staticRoute": {
        "addressPrefixes": Field(read.prefixes, "addressPrefixes: 10.0.0.0/16"),
        "nextHopIpAddress": _ADDRESS,
    },
    "routingPolicy": {
        "destinations": Field(read.one_or_list(read.one_of(*POLICY_DESTINATIONS)), "destinations: PrivateTraffic"),
        "nextHop": Field(or_open(read.reference), "nextHop: fw"),
    },
    "bgpConnection": {"peerIp": _ADDRESS, "hubVirtualNetworkConnection": _REFERENCE},
    "vpnSite": {**_ANYWHERE, "addressPrefixes": Field(read.prefixes), "bgpPeeringAddress": _ADDRESS},
    "hubGateway": {
        **_ANYWHERE,
        "virtualHub": Field(or_open(read.reference), "virtualHub: hub"),
        "bgpPeeringAddresses": Field(read.one_or_list(read.address)),
        "connections": Field(read.collection),
    },
    "hubBranch": {
        "remoteVpnSite": _REFERENCE,
        "vpnClientAddressPool": Field(read.prefixes),
        "enableBgp": Field(read.boolean),
        **_OF_CONNECTION,
    },
    "appliedGroup": _GROUP,
    "virtualMachine": {
        **_ANYWHERE,
        "networkInterfaces": Field(read.filled_collection, "networkInterfaces: {nic-0: {subnet: vnet-0/web}}"),
        "virtualMachineScaleSet": _REFERENCE,
    },
    "networkInterface": {
        **_ANYWHERE,
        **_ADDRESSED,
        "networkSecurityGroup": _REFERENCE,
        "enableIPForwarding": Field(read.boolean),
        "defaultOutboundConnectivityEnabled": Field(read.boolean),
        "ipConfigurations": Field(read.filled_collection),
    },
    "ipConfiguration": _ADDRESSED,
    "facts": dict.fromkeys(_FACTS, Field(read.anything)),
}
"""Kind of thing → name of field → how it is read. The schema for editors has a model for each, held equal by a test."""
