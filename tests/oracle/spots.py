"""Where a flow can stand: NICs, frontends, firewalls, gateways and public addresses, and who has which address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from netwatch.model.addresses import Address, parse_address
from netwatch.model.flow import Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.load_balancers import LoadBalancer
from netwatch.model.resources import IpConfiguration, NetworkInterface, Reference, Subnet
from netwatch.model.topology import Topology
from tests.oracle.around import host, known

__all__ = [
    "Spot",
    "Unevaluated",
    "front_of",
    "holder_anywhere",
    "holder_in",
    "of_configuration",
    "sends_only",
    "somewhere",
    "subnet_at",
    "way_out",
]

HAVE_NO_ADDRESS = ("Microsoft.Sql/servers", "Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults")


class Unevaluated(Exception):  # noqa: N818 -- not an error: the oracle has no answer
    """Something that is not modelled may have the address."""


class Spot(NamedTuple):
    """A place on the way. ``kind`` is nic, frontend, firewall, gateway, tunnel (its far end) or public."""

    kind: str
    id: ResourceId
    address: Address | None = None
    subnet: ResourceId | None = None
    nic: NetworkInterface | None = None
    config: IpConfiguration | None = None

    @property
    def key(self) -> tuple[str, ResourceId]:
        return self.kind, self.id


def subnet_at(topology: Topology, spot: Spot) -> Subnet:
    assert spot.subnet is not None
    return topology.subnets[spot.subnet.key]


def _every(topology: Topology) -> Iterator[Spot]:
    """Everything with a private address, or listening behind a public one."""
    for nic in topology.nics.values():
        for config in nic.ip_configurations:
            yield _nic_spot(nic, config)
    for balancer in topology.load_balancers.values():
        for each in balancer.frontends:
            yield Spot("frontend", each.id, _known(each.private_ip), _id(each.subnet))
    for firewall in topology.firewalls.values():
        yield Spot("firewall", firewall.id, _known(firewall.private_ip), _id(firewall.subnet))


def _nic_spot(nic: NetworkInterface, config: IpConfiguration) -> Spot:
    return Spot("nic", nic.id, _known(config.private_ip), _id(config.subnet), nic, config)


def _known(value: object) -> Address | None:
    return value if isinstance(value, Address) else None


def _id(value: object) -> ResourceId | None:
    return value if isinstance(value, ResourceId) else None


def of_configuration(topology: Topology, config: ResourceId) -> Spot | None:
    """The NIC that has an ip configuration."""
    found = [each for each in _every(topology) if each.config is not None and each.config.id == config]
    return found[0] if found else None


def holder_in(topology: Topology, vnet: ResourceId, address: Address) -> Spot | None:
    """What has a private address in a network; Unevaluated where a thing of an unknown kind may have it."""
    found = [
        each for each in _every(topology) if each.address == address and each.subnet and each.subnet.parent == vnet
    ]
    if found:
        return found[0]
    for subnet in topology.subnets.values():
        if subnet.vnet == vnet and any(host(address) in held for held in known(subnet.prefixes)):
            naming = [each.type for each in topology.others.values() if subnet.id in each.references]
            gateways = [each for each in topology.gateways.values() if subnet.id in each.subnets]
            if gateways or any(kind not in HAVE_NO_ADDRESS for kind in naming):
                raise Unevaluated
    return None


def holder_anywhere(topology: Topology, address: Address) -> Spot | None:
    """The one NIC of the input that has the address."""
    found = [each for each in _every(topology) if each.kind == "nic" and each.address == address]
    return found[0] if len(found) == 1 else None


def front_of(topology: Topology, address: Address) -> tuple[Spot, Spot] | None:
    """A public address of the input, and what listens behind it; None where nothing does."""
    for ip in topology.public_ips.values():
        behind = [each for each in _every(topology) if ip.id in _public_ips(topology, each)]
        if ip.address == address and behind:
            return Spot("public", ip.id, address), behind[0]
    return None


def _public_ips(topology: Topology, spot: Spot) -> list[Reference]:
    if spot.config is not None:
        return [spot.config.public_ip]
    if spot.kind == "firewall":
        return list(topology.firewalls[spot.id.key].public_ips)
    return [each.public_ip for each in topology.load_balancers[spot.id.parent.key].frontends if each.id == spot.id]


# --- the way out ------------------------------------------------------------------------------------------------------


def sends_only(topology: Topology, address: Address) -> bool:
    """Whether an address is a NAT gateway's, at which nobody can call."""
    ids = [each for gateway in topology.nat_gateways.values() for each in gateway.public_ips]
    return address in [topology.public_ips[each.key].address for each in ids if isinstance(each, ResourceId)]


