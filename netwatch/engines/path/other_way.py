"""Whether a flow that is dropped could come to its end at all: what hands packets on, whatever routes say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.compile.edges import BEYOND, INTERNET, kind_of
from netwatch.engines.path.address_owner import NicAddress
from netwatch.engines.targets import subnet_of

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.MultiDiGraph[str]

__all__ = ["other_way"]

_PASSED_THROUGH = frozenset({"SubnetRoutes", "VirtualNetwork", "Subnet", "ConnectedGroup"})
"""Kinds of nodes that no packet stops at."""


def other_way(compiled: CompiledTopology, source: NicAddress, end: NicAddress) -> Iterator[str]:
    """A sentence where nothing leads from ``source`` to ``end``; or one that names what could hand a flow on.

    None where they need nothing between them, or the way leads through what the input does not hold.
    """
    import networkx as nx

    graph = _of_private_ways(compiled, source, end)
    ends = source.nic.id.key, end.nic.id.key
    if nx.has_path(graph, *ends):
        way = nx.shortest_path(graph, *ends)
        between = [graph.nodes[node] for node in way[1:-1] if kind_of(graph, node) not in _PASSED_THROUGH]
        if between and all(node["resource"] is not None for node in between):
            names = ", then ".join(str(node["name"]) for node in between)
            yield f"{names} could hand it on to {end.name}, but no route leads there"
    elif not nx.has_path(graph, ends[0], BEYOND):
        here, there = (subnet_of(compiled.topology, each.nic).vnet for each in (source, end))
        if here != there:
            yield f"no peering, gateway or appliance leads from {here.name} to {there.name}"


def _of_private_ways(compiled: CompiledTopology, source: NicAddress, end: NicAddress) -> Graph:
    """The graph without the Internet, and without NICs that do not forward; ``source`` and ``end`` stay."""
    import networkx as nx

    ends, nics = (source.nic.id.key, end.nic.id.key), compiled.topology.nics

    def stays(node: str) -> bool:
        return node != INTERNET and (node not in nics or node in ends or nics[node].ip_forwarding)

    view: Graph = nx.subgraph_view(compiled.ways, filter_node=stays)
    return view
