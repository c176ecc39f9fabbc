"""A topology answer as a tree: networks, their subnets, what stands in them; then what stands in no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netwatch.model.answers import TopologyAnswer, TopologyResource
from netwatch.model.ids import ResourceId
from netwatch.render.layout import printable

__all__ = ["tree"]

_KINDS = {
    "microsoft.network/virtualnetworks": "virtual network",
    "microsoft.network/virtualnetworks/subnets": "subnet",
    "microsoft.network/networkinterfaces": "NIC",
    "microsoft.network/networksecuritygroups": "NSG",
    "microsoft.network/networksecuritygroups/securityrules": "rule",
    "microsoft.network/publicipaddresses": "public IP",
    "microsoft.network/routetables": "route table",
    "microsoft.network/routetables/routes": "route",
    "microsoft.network/applicationsecuritygroups": "ASG",
    "microsoft.network/virtualnetworkgateways": "gateway",
    "microsoft.compute/virtualmachines": "VM",
}

_VNET, _SUBNET, _NIC = list(_KINDS)[:3]


def tree(answer: TopologyAnswer) -> list[str]:
    """The lines of the tree; what a resource is associated with follows it in the same line.

    A resource that is named so, and contains nothing that would be left out, gets no line of its own.
    """
    return _Tree(answer).lines()


class _Tree:
    """The resources of one answer by id, which of them have been written, and which have been named beside another."""

    def __init__(self, answer: TopologyAnswer) -> None:
        self._by_key: Mapping[str, TopologyResource] = {resource.id.key: resource for resource in answer.resources}
        self._written: set[str] = set()
        self._named: set[str] = set()

    def lines(self) -> list[str]:
        """Networks and loose subnets first, then what contains something, then the rest."""
        resources = list(self._by_key.values())
        networks = [r for r in resources if _type(r.id) == _VNET]
        subnets = [r for r in resources if _type(r.id) == _SUBNET]
        parents = [r for r in resources if self._contained(r)]
        lines: list[str] = []
        for resource in (*networks, *subnets, *parents, *resources):
            if not self._is_told(resource):
                lines += self._branch(resource)
        return lines

    def _is_told(self, resource: TopologyResource) -> bool:
        """Whether the resource has been written, or named beside another with nothing more to say."""
        if resource.id.key in self._written:
            return True
        return resource.id.key in self._named and all(c.id.key in self._written for c in self._contained(resource))

    def _branch(self, resource: TopologyResource) -> Iterator[str]:
        """The resource's line, then its children's below it."""
        self._written.add(resource.id.key)
        yield printable(self._line(resource))
        children = [child for child in self._children(resource) if child.id.key not in self._written]
        for child in children:
            last = child is children[-1]
            head, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
            for at, line in enumerate(self._branch(child)):
                yield f"{below if at else head}{line}"

    def _children(self, resource: TopologyResource) -> list[TopologyResource]:
        """What the resource contains; in a subnet stand the NICs that are associated with it, with their machines."""
        if _type(resource.id) == _SUBNET:
            return [r for r in self._by_key.values() if _type(r.id) == _NIC and _is_associated(r, resource.id)]
        if _type(resource.id) == _NIC:
            return []
        return self._contained(resource)

    def _contained(self, resource: TopologyResource) -> list[TopologyResource]:
        ids = [association.id.key for association in resource.associations if association.kind == "Contains"]
        return [self._by_key[key] for key in ids if key in self._by_key]

    def _line(self, resource: TopologyResource) -> str:
        kind = _KINDS.get(_type(resource.id), resource.id.type)
        others = [a.id for a in resource.associations if a.kind == "Associated" and _type(a.id) != _SUBNET]
        if _type(resource.id) != _NIC:
            others = [other for other in others if _type(other) != _NIC]
        self._named.update(other.key for other in others)
        named = [f"{_KINDS.get(_type(other), other.type)} {other.name}" for other in others]
        return f"{kind} {resource.id.name}" + (f" ({', '.join(named)})" if named else "")


def _type(resource: ResourceId) -> str:
    return resource.type.lower()


def _is_associated(resource: TopologyResource, other: ResourceId) -> bool:
    return any(a.kind == "Associated" and a.id == other for a in resource.associations)
