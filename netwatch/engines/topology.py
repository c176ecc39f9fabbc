"""topology: the resources of a group, a virtual network or a subnet, and what each has to do with the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.compile.edges import ASSOCIATED, CONTAINS, heads, kind_of, tails
from netwatch.effective.regions import region_name, same_region
from netwatch.engines.targets import find_subnet, find_vnet
from netwatch.errors import QueryError, ResourceNotFoundError
from netwatch.model.answers import Association, TopologyAnswer, TopologyResource
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["topology"]

_ORDER = (
    "VirtualMachine",
    "NetworkInterface",
    "NetworkSecurityGroup",
    "RouteTable",
    "PublicIpAddress",
    "VirtualNetworkGateway",
    "VirtualNetwork",
    "Subnet",
)
"""The kinds that Azure's topology lists, in the order of recorded answers (2018 and later)."""

_BESIDE = frozenset({"VirtualMachine", "NetworkSecurityGroup", "RouteTable", "PublicIpAddress"})
"""Kinds that belong to a subnet or a VNet because a NIC in it, or the subnet itself, is associated with them."""

_PARTS = frozenset({"SecurityRule", "UserRoute"})
"""Kinds that are listed right after the group or table that contains them."""

_LISTED = frozenset(_ORDER) | _PARTS


def topology(
    compiled: CompiledTopology, *, resource_group: str = "", vnet: str = "", subnet: str = "", location: str = ""
) -> TopologyAnswer:
    """The topology of one of a resource group, a virtual network or a subnet (ARM's three forms).

    A resource group: its own resources. A virtual network: itself, its subnets and gateways, and what is attached to
    them in its own resource group (NICs, their machines, groups and public IPs, the subnets' groups and tables). A
    subnet: itself and what is attached to it, without its network. With ``location``, only what lies in that region:
    a watcher lists no other ("View the topology of an Azure virtual network").

    Associations are those of recorded answers of the real service: a machine Contains its NICs; a NIC is Associated
    with its machine, group, subnet and public IP; a public IP with its NIC; a VNet Contains its subnets and gateways;
    a gateway is Associated with its subnet; a subnet's group and route table and the subnet are Associated both ways;
    a group Contains its rules and a table its routes. An association names its target also when that lies outside the
    scope. Network watchers, peerings and other kinds are not listed by Azure; ``notes`` says how many were left out.
    Resources come kind by kind, each kind by id; rules after their group and routes after their table, as declared.

    Without a scope it is the one resource group of the input. QueryError where that has several, or several scopes are
    given; ResourceNotFoundError when the input does not hold the scope.
    """
    if sum(map(bool, (resource_group, vnet, subnet))) > 1:
        raise QueryError(
            "topology is asked of one of a resource group, a virtual network and a subnet.",
            hint="Give one of `resource_group`, `vnet` and `subnet`.",
        )
    graph = compiled.graph
    if vnet or subnet:
        scope, keys = _network(compiled, vnet, subnet)
    else:
        scope, keys = _resource_group(compiled.topology, resource_group or _only_group(compiled.topology))
    if location:
        keys = [key for key in keys if same_region(_location(graph, key), location)]
    notes = (_left_out(graph, keys), _several_regions(graph, keys))
    return TopologyAnswer(tuple(_listed(graph, keys)), scope, tuple(filter(None, notes)))


def _network(compiled: CompiledTopology, vnet: str, subnet: str) -> tuple[str, list[str]]:
    """The id of a network or subnet, and the keys of what is attached to it in its own resource group."""
    graph = compiled.graph
    found = find_vnet(compiled.topology, vnet).id if vnet else find_subnet(compiled.topology, subnet).id
    keys = _around(graph, [found.key, *(heads(graph, found.key, CONTAINS) if vnet else ())])
    own = found.resource_group.lower()
    return found.text, [key for key in keys if graph.nodes[key]["id"].resource_group.lower() == own]


