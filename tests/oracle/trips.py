"""What a path is told in: where the flow stops, what stands in its way there, and how it moves on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from netwatch.model.addresses import Address
from netwatch.model.flow import Direction, Flow
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Peering
from netwatch.model.topology import Topology
from tests.oracle.around import Tags, endpoint_nics
from tests.oracle.lists import DEFAULT_RULES, oracle_ip_flow
from tests.oracle.spots import Spot

__all__ = ["Issue", "Move", "Stop", "Trip", "denied", "platform", "runs", "takes_port"]


class Issue(NamedTuple):
    """What stands in the way: origin, type, and the one value of its context (a rule, a route type, a reason)."""

    origin: str
    type: str
    context: str = ""


def platform(reason: str, origin: str = "Local") -> Issue:
    return Issue(origin, "Platform", reason)


class Move(NamedTuple):
    """Where the flow goes: ``to`` a spot, or out of the input as a hop of type ``end``, or nowhere.

    ``is_open``: nobody can tell, from what the input holds, whether it goes on or where.
    """

    link: str = ""
    to: Spot | None = None
    crossed: Peering | None = None
    issues: tuple[Issue, ...] = ()
    end: str = ""
    is_open: bool = False
    loops: bool = False


class Stop(NamedTuple):
    """The flow at one spot. ``flow`` is as it leaves; ``front`` is the public address by which it came in."""

    type: str
    spot: Spot
    flow: Flow
    move: Move
    issues: tuple[Issue, ...] = ()
    front: Spot | None = None


@dataclass
class Trip:
    """One way through a network. ``passed`` are the spots come to so far.

    ``quiet`` are NICs that let everything pass, since they saw the flow open; ``hidden`` is, on the way back, the
    source that each firewall saw, and None on the way there. ``name`` is what the flow was asked for by, if by a name.
    """

    topology: Topology
    tags: Tags
    name: str = ""
    quiet: frozenset[ResourceId] = frozenset()
    hidden: dict[ResourceId, Address] | None = None
    passed: set[tuple[str, ResourceId]] = field(default_factory=set)


def denied(topology: Topology, nic: NetworkInterface, direction: Direction, flow: Flow, tags: Tags) -> list[Issue]:
    """The issue of the rule that denies a flow at a NIC, if one does; rules of managers have no prefix."""
    outcome, name, owner = oracle_ip_flow(topology, nic, direction, flow, tags=tags)
    if outcome != "Deny":
        return []
    is_group = any(group.id.text == owner for group in topology.nsgs.values())
    prefix = "" if not is_group else "DefaultRule_" if name in DEFAULT_RULES else "UserRule_"
    return [Issue(direction.value, "NetworkSecurityRule", prefix + name)]


def runs(topology: Topology, nic: NetworkInterface) -> bool:
    """Whether the machine runs, as far as anybody said."""
    return not isinstance(nic.vm, ResourceId) or topology.facts.power_state.get(nic.vm.key, "running") == "running"


def takes_port(topology: Topology, nic: NetworkInterface, protocol: str, port: int) -> bool:
    """Whether the machine listens on a port, as far as anybody said."""
    if not isinstance(nic.vm, ResourceId) or nic.vm.key not in topology.facts.listening_ports:
        return True
    own = topology.facts.listening_ports[nic.vm.key]
    return any(each.protocol.value in (protocol, "*") and each.ports.low <= port <= each.ports.high for each in own)


def is_endpoint(topology: Topology, spot: Spot) -> bool:
    return spot.id in endpoint_nics(topology)
