"""The topology as a graph: what contains what, what is associated with what, and what can hand a packet to what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from netwatch.compile.edges import ASSOCIATED, BEYOND, CONTAINS, HANDS_TO, INTERNET, SERVICES, Edge, routes_of
from netwatch.compile.hands_to import connected_groups, handlers, hands_to
from netwatch.matcher.garbage import no_garbage_collection
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Reference
from netwatch.model.routes import UserRoute
from netwatch.model.rules import SecurityRule
from netwatch.model.topology import Topology

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["build_graph"]


def build_graph(topology: Topology, *kinds: str) -> nx.MultiDiGraph[str]:
    """A directed multigraph of every resource, with the edges of ``kinds``, by default of all. A new graph each time.

    Nodes are ``ResourceId.key``; attributes: ``id``, ``name``, ``resource`` (the value), ``kind`` (its class's name,
    such as ``NetworkInterface``). With ``hands to`` alone there are those resources alone that packets come to. Edges
    have a ``kind``, and ``by`` and ``prefixes`` as ``Edge`` says:

    - ``contains``: VNet → subnet, peering, gateway · VM → NIC · network security group → its own rules · route table →
      its routes. These are ARM's parts, and the ``Contains`` of a topology answer. Rules and routes are nodes where
      these edges are wanted.
    - ``associated``: NIC → VM, network security group, subnet, public IP, application security group · public IP →
      NIC · subnet ↔ network security group, route table · subnet → NAT gateway · gateway → subnet · any other
      resource → what its properties name. One way or both as Azure's topology answers have it.
    - ``hands to``: what can hand a packet to what. What is sent goes by routes: NIC, firewall, gateway → the routes of
      its subnet → its VNet, connected peers and connected groups (``by`` the peering, ``prefixes`` what it leads to),
      gateways of its own and of peers, INTERNET, SERVICES. What arrives does not: connected group → VNet → subnet →
      NIC, load balancer, firewall. Besides: load balancer → its backends · INTERNET → public IP → NIC, load balancer,
      firewall · gateway ↔ local network gateway, gateway → gateway, gateway ↔ BEYOND (``by`` the connection) · NIC →
      its private endpoint → SERVICES · any other resource that may have an address → BEYOND.

    Nodes that are no resource: INTERNET, SERVICES, BEYOND; the routes of a subnet (kind ``SubnetRoutes``, the subnet
    as resource); the connected groups of a mesh in one region, or everywhere (``ConnectedGroup``).

    ``hands to`` is a bound from above: where there is no path no packet goes, unless the input leaves a reference open,
    which makes no edge; where there is one, routes and rules decide. Since all that is sent passes the routes of a
    subnet, a path goes on from one VNet to another only through something that stands in the first. Nothing is drawn
    between all pairs: size is linear in what stands in subnets, and in subnets times the peerings of their VNet.
    """
    with no_garbage_collection():
        return _built(topology, kinds or (CONTAINS, ASSOCIATED, HANDS_TO))


def _built(topology: Topology, wanted: tuple[str, ...]) -> nx.MultiDiGraph[str]:
    import networkx as nx

    drawn = {CONTAINS: _contains, ASSOCIATED: _associated, HANDS_TO: hands_to}
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for resource in handlers(topology) if wanted == (HANDS_TO,) else topology.resources():
        _add_node(graph, resource.id, resource)
    for _, part in _parts(topology) if CONTAINS in wanted else ():
        _add_node(graph, part.id, part)
    if HANDS_TO in wanted:
        _add_places(graph, topology)
    nodes = set(graph)
    for edge in chain.from_iterable(drawn[kind](topology) for kind in wanted):
        if edge.tail in nodes and edge.head in nodes:  # one by one is a third quicker than networkx's way for many
            graph.add_edge(edge.tail, edge.head, kind=edge.kind, by=edge.by, prefixes=edge.prefixes)
    return graph


def _add_node(graph: nx.MultiDiGraph[str], id_: ResourceId, resource: object) -> None:
    graph.add_node(id_.key, id=id_, name=id_.name, resource=resource, kind=type(resource).__name__)


def _add_places(graph: nx.MultiDiGraph[str], topology: Topology) -> None:
    """The nodes that are no resource."""
    for node, name in ((INTERNET, "Internet"), (SERVICES, "Services"), (BEYOND, "Beyond")):
        graph.add_node(node, id=None, name=name, resource=None, kind=name)
    for subnet in topology.subnets.values():
        name = f"routes of {subnet.id.name}"
        graph.add_node(routes_of(subnet.id), id=None, name=name, resource=subnet, kind="SubnetRoutes")
    for group in connected_groups(topology):
        graph.add_node(group.node, id=None, name=group.name, resource=None, kind="ConnectedGroup")


def _parts(topology: Topology) -> Iterator[tuple[ResourceId, SecurityRule | UserRoute]]:
    """Every rule and route after the group or table that holds it."""
    for nsg in topology.nsgs.values():
        yield from ((nsg.id, rule) for rule in nsg.rules)
    for table in topology.route_tables.values():
        yield from ((table.id, route) for route in table.routes)


def _contains(topology: Topology) -> Iterator[Edge]:
    for subnet in topology.subnets.values():
        yield Edge(subnet.vnet.key, subnet.id.key, CONTAINS)
    for peering in topology.peerings.values():
        yield Edge(peering.vnet.key, peering.id.key, CONTAINS)
    for vnet, gateways in topology.gateways_of.items():
        yield from (Edge(vnet, gateway.id.key, CONTAINS) for gateway in gateways)
    for vm in topology.vms.values():
        yield from _edges(vm.id, CONTAINS, *vm.nics)
    for owner, part in _parts(topology):
        yield Edge(owner.key, part.id.key, CONTAINS)


def _associated(topology: Topology) -> Iterator[Edge]:
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


def _nic_associations(nic: NetworkInterface) -> Iterator[Edge]:
    configs = nic.ip_configurations
    public_ips = [config.public_ip for config in configs]
    asgs = [asg for config in configs for asg in config.asgs]
    yield from _edges(nic.id, ASSOCIATED, nic.vm, nic.nsg, *(config.subnet for config in configs), *public_ips, *asgs)
    yield from _edges_back(nic.id, ASSOCIATED, *public_ips)


def _edges(tail: ResourceId, kind: str, *heads: Reference) -> Iterator[Edge]:
    """One edge to each of ``heads`` that is an id; a repeated head counts once."""
    for head in dict.fromkeys(heads):
        if isinstance(head, ResourceId):
            yield Edge(tail.key, head.key, kind)


def _edges_back(head: ResourceId, kind: str, *tails: Reference) -> Iterator[Edge]:
    for tail in dict.fromkeys(tails):
        if isinstance(tail, ResourceId):
            yield Edge(tail.key, head.key, kind)
