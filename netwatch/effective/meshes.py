"""Meshes of a network manager: virtual networks that reach each other as one connected group.

Sources: "Connectivity configuration in Azure Virtual Network Manager"; a configuration takes effect only in the
regions it is deployed to, which no resource says: it is the fact ``networkManagerDeployments``.
"""

from __future__ import annotations

from netwatch.effective.regions import same_region
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import ConnectivityConfiguration, NetworkManager, SecurityAdminConfiguration
from netwatch.model.resources import VirtualNetwork
from netwatch.model.topology import Topology

__all__ = ["connected_members", "is_deployed", "mesh_members"]

_NOT_KNOWN = frozenset({"", "00000000-0000-0000-0000-000000000000"})
"""What stands for a subscription in ids that have none, or none yet."""


def mesh_members(topology: Topology, vnet: VirtualNetwork) -> tuple[VirtualNetwork, ...]:
    """The other virtual networks in ``vnet``'s connected groups, in input order.

    A mesh is regional unless it is global: members in another region are then not connected. With direct connectivity
    the hub of a hub and spoke is in the group of its spokes.
    """
    found: dict[str, VirtualNetwork] = {}
    for configuration in topology.connectivity_configurations.values():
        if not is_deployed(topology, configuration, vnet):
            continue
        for group in configuration.mesh_groups:
            found.update(_reached_in(topology, configuration, group, vnet))
    found.pop(vnet.id.key, None)
    return tuple(found.values())


def _reached_in(
    topology: Topology, configuration: ConnectivityConfiguration, group_id: ResourceId, vnet: VirtualNetwork
) -> dict[str, VirtualNetwork]:
    if vnet.id not in configuration.hubs and group_id not in topology.groups_of.get(vnet.id.key, ()):
        return {}
    return {
        member.id.key: member
        for member in connected_members(topology, configuration, group_id)
        if configuration.is_global or same_region(member.location, vnet.location)
    }


def connected_members(
    topology: Topology, configuration: ConnectivityConfiguration, group_id: ResourceId
) -> list[VirtualNetwork]:
    """The virtual networks of the input that a mesh of one group joins, each once, in whatever regions."""
    group = topology.network_groups.get(group_id.key)
    joined = dict.fromkeys((*group.members, *configuration.hubs)) if group is not None else ()
    members = [topology.vnets[m.key] for m in joined if isinstance(m, ResourceId) and m.key in topology.vnets]
    return [member for member in members if is_deployed(topology, configuration, member)]


def is_deployed(
    topology: Topology, configuration: ConnectivityConfiguration | SecurityAdminConfiguration, vnet: VirtualNetwork
) -> bool:
    """Whether ``configuration`` is in force in the region of ``vnet``, and its manager governs that network."""
    manager = topology.network_managers.get(configuration.id.parent.key)
    if manager is not None and not _governs(manager, vnet):
        return False
    return any(
        configuration.id in deployment.configurations and same_region(deployment.region, vnet.location)
        for deployment in topology.facts.network_manager_deployments
    )


def _governs(manager: NetworkManager, vnet: VirtualNetwork) -> bool:
    """Whether ``vnet`` is in the manager's scope: a member of its groups that is not receives no configuration.

    Which subscriptions a management group holds no input says: it is taken to hold every one. So is a scope where a
    subscription is not known (a plan's, before it is applied). Source: "Azure Virtual Network Manager FAQ" (a network
    that does not get its configuration).
    """
    scopes, own = {scope.subscription.lower() for scope in manager.scopes}, vnet.id.subscription.lower()
    return own in scopes or not scopes or not _NOT_KNOWN.isdisjoint({own, *scopes})
