"""Whose address it is: the NIC, load balancer or firewall that has it, in one network or anywhere in the input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.compile.edges import HANDS_TO, heads, routes_of, tails
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

__all__ = ["BalancerAddress", "FirewallAddress", "NicAddress", "find_owner", "find_owner_anywhere"]


class NicAddress(NamedTuple):
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


class BalancerAddress(NamedTuple):
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


class FirewallAddress(NamedTuple):
    """The private address of an Azure firewall; ``subnet`` is the one it stands in, None in a hub of a virtual WAN."""

    firewall: Firewall
    subnet: ResourceId | None

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


def find_owner(
    compiled: CompiledTopology, vnet: ResourceId, address: Address
) -> NicAddress | BalancerAddress | FirewallAddress | Unresolved | None:
    """The NIC, load balancer or firewall that has ``address`` in ``vnet``; None if nothing has it.

    Unresolved when one there has an address the input does not fix. UnsupportedError when neither has it and something
    else that may (a gateway, an application gateway …) stands in that subnet.
    """
    topology = compiled.topology
    found = [topology.subnets[key] for key in heads(compiled.ways, vnet.key, HANDS_TO)]
    subnets = [subnet for subnet in found if _may_hold(subnet, address)]
    owners = [owner for subnet in subnets for owner in _owners(compiled, subnet)]
    for owner in owners:
        if owner.address == address:
            return owner
    for subnet in subnets:
        _refuse_other_owner(compiled, subnet, address)
    for owner in owners:
        if owner.address is None:
            why = f"it may be that of {owner.name}, {owner.open_because}"
            return Unresolved(f"nothing is known to have the address {address}; {why}", where=owner.where)
    return None


def _owners(compiled: CompiledTopology, subnet: Subnet) -> Iterator[NicAddress | BalancerAddress | FirewallAddress]:
    topology = compiled.topology
    for key in heads(compiled.ways, subnet.id.key, HANDS_TO):
        if key in topology.nics:
            yield from (NicAddress(topology.nics[key], config) for config in topology.nics[key].ip_configurations)
        elif key in topology.load_balancers:
            balancer = topology.load_balancers[key]
            yield from (BalancerAddress(balancer, each) for each in balancer.frontends if each.subnet == subnet.id)
        elif key in topology.firewalls:
            yield FirewallAddress(topology.firewalls[key], subnet.id)


def find_owner_anywhere(topology: Topology, address: Address) -> NicAddress | None:
    """The one NIC in the input that has ``address``; None if there is none, or several in unconnected networks."""
    found = topology.nics_at.get(address, ())
    return NicAddress(*found[0]) if len(found) == 1 else None


def _may_hold(subnet: Subnet, address: Address) -> bool:
    return any(isinstance(prefix, Unresolved) or prefix.holds(address) for prefix in subnet.prefixes)


def _refuse_other_owner(compiled: CompiledTopology, subnet: Subnet, address: Address) -> None:
    """Gateways, and what is not evaluated: with an address in the subnet that the input does not say."""
    graph, topology = compiled.ways, compiled.topology
    gateways = tails(graph, routes_of(subnet.id), HANDS_TO, of="VirtualNetworkGateway")
    found: list[VirtualNetworkGateway | OtherResource] = [topology.gateways[key] for key in gateways]
    found += [topology.others[key] for key in heads(graph, subnet.id.key, HANDS_TO, of="OtherResource")]
    for resource in found:
        raise UnsupportedError(
            f"{resource.id.name}: it stands in subnet {subnet.id.name} and may have the address {address}; "
            f"paths through {resource.id.type} are not evaluated yet",
            where=resource.where,
            hint="Ask for a destination whose path does not lead there.",
        )
