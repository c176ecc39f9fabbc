"""Whose address it is: the NIC, load balancer or firewall that has it, in one network or anywhere in the input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from netwatch.errors import UnsupportedError
from netwatch.model.addresses import Address
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, OtherResource, Subnet, VirtualNetworkGateway
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where

if TYPE_CHECKING:
    from netwatch.model.firewalls import Firewall
    from netwatch.model.load_balancers import Frontend, LoadBalancer

__all__ = ["Balanced", "Place", "Wall", "find_owner", "find_owner_anywhere"]

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

    @property
    def name(self) -> str:
        return self.nic.id.name

    @property
    def where(self) -> Where:
        return self.config.where

    @property
    def open_because(self) -> str:
        """Why the address is not fixed."""
        return _open_because(self.config.private_ip)


class Balanced(NamedTuple):
    """One address that a load balancer listens on."""

    balancer: LoadBalancer
    frontend: Frontend

    @property
    def address(self) -> Address | None:
        """The private address, None where the input does not fix it."""
        return self.frontend.private_ip if isinstance(self.frontend.private_ip, Address) else None

    @property
    def name(self) -> str:
        return self.balancer.id.name

    @property
    def where(self) -> Where:
        return self.balancer.where

    @property
    def open_because(self) -> str:
        """Why the address is not fixed."""
        return _open_because(self.frontend.private_ip)


class Wall(NamedTuple):
    """The private address of an Azure firewall; ``subnet`` is the one it stands in."""

    firewall: Firewall
    subnet: ResourceId

    @property
    def address(self) -> Address | None:
        """The address, None where the input does not fix it."""
        return self.firewall.private_ip if isinstance(self.firewall.private_ip, Address) else None

    @property
    def name(self) -> str:
        return self.firewall.id.name

    @property
    def where(self) -> Where:
        return self.firewall.where

    @property
    def open_because(self) -> str:
        """Why the address is not fixed."""
        return _open_because(self.firewall.private_ip)


def _open_because(value: Address | Unresolved | None) -> str:
    return value.reason if isinstance(value, Unresolved) else "the input has none"


def find_owner(topology: Topology, vnet: ResourceId, address: Address) -> Place | Balanced | Wall | Unresolved | None:
    """The NIC, load balancer or firewall that has ``address`` in ``vnet``; None if nothing has it.

    Unresolved when one there has an address the input does not fix. UnsupportedError when neither has it and something
    else that may (a gateway, an application gateway …) stands in that subnet.
    """
    subnets = [subnet for subnet in topology.subnets_of.get(vnet.key, ()) if _may_hold(subnet, address)]
    owners: list[Place | Balanced | Wall] = [owner for subnet in subnets for owner in _owners(topology, subnet)]
    for owner in owners:
        if owner.address == address:
            return owner
    for subnet in subnets:
        _refuse_other_owner(topology, subnet, address)
    for owner in owners:
        if owner.address is None:
            why = f"it may be that of {owner.name}, {owner.open_because}"
            return Unresolved(f"nothing is known to have the address {address}; {why}", where=owner.where)
    return None


def _owners(topology: Topology, subnet: Subnet) -> Iterator[Place | Balanced | Wall]:
    yield from _places(topology.nics_in.get(subnet.id.key, ()))
    for balancer in topology.load_balancers.values():
        yield from (Balanced(balancer, each) for each in balancer.frontends if each.subnet == subnet.id)
    yield from (Wall(each, subnet.id) for each in topology.firewalls.values() if each.subnet == subnet.id)


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
