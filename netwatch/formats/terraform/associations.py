"""Associations: Terraform's resources that only tie two others together become fields of one of them.

Where an association may be of several resources, the field is open in each: none of them can be said to have it, or
not to have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from netwatch.formats.terraform.attributes import Attributes, attributes_of
from netwatch.formats.terraform.firewalls import CLASSIC, classic_collection
from netwatch.formats.terraform.plan import Instance
from netwatch.formats.terraform.translation import Resources, Words, given
from netwatch.formats.terraform.updates import UPDATE, update
from netwatch.formats.terraform.virtual_hubs import table_route
from netwatch.model.unresolved import Unresolved

__all__ = ["ASSOCIATIONS"]

_NIC, _SUBNET, _NSG = "azurerm_network_interface", "azurerm_subnet", "azurerm_network_security_group"

_Associate = Callable[[Words, Instance, Resources], None]


def _holders(
    words: Words, fields: Attributes, resources: Resources, name: str, type: str
) -> Iterator[tuple[dict[str, Any], bool]]:
    """The properties of every resource that an association may be of, and whether it is the only one."""
    candidates = words.ids.candidates(fields, name, to=(type,))
    found = [properties for properties in map(resources.properties, candidates.ids) if properties is not None]
    for properties in found:
        yield properties, candidates.open is None
    if not found:
        words.ignore(fields, name, "what it is associated with is not in the plan")


def _sets(holder: tuple[str, str], field: str, target: tuple[str, str]) -> _Associate:
    """An association that sets one field of its holder to its target."""

    def associate(words: Words, instance: Instance, resources: Resources) -> None:
        fields = attributes_of(words.plan, instance)
        found = words.reference(fields, target[0], to=(target[1],))
        for properties, is_certain in _holders(words, fields, resources, *holder):
            properties[field] = found if is_certain and found is not None else _uncertain(fields)

    return associate


def _uncertain(fields: Attributes) -> Unresolved:
    reason = f"{fields.instance.address} may be about this or another one"
    return Unresolved(reason, where=fields.where)


def _application_group(words: Words, instance: Instance, resources: Resources) -> None:
    """A NIC joins an application security group with every IPv4 address it has, and with no IPv6 address.

    So does azurerm (network_interface.go of hashicorp/terraform-provider-azurerm, and its issue #32633).
    """
    fields = attributes_of(words.plan, instance)
    group = words.reference(fields, "application_security_group_id", to=("azurerm_application_security_group",))
    for properties, is_certain in _holders(words, fields, resources, "network_interface_id", _NIC):
        for config in properties.get("ipConfigurations", ()):
            if str(config["properties"].get("privateIPAddressVersion")).lower() == "ipv6":
                continue
            groups = config["properties"].setdefault("applicationSecurityGroups", [])
            groups.append(group if is_certain and group is not None else _uncertain(fields))


def _joins(field: str, target: tuple[str, str]) -> _Associate:
    """An association by which one address of a NIC joins a part of a load balancer."""

    def associate(words: Words, instance: Instance, resources: Resources) -> None:
        fields = attributes_of(words.plan, instance)
        part = words.reference(fields, target[0], to=(target[1],))
        name = fields.text("ip_configuration_name").lower()
        for properties, is_certain in _holders(words, fields, resources, "network_interface_id", _NIC):
            configs = properties.get("ipConfigurations", ())
            named = [each for each in configs if str(each.get("name")).lower() == name] or configs[:1]
            if not is_certain or not isinstance(part, dict):
                words.ignore(fields, target[0], "which address is behind which load balancer")
                return
            for config in named:
                config["properties"].setdefault(field, []).append(part)

    return associate


def _nat_address(words: Words, instance: Instance, resources: Resources) -> None:
    fields = attributes_of(words.plan, instance)
    address = words.reference(fields, "public_ip_address_id", to=("azurerm_public_ip",))
    for properties, is_certain in _holders(words, fields, resources, "nat_gateway_id", "azurerm_nat_gateway"):
        addresses = properties.setdefault("publicIpAddresses", [])
        addresses.append(address if is_certain and address is not None else _uncertain(fields))


def _pool_address(words: Words, instance: Instance, resources: Resources) -> None:
    """An address joins a backend pool."""
    fields = attributes_of(words.plan, instance)
    vnet = words.reference(fields, "virtual_network_id", to=("azurerm_virtual_network",))
    member = {"ipAddress": fields.value("ip_address"), "virtualNetwork": vnet}
    pools = "azurerm_lb_backend_address_pool"
    for properties, is_certain in _holders(words, fields, resources, "backend_address_pool_id", pools):
        if not is_certain or member["ipAddress"] is None:
            words.ignore(fields, "ip_address", "which address is behind which load balancer")
            return
        members = properties.setdefault("loadBalancerBackendAddresses", [])
        members.append({"name": words.ids.name_of(instance), "properties": given(member)})


def _unread(name: str, effect: str) -> _Associate:
    """An association that nobody reads, and what it would change."""

    def associate(words: Words, instance: Instance, resources: Resources) -> None:
        words.ignore(attributes_of(words.plan, instance), name, effect)

    return associate


_OF_SUBNET = ("subnet_id", _SUBNET)

ASSOCIATIONS: Mapping[str, _Associate] = {
    "azurerm_subnet_network_security_group_association": _sets(
        _OF_SUBNET, "networkSecurityGroup", ("network_security_group_id", _NSG)
    ),
    "azurerm_subnet_route_table_association": _sets(
        _OF_SUBNET, "routeTable", ("route_table_id", "azurerm_route_table")
    ),
    "azurerm_subnet_nat_gateway_association": _sets(
        _OF_SUBNET, "natGateway", ("nat_gateway_id", "azurerm_nat_gateway")
    ),
    "azurerm_network_interface_security_group_association": _sets(
        ("network_interface_id", _NIC), "networkSecurityGroup", ("network_security_group_id", _NSG)
    ),
    "azurerm_network_interface_application_security_group_association": _application_group,
    "azurerm_network_interface_backend_address_pool_association": _joins(
        "loadBalancerBackendAddressPools", ("backend_address_pool_id", "azurerm_lb_backend_address_pool")
    ),
    "azurerm_network_interface_nat_rule_association": _joins(
        "loadBalancerInboundNatRules", ("nat_rule_id", "azurerm_lb_nat_rule")
    ),
    "azurerm_nat_gateway_public_ip_association": _nat_address,
    "azurerm_nat_gateway_public_ip_prefix_association": _unread(
        "public_ip_prefix_id", "addresses outbound flows leave from"
    ),
    "azurerm_lb_backend_address_pool_address": _pool_address,
    "azurerm_network_interface_application_gateway_backend_address_pool_association": _unread(
        "backend_address_pool_id", "what reaches the machine through the application gateway"
    ),
    "azurerm_private_endpoint_application_security_group_association": _unread(
        "application_security_group_id", "which rules name the endpoint"
    ),
    **dict.fromkeys(CLASSIC, classic_collection),
    "azurerm_virtual_hub_route_table_route": table_route,
    "azurerm_virtual_network_dns_servers": _unread("dns_servers", "what names resolve to: declare the fact dns"),
    UPDATE: update,
}
"""azurerm type → what it does to the resources it is about. They are no resources of Azure's."""
