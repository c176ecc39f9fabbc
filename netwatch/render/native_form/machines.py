"""Network interfaces and machines in the words of the native file."""

from __future__ import annotations

from typing import Any

from netwatch.model.resources import (
    IpConfiguration,
    NetworkInterface,
    VirtualMachine,
)
from netwatch.model.unresolved import Unresolved
from netwatch.render.native_form.form import NativeForm
from netwatch.render.native_form.words import address, filled, key_of, one_or_list, open_value

__all__ = ["interface", "ip_configuration", "machine"]

Fields = dict[str, Any]

_IP_CONFIGURATION = "ipconfig1"


def machine(form: NativeForm, vm: VirtualMachine) -> Fields:
    """A machine with its NICs inside of it."""
    scope = form.names.scope_of(vm.id, vm.location)
    nics: Fields = {}
    for id in vm.nics:
        if isinstance(id, Unresolved):
            nics[key_of(id, nics)] = open_value(id)
            continue
        nic = form.topology.nics[id.key]
        key = form.names.key("networkInterfaces", nic.id)
        nics[key] = form.thing("networkInterfaces", nic, interface(form, nic), scope)
    scale_set = vm.scale_set
    if scale_set is None:
        return {"networkInterfaces": nics}
    named = open_value(scale_set) if isinstance(scale_set, Unresolved) else scale_set.text
    return {"networkInterfaces": nics, "virtualMachineScaleSet": named}


def interface(form: NativeForm, nic: NetworkInterface) -> Fields:
    """A NIC; with one ip configuration of the usual name, its fields stand in the NIC itself."""
    configs = nic.ip_configurations
    fields = form.named("networkSecurityGroups", nic.nsg, "networkSecurityGroup")
    fields |= filled(enableIPForwarding=nic.ip_forwarding)
    if nic.default_outbound is not None:
        fields["defaultOutboundConnectivityEnabled"] = nic.default_outbound
    if len(configs) == 1 and configs[0].id.name == _IP_CONFIGURATION:
        return ip_configuration(form, configs[0]) | fields
    ours = {config.id.name: _one_of_several(form, config, config is configs[0]) for config in configs}
    return fields | {"ipConfigurations": ours}


def _one_of_several(form: NativeForm, config: IpConfiguration, is_first: bool) -> Fields:
    return ip_configuration(form, config) | filled(primary=config.primary and not is_first)


def ip_configuration(form: NativeForm, config: IpConfiguration) -> Fields:
    """What an ip configuration says; an assumed address is left to be assumed again."""
    fields = form.named("subnets", config.subnet, "subnet")
    if form.explicit or not config.assumed:
        fields |= address("privateIPAddress", config.private_ip)
    fields |= form.named("publicIPAddresses", config.public_ip, "publicIPAddress")
    groups = [form.reference("applicationSecurityGroups", asg) for asg in config.asgs]
    return fields | filled(applicationSecurityGroups=one_or_list(groups))
