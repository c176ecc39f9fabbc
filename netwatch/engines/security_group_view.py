"""securityGroupView: the rules on each NIC of a machine, by where they come from."""

from __future__ import annotations

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.targets import find_vm, not_allocated
from netwatch.model.answers import NicSecurityView, SecurityGroupViewAnswer
from netwatch.model.flow import Level
from netwatch.model.resources import NetworkInterface, Subnet

__all__ = ["security_group_view"]


def security_group_view(compiled: CompiledTopology, vm: str) -> SecurityGroupViewAnswer:
    """One view for each NIC of ``vm`` that a group is bound to, on the NIC or on its subnet; the primary NIC first.

    Raises ResourceNotFoundError, UnsupportedError.
    """
    machine = find_vm(compiled.topology, vm)
    nics = compiled.topology.nics_of.get(machine.id.key, ())
    views = tuple(view for nic in nics if (view := _view(compiled, nic)) is not None)
    bare = tuple(f"{nic.id.name} has no group on itself or its subnet" for nic in nics if not compiled.bindings(nic))
    return SecurityGroupViewAnswer(machine, views, (*not_allocated(compiled.topology, machine), *bare))


def _view(compiled: CompiledTopology, nic: NetworkInterface) -> NicSecurityView | None:
    nsgs = {nsg.level: nsg for nsg in compiled.effective_nsgs(nic)}
    if not nsgs:
        return None
    subnet = compiled.topology.subnet_of(nic)
    return NicSecurityView(
        nic,
        subnet.id if isinstance(subnet, Subnet) else None,
        nsgs.get(Level.NIC),
        nsgs.get(Level.SUBNET),
    )
