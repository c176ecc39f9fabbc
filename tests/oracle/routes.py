"""The effective routes of a subnet, and which of them takes a packet."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Subnet
from netwatch.model.rules import ServiceTag
from netwatch.model.topology import Topology
from tests.oracle.around import (
    Host,
    Network,
    Tags,
    connected,
    host,
    is_far,
    learned,
    mesh,
    network,
    peer_spaces,
    region,
    route_table,
    spaces,
    subnet_of,
    takes_part,
)
from tests.oracle.tags import hop_of, published

__all__ = ["APPLIANCES", "SYSTEM_ROUTE", "Row", "oracle_next_hop", "oracle_route", "oracle_routes"]

SYSTEM_ROUTE = "System Route"
RESERVED = [ip_network(text) for text in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")]
EVERYWHERE = [ip_network("0.0.0.0/0"), ip_network("::/0")]
APPLIANCES = ("VirtualAppliance", "VirtualApplianceEcmp")
PAIRED = {"westeurope": "northeurope", "northeurope": "westeurope"}


class Row(NamedTuple):
    """One effective route. ``table`` is the id of the user's route table, else the words of a next hop answer."""

    networks: frozenset[Network]
    hop: str
    source: str = "Default"
    state: str = "Active"
    ip: str = ""
    name: str = ""
    table: str = SYSTEM_ROUTE
    tag: str = ""
    others: tuple[str, ...] = ()
    """The other appliances of a route that spreads flows over several."""


def oracle_next_hop(
    topology: Topology, nic: NetworkInterface, dest: Address, *, tags: Tags | None = None
) -> tuple[str, str, str]:
    """``(next hop type in the words of effective routes, its address or empty, route table id or "System Route")``.

    The longest prefix wins, among equals the user's. An appliance that neither the VNet nor a direct neighbour holds
    makes the type None, and its address is still told. Of several, the first is told, and one in reach is enough.
    """
    subnet = subnet_of(topology, nic)
    best = oracle_route(topology, subnet, dest, tags or {})
    if best is None:
        return "None", "", SYSTEM_ROUTE
    if best.hop in APPLIANCES and not any(
        _is_reachable(topology, subnet, ip_address(ip)) for ip in (best.ip, *best.others)
    ):
        return "None", best.ip, best.table
    if best.hop == "Internet" and subnet.nat_gateway is not None:
        return topology.semantics.nat_gateway_next_hop, best.ip, best.table
    return best.hop, best.ip, best.table


def oracle_route(topology: Topology, subnet: Subnet, dest: Address, tags: Tags) -> Row | None:
    """The row that takes a packet for ``dest``: of those that hold it, the longest prefix, then the precedence."""
    rows = [row for row in oracle_routes(topology, subnet, tags) if row.state == "Active"]
    holding = [
        (-held.prefixlen, _precedence(topology, row), row)
        for row in rows
        for held in row.networks
        if host(dest) in held
    ]
    return min(holding, key=lambda found: found[:2])[2] if holding else None


def _precedence(topology: Topology, row: Row) -> int:
    """Among equal prefixes the lowest wins.

    A private endpoint's row that is Active has not been overridden by the user's, so it comes first. User prefixes, the
    user's service tags (regional ones before whole ones, AzureCloud after every other), gateways, the system.
    """
    if row.hop == "InterfaceEndpoint":
        return -2
    if row.hop == "VirtualNetworkServiceEndpoint" and topology.semantics.service_endpoint_routes == "endpointWins":
        return -1
    if row.source == "User":
        return 1 + ("." not in row.tag) + 2 * row.tag.lower().startswith("azurecloud") if row.tag else 0
    return 5 if row.source == "VirtualNetworkGateway" else 6


def _is_reachable(topology: Topology, subnet: Subnet, address: Host) -> bool:
    """In the VNet, a peer, or a member of its connected group: all of these are one hop away."""
    vnet = topology.vnets[subnet.vnet.key]
    near = spaces(vnet) + [
        space for peering in connected(topology, vnet.id) for space in peer_spaces(topology, subnet, peering)
    ]
    near += [space for member in mesh(topology, vnet) for space in spaces(member)]
    return any(address in space for space in near)


# --- rows -------------------------------------------------------------------------------------------------------------


def oracle_routes(topology: Topology, subnet: Subnet, tags: Tags) -> list[Row]:
    """Every row, overridden ones as Invalid, in no particular order."""
    users = list(_user_rows(topology, subnet, tags))
    near = list(_near_rows(topology, subnet))
    services = list(_service_rows(topology, subnet, tags))
    brought = list(_learned_rows(topology, subnet, [*near, *services]))
    system = [*near, *services, *_internet_rows(topology, subnet)]
    wins = {row.networks for row in users}
    wins_over_system = wins | {row.networks for row in brought if row.state == "Active"}
    rows = [*users, *_endpoint_rows(topology, subnet, users), *_reserved_rows(near, brought, users)]
    rows += [row._replace(state="Invalid") if row.networks in wins else row for row in brought]
    for row in system:
        stands = row.hop == "VirtualNetworkServiceEndpoint" and _endpoints_win(topology)
        rows.append(row._replace(state="Invalid") if row.networks in wins_over_system and not stands else row)
    return rows


def _endpoints_win(topology: Topology) -> bool:
    return topology.semantics.service_endpoint_routes == "endpointWins"


