"""What can hand a packet to what: the ``hands to`` edges of a topology's graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from netwatch.compile.edges import BEYOND, HANDS_TO, INTERNET, SERVICES, Edge, routes_of
from netwatch.effective.gateways import gateway_entries
from netwatch.effective.meshes import connected_members
from netwatch.effective.peers import connected_peers, peer_prefixes
from netwatch.effective.regions import region_name
from netwatch.model.addresses import Address, Prefix
from netwatch.model.gateways import Connection
from netwatch.model.ids import ResourceId
from netwatch.model.load_balancers import LoadBalancer
from netwatch.model.resources import Reference, Subnet, VirtualNetwork
from netwatch.model.routes import NextHopType
from netwatch.model.topology import Resource, Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["ConnectedGroup", "connected_groups", "handlers", "hands_to"]

_HAS_NO_ADDRESS = frozenset(
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


_HANDLERS = (
    "vnets",
    "subnets",
    "nics",
    "public_ips",
    "gateways",
    "local_network_gateways",
    "private_endpoints",
    "load_balancers",
    "firewalls",
    "virtual_hubs",
    "others",
)
"""Kinds of resources that a packet can come to."""


def handlers(topology: Topology) -> Iterator[Resource]:
    """Every resource that a ``hands to`` edge may begin or end at."""
    for kind in _HANDLERS:
        yield from getattr(topology, kind).values()


def hands_to(topology: Topology) -> Iterator[Edge]:
    """Every ``hands to`` edge, as ``build_graph`` lists them. Ends need not be in the topology."""
    for vnet in topology.vnets.values():
        yield from _by_routes(topology, vnet)
    for group in connected_groups(topology):
        for member in group.members:
            yield Edge(group.node, member.id.key, HANDS_TO, prefixes=member.address_space)
            for subnet in topology.subnets_of.get(member.id.key, ()):
                yield Edge(routes_of(subnet.id), group.node, HANDS_TO)
    yield from _in_subnets(topology)
    yield from _to_backends(topology)
    yield from _from_internet(topology)
    yield from _through_tunnels(topology)
    yield from _through_hubs(topology) if topology.virtual_hubs else ()


# --- Sent: by the routes of a subnet ----------------------------------------------------------------------------------


def _by_routes(topology: Topology, vnet: VirtualNetwork) -> Iterator[Edge]:
    """From the routes of each subnet of ``vnet`` to all that a route may lead to, save connected groups."""
    peers, gateways = connected_peers(topology, vnet), gateway_entries(topology, vnet)
    for subnet in topology.subnets_of.get(vnet.id.key, ()):
        node = routes_of(subnet.id)
        yield Edge(node, vnet.id.key, HANDS_TO, prefixes=vnet.address_space)
        for peering in peers:
            prefixes = peer_prefixes(topology, subnet, peering)
            if prefixes:
                yield Edge(node, _held(peering.remote_vnet, topology.vnets), HANDS_TO, peering, prefixes)
        yield from (Edge(node, each.gateway.id.key, HANDS_TO, each.peering) for each in gateways)
        if _lets_out(topology, vnet, subnet):
            yield Edge(node, INTERNET, HANDS_TO)
        if subnet.service_endpoints:
            yield Edge(node, SERVICES, HANDS_TO)


def _held(reference: Reference, resources: Iterable[str]) -> str:
    """The node of a resource of the input, BEYOND for any other."""
    return reference.key if isinstance(reference, ResourceId) and reference.key in resources else BEYOND


def _lets_out(topology: Topology, vnet: VirtualNetwork, subnet: Subnet) -> bool:
    """Whether some public destination may keep (or get) the next hop Internet in ``subnet``."""
    table = topology.route_tables.get(subnet.route_table.key) if isinstance(subnet.route_table, ResourceId) else None
    routes = table.routes if table is not None else ()
    if any(isinstance(r.next_hop_type, Unresolved) or r.next_hop_type is NextHopType.INTERNET for r in routes):
        return True
    taken = {r.prefix.version for r in routes if isinstance(r.prefix, Prefix) and r.prefix.length == 0}
    open_to = {4, *(space.version for space in vnet.address_space if isinstance(space, Prefix))}
    return not open_to <= taken


class ConnectedGroup(NamedTuple):
    """Virtual networks that a mesh joins: those of one region, or of all where it is global."""

    node: str
    name: str
    members: tuple[VirtualNetwork, ...]


def connected_groups(topology: Topology) -> Iterator[ConnectedGroup]:
    """The connected groups of every mesh that is deployed, in input order."""
    for configuration in topology.connectivity_configurations.values():
        for group in configuration.mesh_groups:
            by_region: dict[str, list[VirtualNetwork]] = {}
            for member in connected_members(topology, configuration, group):
                region = "" if configuration.is_global else region_name(member.location)
                by_region.setdefault(region, []).append(member)
            for region, members in by_region.items():
                node = f"{configuration.id.key} {group.key} {region}".strip()
                yield ConnectedGroup(node, group.name, tuple(members))


# --- Arriving, and going on from what stands in subnets ---------------------------------------------------------------


def _in_subnets(topology: Topology) -> Iterator[Edge]:
    """From each VNet to what stands in its subnets, and from there to the routes of the subnet."""
    for subnet in topology.subnets.values():
        yield Edge(subnet.vnet.key, subnet.id.key, HANDS_TO)
        for nic in topology.nics_in.get(subnet.id.key, ()):
            yield from _both(nic.id, subnet)
    for balancer in topology.load_balancers.values():
        subnets = dict.fromkeys(each.subnet for each in balancer.frontends if isinstance(each.subnet, ResourceId))
        yield from (Edge(subnet.key, balancer.id.key, HANDS_TO) for subnet in subnets)
    for firewall in topology.firewalls.values():
        if isinstance(firewall.subnet, ResourceId) and firewall.subnet.key in topology.subnets:
            yield from _both(firewall.id, topology.subnets[firewall.subnet.key])
    for gateway in topology.gateways.values():
        held = (each for each in gateway.subnets if isinstance(each, ResourceId))
        yield from (Edge(gateway.id.key, routes_of(subnet), HANDS_TO) for subnet in held)
    yield from _to_endpoints(topology)
    yield from _to_others(topology)


def _both(id: ResourceId, subnet: Subnet) -> Iterator[Edge]:
    yield Edge(subnet.id.key, id.key, HANDS_TO)
    yield Edge(id.key, routes_of(subnet.id), HANDS_TO)


def _to_endpoints(topology: Topology) -> Iterator[Edge]:
    for endpoint in topology.private_endpoints.values():
        yield from (Edge(nic.key, endpoint.id.key, HANDS_TO) for nic in endpoint.nics if isinstance(nic, ResourceId))
        yield Edge(endpoint.id.key, SERVICES, HANDS_TO)


def _to_others(topology: Topology) -> Iterator[Edge]:
    """To what is not evaluated and may have an address in a subnet: what it hands to is not known."""
    for other in topology.others.values():
        if other.type.lower() not in _HAS_NO_ADDRESS:
            subnets = [each for each in dict.fromkeys(other.references) if each.key in topology.subnets]
            yield from (Edge(subnet.key, other.id.key, HANDS_TO) for subnet in subnets)
            yield Edge(other.id.key, BEYOND, HANDS_TO)


def _to_backends(topology: Topology) -> Iterator[Edge]:
    for balancer in topology.load_balancers.values():
        for nic in dict.fromkeys(_backends(topology, balancer)):
            yield Edge(balancer.id.key, nic, HANDS_TO)


def _backends(topology: Topology, balancer: LoadBalancer) -> Iterator[str]:
    """The keys of the NICs in pools and of NAT rules; for an address, of all that have it in some network."""
    yield from (config.parent.key for config in balancer.backends)
    yield from (rule.target.parent.key for rule in balancer.nat_rules if isinstance(rule.target, ResourceId))
    for pool in balancer.pools:
        for address in pool.addresses:
            if isinstance(address, Address):
                yield from (nic.id.key for nic, _ in topology.nics_at.get(address, ()))


def _from_internet(topology: Topology) -> Iterator[Edge]:
    """To public addresses and on to what listens behind them."""
    yield from (Edge(INTERNET, key, HANDS_TO) for key in topology.public_ips)
    for nic in topology.nics.values():
        yield from _behind(nic.id, (config.public_ip for config in nic.ip_configurations))
    for balancer in topology.load_balancers.values():
        yield from _behind(balancer.id, (each.public_ip for each in balancer.frontends))
    for firewall in topology.firewalls.values():
        yield from _behind(firewall.id, firewall.public_ips)


def _behind(id: ResourceId, public_ips: Iterable[Reference]) -> Iterator[Edge]:
    held = dict.fromkeys(each.key for each in public_ips if isinstance(each, ResourceId))
    return (Edge(key, id.key, HANDS_TO) for key in held)


# --- Tunnels ----------------------------------------------------------------------------------------------------------


def _through_tunnels(topology: Topology) -> Iterator[Edge]:
    served: dict[str, list[VirtualNetwork]] = {}
    for vnet in topology.vnets.values() if topology.connections else ():
        for entry in gateway_entries(topology, vnet):
            served.setdefault(entry.gateway.id.key, []).append(vnet)
    for connection in topology.connections.values():
        if isinstance(connection.gateway, ResourceId):
            yield from _through(topology, connection.gateway.key, connection, served)
    for gateway in topology.gateways.values():
        learned = topology.facts.gateway_learned_routes.get(gateway.id.key, ())
        for prefixes in filter(None, (gateway.client_prefixes, learned)):
            yield Edge(gateway.id.key, BEYOND, HANDS_TO, prefixes=prefixes)
            yield Edge(BEYOND, gateway.id.key, HANDS_TO)


def _through(
    topology: Topology, gateway: str, connection: Connection, served: dict[str, list[VirtualNetwork]]
) -> Iterator[Edge]:
    """To a site and back; to the gateway of another network, which is for the networks that it serves."""
    far = connection.peer.key if isinstance(connection.peer, ResourceId) else ""
    if far in topology.gateways:
        spaces = tuple(space for vnet in served.get(far, ()) for space in vnet.address_space)
        yield Edge(gateway, far, HANDS_TO, connection, spaces)
        return
    site = topology.local_network_gateways.get(far)
    prefixes = site.prefixes if site else ()
    if site and topology.gateways[gateway].default_site == site.id:
        prefixes = (*prefixes, Prefix(4, 0, 0))  # all traffic for the Internet is forced there
    yield Edge(gateway, far if site else BEYOND, HANDS_TO, connection, prefixes)
    yield Edge(far if site else BEYOND, gateway, HANDS_TO, connection)


# --- Hubs of virtual WANs ---------------------------------------------------------------------------------------------


def _through_hubs(topology: Topology) -> Iterator[Edge]:
    """From connected networks to their hub, and from there to networks, other hubs, firewalls and branches."""
    for hub in topology.virtual_hubs.values():
        for connection in hub.connections:
            if isinstance(connection.vnet, ResourceId):
                yield from _of_hub(topology, hub.id.key, topology.vnets[connection.vnet.key])
        others = (each for each in topology.virtual_hubs.values() if each.wan == hub.wan and each is not hub)
        yield from (Edge(hub.id.key, other.id.key, HANDS_TO) for other in others)
        if hub.peers or any(each.hub == hub.id for each in topology.hub_gateways.values()):
            yield Edge(hub.id.key, BEYOND, HANDS_TO)
            yield Edge(BEYOND, hub.id.key, HANDS_TO)
    for firewall in topology.firewalls.values():
        if isinstance(firewall.hub, ResourceId):
            yield Edge(firewall.hub.key, firewall.id.key, HANDS_TO)
            yield Edge(firewall.id.key, firewall.hub.key, HANDS_TO)
            yield Edge(firewall.id.key, INTERNET, HANDS_TO)


def _of_hub(topology: Topology, hub: str, vnet: VirtualNetwork) -> Iterator[Edge]:
    yield Edge(hub, vnet.id.key, HANDS_TO, prefixes=vnet.address_space)
    for subnet in topology.subnets_of.get(vnet.id.key, ()):
        yield Edge(routes_of(subnet.id), hub, HANDS_TO)
