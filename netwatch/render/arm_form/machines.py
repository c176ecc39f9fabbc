"""Network interfaces and machines in ARM's form."""

from __future__ import annotations

from typing import Any

from netwatch.model.addresses import Address
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, VirtualMachine
from netwatch.render.arm_form.form import ArmForm

__all__ = ["interface", "machine"]

Body = dict[str, Any]


def interface(form: ArmForm, nic: NetworkInterface) -> Body:
    """The properties of a NIC."""
    properties: Body = {
        "ipConfigurations": [form.child(each.id, _ip_configuration(form, each)) for each in nic.ip_configurations],
        "primary": nic.primary,
        "enableIPForwarding": nic.ip_forwarding,
    }
    if nic.default_outbound is not None:
        properties["defaultOutboundConnectivityEnabled"] = nic.default_outbound
    properties |= form.reference("networkSecurityGroup", nic.nsg, nic.id)
    return properties | form.reference("virtualMachine", nic.vm, nic.id, may_miss=True)


def _ip_configuration(form: ArmForm, config: IpConfiguration) -> Body:
    properties: Body = {"primary": config.primary}
    is_said = config.private_ip is not None and not config.assumed
    properties["privateIPAllocationMethod"] = "Static" if is_said else "Dynamic"
    if is_said:
        properties |= form.field("privateIPAddress", config.private_ip, config.id)
    if isinstance(config.private_ip, Address) and config.private_ip.version == 6:
        properties["privateIPAddressVersion"] = "IPv6"
    properties |= form.reference("subnet", config.subnet, config.id)
    properties |= form.reference("publicIPAddress", config.public_ip, config.id)
    groups = [form.referred("applicationSecurityGroups", asg, config.id) for asg in config.asgs]
    return properties | ({"applicationSecurityGroups": groups} if groups else {})


def machine(form: ArmForm, vm: VirtualMachine) -> Body:
    """The properties of a machine: its NICs, and which is the primary one."""
    nics = []
    for id in vm.nics:
        referred = form.referred("networkInterfaces", id, vm.id)
        held = form.topology.nics.get(id.key) if isinstance(id, ResourceId) else None
        is_primary = {"properties": {"primary": held.primary}} if held is not None else {}
        nics.append(referred | is_primary if isinstance(referred, dict) else referred)
    scale_set = form.reference("virtualMachineScaleSet", vm.scale_set, vm.id)
    return {"networkProfile": {"networkInterfaces": nics}} | scale_set
