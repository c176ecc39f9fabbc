"""Attributes that nobody reads though they could change an answer. Source: the azurerm provider's documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netwatch.formats.terraform.attributes import attributes_of
from netwatch.formats.terraform.plan import Instance, Plan

__all__ = ["unread_attributes"]

_DNS = "what names resolve to: declare the fact dns"
_BGP = "prefixes a gateway learns: declare the fact gatewayLearnedRoutes"

_EFFECTS: Mapping[str, Mapping[str, str]] = {
    "azurerm_virtual_network": {
        "dns_servers": _DNS,
        "encryption": "flows between machines that cannot encrypt",
        "ip_address_pool": "the address space that a pool gives it",
    },
    "azurerm_subnet": {
        "ip_address_pool": "the prefix that a pool gives it",
        "service_endpoint_policy_ids": "which accounts a service endpoint reaches",
    },
    "azurerm_network_interface": {"dns_servers": _DNS},
    "azurerm_nat_gateway": {"public_ip_prefix_ids": "addresses that outbound flows leave from"},
    "azurerm_virtual_network_gateway": {
        "bgp_settings": _BGP,
        "custom_route": "routes that it gives to point-to-site clients",
    },
    "azurerm_local_network_gateway": {"bgp_settings": _BGP},
    "azurerm_virtual_network_gateway_connection": {
        "bgp_enabled": _BGP,
        "enable_bgp": _BGP,
        "traffic_selector_policy": "which flows the tunnel takes",
    },
    "azurerm_ip_group_cidr": {"cidr": "an address of an IP group"},
}


def unread_attributes(plan: Plan, instance: Instance) -> Iterator[tuple[str, str]]:
    """Each attribute that is set, is not what it would be anyway, and is not read; with its effect."""
    effects = _EFFECTS.get(instance.type)
    if effects is None:
        return
    fields = attributes_of(plan, instance)
    for name, effect in effects.items():
        if fields.is_set(name) and instance.values.get(name) is not False:
            yield name, effect
