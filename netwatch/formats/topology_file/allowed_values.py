"""What Azure accepts in the fields of a native topology file: words, and the bounds of numbers."""

from __future__ import annotations

__all__ = [
    "BALANCED_PROTOCOLS",
    "BALANCER_SKUS",
    "CONNECTION_STATUSES",
    "CONNECTION_TYPES",
    "CONNECTIVITY",
    "GATEWAY_TYPES",
    "GROUP_CONNECTIVITY",
    "INTENT_POLICIES",
    "MAX_FLOW_TIMEOUT",
    "MAX_PORT",
    "MAX_PRIORITY",
    "MIN_ADMIN_PRIORITY",
    "MIN_FLOW_TIMEOUT",
    "MIN_PRIORITY",
    "PEERING_STATES",
    "POLICY_DESTINATIONS",
    "PRIVATE_ENDPOINT_POLICIES",
    "PROBE_PROTOCOLS",
    "SKUS",
    "VERSION",
    "WAN_TYPES",
]

VERSION = 1
"""The version of the form that ``netwatch:`` names."""

MIN_PRIORITY, MAX_PRIORITY = 100, 4096
"""What Azure accepts for a rule of one's own (Microsoft documentation, network security groups overview)."""

MIN_ADMIN_PRIORITY = 1
"""What Azure accepts for a security admin rule begins here (REST reference of admin rules)."""

MIN_FLOW_TIMEOUT, MAX_FLOW_TIMEOUT = 4, 30
"""What Azure accepts for flowTimeoutInMinutes (Microsoft documentation, Virtual network flow timeout)."""

PEERING_STATES = ("Initiated", "Connected", "Disconnected")
CONNECTION_STATUSES = ("Approved", "Pending", "Rejected", "Removed", "Disconnected")
PRIVATE_ENDPOINT_POLICIES = ("Disabled", "Enabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled")
SKUS = ("Basic", "Standard", "StandardV2")
"""Of public IP addresses (REST reference, PublicIPAddressSkuName)."""

BALANCER_SKUS = ("Basic", "Standard", "Gateway")
"""Of load balancers (REST reference, LoadBalancerSkuName)."""

PROBE_PROTOCOLS = ("Tcp", "Http", "Https")
BALANCED_PROTOCOLS = ("Tcp", "Udp", "All")
MAX_PORT = 65535
GATEWAY_TYPES = ("Vpn", "ExpressRoute")
CONNECTION_TYPES = ("IPsec", "Vnet2Vnet", "ExpressRoute")
INTENT_POLICIES = ("None", "All", "AllowRulesOnly")
CONNECTIVITY = ("Mesh", "HubAndSpoke")
WAN_TYPES = ("Basic", "Standard")
POLICY_DESTINATIONS = ("Internet", "PrivateTraffic")
GROUP_CONNECTIVITY = ("None", "DirectlyConnected")