def _resource_group(topology: Topology, name: str) -> tuple[str, list[str]]:
    """The group as the input spells it and the keys of all that stands in it."""
    ids = [resource.id for resource in topology.resources()]
    members = [id_ for id_ in ids if id_.resource_group.lower() == name.lower()]
    if not members:
        raise ResourceNotFoundError(f'no resource stands in a resource group "{name}".', hint=_groups(ids))
    return members[0].resource_group, [id_.key for id_ in members]


def _only_group(topology: Topology) -> str:
    ids = [resource.id for resource in topology.resources()]
    groups = {id_.resource_group.lower(): id_.resource_group for id_ in ids if id_.resource_group}
    if len(groups) == 1:
        return next(iter(groups.values()))
    raise QueryError(
        f"topology needs a scope: the input has {len(groups)} resource groups.",
        hint=f"Give one of `resource_group`, `vnet` and `subnet`. {_groups(ids)}",
    )


def _groups(ids: Iterable[ResourceId]) -> str:
    names = sorted({id_.resource_group for id_ in ids if id_.resource_group})
    return f"The input has: {', '.join(names[:10])}." if names else "The input has no resource group at all."


def _around(graph: nx.MultiDiGraph[str], roots: list[str]) -> list[str]:
    """``roots`` and what is attached to the subnets among them."""
    found = dict.fromkeys(roots)
    for root in roots:
        if kind_of(graph, root) == "Subnet":
            nics = tails(graph, root, ASSOCIATED, of="NetworkInterface")
            found.update(dict.fromkeys(nics))
            for holder in (root, *nics):
                beside = [head for head in heads(graph, holder, ASSOCIATED) if kind_of(graph, head) in _BESIDE]
                found.update(dict.fromkeys(beside))
    return list(found)


def _listed(graph: nx.MultiDiGraph[str], keys: list[str]) -> Iterator[TopologyResource]:
    """The resources of ``keys`` that Azure lists, each with its rules or routes right after it."""
    listed = [key for key in keys if kind_of(graph, key) in _ORDER]
    for key in sorted(listed, key=lambda key: (_ORDER.index(kind_of(graph, key)), key)):
        yield _resource(graph, key)
        parts = (head for head in heads(graph, key, CONTAINS) if kind_of(graph, head) in _PARTS)
        yield from (_resource(graph, part) for part in parts)


def _resource(graph: nx.MultiDiGraph[str], key: str) -> TopologyResource:
    return TopologyResource(graph.nodes[key]["id"], _location(graph, key), tuple(_associations(graph, key)))


def _location(graph: nx.MultiDiGraph[str], key: str) -> str:
    """A part (subnet, rule, route) has no location of its own: recorded answers give it that of what contains it.

    Empty for a part that nothing of the input contains.
    """
    for each in (key, *tails(graph, key, CONTAINS)[:1]):
        location = getattr(graph.nodes[each]["resource"], "location", None)
        if location is not None:
            return str(location)
    return ""


def _associations(graph: nx.MultiDiGraph[str], key: str) -> Iterator[Association]:
    for word, kind in (("Associated", ASSOCIATED), ("Contains", CONTAINS)):
        for head in heads(graph, key, kind):
            if kind_of(graph, head) in _LISTED:
                yield Association(word, graph.nodes[head]["id"])


def _left_out(graph: nx.MultiDiGraph[str], keys: list[str]) -> str:
    """A sentence that counts what stands in the scope and is not listed, by its type; empty when all is."""
    left = [graph.nodes[key]["resource"] for key in keys if kind_of(graph, key) not in _LISTED]
    counted = Counter(resource.id.type for resource in left)
    if not counted:
        return ""
    return f"not listed, as in Azure: {', '.join(f'{count} × {kind}' for kind, count in counted.items())}"


def _several_regions(graph: nx.MultiDiGraph[str], keys: list[str]) -> str:
    """A sentence where the answer is of more regions than one watcher has; empty elsewhere."""
    regions = sorted({region_name(_location(graph, key)) for key in keys if kind_of(graph, key) in _ORDER})
    if len(regions) < 2:
        return ""
    return (
        f"of {len(regions)} regions ({', '.join(regions)}); Azure's watchers list those of one each: name the location"
    )
