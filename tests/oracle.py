"""The independent oracle: what Azure answers, worked out by another road than netwatch's.

It reads the topology's nouns and nothing else of netwatch: no effective rules, no tables, no compiled anything. Every
rule and route is looked at one by one with the standard library's ``ipaddress``. It is slow and meant to be obvious.
Sources: "Network security groups", "How network security groups filter network traffic", "Virtual network service
tags", "Virtual network traffic routing", and recorded answers of the real service, which win where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from netwatch.model.addresses import ANY_PORT, Address, PortRange, Prefix
from netwatch.model.flow import Access, Direction, Flow, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Peering, Subnet, VirtualNetwork
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import AddressField, AddressTerm, AnyAddress, Asg, Cidr, PortField, SecurityRule, ServiceTag
from netwatch.model.topology import Topology

__all__ = ["SYSTEM_ROUTE", "oracle_ip_flow", "oracle_next_hop", "oracle_tag_holds"]

Network = IPv4Network | IPv6Network
Host = IPv4Address | IPv6Address
Tags = Mapping[str, Sequence[str]]

SYSTEM_ROUTE = "System Route"
PLATFORM = ip_network("168.63.129.16/32")
PLATFORM_SERVICES = [
    *(("168.63.129.16", "Tcp", port) for port in (53, 80, 443, 32526)),
    *(("168.63.129.16", "Udp", port) for port in (53, 67, 68)),
    ("169.254.169.254", "Tcp", 80),
]

NOT_INTERNET = [
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "25.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
    )
]  # fmt: skip
GLOBAL_UNICAST = ip_network("2000::/3")
RESERVED = [ip_network(text) for text in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")]


# --- IP flow verify ---------------------------------------------------------------------------------------------------


def oracle_ip_flow(
    topology: Topology, nic: NetworkInterface, direction: Direction, flow: Flow, *, tags: Tags | None = None
) -> tuple[str, str, str]:
    """``(outcome, rule name, id of its group)``; NotApplicable and two empty texts where no group is bound.

    Inbound the subnet's group is asked before the NIC's, outbound after it. The first that denies answers; where all
    allow, the last one asked does. Platform services that a group denies pass all the same, and no rule says so.
    """
    subnet = _subnet(topology, nic)
    groups = [subnet.nsg, nic.nsg] if direction is Direction.INBOUND else [nic.nsg, subnet.nsg]
    answer = ("NotApplicable", "", "")
    for group in groups:
        if isinstance(group, ResourceId):
            access, name = _first_rule(topology, subnet, topology.nsgs[group.key].rules, direction, flow, tags or {})
            answer = (access, name, group.text)
            if access == "Deny":
                return ("Allow", "", "") if _is_platform_service(direction, flow) else answer
    return answer


def _is_platform_service(direction: Direction, flow: Flow) -> bool:
    """What machines open to the platform's own services is not subject to groups (no rule here names their tags).

    Sources: "Network security groups", platform considerations; "What is IP address 168.63.129.16?".
    """
    service = (str(flow.dst_ip), flow.protocol.value, flow.dst_port)
    return direction is Direction.OUTBOUND and service in PLATFORM_SERVICES


def _first_rule(
    topology: Topology, subnet: Subnet, rules: Sequence[SecurityRule], direction: Direction, flow: Flow, tags: Tags
) -> tuple[str, str]:
    own = [rule for rule in rules if rule.direction is direction]
    while own:
        rule = min(own, key=_priority)
        own.remove(rule)
        if _matches(topology, subnet, rule, flow, tags):
            assert isinstance(rule.access, Access)
            return rule.access.value, rule.name
    return _default_rule(topology, subnet, direction, flow)


def _priority(rule: SecurityRule) -> int:
    assert isinstance(rule.priority, int)
    return rule.priority


def _default_rule(topology: Topology, subnet: Subnet, direction: Direction, flow: Flow) -> tuple[str, str]:
    """The default rules; all take every protocol and every port."""
    source, destination = _host(flow.src_ip), _host(flow.dst_ip)
    inside = _is_virtual_network(topology, subnet, source) and _is_virtual_network(topology, subnet, destination)
    if direction is Direction.INBOUND:
        if inside:
            return "Allow", "AllowVnetInBound"
        return ("Allow", "AllowAzureLoadBalancerInBound") if source in PLATFORM else ("Deny", "DenyAllInBound")
    if inside:
        return "Allow", "AllowVnetOutBound"
    return ("Allow", "AllowInternetOutBound") if _is_internet(destination) else ("Deny", "DenyAllOutBound")


def _matches(topology: Topology, subnet: Subnet, rule: SecurityRule, flow: Flow, tags: Tags) -> bool:
    return (
        _matches_service(rule, flow)
        and _matches_address(topology, subnet, rule.sources, _host(flow.src_ip), tags)
        and _matches_address(topology, subnet, rule.destinations, _host(flow.dst_ip), tags)
    )


def _matches_service(rule: SecurityRule, flow: Flow) -> bool:
    if flow.protocol in (Protocol.TCP, Protocol.UDP):
        right_protocol = rule.protocol in (flow.protocol, Protocol.ANY)
        return (
            right_protocol and _port(rule.source_ports, flow.src_port) and _port(rule.destination_ports, flow.dst_port)
        )
    if rule.protocol is Protocol.ANY:
        return _takes_all(rule.source_ports) and _takes_all(rule.destination_ports)
    return rule.protocol is flow.protocol


def _port(field: PortField, port: int) -> bool:
    if port == ANY_PORT:
        return _takes_all(field)
    return any(ports.low <= port <= ports.high for ports in _ranges(field))


def _takes_all(field: PortField) -> bool:
    """No gap: port 0 is taken, and so is the port behind the end of every range."""
    ranges = _ranges(field)
    starts = [0, *(ports.high + 1 for ports in ranges if ports.high < 65535)]
    return all(any(ports.low <= start <= ports.high for ports in ranges) for start in starts)


def _ranges(field: PortField) -> list[PortRange]:
    return [ports for ports in field.ranges if isinstance(ports, PortRange)]


def _matches_address(topology: Topology, subnet: Subnet, field: AddressField, host: Host, tags: Tags) -> bool:
    """Whether any term holds ``host``. A group without members disables the whole field: azure-docs issue 77328."""
    if any(isinstance(term, Asg) and not _members(topology, term.id) for term in field.terms):
        return False
    return any(_matches_term(topology, subnet, term, host, tags) for term in field.terms)


def _matches_term(topology: Topology, subnet: Subnet, term: AddressTerm, host: Host, tags: Tags) -> bool:
    if isinstance(term, AnyAddress):
        return True
    if isinstance(term, Cidr):
        return host in _network(term.prefix)
    if isinstance(term, Asg):
        return host in _members(topology, term.id)
    assert isinstance(term, ServiceTag)
    return oracle_tag_holds(topology, subnet, term.text, host, tags)


def _members(topology: Topology, group: ResourceId) -> list[Host]:
    configs = [config for nic in topology.nics.values() for config in nic.ip_configurations if group in config.asgs]
    return [_host(config.private_ip) for config in configs if isinstance(config.private_ip, Address)]


# --- service tags -----------------------------------------------------------------------------------------------------


def oracle_tag_holds(topology: Topology, subnet: Subnet, name: str, host: Host, tags: Tags) -> bool:
    """Whether the tag ``name``, in a rule that is read at ``subnet``, holds ``host``."""
    match name.lower():
        case "virtualnetwork":
            return _is_virtual_network(topology, subnet, host)
        case "internet":
            return _is_internet(host)
        case "azureloadbalancer":
            return host in PLATFORM
        case other:
            return any(host in network for network in _published(other, tags))


def _published(name: str, tags: Tags) -> list[Network]:
    (texts,) = [texts for spelled, texts in tags.items() if spelled.lower() == name.lower()]
    return [ip_network(text) for text in texts]


def _is_internet(host: Host) -> bool:
    if host.version == 6:
        return host in GLOBAL_UNICAST
    return not any(host in network for network in NOT_INTERNET)


def _is_virtual_network(topology: Topology, subnet: Subnet, host: Host) -> bool:
    """The VNet, its peers (unless the peering's access flag is off), the platform, and what routes bring near.

    Decided: of the user-defined routes, those to an appliance or a gateway count, and those to VnetLocal except a
    default route; None and Internet lead out of the network.
    """
    near = [PLATFORM, *_spaces(topology.vnets[subnet.vnet.key])]
    for peering in _connected(topology, subnet.vnet):
        if peering.allow_virtual_network_access:
            near += _peer_spaces(topology, peering)
    for route in _user_routes(topology, subnet):
        hop = _hop(route)
        if isinstance(route.prefix, Prefix) and (
            hop in ("VirtualAppliance", "VirtualNetworkGateway") or (hop == "VnetLocal" and route.prefix.length > 0)
        ):
            near.append(_network(route.prefix))
    return any(host in network for network in near)


# --- next hop ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Route:
    network: Network
    hop: str
    precedence: int
    """Among equal prefixes the lowest wins: 0 user prefix, 1 to 4 user service tag, 5 system."""
    ip: str = ""
    table: str = SYSTEM_ROUTE


def oracle_next_hop(
    topology: Topology, nic: NetworkInterface, dest: Address, *, tags: Tags | None = None
) -> tuple[str, str, str]:
    """``(next hop type in the words of effective routes, its address or empty, route table id or "System Route")``.

    The longest prefix wins, among equals the user's. An appliance that neither the VNet nor a peer holds makes the
    type None, and its address is still told.
    """
    subnet, host = _subnet(topology, nic), _host(dest)
    candidates = [route for route in _routes(topology, subnet, tags or {}) if host in route.network]
    if not candidates:
        return "None", "", SYSTEM_ROUTE
    best = min(candidates, key=lambda route: (-route.network.prefixlen, route.precedence))
    if best.hop == "VirtualAppliance" and not _is_reachable(topology, subnet, ip_address(best.ip)):
        return "None", best.ip, best.table
    return best.hop, best.ip, best.table


def _routes(topology: Topology, subnet: Subnet, tags: Tags) -> Iterator[_Route]:
    users = list(_user_rows(topology, subnet, tags))
    systems = list(_system_rows(topology, subnet))
    yield from users
    yield from systems
    own = [route.network for route in users]
    if ip_network("0.0.0.0/0") in own:
        return
    for reserved in RESERVED:
        covered = any(_covers(route.network, reserved) for route in systems)
        if reserved not in own and not covered:
            yield _Route(reserved, "None", 5)


def _covers(network: Network, reserved: Network) -> bool:
    """Whether a range of the VNet or of a peer (not the default route) is the reserved one or contains it."""
    first, last = reserved.network_address, reserved.broadcast_address
    return network.prefixlen > 0 and first in network and last in network


def _system_rows(topology: Topology, subnet: Subnet) -> Iterator[_Route]:
    vnet = topology.vnets[subnet.vnet.key]
    for space in _spaces(vnet):
        yield _Route(space, "VnetLocal", 5)
    for peering in _connected(topology, vnet.id):
        for space in _peer_spaces(topology, peering):
            yield _Route(space, "VNetGlobalPeering" if _is_far(topology, vnet, peering) else "VNetPeering", 5)
    yield _Route(ip_network("0.0.0.0/0"), "Internet", 5)
    if any(space.version == 6 for space in _spaces(vnet)):
        yield _Route(ip_network("::/0"), "Internet", 5)


def _user_rows(topology: Topology, subnet: Subnet, tags: Tags) -> Iterator[_Route]:
    for route in _user_routes(topology, subnet):
        hop = _hop(route)
        ip = str(route.next_hop_ip) if route.next_hop_ip is not None else ""
        table = _table(topology, subnet)
        assert table is not None
        if isinstance(route.prefix, ServiceTag):
            for network in _published(route.prefix.text, tags):
                yield _Route(network, hop, _tag_precedence(route.prefix.text), ip, table.id.text)
        else:
            assert isinstance(route.prefix, Prefix)
            yield _Route(_network(route.prefix), hop, 0, ip, table.id.text)


def _hop(route: UserRoute) -> str:
    assert isinstance(route.next_hop_type, NextHopType)
    return route.next_hop_type.value


def _tag_precedence(name: str) -> int:
    """Regional tags before whole ones, AzureCloud after every other tag."""
    return 1 + ("." not in name) + 2 * name.lower().startswith("azurecloud")


def _user_routes(topology: Topology, subnet: Subnet) -> tuple[UserRoute, ...]:
    table = _table(topology, subnet)
    return table.routes if table is not None else ()


def _table(topology: Topology, subnet: Subnet) -> RouteTable | None:
    return topology.route_tables[subnet.route_table.key] if isinstance(subnet.route_table, ResourceId) else None


def _is_reachable(topology: Topology, subnet: Subnet, host: Host) -> bool:
    spaces = _spaces(topology.vnets[subnet.vnet.key])
    for peering in _connected(topology, subnet.vnet):
        spaces += _peer_spaces(topology, peering)
    return any(host in space for space in spaces)


# --- the network around -----------------------------------------------------------------------------------------------


def _connected(topology: Topology, vnet: ResourceId) -> list[Peering]:
    """The VNet's peerings that carry traffic: neither side says that it does not.

    A side whose state is left out counts as connected if the other side is declared; a side that says Connected is
    believed (Azure says so only while both exist).
    """
    found = []
    for peering in topology.peerings.values():
        if peering.vnet != vnet:
            continue
        backs = [
            back for back in topology.peerings.values() if back.vnet == peering.remote_vnet and back.remote_vnet == vnet
        ]
        states = [peering.state, *(back.state for back in backs)]
        if all(state in ("Connected", "") for state in states) and (backs or peering.state):
            found.append(peering)
    return found


def _peer_spaces(topology: Topology, peering: Peering) -> list[Network]:
    assert isinstance(peering.remote_vnet, ResourceId)
    return _spaces(topology.vnets[peering.remote_vnet.key])


def _is_far(topology: Topology, vnet: VirtualNetwork, peering: Peering) -> bool:
    assert isinstance(peering.remote_vnet, ResourceId)
    return topology.vnets[peering.remote_vnet.key].location != vnet.location


def _spaces(vnet: VirtualNetwork) -> list[Network]:
    return [_network(prefix) for prefix in vnet.address_space if isinstance(prefix, Prefix)]


def _subnet(topology: Topology, nic: NetworkInterface) -> Subnet:
    (key,) = {config.subnet.key for config in nic.ip_configurations if isinstance(config.subnet, ResourceId)}
    return topology.subnets[key]


def _host(address: Address) -> Host:
    return ip_address(str(address))


def _network(prefix: Prefix) -> Network:
    return ip_network(str(prefix))
