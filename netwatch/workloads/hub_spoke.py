"""``HubSpoke``: a seeded estate of hubs and spokes as large as Azure's limits let it be, and pairs to ask about.

Each region has a hub with a firewall and as many spokes as a virtual network may have peerings; hubs are peered with
each other. All that leaves a spoke goes through the firewall of its hub, and from there to the firewall of another
region where it must.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

__all__ = ["HubSpoke", "hub_spoke_pairs", "hub_spoke_yaml"]

_PEERINGS = 500
"""Peerings of one virtual network at most ("Networking limits")."""

_REGIONS = ("westeurope", "northeurope", "uksouth", "francecentral")
_TIERS = ("web", "data")
_PORTS = ("22", "80", "443", "1433", "5432", "8080", "9000-9010", "1024-65535")


class HubSpoke(NamedTuple):
    """What to write: how many virtual networks, hubs among them, and how much in each spoke. Equal ones write equally.

    ``machines`` are those of one subnet; every spoke has two subnets with a network security group each.
    """

    vnets: int = 1000
    machines: int = 2
    rules_per_nsg: int = 10
    seed: int = 0

    def check(self) -> HubSpoke:
        """This estate, when it can be built; ValueError with the limit otherwise."""
        if not 2 <= self.vnets <= len(_REGIONS) * (_PEERINGS - 2):
            raise ValueError(f"a hub and spoke has 2 to {len(_REGIONS) * (_PEERINGS - 2)} VNets, not {self.vnets}")
        if not 1 <= self.machines <= 251:
            raise ValueError(f"a subnet of a spoke has 1 to 251 machines, not {self.machines}")
        if not 0 <= self.rules_per_nsg <= 900:
            raise ValueError(f"a network security group of a spoke has 0 to 900 rules, not {self.rules_per_nsg}")
        return self

    @property
    def hubs(self) -> int:
        """As few as there can be: a hub is peered with its spokes and with every other hub."""
        hubs = 1
        while hubs * (_PEERINGS - (hubs - 1) + 1) < self.vnets:
            hubs += 1
        return hubs

    @property
    def spokes(self) -> int:
        return self.vnets - self.hubs


class _Spoke(NamedTuple):
    number: int
    hub: int

    @property
    def name(self) -> str:
        return f"spoke-{self.number:04}"

    def address(self, host: int) -> str:
        """An address of the spoke's /22, which stands behind that of its hub in the hub's /10."""
        return _address((10 << 24) + (self.hub << 22) + ((self.number + 1) << 10) + host)


def hub_spoke_yaml(estate: HubSpoke) -> Iterator[str]:
    """The text of the estate as a native topology file, in pieces; ValueError when it cannot be built.

    >>> text = "".join(hub_spoke_yaml(HubSpoke(vnets=3, machines=1, rules_per_nsg=0)))
    >>> [line.strip() for line in text.splitlines() if line.startswith("  spoke-")]
    ['spoke-0000:', 'spoke-0001:', 'spoke-0000-web-0:', 'spoke-0000-data-0:', 'spoke-0001-web-0:', 'spoke-0001-data-0:']
    """
    estate.check()
    yield f"# {estate.vnets} virtual networks, {estate.hubs} of them hubs, from seed {estate.seed}.\nnetwatch: 1\n"
    yield "networkSecurityGroups:\n"
    for spoke in _spokes(estate):
        for tier in _TIERS:
            yield from _nsg(estate, spoke, tier)
    yield "routeTables:\n"
    for hub in range(estate.hubs):
        yield from _route_tables(estate, hub)
    yield "virtualNetworks:\n"
    for hub in range(estate.hubs):
        yield from _hub(estate, hub)
    for spoke in _spokes(estate):
        yield from _vnet(spoke)
    yield "virtualMachines:\n"
    for hub in range(estate.hubs):
        yield _machine(f"firewall-{hub}", f"hub-{hub}/firewall", _firewall(hub), forwards=True)
        yield _machine(f"shared-{hub}", f"hub-{hub}/shared", _hub_address(hub, 260))
    for spoke in _spokes(estate):
        for name, subnet, address in _machines(estate, spoke):
            yield _machine(name, subnet, address)


def hub_spoke_pairs(estate: HubSpoke, count: int) -> Iterator[tuple[str, str]]:
    """``count`` different pairs of a machine in a spoke and where it asks for, drawn from the estate's seed.

    Of ten, seven ask for a machine in another spoke, one for one in its own, one for a shared machine in a hub, and
    one for a public address.
    """
    random, seen = Random(f"pairs {estate.seed}"), set[tuple[str, str]]()
    spokes = list(_spokes(estate))
    while len(seen) < count:
        pair = _pair(estate, random, spokes, kind=len(seen) % 10)
        if pair not in seen:
            seen.add(pair)
            yield pair


def _pair(estate: HubSpoke, random: Random, spokes: list[_Spoke], *, kind: int) -> tuple[str, str]:
    source = random.choice(spokes)
    name, _, _ = random.choice(list(_machines(estate, source)))
    if kind == 7:
        return name, next(other for other, _, _ in _machines(estate, source) if other != name)
    if kind == 8:
        return name, f"shared-{random.randrange(estate.hubs)}"
    if kind == 9:
        return name, _address((20 << 24) + random.getrandbits(24))
    other = random.choice([spoke for spoke in spokes if spoke != source] or spokes)
    return name, random.choice([each for each, _, _ in _machines(estate, other) if each != name])


def _spokes(estate: HubSpoke) -> Iterator[_Spoke]:
    """Dealt out to the hubs in turn."""
    return (_Spoke(number, number % estate.hubs) for number in range(estate.spokes))


def _machines(estate: HubSpoke, spoke: _Spoke) -> Iterator[tuple[str, str, str]]:
    """Name, subnet and address of each."""
    for index, tier in enumerate(_TIERS):
        for number in range(estate.machines):
            yield f"{spoke.name}-{tier}-{number}", f"{spoke.name}/{tier}", spoke.address(256 * index + 4 + number)


def _hub_address(hub: int, host: int) -> str:
    return _address((10 << 24) + (hub << 22) + host)


def _firewall(hub: int) -> str:
    return _hub_address(hub, 4)


def _address(number: int) -> str:
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


# --- YAML -------------------------------------------------------------------------------------------------------------


def _nsg(estate: HubSpoke, spoke: _Spoke, tier: str) -> Iterator[str]:
    """Rules about some prefixes and ports, above one that lets the estate in on 443."""
    random = Random(f"{spoke.name} {tier} {estate.seed}")
    yield f"  nsg-{spoke.name}-{tier}:\n    securityRules:\n"
    for index in range(estate.rules_per_nsg):
        yield f"      rule-{index:03}: {{priority: {100 + index}, {_rule(random)}}}\n"
    yield "      estate: {priority: 4000, protocol: Tcp, source: 10.0.0.0/8, destinationPortRanges: 443}\n"


def _rule(random: Random) -> str:
    length = random.choice((8, 10, 14, 16, 20, 24, 32))
    source = (10 << 24) + random.getrandbits(24) >> (32 - length) << (32 - length)
    access, direction = random.choice(("Allow", "Allow", "Deny")), random.choice(("Inbound", "Inbound", "Outbound"))
    side = "source" if direction == "Inbound" else "destination"
    return (
        f"access: {access}, direction: {direction}, protocol: {random.choice(('Tcp', 'Tcp', 'Udp'))}, "
        f"{side}: {_address(source)}/{length}, destinationPortRanges: {random.choice(_PORTS)}"
    )


def _route_tables(estate: HubSpoke, hub: int) -> Iterator[str]:
    yield f"  rt-spokes-{hub}: {{routes: {{all: {_to_appliance('0.0.0.0/0', hub)}}}}}\n"
    others = [other for other in range(estate.hubs) if other != hub]
    routes = [f"region-{other}: {_to_appliance(f'{_hub_address(other, 0)}/10', other)}" for other in others]
    yield f"  rt-hub-{hub}: {{routes: {{{', '.join(routes)}}}}}\n"


def _to_appliance(prefix: str, hub: int) -> str:
    return f"{{addressPrefix: {prefix}, nextHopType: VirtualAppliance, nextHopIpAddress: {_firewall(hub)}}}"


def _hub(estate: HubSpoke, hub: int) -> Iterator[str]:
    yield f"  hub-{hub}:\n    location: {_REGIONS[hub]}\n    addressPrefixes: {_hub_address(hub, 0)}/22\n"
    yield f"    subnets:\n      firewall: {{addressPrefix: {_hub_address(hub, 0)}/24, routeTable: rt-hub-{hub}}}\n"
    yield f"      shared: {{addressPrefix: {_hub_address(hub, 256)}/24, routeTable: rt-spokes-{hub}}}\n"
    peers = [f"hub-{other}" for other in range(estate.hubs) if other != hub]
    peers += [spoke.name for spoke in _spokes(estate) if spoke.hub == hub]
    yield "    virtualNetworkPeerings:\n"
    yield from map(_peering, peers)


def _vnet(spoke: _Spoke) -> Iterator[str]:
    yield f"  {spoke.name}:\n    location: {_REGIONS[spoke.hub]}\n    addressPrefixes: {spoke.address(0)}/22\n"
    yield "    subnets:\n"
    for index, tier in enumerate(_TIERS):
        bound = f"networkSecurityGroup: nsg-{spoke.name}-{tier}, routeTable: rt-spokes-{spoke.hub}"
        yield f"      {tier}: {{addressPrefix: {spoke.address(256 * index)}/24, {bound}}}\n"
    yield "    virtualNetworkPeerings:\n" + _peering(f"hub-{spoke.hub}")


def _peering(peer: str) -> str:
    return f"      to-{peer}: {{remoteVirtualNetwork: {peer}, allowForwardedTraffic: true}}\n"


def _machine(name: str, subnet: str, address: str, *, forwards: bool = False) -> str:
    """The location of a machine is that of its region, which no question asks for; it is left out."""
    more = ", enableIPForwarding: true" if forwards else ""
    return (
        f"  {name}:\n    networkInterfaces: {{{name}-nic: {{subnet: {subnet}, privateIPAddress: {address}{more}}}}}\n"
    )
