"""Edges of a topology's graph, and how to follow them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from netwatch.model.addresses import Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.unresolved import Unresolved

if TYPE_CHECKING:
    import networkx as nx

    from netwatch.model.gateways import Connection
    from netwatch.model.resources import Peering

__all__ = [
    "ASSOCIATED",
    "BEYOND",
    "CONTAINS",
    "HANDS_TO",
    "INTERNET",
    "SERVICES",
    "Edge",
    "edges_from",
    "edges_to",
    "heads",
    "kind_of",
    "routes_of",
    "tails",
]

CONTAINS = "contains"
ASSOCIATED = "associated"
HANDS_TO = "hands to"

INTERNET = "internet"
"""The node of all public addresses."""

SERVICES = "services"
"""The node of the Azure services that service endpoints and private endpoints lead to."""

BEYOND = "beyond"
"""The node of what lies behind gateways, peerings and other resources, and is not in the input."""


class Edge(NamedTuple):
    """One edge between two nodes. ``by`` is what makes it, None where the ends themselves do.

    ``prefixes`` are the destinations that it leads to, empty where it does not depend on them.
    """

    tail: str
    head: str
    kind: str
    by: Peering | Connection | None = None
    prefixes: tuple[Prefix | Unresolved, ...] = ()


def routes_of(subnet: ResourceId) -> str:
    """The node of the routes of a subnet: what stands in the subnet hands to it all that it sends."""
    return f"{subnet.key} routes"


def edges_from(graph: nx.MultiDiGraph[str], tail: str, kind: str) -> Iterator[Edge]:
    """The edges of one kind that leave ``tail``, in the order of the input; none where the graph has no such node."""
    if tail in graph:
        for _, head, data in graph.out_edges(tail, data=True):
            if data["kind"] == kind:
                yield Edge(tail, head, kind, data["by"], data["prefixes"])


def edges_to(graph: nx.MultiDiGraph[str], head: str, kind: str) -> Iterator[Edge]:
    """Like ``edges_from``, for those that lead to ``head``."""
    if head in graph:
        for tail, _, data in graph.in_edges(head, data=True):
            if data["kind"] == kind:
                yield Edge(tail, head, kind, data["by"], data["prefixes"])


def heads(graph: nx.MultiDiGraph[str], tail: str, kind: str, *, of: str = "") -> list[str]:
    """Where the edges of one kind lead from ``tail``, each node once; ``of``: nodes of that kind alone."""
    found = dict.fromkeys(edge.head for edge in edges_from(graph, tail, kind))
    return [node for node in found if not of or kind_of(graph, node) == of]


def tails(graph: nx.MultiDiGraph[str], head: str, kind: str, *, of: str = "") -> list[str]:
    """Where the edges of one kind to ``head`` come from; like ``heads``."""
    found = dict.fromkeys(edge.tail for edge in edges_to(graph, head, kind))
    return [node for node in found if not of or kind_of(graph, node) == of]


def kind_of(graph: nx.MultiDiGraph[str], node: str) -> str:
    """The kind of a node, such as ``NetworkInterface``."""
    return str(graph.nodes[node]["kind"])
