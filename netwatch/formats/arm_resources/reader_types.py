"""ARM types by who reads them, lower case: a reader is imported where an input holds a type of its."""

from __future__ import annotations

__all__ = [
    "BALANCER",
    "BALANCER_PARTS",
    "FIREWALLS",
    "HUBS",
    "MANAGERS",
    "SERVICES",
    "WITHOUT_PROPERTIES",
]

_MANAGER = "microsoft.network/networkmanagers"
MANAGERS = (
    _MANAGER,
    f"{_MANAGER}/networkgroups",
    f"{_MANAGER}/networkgroups/staticmembers",
    f"{_MANAGER}/securityadminconfigurations",
    f"{_MANAGER}/securityadminconfigurations/rulecollections",
    f"{_MANAGER}/securityadminconfigurations/rulecollections/rules",
    f"{_MANAGER}/connectivityconfigurations",
)

BALANCER = "microsoft.network/loadbalancers"
BALANCER_PARTS = (
    "backendaddresspools",
    "probes",
    "loadbalancingrules",
    "inboundnatrules",
    "inboundnatpools",
    "outboundrules",
)

FIREWALLS = tuple(
    f"microsoft.network/{kind}"
    for kind in ("azurefirewalls", "firewallpolicies", "firewallpolicies/rulecollectiongroups", "ipgroups")
)

HUBS = tuple(
    f"microsoft.network/{kind}"
    for kind in (
        "virtualwans",
        "virtualhubs",
        "virtualhubs/hubroutetables",
        "virtualhubs/hubvirtualnetworkconnections",
        "virtualhubs/routingintent",
        "virtualhubs/bgpconnections",
        "virtualhubs/routemaps",
        "virtualhubs/routetables",
        "virtualhubs/ipconfigurations",
        "vpngateways",
        "vpngateways/vpnconnections",
        "p2svpngateways",
        "expressroutegateways",
        "expressroutegateways/expressrouteconnections",
        "vpnsites",
    )
)
"""Virtual WANs and what stands in them; route servers are of the same type as hubs."""

SERVICES = (
    "microsoft.network/virtualnetworkgateways",
    "microsoft.network/localnetworkgateways",
    "microsoft.network/connections",
    "microsoft.network/privateendpoints",
    "microsoft.network/natgateways",
)

WITHOUT_PROPERTIES = (
    "microsoft.network/applicationsecuritygroups",
    f"{_MANAGER}/networkgroups",
    "microsoft.network/virtualwans",
)
"""Types whose resources may well have no properties that matter."""
