"""Dynamic private addresses: which one a NIC most likely gets when the input leaves the choice to Azure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.errors import ConflictError, TopologyError
from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration, NetworkInterface, Subnet
from netwatch.model.unresolved import Unresolved

if TYPE_CHECKING:
    from netwatch.model.load_balancers import Frontend, LoadBalancer

__all__ = ["SUBNET_NOT_KNOWN", "assume_addresses", "usable_addresses"]

SUBNET_NOT_KNOWN = "its subnet is not known"
"""Why an address is open whose subnet is: the reason that counts is that of the subnet."""


def usable_addresses(prefix: Prefix) -> range:
    """Addresses of a subnet's prefix that a NIC can have, ascending, as integers.

    Azure keeps the first four and the last for itself (Microsoft documentation, Azure Virtual Network FAQ).
    """
    return range(prefix.low + 4, prefix.high)


def assume_addresses(
    nics: Mapping[str, NetworkInterface], subnets: Mapping[str, Subnet], *, balancers: Iterable[LoadBalancer] = ()
) -> tuple[dict[str, NetworkInterface], list[TopologyError]]:
    """The NICs with every dynamic address filled in, marked ``assumed``, and the problems: subnets that are full.

    In the order of ``nics``, each gets the first usable address of its subnet that no other NIC, and no load
    balancer, has or is given.
    An address whose subnet or prefix is not known becomes Unresolved.
    """
    configs = (config for nic in nics.values() for config in nic.ip_configurations)
    frontends = (frontend for balancer in balancers for frontend in balancer.frontends)
    pools = _Pools((*configs, *frontends), subnets)
    problems: list[TopologyError] = []
    done = {key: _filled(nic, pools, problems) for key, nic in nics.items()}
    return done, problems


def _filled(nic: NetworkInterface, pools: _Pools, problems: list[TopologyError]) -> NetworkInterface:
    if all(config.private_ip is not None or config.subnet is None for config in nic.ip_configurations):
        return nic
    configs = tuple(_with_address(config, pools, problems) for config in nic.ip_configurations)
    return replace(nic, ip_configurations=configs)


def _with_address(config: IpConfiguration, pools: _Pools, problems: list[TopologyError]) -> IpConfiguration:
    if config.private_ip is not None or config.subnet is None:
        return config
    if isinstance(config.subnet, Unresolved):
        return replace(config, private_ip=Unresolved(SUBNET_NOT_KNOWN, where=config.where))
    address = pools.take(config.subnet)
    if isinstance(address, Address):
        return replace(config, private_ip=address, assumed=True)
    if address is None:
        message = f"subnet {config.subnet.name} has no free address left for {config.id.parent.name}."
        problems.append(ConflictError(message, where=config.where, hint="Widen the subnet or remove NICs from it."))
        address = Unresolved("its subnet has no free address left", where=config.where)
    return replace(config, private_ip=address)


class _Pools:
    """Free addresses, subnet by subnet, handed out in ascending order."""

    def __init__(self, holders: Iterable[IpConfiguration | Frontend], subnets: Mapping[str, Subnet]) -> None:
        self._subnets = subnets
        self._free: dict[str, Iterator[Address]] = {}
        self._taken = {
            (holder.subnet.key, holder.private_ip)
            for holder in holders
            if isinstance(holder.subnet, ResourceId) and isinstance(holder.private_ip, Address)
        }

    def take(self, id: ResourceId) -> Address | Unresolved | None:
        """The next free address; None when the subnet is full; Unresolved when its prefix is not known."""
        subnet = self._subnets[id.key]
        for prefix in subnet.prefixes:
            if isinstance(prefix, Unresolved):
                return Unresolved("the prefix of its subnet is not known", where=subnet.where)
        if id.key not in self._free:
            self._free[id.key] = self._candidates(subnet)
        return next(self._free[id.key], None)

    def _candidates(self, subnet: Subnet) -> Iterator[Address]:
        """IPv4 before IPv6: a dynamic address without a stated family is IPv4 wherever the subnet has it."""
        prefixes = [prefix for prefix in subnet.prefixes if isinstance(prefix, Prefix)]
        for prefix in sorted(prefixes, key=lambda prefix: prefix.version):
            for value in usable_addresses(prefix):
                address = Address(prefix.version, value)
                if (subnet.id.key, address) not in self._taken:
                    yield address
