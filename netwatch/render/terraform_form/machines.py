"""Public addresses, network interfaces and machines as resources of the azurerm provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from netwatch.model.addresses import Address
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, VirtualMachine
from netwatch.render.terraform_form.blocks import Body

if TYPE_CHECKING:
    from netwatch.render.terraform_form.form import TerraformForm

__all__ = ["machines", "static_address"]

_VARIABLES: Mapping[str, Body] = {
    "virtual_machine_size": {"type": "string", "default": "Standard_B2s"},
    "virtual_machine_image": {
        "type": "map(string)",
        "default": {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest"},
    },
    "admin_ssh_public_key": {"type": "string", "description": "The public key that machines let their user in with."},
}
"""What a topology does not say of a machine and the provider wants to know."""


def machines(form: TerraformForm) -> None:
    """Machines with what they stand on; NICs that belong to a private endpoint are made by it."""
    topology = form.topology
    for public in topology.public_ips.values():
        body = form.base(public.id, public.location) | {"allocation_method": "Static", "sku": public.sku or "Basic"}
        form.add("public_ips", public.id, body)
    made = {id.key for each in topology.private_endpoints.values() for id in each.nics if isinstance(id, ResourceId)}
    for nic in topology.nics.values():
        if nic.id.key not in made:
            _network_interface(form, nic)
    for vm in topology.vms.values():
        _machine(form, vm)


def _network_interface(form: TerraformForm, nic: NetworkInterface) -> None:
    configs = sorted(nic.ip_configurations, key=lambda each: not each.primary)  # the provider wants the primary first
    body = {"ip_configuration": [_ip_configuration(form, each, len(configs) > 1) for each in configs]}
    forwarding = {"ip_forwarding_enabled": True} if nic.ip_forwarding else {}
    form.add("nics", nic.id, form.base(nic.id, nic.location) | body | forwarding)
    own = {"network_interface_id": form.id("nics", nic.id, "")}
    if nic.nsg is not None:
        target = {"network_security_group_id": form.id("nsgs", nic.nsg, f"{nic.id.name}_network_security_group")}
        form.blocks.add("azurerm_network_interface_security_group_association", nic.id, own | target)
    groups = dict.fromkeys(group for each in nic.ip_configurations if not _is_ipv6(each) for group in each.asgs)
    for at, group in enumerate(groups):
        target = {"application_security_group_id": form.id("asgs", group, f"{nic.id.name}_application_security_group")}
        type, label = "azurerm_network_interface_application_security_group_association", f"{nic.id.name}_{at + 1}"
        form.blocks.add(type, nic.id.child("groups", str(at)), own | target, label=label)


def _ip_configuration(form: TerraformForm, config: IpConfiguration, is_one_of_several: bool) -> Body:
    stem = f"{config.id.parent.name}_{config.id.name}"
    body: Body = {"name": config.id.name}
    if config.subnet is not None:
        body["subnet_id"] = form.id("subnets", config.subnet, f"{stem}_subnet")
    body |= static_address(form, config)
    if _is_ipv6(config):
        body["private_ip_address_version"] = "IPv6"
    if config.public_ip is not None:
        body["public_ip_address_id"] = form.id("public_ips", config.public_ip, f"{stem}_public_ip")
    return body | ({"primary": config.primary} if is_one_of_several else {})


def _is_ipv6(config: IpConfiguration) -> bool:
    return isinstance(config.private_ip, Address) and config.private_ip.version == 6


def static_address(form: TerraformForm, config: IpConfiguration) -> Body:
    """The address that was chosen; Dynamic where Azure draws it."""
    if config.private_ip is None or (config.assumed and not form.explicit):
        return {"private_ip_address_allocation": "Dynamic"}
    address = form.text(config.private_ip, f"{config.id.parent.name}_{config.id.name}_address")
    return {"private_ip_address_allocation": "Static", "private_ip_address": address}


def _machine(form: TerraformForm, vm: VirtualMachine) -> None:
    """A Linux machine; the provider has one type for each system, and a topology does not say which it is."""
    form.blocks.variables.update(_VARIABLES)
    image = {name: f'${{var.virtual_machine_image["{name}"]}}' for name in ("publisher", "offer", "sku", "version")}
    body = {
        "size": "${var.virtual_machine_size}",
        "admin_username": "azureuser",
        "network_interface_ids": [form.id("nics", nic, f"{vm.id.name}_network_interface") for nic in vm.nics],
        "admin_ssh_key": [{"username": "azureuser", "public_key": "${var.admin_ssh_public_key}"}],
        "os_disk": [{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}],
        "source_image_reference": [image],
    }
    form.add("vms", vm.id, form.base(vm.id, vm.location) | body)
