"""Hypothesis strategies: whole small networks straight from the model, and flows that aim at the edges of their rules.

Everything stands in few address ranges and few ports, so that rules, routes and flows meet often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations

from hypothesis import strategies as st

from netwatch.effective.published_tags import PublishedTags
from netwatch.model.addresses import ANY_PORT, Address, PortRange, Prefix, parse_address, parse_prefix
from netwatch.model.flow import Access, Direction, Flow, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import (
    ApplicationSecurityGroup,
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    Peering,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
)
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import AddressField, AddressTerm, AnyAddress, Asg, Cidr, PortField, SecurityRule, ServiceTag
from netwatch.model.topology import Topology
from tests.build import port_field

__all__ = [
    "TAGS",
    "address_fields",
    "addresses_near",
    "flows",
    "flows_between",
    "port_fields",
    "protocols",
    "published_tags",
    "security_rules",
    "topologies",
    "with_rules",
]

TAGS = {
    "Storage": ("20.60.0.0/16", "20.150.0.0/17", "2603:1020::/46"),
    "Storage.WestEurope": ("20.60.26.0/23", "20.150.0.0/17"),
    "AzureCloud": ("20.0.0.0/11", "20.60.0.0/16", "20.150.0.0/17", "2603:1000::/25"),
    "AzureCloud.westeurope": ("20.60.26.0/23", "20.150.0.0/17"),
}
"""A published list small enough to reason about: tags share prefixes, as the real ones do."""

_GROUP = ResourceId("/subscriptions/s/resourceGroups/rg")
_SPACES = ("10.0.0.0/16", "10.1.0.0/16", "172.16.0.0/12", "192.168.0.0/24", "20.9.0.0/16", "100.64.0.0/10")
_CIDRS = (
    "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.0.0.4", "10.0.0.5", "10.1.0.0/16", "10.1.0.4",
    "172.16.0.4/30", "192.168.0.0/25", "20.9.0.0/24", "0.0.0.0/1", "8.8.8.0/24", "168.63.129.16", "25.1.0.0/16",
    "fd00::/16", "fd00:1::/64", "fd00:1::4", "2001:4860::/32", "8000::/1",
)  # fmt: skip
_ROUTES = (
    "0.0.0.0/0", "::/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.1.0/24", "10.1.0.0/16", "10.1.0.4/32", "172.16.0.0/12",
    "192.168.0.0/16", "8.8.8.0/24", "8.8.8.8/32", "20.60.0.0/16", "fd00:1::/48", "2001:4860::/32",
)  # fmt: skip
_HOPS = ("10.0.0.4", "10.0.1.5", "10.1.0.4", "10.200.0.4", "172.16.0.4", "fd00:1::4")
_SCATTERED = (
    "8.8.8.8", "168.63.129.16", "168.63.129.16", "168.63.129.16", "169.254.169.254", "10.0.0.4", "10.1.0.4",
    "10.200.0.4", "20.60.26.1", "20.150.0.9", "20.150.0.9", "20.150.0.9", "25.1.2.3", "127.0.0.1", "172.31.255.255",
    "192.168.255.1", "224.0.0.1", "255.255.255.255", "0.0.0.0", "fd00:1::4", "fe80::1", "2001:4860::8888",
    "2603:1020::1", "::1",
)  # fmt: skip
_RESERVED = (
    "0.0.0.0/8", "10.0.0.0/8", "25.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "2000::/3",
)  # fmt: skip
_PORTS = ("*", "0", "22", "80", "443", "400-500", "0-1023", "0-65535", "1024-65535", "65535")


def published_tags() -> PublishedTags:
    """TAGS as netwatch takes them."""
    entries = {name: tuple(parse_prefix(text) for text in texts) for name, texts in TAGS.items()}
    return PublishedTags(entries, 1, source="tests")


def protocols() -> st.SearchStrategy[Protocol]:
    """What a rule may name; every protocol more often than the rest."""
    return st.sampled_from([Protocol.ANY, Protocol.TCP, Protocol.ANY, *Protocol])


@cache
def port_fields() -> st.SearchStrategy[PortField]:
    """All ports half of the time, else one to three ranges."""
    some = [list(texts) for size in (1, 2, 3) for texts in combinations(_PORTS, size)]
    return st.just(port_field(["*"])) | st.sampled_from([port_field(texts) for texts in some])


@cache
def address_fields(asgs: tuple[ResourceId, ...] = (), *, tags: bool = True) -> st.SearchStrategy[AddressField]:
    """Everybody half of the time, else one or two addresses, prefixes and tags, or one or two groups (never mixed)."""
    terms: list[AddressTerm] = [Cidr(parse_prefix(text), text) for text in _CIDRS]
    if tags:
        names = ("VirtualNetwork", "virtualnetwork", "Internet", "AzureLoadBalancer")
        terms += [ServiceTag(name) for name in (*names, *names, *TAGS)]
    groups: list[AddressTerm] = [Asg(asg) for asg in asgs]
    chosen = [pair for pool in (terms, *20 * [groups]) for size in (1, 2) for pair in combinations(pool, size)]
    some = [AddressField(pair, len(pair) == 1) for pair in chosen]
    anyone = [AddressField((AnyAddress(),)), AddressField((AnyAddress("Any"),))]
    return st.sampled_from(anyone) | st.sampled_from(some)


@st.composite
def security_rules(
    draw: st.DrawFn,
    nsg: ResourceId = _GROUP,
    *,
    asgs: Sequence[ResourceId] = (),
    tags: bool = True,
    max_size: int = 12,
) -> tuple[SecurityRule, ...]:
    """Rules of one group, in an order that is not that of their priorities, which are unique in each direction."""
    priorities = draw(st.lists(st.integers(100, 4096), max_size=max_size, unique=True))
    fields = address_fields(tuple(asgs), tags=tags)
    rules = []
    for number, priority in enumerate(priorities):
        direction, access = draw(_EFFECTS)
        rules.append(
            SecurityRule(
                id=nsg.child("securityRules", f"r{number}"),
                name=f"r{number}",
                direction=direction,
                priority=priority,
                access=access,
                protocol=draw(protocols()),
                sources=draw(fields),
                source_ports=draw(port_fields()),
                destinations=draw(fields),
                destination_ports=draw(port_fields()),
            )
        )
    return tuple(rules)


_EFFECTS = st.sampled_from([(direction, access) for direction in Direction for access in (Access.ALLOW, Access.DENY)])


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    """A network of one to three VNets with groups, route tables, peerings and machines, IPv4 and some IPv6."""
    asgs = [_id("applicationSecurityGroups", f"asg-{number}") for number in range(3)]
    nsgs = [_id("networkSecurityGroups", f"nsg-{number}") for number in range(draw(st.sampled_from([1, 2, 3, 0])))]
    groups = [NetworkSecurityGroup(nsg, "westeurope", draw(security_rules(nsg, asgs=asgs))) for nsg in nsgs]
    tables = [_route_table(draw, f"rt-{number}") for number in range(draw(st.sampled_from([1, 2, 0])))]
    vnets = _vnets(draw)
    subnets = [_subnet(draw, vnet, index, nsgs, tables) for vnet in vnets for index in range(draw(st.integers(1, 2)))]
    nics = [_nic(draw, subnet, index, nsgs, asgs) for subnet in subnets for index in range(draw(st.integers(1, 2)))]
    machines = [VirtualMachine(nic.vm, nic.location, (nic.id,)) for nic in nics if isinstance(nic.vm, ResourceId)]
    return Topology(
        source="a test",
        vnets={vnet.id.key: vnet for vnet in vnets},
        subnets={subnet.id.key: subnet for subnet in subnets},
        peerings={peering.id.key: peering for peering in _peerings(draw, vnets)},
        nsgs={group.id.key: group for group in groups},
        asgs={asg.key: ApplicationSecurityGroup(asg, "westeurope") for asg in asgs},
        route_tables={table.id.key: table for table in tables},
        nics={nic.id.key: nic for nic in nics},
        vms={machine.id.key: machine for machine in machines},
    )


def _id(kind: str, name: str) -> ResourceId:
    return ResourceId(f"{_GROUP}/providers/Microsoft.Network/{kind}/{name}")


def _vnets(draw: st.DrawFn) -> list[VirtualNetwork]:
    """Each with one or two ranges of its own (peered VNets must not overlap), some with an IPv6 range."""
    spaces = draw(st.permutations(_SPACES))
    vnets = []
    for number in range(draw(st.integers(1, 3))):
        own = list(spaces[2 * number : 2 * number + draw(st.integers(1, 2))])
        if draw(st.booleans()):
            own.append(f"fd00:{number + 1}::/48")
        location = draw(st.sampled_from(["westeurope", "westeurope", "northeurope"]))
        prefixes = tuple(parse_prefix(text) for text in own)
        vnets.append(VirtualNetwork(_id("virtualNetworks", f"vnet-{number}"), location, prefixes))
    return vnets


def _subnet(
    draw: st.DrawFn, vnet: VirtualNetwork, index: int, nsgs: list[ResourceId], tables: list[RouteTable]
) -> Subnet:
    return Subnet(
        vnet.id.child("subnets", f"{vnet.id.name}-subnet-{index}"),
        tuple(_slice(space, index) for space in _used(vnet)),
        nsg=draw(st.sampled_from([*nsgs, *nsgs, None])),
        route_table=draw(st.sampled_from([*(table.id for table in tables), None])),
    )


def _used(vnet: VirtualNetwork) -> list[Prefix]:
    """Subnets stand in the first IPv4 range and in the IPv6 range, if there is one."""
    spaces = [space for space in vnet.address_space if isinstance(space, Prefix)]
    return [spaces[0], *(space for space in spaces if space.version == 6)]


def _slice(space: Prefix, index: int) -> Prefix:
    """The ``index``-th /25, or /64, of a range."""
    length = 64 if space.version == 6 else 25
    return Prefix(space.version, space.network + (index << ((128 if space.version == 6 else 32) - length)), length)


def _nic(
    draw: st.DrawFn, subnet: Subnet, index: int, nsgs: list[ResourceId], asgs: list[ResourceId]
) -> NetworkInterface:
    """A NIC with an address in each range of its subnet, in some of the first two groups; the third stays empty."""
    name = f"{subnet.id.name}-nic-{index}"
    nic = _id("networkInterfaces", name)
    groups = tuple(draw(st.lists(st.sampled_from(asgs[:2]), max_size=2, unique=True)))
    configs = tuple(
        IpConfiguration(
            nic.child("ipConfigurations", f"ip{prefix.version}"),
            Address(prefix.version, prefix.network + 4 + index),
            subnet.id,
            asgs=groups,
            primary=prefix.version == 4,
        )
        for prefix in subnet.prefixes
        if isinstance(prefix, Prefix)
    )
    vm = ResourceId(f"{_GROUP}/providers/Microsoft.Compute/virtualMachines/{name}-vm")
    return NetworkInterface(nic, "westeurope", configs, nsg=draw(st.sampled_from([*nsgs, *nsgs, None])), vm=vm)


def _peerings(draw: st.DrawFn, vnets: list[VirtualNetwork]) -> list[Peering]:
    """For each pair of VNets both sides, one or none."""
    pairs = [(a, b) for a in vnets for b in vnets if a is not b and draw(st.sampled_from([True, True, True, False]))]
    return [
        Peering(
            a.id.child("virtualNetworkPeerings", f"to-{b.id.name}"),
            b.id,
            state=draw(st.sampled_from(["Connected", "Connected", "Connected", "", "Initiated", "Disconnected"])),
            allow_virtual_network_access=draw(st.sampled_from([True, True, False])),
            allow_forwarded_traffic=draw(st.booleans()),
        )
        for a, b in pairs
    ]


def _route_table(draw: st.DrawFn, name: str) -> RouteTable:
    """One to six routes; Azure lets a prefix stand once in a table."""
    table = _id("routeTables", name)
    known: list[Prefix | ServiceTag] = [parse_prefix(text) for text in _ROUTES]
    tags = [ServiceTag(tag) for tag in TAGS]
    prefixes = draw(st.lists(st.sampled_from(known + 3 * tags), min_size=1, max_size=6, unique=True))
    return RouteTable(table, "westeurope", tuple(_route(draw, table, n, prefix) for n, prefix in enumerate(prefixes)))


def _route(draw: st.DrawFn, table: ResourceId, number: int, prefix: Prefix | ServiceTag) -> UserRoute:
    appliance = NextHopType.VIRTUAL_APPLIANCE
    others = [NextHopType.NONE, NextHopType.INTERNET, NextHopType.VNET_LOCAL, NextHopType.VIRTUAL_NETWORK_GATEWAY]
    hop = draw(st.sampled_from([*[appliance] * 3, *others]))
    version = prefix.version if isinstance(prefix, Prefix) else 4
    hops = [parse_address(text) for text in _HOPS]
    ip = draw(st.sampled_from([hop for hop in hops if hop.version == version])) if hop is appliance else None
    return UserRoute(table.child("routes", f"route-{number}"), f"route-{number}", prefix, hop, ip)


def addresses_near(topology: Topology) -> st.SearchStrategy[Address]:
    """Addresses of NICs, both ends of every prefix the network names and one beyond, and others that matter."""
    found = [parse_address(text) for text in _SCATTERED]
    found += [
        config.private_ip
        for nic in topology.nics.values()
        for config in nic.ip_configurations
        if isinstance(config.private_ip, Address)
        for _ in range(4)
    ]
    for prefix in (*_prefixes(topology), *map(parse_prefix, _RESERVED)):
        last = (1 << (32 if prefix.version == 4 else 128)) - 1
        for value in (prefix.low - 1, prefix.low, prefix.high, prefix.high + 1):
            found.append(Address(prefix.version, min(max(value, 0), last)))
    return st.sampled_from(found)


def _prefixes(topology: Topology) -> list[Prefix]:
    terms = [
        term
        for group in topology.nsgs.values()
        for rule in group.rules
        for term in (*rule.sources.terms, *rule.destinations.terms)
    ]
    routes = [route.prefix for table in topology.route_tables.values() for route in table.routes]
    spaces = [space for vnet in topology.vnets.values() for space in vnet.address_space]
    cidrs = [term.prefix for term in terms if isinstance(term, Cidr)]
    return [*cidrs, *(prefix for prefix in (*routes, *routes, *spaces) if isinstance(prefix, Prefix))]


@st.composite
def flows(draw: st.DrawFn, topology: Topology, nic: NetworkInterface, direction: Direction) -> Flow:
    """Flows that cross ``nic``, in a family it has: its own address on the near side most of the time."""
    own = [config.private_ip for config in nic.ip_configurations if isinstance(config.private_ip, Address)]
    versions = {address.version for address in own}
    others = addresses_near(topology).filter(lambda address: address.version in versions)
    near = draw(st.sampled_from(own) | st.sampled_from(own) | others)
    far = draw(addresses_near(topology).filter(lambda address: address.version == near.version))
    src, dst = (far, near) if direction is Direction.INBOUND else (near, far)
    return draw(flows_between(topology, src, dst))


@st.composite
def flows_between(draw: st.DrawFn, topology: Topology, src: Address, dst: Address) -> Flow:
    """Flows from ``src`` to ``dst`` with ports at the ends of the ranges that the network's rules name."""
    protocol = draw(
        st.sampled_from([Protocol.TCP, Protocol.TCP, *(one for one in Protocol if one is not Protocol.ANY)])
    )
    if not protocol.has_ports:
        return Flow(protocol, src, 0, dst, 0)
    rules = [rule for group in topology.nsgs.values() for rule in group.rules]
    sport = draw(st.just(ANY_PORT) | _ports([rule.source_ports for rule in rules]))
    return Flow(protocol, src, sport, dst, draw(_ports([rule.destination_ports for rule in rules])))


def _ports(fields: list[PortField]) -> st.SearchStrategy[int]:
    ranges = [ports for field in fields for ports in field.ranges if isinstance(ports, PortRange)]
    ends = {port for ports in ranges for port in (ports.low - 1, ports.low, ports.high, ports.high + 1)}
    return st.sampled_from(sorted({0, 22, 443, 65535} | {port for port in ends if 0 <= port <= 65535}))


def with_rules(topology: Topology, nsg: ResourceId, rules: tuple[SecurityRule, ...]) -> Topology:
    """The same network, but for the rules of one group."""
    group = replace(topology.nsgs[nsg.key], rules=rules)
    return replace(topology, nsgs={**topology.nsgs, nsg.key: group})
