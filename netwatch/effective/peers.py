"""Who a virtual network is peered with, and what a peer's address space is."""

from __future__ import annotations

from netwatch.effective.managed_peerings import managed_peerings
from netwatch.model.addresses import Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Peering, VirtualNetwork
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["connected_peers", "is_global", "peer_prefixes", "peerings_of"]


def connected_peers(topology: Topology, vnet: VirtualNetwork) -> list[Peering]:
    """The VNet's peerings that carry traffic, in input order: both sides exist and neither says otherwise.

    Source: "Virtual network peering": Initiated and Disconnected pass nothing. Where the input leaves the state out,
    a peering is connected when the other side is declared too (or lies outside the input, where nobody can tell).
    """
    return [peering for peering in peerings_of(topology, vnet.id) if _is_connected(topology, peering)]


def peerings_of(topology: Topology, vnet: ResourceId) -> tuple[Peering, ...]:
    """``vnet``'s side of its peerings: those of the input, and those that a network manager makes."""
    return (*topology.peerings_of.get(vnet.key, ()), *managed_peerings(topology, vnet))


def _is_connected(topology: Topology, peering: Peering) -> bool:
    if peering.state.lower() not in ("connected", ""):
        return False
    remote = peering.remote_vnet
    if not isinstance(remote, ResourceId) or remote.key not in topology.vnets:
        return True
    back = [other for other in peerings_of(topology, remote) if other.remote_vnet == peering.vnet]
    if not back:
        return peering.state != ""
    return any(other.state.lower() in ("connected", "") for other in back)


def peer_prefixes(topology: Topology, peering: Peering) -> tuple[Prefix | Unresolved, ...]:
    """The peer's address space: the peer's own where the input holds it, else what this side last saw of it."""
    if isinstance(peering.remote_vnet, ResourceId) and peering.remote_vnet.key in topology.vnets:
        return topology.vnets[peering.remote_vnet.key].address_space
    if peering.remote_prefixes:
        return peering.remote_prefixes
    return (Unresolved(f"the address space of the peer of {peering.id.name} is not in the input", where=peering.where),)


def is_global(topology: Topology, peering: Peering) -> bool:
    """Whether the peer stands in another region; a peer the input does not hold counts as the same region."""
    here = topology.vnets[peering.vnet.key]
    if not isinstance(peering.remote_vnet, ResourceId) or peering.remote_vnet.key not in topology.vnets:
        return False
    there = topology.vnets[peering.remote_vnet.key]
    return _region(here.location) != _region(there.location)


def _region(location: str) -> str:
    """``West Europe`` and ``westeurope`` are one region."""
    return location.replace(" ", "").lower()
