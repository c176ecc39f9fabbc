"""What every part of a configuration is written with: names, references, values and gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from netwatch.formats.topology_file.names import DEFAULTS
from netwatch.model.ids import ResourceId
from netwatch.model.resources import OtherResource
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.render.terraform_form.blocks import Blocks, Body, label

__all__ = ["TerraformForm"]

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
    "firewalls": "azurerm_firewall",
    "virtual_wans": "azurerm_virtual_wan",
    "virtual_hubs": "azurerm_virtual_hub",
    "vpn_sites": "azurerm_vpn_site",
}
"""Topology mapping → azurerm type, of what others refer to."""


class TerraformForm:
    """One topology on its way into a configuration: what is written so far, and how things refer to each other."""

    def __init__(self, topology: Topology, *, explicit: bool) -> None:
        self.topology = topology
        self.explicit = explicit
        self.blocks = Blocks(thing.id for thing in topology.resources())
        self._locations = _locations(topology)

    def add_groups(self) -> None:
        """Write the resource groups."""
        for group, location in self._locations.items():
            self.blocks.add(_GROUP, group, {"name": group.name, "location": location})

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
