"""The topology as a graph: what contains what, what is associated with what, and what can hand a packet to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from netwatch.effective.peers import connected_peers
from netwatch.model.addresses import Address, Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Peering, Reference, Subnet
from netwatch.model.routes import NextHopType, RouteTable, UserRoute
from netwatch.model.rules import SecurityRule
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["ASSOCIATED", "CONTAINS", "HANDS_TO", "INTERNET", "build_graph"]

CONTAINS = "contains"
ASSOCIATED = "associated"
HANDS_TO = "hands to"

INTERNET = "internet"
"""The one node that is no resource: everything beyond the declared network."""


class _Edge(NamedTuple):
    tail: str
    head: str
    kind: str
    by: ResourceId | None = None


def build_graph(topology: Topology) -> nx.MultiDiGraph[str]:
    """A directed multigraph of every resource, security rule and route, and the Internet. A new graph at each call.

    Nodes are ``ResourceId.key``; attributes: ``id``, ``name``, ``resource`` (the value), ``kind`` (its class's name,
    such as ``NetworkInterface``). The node INTERNET has the kind ``Internet`` and no resource. Edges have a ``kind``:

    - ``contains``: VNet → subnet, peering, gateway · VM → NIC · network security group → its own rules · route table →
      its routes. These are ARM's parts, and the ``Contains`` of a topology answer.
    - ``associated``: NIC → VM, network security group, subnet, public IP, application security group · public IP →
      NIC · subnet ↔ network security group, route table · subnet → NAT gateway · gateway → subnet · any other
      resource → what its properties name. One way or both as Azure's topology answers have it.
    - ``hands to``: NIC ↔ its subnet · subnet ↔ its VNet · VNet → VNet of a connected peering · VNet ↔ gateway in it,
      VNet → gateway of a peer it uses · subnet → the NIC that owns the appliance address of a user route · subnet →
      INTERNET, unless the user routes 0.0.0.0/0 elsewhere and nothing to the Internet · INTERNET → NIC with a public
      IP. The attribute ``by`` is the id of the peering, route or public IP that makes the edge, else None.

    ``hands to`` is a bound from above: where there is no path no packet goes; where there is one, routes and rules
    decide (peering is not transitive, for one). There are no edges between all pairs, so size is linear in the input.
    An Unresolved reference makes no edge.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for resource in topology.resources():
        _add_node(graph, resource.id, resource)
    for _, part in _parts(topology):
        _add_node(graph, part.id, part)
    graph.add_node(INTERNET, id=None, name="Internet", resource=None, kind="Internet")
    edges = chain(_contains(topology), _associated(topology), _hands_to(topology))
    graph.add_edges_from(
        (edge.tail, edge.head, {"kind": edge.kind, "by": edge.by})
        for edge in edges
        if edge.tail in graph and edge.head in graph
    )
    return graph


def _add_node(graph: nx.MultiDiGraph[str], id_: ResourceId, resource: object) -> None:
    graph.add_node(id_.key, id=id_, name=id_.name, resource=resource, kind=type(resource).__name__)


def _parts(topology: Topology) -> Iterator[tuple[ResourceId, SecurityRule | UserRoute]]:
    """Every rule and route after the group or table that holds it."""
    for nsg in topology.nsgs.values():
        yield from ((nsg.id, rule) for rule in nsg.rules)
    for table in topology.route_tables.values():
        yield from ((table.id, route) for route in table.routes)


def _contains(topology: Topology) -> Iterator[_Edge]:
    for subnet in topology.subnets.values():
        yield _Edge(subnet.vnet.key, subnet.id.key, CONTAINS)
    for peering in topology.peerings.values():
        yield _Edge(peering.vnet.key, peering.id.key, CONTAINS)
    for vnet, gateway in _gateways(topology):
        yield _Edge(vnet, gateway.key, CONTAINS)
    for vm in topology.vms.values():
        yield from _edges(vm.id, CONTAINS, *vm.nics)
    for owner, part in _parts(topology):
        yield _Edge(owner.key, part.id.key, CONTAINS)


def _gateways(topology: Topology) -> Iterator[tuple[str, ResourceId]]:
    """Each gateway after the key of the VNet it stands in."""
    for gateway in topology.gateways.values():
        vnets = {subnet.parent.key for subnet in gateway.subnets if isinstance(subnet, ResourceId)}
        yield from ((vnet, gateway.id) for vnet in sorted(vnets))


def _associated(topology: Topology) -> Iterator[_Edge]:
    for nic in topology.nics.values():
        yield from _nic_associations(nic)
    for subnet in topology.subnets.values():
        for other in (subnet.nsg, subnet.route_table):
            yield from _edges(subnet.id, ASSOCIATED, other)
            yield from _edges_back(subnet.id, ASSOCIATED, other)
        yield from _edges(subnet.id, ASSOCIATED, subnet.nat_gateway)
    for gateway in topology.gateways.values():
        yield from _edges(gateway.id, ASSOCIATED, *gateway.subnets)
    for resource in topology.others.values():
        yield from _edges(resource.id, ASSOCIATED, *resource.references)


