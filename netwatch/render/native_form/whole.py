"""A topology in the words of the native file: plain mappings, terse, with everything left out that is a default."""

from __future__ import annotations

from typing import Any

from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface
from netwatch.model.topology import Topology
from netwatch.render.native_form.form import NativeForm
from netwatch.render.native_form.machines import interface, machine
from netwatch.render.native_form.networks import public_ip, route_table, security_group, virtual_network
from netwatch.render.native_form.services import facts, gateway, made_by_endpoints, services
from netwatch.render.semantics import chosen_readings

__all__ = ["native_form"]

Fields = dict[str, Any]


def native_form(topology: Topology, *, explicit: bool = False) -> Fields:
    """The whole file as mappings, in the order in which a person reads it; sections without content are left out.

    With ``explicit``, assumed addresses are written down; otherwise they are left to be assumed again.
    """
    form = NativeForm(topology, explicit=explicit)
    others = {other.id.text: [each.text for each in other.references] for other in topology.others.values()}
    end = {"otherResources": others, "facts": facts(topology)}
    return {key: each for key, each in (_head(form) | _networks(form) | services(form) | end).items() if each}


def _head(form: NativeForm) -> Fields:
    scope = form.names.scope
    return {
        "netwatch": 1,
        "subscription": scope.subscription,
        "resourceGroup": scope.resource_group,
        "location": scope.location,
        "serviceTags": form.topology.service_tags,
        "semantics": chosen_readings(form.topology.semantics),
    }


def _networks(form: NativeForm) -> Fields:
    """The sections that most files have."""
    topology = form.topology
    kinds: tuple[tuple[str, Any, Any], ...] = (
        ("virtualNetworks", topology.vnets.values(), virtual_network),
        ("networkSecurityGroups", topology.nsgs.values(), security_group),
        ("applicationSecurityGroups", topology.asgs.values(), lambda form, asg: {}),
        ("routeTables", topology.route_tables.values(), route_table),
        ("publicIPAddresses", topology.public_ips.values(), public_ip),
        ("virtualMachines", topology.vms.values(), machine),
        ("networkInterfaces", _loose_nics(topology), interface),
        ("virtualNetworkGateways", topology.gateways.values(), gateway),
    )
    return {kind: form.section(kind, held, fields) for kind, held, fields in kinds}


def _loose_nics(topology: Topology) -> list[NetworkInterface]:
    """NICs that no machine holds and no private endpoint makes."""
    made = made_by_endpoints(topology)
    nics = topology.nics.values()
    return [nic for nic in nics if not isinstance(nic.vm, ResourceId) and nic.id.key not in made]
