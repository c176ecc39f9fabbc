"""Whose address it is: the NIC that has it, in one virtual network or anywhere in the input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from netwatch.errors import UnsupportedError
from netwatch.model.addresses import Address
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, OtherResource, Subnet, VirtualNetworkGateway
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["Place", "find_owner", "find_owner_anywhere"]

_OWNS_NO_ADDRESS = frozenset(
    {
        "microsoft.network/natgateways",
        "microsoft.network/networkwatchers",
        "microsoft.network/networkwatchers/flowlogs",
        "microsoft.network/networkintentpolicies",
        "microsoft.network/serviceendpointpolicies",
        "microsoft.documentdb/databaseaccounts",
        "microsoft.eventhub/namespaces",
        "microsoft.keyvault/vaults",
        "microsoft.servicebus/namespaces",
        "microsoft.sql/servers",
        "microsoft.storage/storageaccounts",
    }
)
"""Types that name subnets (whom they serve, whom they let in) and have no address there. Others may have one."""


class Place(NamedTuple):
    """One address of one NIC."""

    nic: NetworkInterface
    config: IpConfiguration

    @property
    def address(self) -> Address | None:
        """The address, None where the input does not fix it."""
        return self.config.private_ip if isinstance(self.config.private_ip, Address) else None


def find_owner(topology: Topology, vnet: ResourceId, address: Address) -> Place | Unresolved | None:
    """The NIC that has ``address`` in ``vnet``; None if nothing has it.

    Unresolved when a NIC there has an address the input does not fix. UnsupportedError when no NIC has it and
    something else that may (a load balancer, a firewall, a gateway …) stands in that subnet.
    """
    subnets = [subnet for subnet in topology.subnets_of.get(vnet.key, ()) if _may_hold(subnet, address)]
    places = [place for subnet in subnets for place in _places(topology.nics_in.get(subnet.id.key, ()))]
    for place in places:
        if place.address == address:
            return place
    for subnet in subnets:
        _refuse_other_owner(topology, subnet, address)
    for place in places:
        if isinstance(place.config.private_ip, Unresolved):
            why = f"it may be that of {place.nic.id.name}, {place.config.private_ip.reason}"
            return Unresolved(f"nothing is known to have the address {address}; {why}", where=place.config.where)
    return None


def find_owner_anywhere(topology: Topology, address: Address) -> Place | None:
    """The one NIC in the input that has ``address``; None if there is none, or several in unconnected networks."""
    found = [place for place in _places(topology.nics.values()) if place.address == address]
    return found[0] if len(found) == 1 else None


def _places(nics: Iterable[NetworkInterface]) -> Iterator[Place]:
    return (Place(nic, config) for nic in nics for config in nic.ip_configurations)


def _may_hold(subnet: Subnet, address: Address) -> bool:
    return any(isinstance(prefix, Unresolved) or prefix.holds(address) for prefix in subnet.prefixes)


def _refuse_other_owner(topology: Topology, subnet: Subnet, address: Address) -> None:
    for resource in _others_in(topology, subnet):
        raise UnsupportedError(
            f"{resource.id.name}: it stands in subnet {subnet.id.name} and may have the address {address}; "
            f"paths through {resource.id.type} are not evaluated yet",
            where=resource.where,
            hint="Ask for a destination whose path does not lead there.",
        )


def _others_in(topology: Topology, subnet: Subnet) -> Iterator[OtherResource | VirtualNetworkGateway]:
    yield from (gateway for gateway in topology.gateways.values() if subnet.id in gateway.subnets)
    for other in topology.others.values():
        if subnet.id in other.references and other.type.lower() not in _OWNS_NO_ADDRESS:
            yield other
