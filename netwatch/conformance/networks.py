"""The network a case holds, as netwatch understands it: what makes two recorded questions the same question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, NamedTuple

from netwatch.conformance.cases import Case, topology_of
from netwatch.conformance.questions import QUESTIONS
from netwatch.errors import NetwatchError
from netwatch.model.ids import ResourceId
from netwatch.model.resources import OtherResource, PublicIpAddress
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["Network", "network_of"]


class Network(NamedTuple):
    """A question and the resources it is asked of, comparable with ``==``.

    Left out of ``resources``: locations, public addresses and their SKUs, and kinds netwatch does not evaluate.
    ``access_of`` is the access of each user rule by its id (lower case).
    """

    question: object
    resources: frozenset[object]
    access_of: Mapping[str, str]
    has_bound_nsg: bool


def network_of(case: Case) -> Network:
    """The network of ``case``; one that equals no other where its topology cannot be read."""
    try:
        topology = topology_of(case)
        question = QUESTIONS[case.operation](case)
    except (NetwatchError, KeyError):
        return Network(case.name, frozenset({case.name}), {}, False)
    asked = (question.method, (question.target or "").lower(), _folded(question.arguments))
    return Network(asked, frozenset(_comparable(topology)), _access_of(topology), _has_bound_nsg(topology))


def _folded(arguments: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, str(value).lower()) for key, value in arguments.items()))


def _comparable(topology: Topology) -> list[object]:
    return [_stripped(resource) for resource in topology.resources() if not isinstance(resource, OtherResource)]


def _stripped(resource: Any) -> object:
    changes: dict[str, Any] = {}
    if any(field.name == "location" for field in fields(resource)):
        changes["location"] = ""
    if isinstance(resource, PublicIpAddress):
        changes.update(address=None, sku="")
    return replace(resource, **changes)


def _access_of(topology: Topology) -> Mapping[str, str]:
    return {
        rule.id.key: rule.access.value
        for nsg in topology.nsgs.values()
        for rule in nsg.rules
        if not isinstance(rule.access, Unresolved)
    }


def _has_bound_nsg(topology: Topology) -> bool:
    bound = [*(nic.nsg for nic in topology.nics.values()), *(subnet.nsg for subnet in topology.subnets.values())]
    return any(isinstance(nsg, ResourceId) for nsg in bound)