def _near_rows(topology: Topology, subnet: Subnet) -> Iterator[Row]:
    """One for each range of the VNet and of each connected peer, and one for all of its connected groups."""
    vnet = topology.vnets[subnet.vnet.key]
    for space in spaces(vnet):
        yield Row(frozenset({space}), "VnetLocal")
    for peering in connected(topology, vnet.id):
        for space in peer_spaces(topology, subnet, peering):
            yield Row(frozenset({space}), "VNetGlobalPeering" if is_far(topology, vnet, peering) else "VNetPeering")
    peers = [peering.remote_vnet for peering in connected(topology, vnet.id)]
    every = {space for member in mesh(topology, vnet) if member.id not in peers for space in spaces(member)}
    table = route_table(topology, subnet)
    taken = {network(route.prefix) for route in (table.routes if table else ()) if isinstance(route.prefix, Prefix)}
    if every - taken:
        yield Row(frozenset(every - taken), "ConnectedGroup")
    for space in every & taken:  # an overridden one stands by itself, as Invalid
        yield Row(frozenset({space}), "ConnectedGroup")


def _internet_rows(topology: Topology, subnet: Subnet) -> Iterator[Row]:
    for everywhere in EVERYWHERE:
        if everywhere.version == 4 or any(space.version == 6 for space in spaces(topology.vnets[subnet.vnet.key])):
            yield Row(frozenset({everywhere}), "Internet")


def _service_rows(topology: Topology, subnet: Subnet, tags: Tags) -> Iterator[Row]:
    """One for each service endpoint: the tag of the region; for storage also that of its pair; some have none."""
    here = region(topology.vnets[subnet.vnet.key].location)
    brings = {
        "Microsoft.Storage": [f"Storage.{here}", f"Storage.{PAIRED[here]}"],
        "Microsoft.Storage.Global": ["Storage"],
        "Microsoft.Sql": [f"Sql.{here}"],
        "Microsoft.AzureActiveDirectory": ["AzureActiveDirectory"],
    }
    for endpoint in subnet.service_endpoints:
        held = [each for tag in brings[endpoint.service] for each in published(tag, tags)]
        yield Row(frozenset(held), "VirtualNetworkServiceEndpoint")


def _learned_rows(topology: Topology, subnet: Subnet, preferred: list[Row]) -> Iterator[Row]:
    """What gateways bring; Invalid inside a range of the VNet, of a peer, of a group or of a service endpoint."""
    for brought, ip in learned(topology, subnet).items():
        inside = any(
            brought.network_address in held and brought.broadcast_address in held
            for row in preferred
            for held in row.networks
        )
        source = "VirtualNetworkGateway"
        yield Row(frozenset({brought}), source, source, "Invalid" if inside else "Active", ip)


def _reserved_rows(near: list[Row], brought: list[Row], users: list[Row]) -> Iterator[Row]:
    """Dropped, unless something here is that very range, contains it, or the user has a default route of his own."""
    system = [held for row in near for held in row.networks]
    others = [held for row in (*brought, *users) for held in row.networks]
    if any(held == EVERYWHERE[0] for row in users for held in row.networks):
        return
    for reserved in RESERVED:
        covered = any(reserved.network_address in held and reserved.broadcast_address in held for held in system)
        if not covered and reserved not in others:
            yield Row(frozenset({reserved}), "None")


def _user_rows(topology: Topology, subnet: Subnet, tags: Tags) -> Iterator[Row]:
    table = route_table(topology, subnet)
    for route in table.routes if table is not None else ():
        assert table is not None
        ip = str(route.next_hop_ip) if route.next_hop_ip is not None else ""
        tag = route.prefix.text if isinstance(route.prefix, ServiceTag) else ""
        held = published(tag, tags) if tag else []
        if isinstance(route.prefix, Prefix):
            held = [network(route.prefix)]
        others = tuple(str(hop) for hop in route.other_hop_ips)
        yield Row(frozenset(held), hop_of(route), "User", "Active", ip, route.name, table.id.text, tag, others)


def _endpoint_rows(topology: Topology, subnet: Subnet, users: list[Row]) -> Iterator[Row]:
    """A host route for each private endpoint in the VNet and in its peers.

    The truth table: a user's route for the endpoint's address alone makes it Invalid. So does a shorter one that holds
    it if the endpoint's subnet has policies for route tables, and if it is no shorter than the address range in which
    the endpoint stands. By one reading it must also lead to an appliance.
    """
    peerings = [each for each in connected(topology, subnet.vnet) if takes_part(subnet, each, each.local_subnets)]
    for endpoint in topology.private_endpoints.values():
        assert isinstance(endpoint.subnet, ResourceId)
        home = topology.subnets[endpoint.subnet.key]
        near = [each for each in peerings if takes_part(home, each, each.remote_subnets)]
        if home.vnet not in [subnet.vnet, *(each.remote_vnet for each in near)]:
            continue
        for address in _endpoint_hosts(topology, [nic for nic in endpoint.nics if isinstance(nic, ResourceId)]):
            ranges = [space.prefixlen for space in spaces(topology.vnets[home.vnet.key]) if address in space]
            heeds = home.private_endpoint_network_policies in ("Enabled", "RouteTableEnabled")
            least = min(ranges) if heeds else address.max_prefixlen
            overriding = [
                row
                for row in users
                for held in row.networks
                if address in held and held.prefixlen >= least
                if row.hop in APPLIANCES or topology.semantics.private_endpoint_routes == "anyNextHop"
            ]
            state = "Invalid" if overriding else "Active"
            yield Row(frozenset({ip_network(address)}), "InterfaceEndpoint", "Default", state)


def _endpoint_hosts(topology: Topology, nics: list[ResourceId]) -> list[Host]:
    configs = [config for nic in nics for config in topology.nics[nic.key].ip_configurations]
    return [host(config.private_ip) for config in configs if isinstance(config.private_ip, Address)]
