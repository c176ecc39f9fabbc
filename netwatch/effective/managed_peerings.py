"""Peerings that a network manager makes between a hub and its spokes, where the input does not hold them.

Source: "Connectivity configuration in Azure Virtual Network Manager". What an export lists is a peering like any other;
in a plan or a template there is only the configuration that will make it.
"""

from __future__ import annotations

from collections.abc import Iterator

from netwatch.effective.meshes import is_deployed
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import ConnectivityConfiguration
from netwatch.model.resources import Peering
from netwatch.model.topology import Topology

__all__ = ["managed_peerings"]


def managed_peerings(topology: Topology, vnet: ResourceId) -> tuple[Peering, ...]:
    """``vnet``'s side of each peering that a deployed hub and spoke makes and the input does not hold.

    A spoke that is to use the hub's gateway gets none from a hub without one: Azure refuses it then. Forwarded traffic
    is taken to be allowed, which no source says (see the decision on hub-and-spoke peerings). Two networks are peered
    once: the first configuration that joins them counts.
    """
    found: dict[ResourceId, Peering] = {}
    if topology.semantics.hub_and_spoke_peerings == "made":
        for configuration in topology.connectivity_configurations.values():
            for other, peering in _made_by(topology, configuration, vnet):
                found.setdefault(other, peering)
    return tuple(found.values())


def _made_by(
    topology: Topology, configuration: ConnectivityConfiguration, vnet: ResourceId
) -> Iterator[tuple[ResourceId, Peering]]:
    """What one configuration makes, after the network at the other end."""
    for other in _joined(topology, configuration, vnet):
        hub, spoke = (vnet, other) if vnet in configuration.hubs else (other, vnet)
        uses = any(group in topology.groups_of.get(spoke.key, ()) for group in configuration.gateway_groups)
        if _is_made(topology, configuration, hub, spoke) and (not uses or hub.key in topology.gateways_of):
            yield (
                other,
                Peering(
                    vnet.child("virtualNetworkPeerings", f"{configuration.id.name}-{other.name}"),
                    other,
                    "Connected",
                    allow_forwarded_traffic=True,
                    allow_gateway_transit=uses and vnet == hub,
                    use_remote_gateways=uses and vnet == spoke,
                    where=configuration.where,
                ),
            )


def _joined(topology: Topology, configuration: ConnectivityConfiguration, vnet: ResourceId) -> Iterator[ResourceId]:
    """The spokes of a hub, the hubs of a spoke; nothing for any other network."""
    if vnet in configuration.hubs:
        groups = (_members(topology, group) for group in configuration.spoke_groups)
        yield from dict.fromkeys(member for members in groups for member in members if member != vnet)
    elif any(group in topology.groups_of.get(vnet.key, ()) for group in configuration.spoke_groups):
        yield from configuration.hubs


def _members(topology: Topology, group: ResourceId) -> tuple[ResourceId, ...]:
    held = topology.network_groups.get(group.key)
    return tuple(each for each in held.members if isinstance(each, ResourceId)) if held is not None else ()


def _is_made(topology: Topology, configuration: ConnectivityConfiguration, hub: ResourceId, spoke: ResourceId) -> bool:
    """Whether the configuration is in force at both ends, and neither has a peering of its own with the other."""
    ends = [topology.vnets.get(end.key) for end in (hub, spoke)]
    if not all(end is not None and is_deployed(topology, configuration, end) for end in ends):
        return False
    declared = topology.peerings_between
    return (hub.key, spoke.key) not in declared and (spoke.key, hub.key) not in declared
