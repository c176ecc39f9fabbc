"""Addresses, flows and diagnostic profiles that aim at the edges of a network's rules and routes."""

from __future__ import annotations

from hypothesis import strategies as st

from netwatch.model.addresses import ANY_PORT, Address, PortRange, Prefix, parse_address, parse_prefix
from netwatch.model.flow import Direction, Flow, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface
from netwatch.model.rules import Cidr, PortField, SecurityRule
from netwatch.model.topology import Topology
from tests.oracle import Asked, Profile
from tests.strategies.pools import CIDRS, CONTEXT_TAGS, EDGES, LEARNED, PLATFORM_TAGS, PORTS, SCATTERED, TAGS

__all__ = ["addresses_near", "destinations", "flows", "flows_between", "profiles", "questions_of"]

_DIAGNOSED = (Protocol.TCP, Protocol.ICMP, Protocol.TCP, Protocol.UDP, Protocol.ICMP, Protocol.ANY)
_PLATFORM_PORTS = (53, 67, 68, 69, 80, 443, 32526)
_PLATFORM = tuple(
    (parse_address(text), port)
    for text, ports in (
        ("168.63.129.16", _PLATFORM_PORTS),
        ("169.254.169.254", _PLATFORM_PORTS),
        ("20.118.99.224", (1688, 1688, 1688, 80)),
        ("23.102.135.246", (1688, 1688)),
        ("40.83.235.53", (1688, 1688)),
    )
    for port in ports
)


def addresses_near(topology: Topology) -> st.SearchStrategy[Address]:
    """Addresses of NICs, both ends of every prefix the network names and one beyond, and others that matter."""
    found = [parse_address(text) for text in SCATTERED]
    for nic in topology.nics.values():
        found += 4 * own_addresses(nic)
    for prefix in (*_prefixes(topology), *map(parse_prefix, EDGES)):
        found += _ends(prefix)
    return st.sampled_from(found)


def destinations(topology: Topology) -> st.SearchStrategy[Address]:
    """Addresses that routes of the network part ways over: ends of what its routes name and one beyond, and its NICs'.

    Those of private endpoints stand out; each service tag of a route or a service endpoint counts with its prefixes.
    """
    routes = [route.prefix for table in topology.route_tables.values() for route in table.routes]
    tags = [parse_prefix(text) for tag in TAGS for text in TAGS[tag]]
    spaces = [space for vnet in topology.vnets.values() for space in vnet.address_space]
    sites = [prefix for site in topology.local_network_gateways.values() for prefix in site.prefixes]
    learned = [prefix for each in topology.facts.gateway_learned_routes.values() for prefix in each]
    found = [parse_address(text) for text in SCATTERED]
    for nic in topology.nics.values():
        found += (1 if nic.vm else 12) * own_addresses(nic)
    for prefix in (*routes, *routes, *tags, *spaces, *sites, *learned):
        found += _ends(prefix) if isinstance(prefix, Prefix) else []
    return st.sampled_from(found)


def _ends(prefix: Prefix) -> list[Address]:
    """Both ends of a prefix, and one beyond each."""
    last = (1 << (32 if prefix.version == 4 else 128)) - 1
    values = (prefix.low - 1, prefix.low, prefix.high, prefix.high + 1)
    return [Address(prefix.version, min(max(value, 0), last)) for value in values]


def own_addresses(nic: NetworkInterface) -> list[Address]:
    return [config.private_ip for config in nic.ip_configurations if isinstance(config.private_ip, Address)]


def _prefixes(topology: Topology) -> list[Prefix]:
    terms = [term for rule in _rules(topology) for term in (*rule.sources.terms, *rule.destinations.terms)]
    routes = [route.prefix for table in topology.route_tables.values() for route in table.routes]
    spaces = [space for vnet in topology.vnets.values() for space in vnet.address_space]
    learned = [parse_prefix(text) for text in LEARNED] if topology.gateways else []
    cidrs = [term.prefix for term in terms if isinstance(term, Cidr)]
    return [*cidrs, *(prefix for prefix in (*routes, *routes, *spaces, *learned) if isinstance(prefix, Prefix))]


def _rules(topology: Topology) -> list[SecurityRule]:
    of_groups = [rule for group in topology.nsgs.values() for rule in group.rules]
    return of_groups + [rule for each in topology.admin_rule_collections.values() for rule in each.rules]


@st.composite
def flows(draw: st.DrawFn, topology: Topology, nic: NetworkInterface, direction: Direction) -> Flow:
    """Flows that cross ``nic``, in a family it has: its own address on the near side most of the time.

    One outbound flow in five goes to the platform's own services.
    """
    own = own_addresses(nic)
    if direction is Direction.OUTBOUND and draw(st.integers(0, 4)) == 4:
        protocol = draw(st.sampled_from([Protocol.TCP, Protocol.UDP]))
        dst, port = draw(st.sampled_from(_PLATFORM))
        return Flow(protocol, own[0], draw(st.sampled_from([50_000, ANY_PORT])), dst, port)
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
    rules = _rules(topology)
    sport = draw(st.just(ANY_PORT) | _ports([rule.source_ports for rule in rules]))
    return Flow(protocol, src, sport, dst, draw(_ports([rule.destination_ports for rule in rules])))


