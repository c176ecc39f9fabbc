"""Handing a packet to an address: in the same virtual network, across a peering, or within a mesh.

Source: "Create, change, or delete a virtual network peering" (forwarded traffic).
"""

from __future__ import annotations

from typing import NamedTuple

from netwatch.effective.meshes import mesh_members
from netwatch.effective.peers import connected_peers, peer_prefixes, peerings_of
from netwatch.engines.path.address_owner import find_owner
from netwatch.engines.path.ways import Onward, platform_issue, route_issue
from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Peering, Subnet, VirtualNetwork
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["Sender", "hand_over", "hand_over_in_mesh", "peering_between"]


class Sender(NamedTuple):
    """Who hands over: network and subnet, the address the packet bears as source, and whether a gateway relays it."""

    vnet: VirtualNetwork
    subnet: Subnet
    source: Address
    is_gateway: bool = False


def hand_over(topology: Topology, sender: Sender, address: Address) -> Onward:
    """To what has ``address`` in the sender's network or across one peering; an issue where nothing can take it."""
    vnet = sender.vnet
    if _in_space(vnet, address):
        return _arrive(topology, vnet.id, address)
    crossed = _peering_to(topology, sender, address)
    if crossed is None:
        note = f"{address} lies neither in {vnet.id.name} nor in a peer of it"
        return Onward("", issues=(route_issue(None),), notes=(note,))
    if not isinstance(crossed.remote_vnet, ResourceId) or crossed.remote_vnet.key not in topology.vnets:
        reason = f"the network that peering {crossed.id.name} leads to is not in the input"
        return Onward("", crossed=crossed, unresolved=(Unresolved(reason, where=crossed.where),))
    if _refuses_forwarded(topology, sender, crossed.remote_vnet):
        note = f"{crossed.remote_vnet.name} does not take forwarded traffic from {vnet.id.name} (allowForwardedTraffic)"
        return Onward("", issues=(route_issue(None),), notes=(note,))
    return _arrive(topology, crossed.remote_vnet, address)._replace(crossed=crossed)


def hand_over_in_mesh(topology: Topology, vnet: VirtualNetwork, address: Address) -> Onward:
    """To what has ``address`` in another member of the mesh: connected groups need no peering."""
    for member in mesh_members(topology, vnet):
        if _in_space(member, address):
            return _arrive(topology, member.id, address)
    return Onward("", issues=(route_issue(None),), notes=(f"no member of {vnet.id.name}'s mesh holds {address}",))


def peering_between(topology: Topology, vnet: VirtualNetwork, remote: ResourceId) -> Peering | None:
    """The connected peering that leads from ``vnet`` to ``remote``; None without one."""
    return next((peering for peering in connected_peers(topology, vnet) if peering.remote_vnet == remote), None)


def _arrive(topology: Topology, vnet: ResourceId, address: Address) -> Onward:
    owner = find_owner(topology, vnet, address)
    if isinstance(owner, Unresolved):
        return Onward("", unresolved=(owner,))
    if owner is None:
        issue = platform_issue("AddressNotInUse", origin="Outbound")
        return Onward("", issues=(issue,), notes=(f"nothing in {vnet.name} has the address {address}",))
    return Onward("VirtualNetwork", place=owner)


def _in_space(vnet: VirtualNetwork, address: Address) -> bool:
    return any(_holds(space, address) for space in vnet.address_space)


def _holds(space: Prefix | Unresolved, address: Address) -> bool:
    return isinstance(space, Prefix) and space.holds(address)


def _peering_to(topology: Topology, sender: Sender, address: Address) -> Peering | None:
    for peering in connected_peers(topology, sender.vnet):
        if any(_holds(space, address) for space in peer_prefixes(topology, sender.subnet, peering)):
            return peering
    return None


def _refuses_forwarded(topology: Topology, sender: Sender, receiver: ResourceId) -> bool:
    """Whether the receiving side of a peering turns away what did not originate in the sending network.

    What a gateway relays needs no flag: gateway transit is granted by flags of its own.
    """
    if sender.is_gateway or _in_space(sender.vnet, sender.source):
        return False
    sides = [side for side in peerings_of(topology, receiver) if side.remote_vnet == sender.vnet.id]
    return not any(side.allow_forwarded_traffic for side in sides)
