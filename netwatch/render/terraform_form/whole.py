"""A topology as a configuration that ``terraform plan`` takes: resources of the azurerm provider, version 4.

It is read back before anybody gets it: what it says must be what the topology says, and what it does not is named.
Sources: Terraform documentation, "JSON Configuration Syntax"; the documentation of the azurerm provider, version 4.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from netwatch.formats.topology_file.names import DEFAULTS
from netwatch.model.ids import ResourceId
from netwatch.model.resources import OtherResource
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.render.losses import losses
from netwatch.render.terraform_form.blocks import Blocks, Body, label

__all__ = ["TerraformForm", "TerraformText", "terraform_json"]

_GROUP = "azurerm_resource_group"

_TYPES = {
    "vnets": "azurerm_virtual_network",
    "subnets": "azurerm_subnet",
    "nsgs": "azurerm_network_security_group",
    "asgs": "azurerm_application_security_group",
    "route_tables": "azurerm_route_table",
    "nics": "azurerm_network_interface",
    "public_ips": "azurerm_public_ip",
    "nat_gateways": "azurerm_nat_gateway",
    "gateways": "azurerm_virtual_network_gateway",
    "local_network_gateways": "azurerm_local_network_gateway",
    "network_managers": "azurerm_network_manager",
    "network_groups": "azurerm_network_manager_network_group",
    "security_admin_configurations": "azurerm_network_manager_security_admin_configuration",
    "connectivity_configurations": "azurerm_network_manager_connectivity_configuration",
    "vms": "azurerm_linux_virtual_machine",
}
"""Topology mapping → azurerm type, of what others refer to."""


class TerraformText(NamedTuple):
    """A configuration as JSON, and what the topology says that it does not, one sentence each."""

    text: str
    losses: tuple[str, ...]


def terraform_json(topology: Topology) -> TerraformText:
    """The topology as ``main.tf.json``. Values that are not known are variables without a default.

    Assumed addresses are left dynamic where they come out the same again.
    """
    body, read = _written(topology, explicit=False)
    if _addresses(read) != _addresses(topology):
        body, read = _written(topology, explicit=True)
    return TerraformText(
        json.dumps(body, indent=2, ensure_ascii=False) + "\n", tuple(losses(topology, read, reasons=False))
    )


def _addresses(topology: Topology) -> dict[str, object]:
    return {nic.id.key: [each.private_ip for each in nic.ip_configurations] for nic in topology.nics.values()}


def _written(topology: Topology, *, explicit: bool) -> tuple[Body, Topology]:
    """The configuration, and the topology that it is read as."""
    from netwatch.formats.input_reader import InputReader
    from netwatch.formats.topology_draft import TopologyDraft

    form = TerraformForm(topology, explicit=explicit)
    body = form.configuration()
    reader = InputReader(TopologyDraft("main.tf.json", dangling="unresolved"))
    reader.read("main.tf.json", json.dumps(body))
    return body, reader.finish()


class TerraformForm:
    """One topology on its way into a configuration."""

    def __init__(self, topology: Topology, *, explicit: bool) -> None:
        self.topology = topology
        self.explicit = explicit
        self.blocks = Blocks(thing.id for thing in topology.resources())
        self._locations = _locations(topology)

    def configuration(self) -> Body:
        """The whole file."""
        from netwatch.render.terraform_form.load_balancers import load_balancers
        from netwatch.render.terraform_form.machines import machines
        from netwatch.render.terraform_form.managers import managed
        from netwatch.render.terraform_form.networks import networks
        from netwatch.render.terraform_form.services import services

        for group, location in self._locations.items():
            self.blocks.add(_GROUP, group, {"name": group.name, "location": location})
        for write in (networks, machines, load_balancers, services, managed):
            write(self)
        body: Body = {
            "terraform": {"required_providers": {"azurerm": {"source": "hashicorp/azurerm", "version": ">= 4.0"}}},
            "provider": {"azurerm": self.blocks.providers()},
        }
        if self.blocks.variables:
            body["variable"] = self.blocks.variables
        return body | {"resource": self.blocks.resources}

    def add(self, kind: str, id: ResourceId, body: Body) -> None:
        """Write a resource that others refer to."""
        self.blocks.add(_TYPES[kind], id, body, label=label(id))

    def base(self, id: ResourceId, location: str) -> Body:
        """Name, resource group and region of a resource."""
        return self.child(id) | {"location": location or self._locations[_group_of(id)]}

    def child(self, id: ResourceId) -> Body:
        """Name and resource group of what has no region of its own."""
        return {"name": id.name, "resource_group_name": self.blocks.reference(_GROUP, _group_of(id), "name")}

    def id(self, kind: str, id: Any, field: str) -> str:
        """The id of a resource: a reference where the topology holds it, its text where not, a variable for a gap."""
        if isinstance(id, Unresolved):
            is_id = id.expression.startswith("/subscriptions/")
            return id.expression if is_id else self.blocks.variable(id, field)
        if id.key not in getattr(self.topology, kind):
            return str(id.text)
        return self.blocks.reference(_TYPES[kind], id, label=label(id))

    def name(self, kind: str, id: ResourceId) -> str:
        """The name of a resource by reference, so that it is made first."""
        return self.blocks.reference(_TYPES[kind], id, "name", label=label(id))

    def text(self, value: Any, field: str, type: str = "string") -> Any:
        """A value as text; a variable for a gap."""
        if isinstance(value, Unresolved):
            return self.blocks.variable(value, field, type)
        return value if type == "number" else str(value)

    def texts(self, values: Iterable[Any], field: str) -> list[str]:
        """The same of several."""
        return [self.text(value, field) for value in values]


def _group_of(id: ResourceId) -> ResourceId:
    return ResourceId(f"/subscriptions/{id.subscription}/resourceGroups/{id.resource_group}")


def _locations(topology: Topology) -> dict[ResourceId, str]:
    """The region of each resource group: that of most of what is in it."""
    found: dict[ResourceId, Counter[str]] = {}
    for thing in topology.resources():
        location = getattr(thing, "location", "")
        if thing.id.resource_group and not isinstance(thing, OtherResource):
            found.setdefault(_group_of(thing.id), Counter()).update([location] if location else [])
    every = Counter(place for places in found.values() for place in places.elements())
    default = next(iter(every.most_common(1)), (DEFAULTS.location, 0))[0]
    return {group: next(iter(places.most_common(1)), (default, 0))[0] for group, places in found.items()}
