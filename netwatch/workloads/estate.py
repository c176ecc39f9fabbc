"""``Estate``: a large, seeded, plausible network, described once and written in two languages.

A hub and its spokes; each spoke holds subnets, each subnet machines with one NIC. Every VNet has its own network
security groups and application security groups, so that every reference is one Azure would accept.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

__all__ = ["Estate", "EstateNic", "EstateRule", "EstateSubnet", "EstateVnet", "nics", "rules", "vnets"]

APPLIANCE = "10.0.0.4"
"""Where the spokes send what is not theirs: the first NIC of the hub, which forwards."""

LOCATION = "westeurope"
RESOURCE_GROUP = "rg-estate"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"

_ROLES = ("web", "app", "db")
_PORTS = (
    "443",
    "80",
    "22",
    "3389",
    "1433",
    "5432",
    "6379",
    "8080",
    "9090",
    "53",
    "8000-8010",
    "1024-65535",
    "30000-32767",
)
_TAGS = ("VirtualNetwork", "Internet", "AzureLoadBalancer")
_PURPOSES = ("web", "sql", "ssh", "rdp", "api", "metrics", "backup", "dns", "sync", "cache")


class Estate(NamedTuple):
    """What to write: how many of everything, and the seed. Equal estates are written equally, byte for byte.

    ``vnets`` is at most 256, since each takes a /16 of 10.0.0.0/8; the first is the hub. Network security groups are
    dealt out to the VNets in turn, and to the subnets of a VNet in turn; one NIC in ten has one of its own as well.
    """

    nics: int = 10_000
    vnets: int = 50
    subnets_per_vnet: int = 10
    nsgs: int = 500
    rules_per_nsg: int = 100
    seed: int = 0

    def check(self) -> Estate:
        """This estate, when it can be built; ValueError with the limit otherwise."""
        if not 1 <= self.vnets <= 256:
            raise ValueError(f"an estate has 1 to 256 VNets, not {self.vnets}")
        if not 1 <= self.subnets_per_vnet <= 256:
            raise ValueError(f"a VNet of an estate has 1 to 256 subnets, not {self.subnets_per_vnet}")
        if self.nics < 1 or self.nics_per_subnet > (1 << (32 - self.subnet_length)) - 5:
            raise ValueError(f"{self.nics} NICs do not fit into {self.vnets} × {self.subnets_per_vnet} subnets")
        if self.nsgs < self.vnets:
            raise ValueError(f"{self.vnets} VNets need at least as many network security groups, not {self.nsgs}")
        if not 0 <= self.rules_per_nsg <= 1000:
            raise ValueError(f"a network security group of an estate has 0 to 1000 rules, not {self.rules_per_nsg}")
        return self

    @property
    def subnets(self) -> int:
        return self.vnets * self.subnets_per_vnet

    @property
    def nics_per_subnet(self) -> int:
        """NICs in the fullest subnet."""
        return -(-self.nics // self.subnets)

    @property
    def subnet_length(self) -> int:
        """Prefix length of every subnet: a /24 where that holds its NICs, else as wide as the VNet allows."""
        return 24 if self.nics_per_subnet <= 251 else 16 + (self.subnets_per_vnet - 1).bit_length()


class EstateSubnet(NamedTuple):
    """One subnet: its name, prefix and network security group."""

    name: str
    prefix: str
    nsg: str


class EstateVnet(NamedTuple):
    """One VNet, with everything that belongs to it by name. The hub is peered with every spoke, each spoke with it."""

    number: int
    name: str
    prefix: str
    subnets: tuple[EstateSubnet, ...]
    nsgs: tuple[str, ...]
    asgs: tuple[str, ...]
    route_table: str
    peers: tuple[str, ...]


class EstateNic(NamedTuple):
    """One NIC and its machine; ``nsg`` is empty for most, ``forwards`` is true for the appliance in the hub."""

    name: str
    vm: str
    vnet: str
    subnet: str
    address: str
    asg: str
    nsg: str
    forwards: bool


class EstateRule(NamedTuple):
    """One security rule. Addresses and ports hold one value (singular property) or several (plural).

    An application security group stands as ``asg:NAME``, alone in its field.
    """

    name: str
    priority: int
    direction: str
    access: str
    protocol: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    destination_ports: tuple[str, ...]


def vnets(estate: Estate) -> Iterator[EstateVnet]:
    """The VNets, the hub first."""
    names = [_vnet_name(number) for number in range(estate.vnets)]
    for number, name in enumerate(names):
        nsgs = tuple(f"nsg-{number:03}-{index:02}" for index in range(len(range(number, estate.nsgs, estate.vnets))))
        yield EstateVnet(
            number=number,
            name=name,
            prefix=f"10.{number}.0.0/16",
            subnets=tuple(_subnet(estate, number, index, nsgs) for index in range(estate.subnets_per_vnet)),
            nsgs=nsgs,
            asgs=tuple(f"asg-{number:03}-{role}" for role in _ROLES),
            route_table=f"rt-{number:03}" if number else "",
            peers=tuple(names[1:]) if number == 0 else (names[0],),
        )


def nics(estate: Estate) -> Iterator[EstateNic]:
    """The NICs, dealt out to the subnets of all VNets in turn, so that every subnet is about equally full."""
    random = Random(f"nics {estate.seed}")
    dealt = [(vnet, subnet) for vnet in vnets(estate) for subnet in vnet.subnets]
    for number in range(estate.nics):
        vnet, subnet = dealt[number % len(dealt)]
        host = number // len(dealt) + 4
        yield EstateNic(
            name=f"vm-{number:05}-nic",
            vm=f"vm-{number:05}",
            vnet=vnet.name,
            subnet=subnet.name,
            address=_address(_number(subnet.prefix) + host),
            asg=random.choice(vnet.asgs),
            nsg=random.choice(vnet.nsgs) if random.random() < 0.1 else "",
            forwards=number == 0,
        )


def rules(estate: Estate, vnet: EstateVnet, nsg: str) -> Iterator[EstateRule]:
    """The rules of one network security group, ascending by priority."""
    random = Random(f"{nsg} {estate.seed}")
    step = min(10, 3996 // max(estate.rules_per_nsg, 1))
    for index in range(estate.rules_per_nsg):
        access = "Allow" if random.random() < 0.8 else "Deny"
        protocol = random.choices(("Tcp", "Udp", "*", "Icmp"), weights=(70, 15, 10, 5))[0]
        yield EstateRule(
            name=f"{access.lower()}-{random.choice(_PURPOSES)}-{index:03}",
            priority=100 + index * step,
            direction="Inbound" if random.random() < 0.7 else "Outbound",
            access=access,
            protocol=protocol,
            sources=_addresses(random, vnet),
            destinations=_addresses(random, vnet),
            destination_ports=("*",) if protocol == "Icmp" else _ports(random),
        )


def _vnet_name(number: int) -> str:
    return f"vnet-spoke-{number:03}" if number else "vnet-hub"


def _subnet(estate: Estate, vnet: int, index: int, nsgs: tuple[str, ...]) -> EstateSubnet:
    network = (10 << 24) + (vnet << 16) + (index << (32 - estate.subnet_length))
    name = f"snet-{_ROLES[index % len(_ROLES)]}-{index:02}"
    return EstateSubnet(name, f"{_address(network)}/{estate.subnet_length}", nsgs[index % len(nsgs)])


def _addresses(random: Random, vnet: EstateVnet) -> tuple[str, ...]:
    """One side of a rule: anything, a tag, a group, one prefix, or several."""
    kind = random.choices(("any", "tag", "asg", "one", "several"), weights=(15, 15, 10, 30, 30))[0]
    if kind == "any":
        return ("*",)
    if kind == "tag":
        return (random.choice(_TAGS),)
    if kind == "asg":
        return (f"asg:{random.choice(vnet.asgs)}",)
    prefixes = {_prefix(random) for _ in range(1 if kind == "one" else random.randint(2, 12))}
    return tuple(sorted(prefixes))


def _prefix(random: Random) -> str:
    """A private prefix of the estate four times in five, else a public one."""
    length = random.choices((32, 28, 24, 20, 16), weights=(30, 15, 35, 10, 10))[0]
    address = (10 << 24) + random.getrandbits(24) if random.random() < 0.8 else (20 << 24) + random.getrandbits(26)
    network = address >> (32 - length) << (32 - length)
    return _address(network) if length == 32 else f"{_address(network)}/{length}"


def _ports(random: Random) -> tuple[str, ...]:
    kind = random.choices(("any", "one", "several"), weights=(15, 60, 25))[0]
    if kind == "any":
        return ("*",)
    return tuple(random.sample(_PORTS, 1 if kind == "one" else random.randint(2, 5)))


def _address(number: int) -> str:
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _number(prefix: str) -> int:
    value = 0
    for part in prefix.partition("/")[0].split("."):
        value = value << 8 | int(part)
    return value
