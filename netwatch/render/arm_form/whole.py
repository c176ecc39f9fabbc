"""A topology as resolved ARM resources, with everything the model holds; the reader of such resources reads it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.render.arm_form.form import ArmForm
from netwatch.render.arm_form.machines import interface, machine
from netwatch.render.arm_form.networks import network, route_table, security_group
from netwatch.render.arm_form.services import managed, served

__all__ = ["arm_form"]

Body = dict[str, Any]


def arm_form(topology: Topology, *, keep_open: bool = False) -> Body:
    """``{"resources": […]}``, with the topology's facts and chosen readings beside them where it has any.

    Addresses that were assumed are left dynamic, so that they are assumed again. Open values are an UnsupportedError;
    with ``keep_open`` they stand as template expressions, which read as open again.
    """
    from netwatch.render.native_form.services import facts
    from netwatch.render.semantics import chosen_readings

    form = ArmForm(topology, keep_open=keep_open)
    body: Body = {"resources": list(_resources(form))}
    form.untold.check()
    if found := facts(topology):
        body["facts"] = found
    if topology.semantics != Semantics():
        body["semantics"] = chosen_readings(topology.semantics)
    return body


def _resources(form: ArmForm) -> Iterator[Body]:
    """Every resource, in an order in which what is referred to mostly comes first."""
    topology = form.topology
    for asg in topology.asgs.values():
        yield form.resource(asg.id, asg.location, {})
    for nsg in topology.nsgs.values():
        yield form.resource(nsg.id, nsg.location, security_group(form, nsg))
    for table in topology.route_tables.values():
        yield form.resource(table.id, table.location, route_table(form, table))
    for public in topology.public_ips.values():
        properties = form.field("ipAddress", public.address, public.id)
        yield form.resource(public.id, public.location, properties, sku=public.sku)
    yield from (form.resource(vnet.id, vnet.location, network(form, vnet)) for vnet in topology.vnets.values())
    yield from (form.resource(nic.id, nic.location, interface(form, nic)) for nic in topology.nics.values())
    yield from (form.resource(vm.id, vm.location, machine(form, vm)) for vm in topology.vms.values())
    yield from served(form)
    yield from managed(form)
    for other in topology.others.values():
        references = [{"id": each.text} for each in other.references]
        body = form.resource(other.id, other.location, {"references": references} if references else {})
        yield body | {"type": other.type}
