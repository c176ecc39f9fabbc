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
    """The lines of the tree. Every resource stands once; what it is associated with follows it in the same line."""
    return _Tree(answer).lines()


class _Tree:
    """The resources of one answer by id, and which of them have been written."""

    def __init__(self, answer: TopologyAnswer) -> None:
        self._by_key: Mapping[str, TopologyResource] = {resource.id.key: resource for resource in answer.resources}
        self._written: set[str] = set()

    def lines(self) -> list[str]:
        networks = [r for r in self._by_key.values() if _type(r.id) == _VNET]
        lines = [line for network in networks for line in self._branch(network, "")]
        loose = [r for r in self._by_key.values() if _type(r.id) == _SUBNET and r.id.key not in self._written]
        lines += [line for subnet in loose for line in self._branch(subnet, "")]
        parents = [r for r in self._by_key.values() if self._contained(r)]
        lines += [line for r in parents if r.id.key not in self._written for line in self._branch(r, "")]
        rest = [r for r in self._by_key.values() if r.id.key not in self._written]
        return lines + [line for r in rest if r.id.key not in self._written for line in self._branch(r, "")]

    def _branch(self, resource: TopologyResource, stem: str) -> Iterator[str]:
        """The resource's line, then its children's, each below a stem of lines."""
        self._written.add(resource.id.key)
        yield printable(self._line(resource))
        children = [child for child in self._children(resource) if child.id.key not in self._written]
        for child in children:
            last = child is children[-1]
            head, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
            for at, line in enumerate(self._branch(child, stem)):
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
        named = [f"{_KINDS.get(_type(other), other.type)} {other.name}" for other in others]
        return f"{kind} {resource.id.name}" + (f" ({', '.join(named)})" if named else "")


def _type(resource: ResourceId) -> str:
    return resource.type.lower()


def _is_associated(resource: TopologyResource, other: ResourceId) -> bool:
    return any(a.kind == "Associated" and a.id == other for a in resource.associations)
