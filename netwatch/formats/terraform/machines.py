"""Network interfaces, virtual machines and public addresses: azurerm's words into ARM's."""

from __future__ import annotations

from typing import Any

from netwatch.formats.arm_resources.fields import PlacedObject
from netwatch.formats.terraform.attributes import Attributes, attributes_of, mentions
from netwatch.formats.terraform.plan import Instance
from netwatch.formats.terraform.translation import Words, given, place, resource
from netwatch.model.addresses import Address, Prefix, parse_address, parse_prefix
from netwatch.model.unresolved import Unresolved

__all__ = ["network_interface", "public_ip", "virtual_machine"]

_NIC, _SUBNET = "azurerm_network_interface", "azurerm_subnet"


def network_interface(words: Words, instance: Instance) -> PlacedObject:
    """A NIC; its machine, security group and application security groups are named elsewhere."""
    fields = attributes_of(words.plan, instance)
    configs = [_configuration(words, block, number) for number, block in enumerate(fields.blocks("ip_configuration"))]
    return resource(
        words,
        instance,
        {
            "ipConfigurations": configs,
            "enableIPForwarding": _known(fields.value("ip_forwarding_enabled", "enable_ip_forwarding")),
            "networkSecurityGroup": words.reference(
                fields, "network_security_group_id", to=("azurerm_network_security_group",)
            ),
        },
    )


def _known(value: Any) -> Any:
    return None if isinstance(value, Unresolved) else value


def _configuration(words: Words, fields: Attributes, number: int) -> PlacedObject:
    name = fields.text("name") or f"ip_configuration-{number}"
    properties = {
        "privateIPAddress": words.address(fields, "private_ip_address", number)
        if _is_fixed(fields)
        else words.address(fields, "", number),
        "privateIPAddressVersion": _known(fields.value("private_ip_address_version")),
        "subnet": _subnet(words, fields),
        "publicIPAddress": words.reference(fields, "public_ip_address_id", to=("azurerm_public_ip",)),
        "primary": _known(fields.value("primary")),
    }
    return place(fields, {"name": name, "properties": given(properties)})


def _subnet(words: Words, fields: Attributes) -> Any:
    """The subnet; of several that the configuration may mean, the one that holds the address the NIC asks for."""
    found = words.reference(fields, "subnet_id", to=(_SUBNET,))
    is_counted = fields.is_unknown("subnet_id") and "count.index" in mentions(fields.expression("subnet_id"))
    held = _by_address(words, fields) if isinstance(found, Unresolved) or is_counted else None
    if held is None and is_counted:
        _say_index(words, fields)
    return held or found


def _say_index(words: Words, fields: Attributes) -> None:
    """Say that a subnet is the one at the NIC's own index, where there are more subnets than NICs.

    A plan shows ``s[count.index]`` and ``s[count.index + 1]`` alike.
    """
    possible = words.ids.possible(fields, "subnet_id", to=(_SUBNET,))
    if len(possible) == 1 and len(words.plan.siblings(possible[0])) > len(words.plan.siblings(fields.instance)):
        words.ignore(fields, "subnet_id", f"what it makes of count.index; taken as it is, for {possible[0].address}")


def _by_address(words: Words, fields: Attributes) -> dict[str, str] | None:
    """The one subnet that holds a known private address: Azure refuses an address from outside of the subnet.

    None where another may hold it too, or where the subnet may lie outside of the plan. What an expression makes of
    ``count.index`` a plan does not show, so any of the same block may be meant. Source: azurerm's documentation of
    azurerm_network_interface, and "Private IP addresses" (a static one is of the subnet's range).
    """
    address = _known_address(fields)
    possible = () if address is None else words.ids.possible(fields, "subnet_id", to=(_SUBNET,))
    if "count.index" in mentions(fields.expression("subnet_id")):
        possible = tuple(dict.fromkeys(each for one in possible for each in words.plan.siblings(one)))
    held = {each: _prefixes(words, each) for each in possible}
    holders = [each for each in held if address and any(prefix.holds(address) for prefix in held[each])]
    return {"id": words.ids.id_of(holders[0])} if len(holders) == 1 and all(held.values()) else None


def _known_address(fields: Attributes) -> Address | None:
    text = fields.value("private_ip_address")
    try:
        return parse_address(text) if isinstance(text, str) else None
    except ValueError:  # told where the NIC is read
        return None


def _prefixes(words: Words, subnet: Instance) -> list[Prefix]:
    """The prefixes of a subnet; none where one of them is not known, or is none."""
    fields = attributes_of(words.plan, subnet)
    texts = fields.items("address_prefixes") or fields.items("address_prefix")
    try:
        return [parse_prefix(text) for text in texts] if all(isinstance(text, str) for text in texts) else []
    except ValueError:
        return []


def _is_fixed(fields: Attributes) -> bool:
    """Whether the address is one's own choice, or known already; else Azure draws it."""
    known = fields.values.get("private_ip_address")
    return bool(known) or fields.text("private_ip_address_allocation").lower() != "dynamic"


def virtual_machine(words: Words, instance: Instance) -> PlacedObject:
    """A virtual machine: the NIC it names as primary comes first, else the first of its list."""
    fields = attributes_of(words.plan, instance)
    nics = words.ids.references(fields, "network_interface_ids", to=(_NIC,))
    primary = words.reference(fields, "primary_network_interface_id", to=(_NIC,))
    chosen = primary["id"].lower() if isinstance(primary, dict) else ""
    items = [
        each
        if isinstance(each, Unresolved)
        else {**each, "properties": {"primary": each["id"].lower() == chosen if chosen else number == 0}}
        for number, each in enumerate(nics)
    ]
    scale_set = words.reference(
        fields, "virtual_machine_scale_set_id", to=("azurerm_orchestrated_virtual_machine_scale_set",)
    )
    profile = {"networkProfile": {"networkInterfaces": items}, "virtualMachineScaleSet": scale_set}
    return resource(words, instance, given(profile))


def public_ip(words: Words, instance: Instance) -> PlacedObject:
    """A public address, which Azure draws when it is made."""
    fields = attributes_of(words.plan, instance)
    address = fields.value("ip_address")
    if address is None and fields.is_unknown("ip_address"):
        address = Unresolved("Azure gives it its address when it is made", where=fields.where)
    sku = fields.value("sku")
    return resource(words, instance, {"ipAddress": address}, sku={"name": sku} if sku else None)
