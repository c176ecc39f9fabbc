"""Private endpoints, NAT gateways and gateways: azurerm's words into ARM's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netwatch.effective.regions import region_name
from netwatch.formats.arm_resources.fields import PlacedObject
from netwatch.formats.terraform.attributes import Attributes, attributes_of
from netwatch.formats.terraform.plan import Instance
from netwatch.formats.terraform.translation import Resources, Words, filled, given, place, resource

__all__ = ["connection", "endpoint", "gateway", "local_gateway", "nat_gateway", "with_endpoint_nic"]

_SITE = "azurerm_local_network_gateway"
_SUBNET, _PIP, _GATEWAY = "azurerm_subnet", "azurerm_public_ip", "azurerm_virtual_network_gateway"


def endpoint(words: Words, instance: Instance) -> PlacedObject:
    """A private endpoint with the NIC that Azure makes for it."""
    fields = attributes_of(words.plan, instance)
    made = [block.text("id") for block in fields.blocks("network_interface")]
    nics = [{"id": id} for id in made if id] or [{"id": _endpoint_nic_id(words, fields)}]
    subnet = words.reference(fields, "subnet_id", to=(_SUBNET,))
    return resource(words, instance, {"subnet": subnet, "networkInterfaces": nics})


def with_endpoint_nic(words: Words, instance: Instance, resources: Resources) -> None:
    """Add the NIC of a private endpoint, which is in no plan: its address is static where the plan says so."""
    fields = attributes_of(words.plan, instance)
    made = [block.text("id") for block in fields.blocks("network_interface")]
    id = next((each for each in made if each), "") or _endpoint_nic_id(words, fields)
    if id.lower() in resources:
        return
    subnet = words.reference(fields, "subnet_id", to=(_SUBNET,))
    configs = [
        place(fields, {"name": name, "properties": given({"subnet": subnet, "privateIPAddress": address})})
        for name, address in _endpoint_addresses(words, fields).items()
    ]
    location = region_name(fields.text("location")) or None
    base = {"id": id, "type": "Microsoft.Network/networkInterfaces", "location": location}
    resources[id.lower()] = place(fields, {**base, "properties": {"ipConfigurations": configs}})


def _endpoint_addresses(words: Words, fields: Attributes) -> dict[str, Any]:
    """The addresses of an endpoint by the name of their ip configuration.

    Those that the configuration chooses, then those that a state tells; where there are none, the one that Azure draws.
    """
    chosen = {block.text("name"): block.value("private_ip_address") for block in fields.blocks("ip_configuration")}
    shown = [block.value("private_ip_address") for block in fields.blocks("private_service_connection")]
    for address in dict.fromkeys(each for each in shown if isinstance(each, str) and each):
        if address not in chosen.values():
            chosen[f"ipconfig{len(chosen) + 1}"] = address
    return {name: address for name, address in chosen.items() if address} or {"ipconfig1": words.address(fields, "", 0)}


def _endpoint_nic_id(words: Words, fields: Attributes) -> str:
    """Azure adds a random part to the name where none is given."""
    own = words.ids.id_of(fields.instance)
    name = fields.text("custom_network_interface_name") or f"{own.rsplit('/', 1)[-1]}.nic"
    return f"{own.rsplit('/', 2)[0]}/networkInterfaces/{name}"


def nat_gateway(words: Words, instance: Instance) -> PlacedObject:
    """A NAT gateway; its addresses are mostly associated elsewhere."""
    fields = attributes_of(words.plan, instance)
    return resource(
        words, instance, {"publicIpAddresses": words.ids.references(fields, "public_ip_address_ids", to=(_PIP,))}
    )


def gateway(words: Words, instance: Instance) -> PlacedObject:
    """A virtual network gateway."""
    fields = attributes_of(words.plan, instance)
    configs = [
        {
            "properties": given(
                {
                    "subnet": words.reference(block, "subnet_id", to=(_SUBNET,)),
                    "publicIPAddress": words.reference(block, "public_ip_address_id", to=(_PIP,)),
                }
            )
        }
        for block in fields.blocks("ip_configuration")
    ]
    pools = [each for block in fields.blocks("vpn_client_configuration") for each in _client_pools(block)]
    properties = {
        "gatewayType": fields.text("type") or None,
        "ipConfigurations": configs,
        "vpnClientConfiguration": {"vpnClientAddressPool": {"addressPrefixes": pools}} if pools else None,
        "gatewayDefaultSite": words.reference(fields, "default_local_network_gateway_id", to=(_SITE,)),
    }
    return resource(words, instance, given(properties))


def _client_pools(fields: Attributes) -> Iterator[Any]:
    """The pool of all point-to-site clients, and those of groups of users."""
    yield from filled(fields.items("address_space"))
    for group in fields.blocks("virtual_network_gateway_client_connection"):
        yield from filled(group.items("address_prefixes"))


def local_gateway(words: Words, instance: Instance) -> PlacedObject:
    """A site on-premises."""
    fields = attributes_of(words.plan, instance)
    prefixes = filled(fields.items("address_space"))
    return resource(words, instance, {"localNetworkAddressSpace": {"addressPrefixes": prefixes}})


def connection(words: Words, instance: Instance) -> PlacedObject:
    """What a gateway is connected to."""
    fields = attributes_of(words.plan, instance)
    return resource(
        words,
        instance,
        {
            "connectionType": fields.text("type"),
            "virtualNetworkGateway1": words.reference(fields, "virtual_network_gateway_id", to=(_GATEWAY,)),
            "virtualNetworkGateway2": words.reference(fields, "peer_virtual_network_gateway_id", to=(_GATEWAY,)),
            "localNetworkGateway2": words.reference(
                fields, "local_network_gateway_id", to=("azurerm_local_network_gateway",)
            ),
            "peer": words.reference(fields, "express_route_circuit_id", to=("azurerm_express_route_circuit",)),
        },
    )
