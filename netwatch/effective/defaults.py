"""What every network has without saying so: the default security rules, the reserved ranges, the platform's address.

Sources: "Network security groups" (default security rules; spelling as in recorded answers of the real service);
"Virtual network traffic routing" (system routes); "What is IP address 168.63.129.16?".
"""

from __future__ import annotations

from functools import cache

from netwatch.model.addresses import ALL_PORTS, Prefix, parse_prefix
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.rules import AddressField, AnyAddress, PortField, SecurityRule, ServiceTag

__all__ = ["ANY_PREFIXES", "PLATFORM_PREFIX", "default_rules", "reserved_prefixes"]

ANY_PREFIXES = (Prefix(4, 0, 0), Prefix(6, 0, 0))
"""Every address of both families: what ``*`` means in a rule."""

PLATFORM_PREFIX = Prefix(4, 0xA83F8110, 32)
"""168.63.129.16/32: load balancer probes, DNS, DHCP and the guest agent come from and go to it."""

_NO_NSG = "/subscriptions//resourceGroups//providers/Microsoft.Network/networkSecurityGroups//defaultSecurityRules"

# name, direction, priority, source, destination, access, description: as recorded from the real service
_DEFAULTS = (
    ("AllowVnetInBound", Direction.INBOUND, 65000, "VirtualNetwork", "VirtualNetwork", Access.ALLOW,
     "Allow inbound traffic from all VMs in VNET"),
    ("AllowAzureLoadBalancerInBound", Direction.INBOUND, 65001, "AzureLoadBalancer", "*", Access.ALLOW,
     "Allow inbound traffic from azure load balancer"),
    ("DenyAllInBound", Direction.INBOUND, 65500, "*", "*", Access.DENY, "Deny all inbound traffic"),
    ("AllowVnetOutBound", Direction.OUTBOUND, 65000, "VirtualNetwork", "VirtualNetwork", Access.ALLOW,
     "Allow outbound traffic from all VMs to all VMs in VNET"),
    ("AllowInternetOutBound", Direction.OUTBOUND, 65001, "*", "Internet", Access.ALLOW,
     "Allow outbound traffic from all VMs to Internet"),
    ("DenyAllOutBound", Direction.OUTBOUND, 65500, "*", "*", Access.DENY, "Deny all outbound traffic"),
)  # fmt: skip


@cache
def default_rules() -> tuple[SecurityRule, ...]:
    """The six default security rules, inbound before outbound, in Azure's order and casing.

    Their ids have empty segments, as the real service answers them: they belong to no group in particular.
    """
    all_ports = PortField((ALL_PORTS,), ("*",))
    return tuple(
        SecurityRule(
            id=ResourceId(f"{_NO_NSG}/{name}"),
            name=name,
            direction=direction,
            priority=priority,
            access=access,
            protocol=Protocol.ANY,
            sources=_field(source),
            source_ports=all_ports,
            destinations=_field(destination),
            destination_ports=all_ports,
            protocol_text="*",
            description=description,
            is_default=True,
        )
        for name, direction, priority, source, destination, access, description in _DEFAULTS
    )


def _field(text: str) -> AddressField:
    return AddressField((AnyAddress() if text == "*" else ServiceTag(text),))


@cache
def reserved_prefixes() -> tuple[Prefix, ...]:
    """The ranges that system routes drop (next hop None) unless something overrides them, in Azure's order.

    Source: "Virtual network traffic routing", and recorded effective routes. Some subscriptions list more
    (25.0.0.0/8, 127.0.0.0/8 …); those differ between subscriptions and are left out.
    """
    return tuple(parse_prefix(text) for text in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"))