def _nic_associations(nic: NetworkInterface) -> Iterator[_Edge]:
    configs = nic.ip_configurations
    public_ips = [config.public_ip for config in configs]
    asgs = [asg for config in configs for asg in config.asgs]
    yield from _edges(nic.id, ASSOCIATED, nic.vm, nic.nsg, *(config.subnet for config in configs), *public_ips, *asgs)
    yield from _edges_back(nic.id, ASSOCIATED, *public_ips)


def _edges(tail: ResourceId, kind: str, *heads: Reference) -> Iterator[_Edge]:
    """One edge to each of ``heads`` that is an id; a repeated head counts once."""
    for head in dict.fromkeys(heads):
        if isinstance(head, ResourceId):
            yield _Edge(tail.key, head.key, kind)


def _edges_back(head: ResourceId, kind: str, *tails: Reference) -> Iterator[_Edge]:
    for tail in dict.fromkeys(tails):
        if isinstance(tail, ResourceId):
            yield _Edge(tail.key, head.key, kind)


def _hands_to(topology: Topology) -> Iterator[_Edge]:
    peers = {key: connected_peers(topology, vnet) for key, vnet in topology.vnets.items()}
    for subnet in topology.subnets.values():
        yield from _both_ways(subnet.id.key, subnet.vnet.key)
        for nic in topology.nics_in.get(subnet.id.key, ()):
            yield from _both_ways(subnet.id.key, nic.id.key)
    yield from _to_peers(topology, peers)
    yield from _to_appliances(topology, peers)
    yield from _to_internet(topology)


def _both_ways(one: str, other: str) -> Iterator[_Edge]:
    yield _Edge(one, other, HANDS_TO)
    yield _Edge(other, one, HANDS_TO)


def _to_peers(topology: Topology, peers: Mapping[str, list[Peering]]) -> Iterator[_Edge]:
    """Into connected peers, into own gateways, and into the gateways of peers whose gateways are used."""
    gateways: dict[str, list[str]] = {}
    for vnet, gateway in _gateways(topology):
        gateways.setdefault(vnet, []).append(gateway.key)
        yield from _both_ways(vnet, gateway.key)
    for vnet, peerings in peers.items():
        for peering in peerings:
            if isinstance(peering.remote_vnet, ResourceId):
                used = gateways.get(peering.remote_vnet.key, []) if peering.use_remote_gateways else []
                for head in (peering.remote_vnet.key, *used):
                    yield _Edge(vnet, head, HANDS_TO, peering.id)


def _to_appliances(topology: Topology, peers: Mapping[str, list[Peering]]) -> Iterator[_Edge]:
    owners = _address_owners(topology)
    for subnet, route in _subnet_routes(topology):
        remotes = [peering.remote_vnet for peering in peers.get(subnet.vnet.key, ())]
        near = [subnet.vnet.key, *(remote.key for remote in remotes if isinstance(remote, ResourceId))]
        for hop in (route.next_hop_ip, *route.other_hop_ips):
            owner = next((owners[vnet, hop] for vnet in near if (vnet, hop) in owners), None)
            if owner is not None:
                yield _Edge(subnet.id.key, owner, HANDS_TO, route.id)


def _subnet_routes(topology: Topology) -> Iterator[tuple[Subnet, UserRoute]]:
    """Each user route to an appliance, once for each subnet that uses its table."""
    for subnet in topology.subnets.values():
        if isinstance(subnet.route_table, ResourceId) and subnet.route_table.key in topology.route_tables:
            routes = topology.route_tables[subnet.route_table.key].routes
            yield from ((subnet, route) for route in routes if route.next_hop_ip is not None)


def _address_owners(topology: Topology) -> dict[tuple[str, Address | Unresolved | None], str]:
    """(VNet key, address) → the key of the NIC that owns it; two VNets may use one address."""
    return {
        (config.subnet.parent.key, config.private_ip): nic.id.key
        for nic in topology.nics.values()
        for config in nic.ip_configurations
        if isinstance(config.subnet, ResourceId) and isinstance(config.private_ip, Address)
    }


def _to_internet(topology: Topology) -> Iterator[_Edge]:
    for subnet in topology.subnets.values():
        table = subnet.route_table
        if not isinstance(table, ResourceId) or _lets_out(topology.route_tables[table.key]):
            yield _Edge(subnet.id.key, INTERNET, HANDS_TO)
    for nic in topology.nics.values():
        for config in nic.ip_configurations:
            if isinstance(config.public_ip, ResourceId):
                yield _Edge(INTERNET, nic.id.key, HANDS_TO, config.public_ip)


def _lets_out(table: RouteTable) -> bool:
    """Whether some public destination may keep (or get) the next hop Internet under this table."""
    for route in table.routes:
        if route.next_hop_type is NextHopType.INTERNET or isinstance(route.next_hop_type, Unresolved):
            return True
    return not any(isinstance(route.prefix, Prefix) and route.prefix.length == 0 for route in table.routes)
