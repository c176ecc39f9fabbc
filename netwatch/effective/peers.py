"""Who a virtual network is peered with, and what of a peer a subnet has routes to.

A peering may be of some subnets and of IPv6 alone. Sources: "How to configure subnet peering", and effective routes of
a published lab: a row for each prefix of the peer's named subnets, in the named local subnets and in no others.
"""

from __future__ import annotations

from collections.abc import Iterator

from netwatch.effective.managed_peerings import managed_peerings
from netwatch.effective.regions import same_region
from netwatch.model.addresses import Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import Peering, Subnet, VirtualNetwork
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = [
    "connected_peers",
    "far_sides",
    "is_global",
    "near_subnets",
    "peer_prefixes",
    "peerings_of",
]


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
    back = topology.peerings_between.get((remote.key, peering.vnet.key), ())  # a manager makes both sides, or none
    if not back:
        return peering.state != ""
    return any(other.state.lower() in ("connected", "") for other in back)


def far_sides(topology: Topology, peering: Peering) -> tuple[Peering, ...]:
    """The other side of a peering, as often as the input holds it; none where it lies outside."""
    remote = peering.remote_vnet
    if not isinstance(remote, ResourceId):
        return ()
    if peering.id.key in topology.peerings:
        return topology.peerings_between.get((remote.key, peering.vnet.key), ())
    return tuple(other for other in managed_peerings(topology, remote) if other.remote_vnet == peering.vnet)


def peer_prefixes(topology: Topology, subnet: Subnet, peering: Peering) -> tuple[Prefix | Unresolved, ...]:
    """What ``subnet`` has routes to by ``peering``: the peer's address space, or that of its peered subnets.

    Nothing where the peering is of other subnets. (The article has such subnets send what is dropped at the far end,
    in releases before the one it announces; the lab's rows are without that.)
    """
    if not peering.complete:
        taken_in = _named(subnet.id.name, peering.local_subnets)
        if taken_in is not True:
            return (taken_in,) if isinstance(taken_in, Unresolved) else ()
    space = _space(topology, peering) if peering.complete else _subnet_space(topology, peering)
    return tuple(each for each in space if isinstance(each, Unresolved) or each.version == 6 or not peering.only_ipv6)


def _named(name: str, names: tuple[str | Unresolved, ...]) -> bool | Unresolved:
    if name.lower() in [each.lower() for each in names if isinstance(each, str)]:
        return True
    return next((each for each in names if isinstance(each, Unresolved)), False)


def near_subnets(topology: Topology, subnet: Subnet) -> dict[str, Subnet]:
    """Key → each subnet of the network of ``subnet`` and of its direct peers, as far as they are peered with it."""
    found = {each.id.key: each for each in topology.subnets_of.get(subnet.vnet.key, ())}
    for peering in connected_peers(topology, topology.vnets[subnet.vnet.key]):
        if peering.complete or _named(subnet.id.name, peering.local_subnets):
            found.update((each.id.key, each) for each in _peered_subnets(topology, peering))
    return found


def _peered_subnets(topology: Topology, peering: Peering) -> list[Subnet]:
    """The peer's subnets that take part; those whose names are open may, and count."""
    if not isinstance(peering.remote_vnet, ResourceId):
        return []
    held = topology.subnets_of.get(peering.remote_vnet.key, ())
    return [each for each in held if peering.complete or _named(each.id.name, peering.remote_subnets)]


def _subnet_space(topology: Topology, peering: Peering) -> Iterator[Prefix | Unresolved]:
    """The prefixes of the peer's named subnets; a peer that is not in the input says them as its address space."""
    if not isinstance(peering.remote_vnet, ResourceId) or peering.remote_vnet.key not in topology.vnets:
        yield from _space(topology, peering)
        return
    held = {each.id.name.lower(): each for each in topology.subnets_of.get(peering.remote_vnet.key, ())}
    for name in peering.remote_subnets:
        if isinstance(name, Unresolved):
            yield name
        elif name.lower() in held:
            yield from held[name.lower()].prefixes
        else:
            reason = f"subnet {name} of {peering.remote_vnet.name} is not in the input"
            yield Unresolved(reason, where=peering.where)


def _space(topology: Topology, peering: Peering) -> tuple[Prefix | Unresolved, ...]:
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
    return not same_region(here.location, there.location)
