"""Which ARM type each azurerm type is, and below which parent. Source: the azurerm provider's documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from netwatch.formats.terraform.plan import Instance

__all__ = ["ARM_TYPES", "AZAPI", "ArmType", "arm_type_of"]


class ArmType(NamedTuple):
    """An ARM type; of a child, the azurerm type of its parent, and the attribute that names that one."""

    type: str
    parent: str = ""
    attribute: str = ""


_NETWORK, _COMPUTE = "Microsoft.Network", "Microsoft.Compute"
_VNET, _NSG, _TABLE, _BALANCER = (
    f"{_NETWORK}/{kind}" for kind in ("virtualNetworks", "networkSecurityGroups", "routeTables", "loadBalancers")
)
_MANAGER = f"{_NETWORK}/networkManagers"
_ADMIN = f"{_MANAGER}/securityAdminConfigurations"


def _children(parent: str, attribute: str, kinds: Mapping[str, str]) -> Mapping[str, ArmType]:
    return {f"azurerm_{name}": ArmType(type, parent, attribute) for name, type in kinds.items()}


_OF_NETWORK = {
    "application_gateway": "applicationGateways",
    "application_security_group": "applicationSecurityGroups",
    "bastion_host": "bastionHosts",
    "express_route_circuit": "expressRouteCircuits",
    "express_route_gateway": "expressRouteGateways",
    "firewall": "azureFirewalls",
    "firewall_policy": "firewallPolicies",
    "ip_group": "ipGroups",
    "lb": "loadBalancers",
    "local_network_gateway": "localNetworkGateways",
    "nat_gateway": "natGateways",
    "network_ddos_protection_plan": "ddosProtectionPlans",
    "network_interface": "networkInterfaces",
    "network_manager": "networkManagers",
    "network_profile": "networkProfiles",
    "network_security_group": "networkSecurityGroups",
    "network_watcher": "networkWatchers",
    "point_to_site_vpn_gateway": "p2sVpnGateways",
    "private_dns_resolver": "dnsResolvers",
    "private_dns_resolver_dns_forwarding_ruleset": "dnsForwardingRulesets",
    "private_dns_zone": "privateDnsZones",
    "private_endpoint": "privateEndpoints",
    "private_link_service": "privateLinkServices",
    "public_ip": "publicIPAddresses",
    "public_ip_prefix": "publicIPPrefixes",
    "route_server": "virtualHubs",
    "route_table": "routeTables",
    "subnet_service_endpoint_storage_policy": "serviceEndpointPolicies",
    "traffic_manager_profile": "trafficManagerProfiles",
    "virtual_hub": "virtualHubs",
    "virtual_network": "virtualNetworks",
    "virtual_network_gateway": "virtualNetworkGateways",
    "virtual_network_gateway_connection": "connections",
    "virtual_wan": "virtualWans",
    "vpn_gateway": "vpnGateways",
    "vpn_server_configuration": "vpnServerConfigurations",
    "vpn_site": "vpnSites",
    "web_application_firewall_policy": "ApplicationGatewayWebApplicationFirewallPolicies",
}

_OF_OTHERS = {
    "availability_set": f"{_COMPUTE}/availabilitySets",
    "container_group": "Microsoft.ContainerInstance/containerGroups",
    "kubernetes_cluster": "Microsoft.ContainerService/managedClusters",
    "linux_virtual_machine": f"{_COMPUTE}/virtualMachines",
    "linux_virtual_machine_scale_set": f"{_COMPUTE}/virtualMachineScaleSets",
    "orchestrated_virtual_machine_scale_set": f"{_COMPUTE}/virtualMachineScaleSets",
    "virtual_machine": f"{_COMPUTE}/virtualMachines",
    "virtual_machine_scale_set": f"{_COMPUTE}/virtualMachineScaleSets",
    "windows_virtual_machine": f"{_COMPUTE}/virtualMachines",
    "windows_virtual_machine_scale_set": f"{_COMPUTE}/virtualMachineScaleSets",
    "managed_disk": f"{_COMPUTE}/disks",
    "storage_account": "Microsoft.Storage/storageAccounts",
    "key_vault": "Microsoft.KeyVault/vaults",
    "log_analytics_workspace": "Microsoft.OperationalInsights/workspaces",
    "user_assigned_identity": "Microsoft.ManagedIdentity/userAssignedIdentities",
    "container_registry": "Microsoft.ContainerRegistry/registries",
    "mssql_server": "Microsoft.Sql/servers",
    "service_plan": "Microsoft.Web/serverfarms",
    "linux_web_app": "Microsoft.Web/sites",
    "windows_web_app": "Microsoft.Web/sites",
}

ARM_TYPES: Mapping[str, ArmType] = {
    "azurerm_resource_group": ArmType(""),
    **{f"azurerm_{name}": ArmType(f"{_NETWORK}/{kind}") for name, kind in _OF_NETWORK.items()},
    **{f"azurerm_{name}": ArmType(type) for name, type in _OF_OTHERS.items()},
    **_children(
        "azurerm_virtual_network",
        "virtual_network_name",
        {"subnet": f"{_VNET}/subnets", "virtual_network_peering": f"{_VNET}/virtualNetworkPeerings"},
    ),
    **_children(
        "azurerm_network_security_group",
        "network_security_group_name",
        {"network_security_rule": f"{_NSG}/securityRules"},
    ),
    **_children("azurerm_route_table", "route_table_name", {"route": f"{_TABLE}/routes"}),
    **_children(
        "azurerm_firewall_policy",
        "firewall_policy_id",
        {"firewall_policy_rule_collection_group": f"{_NETWORK}/firewallPolicies/ruleCollectionGroups"},
    ),
    **_children(
        "azurerm_firewall",
        "azure_firewall_name",
        {
            "firewall_application_rule_collection": f"{_NETWORK}/azureFirewalls/applicationRuleCollections",
            "firewall_nat_rule_collection": f"{_NETWORK}/azureFirewalls/natRuleCollections",
            "firewall_network_rule_collection": f"{_NETWORK}/azureFirewalls/networkRuleCollections",
        },
    ),
    **_children(
        "azurerm_lb",
        "loadbalancer_id",
        {
            "lb_backend_address_pool": f"{_BALANCER}/backendAddressPools",
            "lb_nat_pool": f"{_BALANCER}/inboundNatPools",
            "lb_nat_rule": f"{_BALANCER}/inboundNatRules",
            "lb_outbound_rule": f"{_BALANCER}/outboundRules",
            "lb_probe": f"{_BALANCER}/probes",
            "lb_rule": f"{_BALANCER}/loadBalancingRules",
        },
    ),
    **_children(
        "azurerm_network_manager",
        "network_manager_id",
        {
            "network_manager_connectivity_configuration": f"{_MANAGER}/connectivityConfigurations",
            "network_manager_network_group": f"{_MANAGER}/networkGroups",
            "network_manager_routing_configuration": f"{_MANAGER}/routingConfigurations",
            "network_manager_security_admin_configuration": _ADMIN,
        },
    ),
    **_children(
        "azurerm_network_manager_network_group",
        "network_group_id",
        {"network_manager_static_member": f"{_MANAGER}/networkGroups/staticMembers"},
    ),
    **_children(
        "azurerm_network_manager_security_admin_configuration",
        "security_admin_configuration_id",
        {"network_manager_admin_rule_collection": f"{_ADMIN}/ruleCollections"},
    ),
    **_children(
        "azurerm_network_manager_admin_rule_collection",
        "admin_rule_collection_id",
        {"network_manager_admin_rule": f"{_ADMIN}/ruleCollections/rules"},
    ),
    **_children(
        "azurerm_virtual_hub",
        "virtual_hub_id",
        {
            "route_map": f"{_NETWORK}/virtualHubs/routeMaps",
            "virtual_hub_bgp_connection": f"{_NETWORK}/virtualHubs/bgpConnections",
            "virtual_hub_connection": f"{_NETWORK}/virtualHubs/hubVirtualNetworkConnections",
            "virtual_hub_ip": f"{_NETWORK}/virtualHubs/ipConfigurations",
            "virtual_hub_route_table": f"{_NETWORK}/virtualHubs/hubRouteTables",
            "virtual_hub_routing_intent": f"{_NETWORK}/virtualHubs/routingIntent",
        },
    ),
    **_children(
        "azurerm_vpn_gateway",
        "vpn_gateway_id",
        {"vpn_gateway_connection": f"{_NETWORK}/vpnGateways/vpnConnections"},
    ),
    **_children(
        "azurerm_express_route_gateway",
        "express_route_gateway_id",
        {"express_route_connection": f"{_NETWORK}/expressRouteGateways/expressRouteConnections"},
    ),
}
"""azurerm type → ARM type. A resource group has the type "", because its id is of another shape."""

AZAPI = "azapi_resource"
"""The resource of the azapi provider: its body is ARM's own."""


def arm_type_of(instance: Instance) -> str:
    """The ARM type of an instance; empty where it is none of ours."""
    if instance.type == AZAPI:
        type = instance.values.get("type")
        return type.split("@")[0] if isinstance(type, str) else ""
    kind = ARM_TYPES.get(instance.type)
    return "" if kind is None else kind.type