def _ports(fields: list[PortField]) -> st.SearchStrategy[int]:
    ranges = [ports for field in fields for ports in field.ranges if isinstance(ports, PortRange)]
    ends = {port for ports in ranges for port in (ports.low - 1, ports.low, ports.high, ports.high + 1)}
    return st.sampled_from(sorted({0, 22, 53, 80, 443, 65535} | {port for port in ends if 0 <= port <= 65535}))


@st.composite
def profiles(draw: st.DrawFn, topology: Topology, nic: NetworkInterface) -> Profile:
    """Questions of NSG diagnostics: sides that can be asked together, in a family the NIC has."""
    versions = {address.version for address in own_addresses(nic)}
    near = addresses_near(topology).filter(lambda address: address.version in versions).map(str)
    own = st.sampled_from([str(address) for address in own_addresses(nic)])
    source = draw(_side() | near | own)
    destination = draw(_side() | near | own)
    if {_version(source), _version(destination)} == {4, 6}:
        destination = "*"
    ports = st.sampled_from([*PORTS, *PORTS, "443-444", "0-65534"])
    direction, protocol = draw(st.sampled_from(Direction)), draw(st.sampled_from(_DIAGNOSED))
    return Profile(direction, protocol, source, destination, draw(ports))


def _side() -> st.SearchStrategy[str]:
    """``*``, an IPv4 prefix, or a tag that has IPv4 addresses, so that two sides are always of one family."""
    cidrs = [text for text in (*CIDRS, "10.0.0.0/23", "0.0.0.0/0", "20.60.26.0/24") if ":" not in text]
    return st.sampled_from(["*", "*", "*", *cidrs, *CONTEXT_TAGS, *CONTEXT_TAGS, *PLATFORM_TAGS, *TAGS])


def _version(text: str) -> int:
    """6 where it is an IPv6 address, 4 where it may be IPv4, 0 where it is everything."""
    return 0 if text == "*" else 6 if ":" in text else 4


@st.composite
def questions_of(draw: st.DrawFn, topology: Topology) -> Asked:
    """A connectivity check from a machine to anything that has an address, or a name, in or out of the network.

    Machines of other networks are asked for more often than the rest.
    """
    nics = [nic for nic in topology.nics.values() if nic.vm and nic.primary]
    nic = draw(st.sampled_from(nics))
    assert isinstance(nic.vm, ResourceId)
    versions = {address.version for address in own_addresses(nic)}
    far = [each.vm for each in nics if _home_of(each) != _home_of(nic) and isinstance(each.vm, ResourceId)]
    ends = [*_ends_of_paths(topology), *far, *far, *far]
    there = draw(st.sampled_from([each for each in ends if _version_of(each) in versions]))
    protocol = draw(st.sampled_from([*6 * [Protocol.TCP], Protocol.ICMP]))
    return Asked(nic.vm, there, protocol, draw(st.sampled_from([80, 443, 443, 8080, 22, 5000, 5001, 5001])))


def _home_of(nic: NetworkInterface) -> ResourceId:
    subnet = nic.ip_configurations[0].subnet
    assert isinstance(subnet, ResourceId)
    return subnet.parent


def _ends_of_paths(topology: Topology) -> list[ResourceId | Address | str]:
    """Machines by id; private and public addresses; names; sites, services and the Internet."""
    found: list[ResourceId | Address | str] = [vm.id for vm in topology.vms.values()]
    found += [address for nic in topology.nics.values() for address in own_addresses(nic) * (1 if nic.vm else 6)]
    private = [each.private_ip for balancer in topology.load_balancers.values() for each in balancer.frontends]
    private += 2 * [firewall.private_ip for firewall in topology.firewalls.values()]
    public = [ip.address for ip in topology.public_ips.values()]
    found += [each for each in (*private, *private, *private, *public) if isinstance(each, Address)]
    found += [*topology.facts.dns, "www.contoso.com", "www.example.net"]
    found += [parse_address(text) for text in ("8.8.8.8", "8.8.8.8", "20.60.26.1", "10.200.0.4", "2001:4860::8888")]
    sites = [prefix for site in topology.local_network_gateways.values() for prefix in site.prefixes]
    pools = [prefix for gateway in topology.gateways.values() for prefix in gateway.client_prefixes]
    learned = [prefix for held in topology.facts.gateway_learned_routes.values() for prefix in held]
    far = [each for each in dict.fromkeys((*sites, *pools, *learned)) if isinstance(each, Prefix)]
    found += [Address(each.version, each.network + 9) for each in far]
    return found


def _version_of(there: ResourceId | Address | str) -> int:
    return there.version if isinstance(there, Address) else 4
