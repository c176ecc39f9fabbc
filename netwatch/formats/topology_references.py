"""Which fields of resources name other resources, and where those must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = [
    "CONFIGURATION",
    "MANAGER",
    "MEMBERS",
    "PEERS",
    "REFERENCES",
    "RULE_ASG",
    "SETTLED_ALIKE",
    "UNDER_MANAGERS",
    "VNET",
    "ReferenceField",
]


class ReferenceField(NamedTuple):
    """A field whose target must be in the input: its name, the Topology mapping of its targets, and their noun.

    ``required`` is False where people export one side only and no answer hangs on it: then it is never an error.
    ``stays`` keeps the id of a missing target, where who reads it must tell a missing one from one that is held.
    """

    field: str
    targets: str
    noun: str
    required: bool = True
    stays: bool = False


REFERENCES: Mapping[str, tuple[ReferenceField, ...]] = {
    "subnets": (
        ReferenceField("nsg", "nsgs", "network security group"),
        ReferenceField("route_table", "route_tables", "route table"),
        ReferenceField("nat_gateway", "nat_gateways", "NAT gateway"),
    ),
    "peerings": (ReferenceField("remote_vnet", "vnets", "virtual network"),),
    "ip_configurations": (
        ReferenceField("subnet", "subnets", "subnet"),
        ReferenceField("public_ip", "public_ips", "public IP address"),
        ReferenceField("asgs", "asgs", "application security group"),
    ),
    "nics": (
        ReferenceField("nsg", "nsgs", "network security group"),
        ReferenceField("vm", "vms", "virtual machine", required=False),
    ),
    "vms": (ReferenceField("nics", "nics", "network interface"),),
    "gateways": (
        ReferenceField("subnets", "subnets", "subnet"),
        ReferenceField("public_ips", "public_ips", "public IP address"),
        ReferenceField("default_site", "local_network_gateways", "local network gateway"),
    ),
    "connections": (ReferenceField("gateway", "gateways", "virtual network gateway"),),
    "private_endpoints": (
        ReferenceField("subnet", "subnets", "subnet"),
        ReferenceField("nics", "nics", "network interface", required=False),
    ),
    "nat_gateways": (ReferenceField("public_ips", "public_ips", "public IP address"),),
    "firewalls": (
        ReferenceField("subnet", "subnets", "subnet"),
        ReferenceField("public_ips", "public_ips", "public IP address"),
        ReferenceField("hub", "virtual_hubs", "virtual hub", required=False, stays=True),
    ),
    "virtual_hubs": (ReferenceField("wan", "virtual_wans", "virtual WAN", required=False, stays=True),),
    "hub_connections": (ReferenceField("vnet", "vnets", "virtual network", required=False),),
    "hub_gateways": (ReferenceField("hub", "virtual_hubs", "virtual hub", required=False, stays=True),),
    "hub_branches": (ReferenceField("site", "vpn_sites", "VPN site"),),
    "frontends": (
        ReferenceField("subnet", "subnets", "subnet"),
        ReferenceField("public_ip", "public_ips", "public IP address"),
    ),
    "admin_rule_collections": (ReferenceField("groups", "network_groups", "network group", stays=True),),
    "connectivity_configurations": (
        ReferenceField("mesh_groups", "network_groups", "network group", stays=True),
        ReferenceField("spoke_groups", "network_groups", "network group", stays=True),
    ),
}
"""Which fields are checked for dangling ids, by kind of holder. Rules' application security groups come on top."""

SETTLED_ALIKE = (
    "subnets",
    "gateways",
    "vms",
    "private_endpoints",
    "nat_gateways",
    "firewalls",
    "admin_rule_collections",
    "connectivity_configurations",
)
"""Kinds of which REFERENCES says all there is to settle."""

RULE_ASG = ReferenceField("terms", "asgs", "application security group")
VNET = ReferenceField("vnet", "vnets", "virtual network")

MEMBERS = {
    "microsoft.network/virtualnetworks": ReferenceField("members", "vnets", "virtual network", required=False),
    "microsoft.network/virtualnetworks/subnets": ReferenceField("members", "subnets", "subnet", required=False),
}
PEERS = {
    "microsoft.network/localnetworkgateways": ReferenceField("peer", "local_network_gateways", "local network gateway"),
    "microsoft.network/virtualnetworkgateways": ReferenceField("peer", "gateways", "virtual network gateway"),
}
"""Fields that may name resources of several kinds: by the type in the id. Circuits are not asked for."""

MANAGER = ReferenceField("parent", "network_managers", "network manager")
CONFIGURATION = ReferenceField("parent", "security_admin_configurations", "security admin configuration")
UNDER_MANAGERS = (
    "admin_rule_collections",
    "security_admin_configurations",
    "connectivity_configurations",
    "network_groups",
)
"""Kinds that stand below a network manager; collections first, because their configuration may be put in for them."""