def way_out(topology: Topology, spot: Spot, protocol: Protocol) -> tuple[bool, Address | None]:
    """Whether anything gives a NIC or a firewall a public address, and which one, if that is known.

    In this order: the NAT gateway of the subnet, an address of its own, a load balancer, Azure's default outbound
    access. The last is for IPv4 alone, for subnets that are not private, and not for members of a Standard balancer or
    machines with a Standard address on any NIC. Of a NIC's, only an address of its own takes more than TCP and UDP.
    """
    if spot.kind == "nic" and protocol not in (Protocol.TCP, Protocol.UDP):
        held = [each for each in _public_ips(topology, spot) if each is not None]
        return bool(held), _address(topology, held)
    gateway = _id(subnet_at(topology, spot).nat_gateway)
    if gateway is not None and (spot.kind == "nic" or gateway.key in topology.nat_gateways):
        nat = topology.nat_gateways.get(gateway.key)
        return True, _address(topology, list(nat.public_ips) if nat else [])
    own = [each for each in _public_ips(topology, spot) if each is not None]
    if own or spot.config is None:
        return True, _address(topology, own)
    config = spot.config.id
    balancers = [each for each in topology.load_balancers.values() if config in each.backends]
    for balancer in balancers:
        lent = _lent(balancer, config)
        if lent:
            return True, _address(topology, lent)
    is_standard = any(each.sku == "Standard" for each in balancers)
    is_v4 = spot.address is not None and spot.address.version == 4
    is_told = is_standard or _has_standard_address(topology, spot)
    return is_v4 and not is_told and subnet_at(topology, spot).default_outbound_access, None


def _has_standard_address(topology: Topology, spot: Spot) -> bool:
    """Whether the machine of a NIC has one anywhere."""
    assert spot.nic is not None
    nics = [nic for nic in topology.nics.values() if nic == spot.nic or (nic.vm is not None and nic.vm == spot.nic.vm)]
    ips = [config.public_ip for nic in nics for config in nic.ip_configurations]
    return any(topology.public_ips[ip.key].sku == "Standard" for ip in ips if isinstance(ip, ResourceId))


def _lent(balancer: LoadBalancer, config: ResourceId) -> list[Reference]:
    """Public frontends of outbound rules, else of rules that do SNAT; of a Basic balancer else any."""
    public = {each.id: each.public_ip for each in balancer.frontends if each.public_ip is not None}
    pools = [pool.id for pool in balancer.pools if config in pool.configurations]
    used = [front for rule in balancer.outbound_rules if rule.pool in pools for front in rule.frontends]
    used += [
        rule.frontend
        for rule in balancer.rules
        if rule.outbound_snat and set(rule.pools) & set(pools) and isinstance(rule.frontend, ResourceId)
    ]
    found: list[Reference] = [public[front] for front in used if isinstance(front, ResourceId) and front in public]
    return found or (list(public.values()) if balancer.sku == "Basic" else [])


def _address(topology: Topology, ips: Sequence[Reference]) -> Address | None:
    held = [topology.public_ips[ip.key].address for ip in ips if isinstance(ip, ResourceId)]
    return next((each for each in held if isinstance(each, Address)), None)


def somewhere(topology: Topology, version: int) -> Address:
    """An address somewhere in the Internet; nothing that is drawn names it."""
    return parse_address("203.0.113.77" if version == 4 else "2001:db8:ffff::77")
