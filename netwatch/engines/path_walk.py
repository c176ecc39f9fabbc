"""The path of one flow, NIC by NIC: security rules at each, and the routes that lead from one to the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.address_owner import Place, find_owner_anywhere
from netwatch.engines.destination import Destination
from netwatch.engines.onward import Onward, forward, leave
from netwatch.model.answers import Decision, Hop, Issue, Link, Verdict
from netwatch.model.flow import Direction, Flow, Outcome
from netwatch.model.resources import NetworkInterface
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.single import verdict

__all__ = ["Path", "walk"]


class Path(NamedTuple):
    """The hops from the source on. ``arrived`` is the NIC at the destination, None where the flow ends elsewhere.

    ``unresolved`` are the open values on which the path depends; ``notes`` say what was assumed, and why it ends.
    """

    hops: tuple[Hop, ...]
    arrived: NetworkInterface | None
    unresolved: tuple[Unresolved, ...]
    notes: tuple[str, ...]


class _Step(NamedTuple):
    """The flow at one NIC: as what it is there (ARM's hop type), what rules make of it, and where it goes."""

    kind: str
    place: Place
    verdicts: tuple[Verdict, ...]
    onward: Onward


def walk(compiled: CompiledTopology, source: Place, destination: Destination, flow: Flow) -> Path:
    """The path of ``flow`` from the NIC that opens it.

    A rule that denies does not end the path, because routes do not ask rules: it becomes an issue of its hop (Inbound
    or Outbound, as the rule), and so every blocker shows. A drop by a route, a peering or an appliance ends it, and so
    does a loop; a hop ``Destination`` then stands for the end not reached. Replies are not walked.
    Raises UnsupportedError where something decides that is not evaluated.
    """
    steps = list(_steps(compiled, source, flow))
    unresolved = [reason for step in steps for reason in _open_values(step)]
    notes = [note for step in steps for note in (*_assumed(step.place), *step.onward.notes)]
    last = steps[-1]
    arrived = last.place.nic if last.kind == "VirtualNetwork" else None
    hops = (*_hops(steps), *_closing_hop(compiled.topology, last, destination))
    return Path(hops, arrived, tuple(dict.fromkeys(unresolved)), tuple(dict.fromkeys(notes)))


def _steps(compiled: CompiledTopology, source: Place, flow: Flow) -> Iterator[_Step]:
    """The flow at every NIC it comes to, in order. What a machine sends to itself meets no rules."""
    seen = {source.nic.id.key}
    onward = leave(compiled, source, flow, seen)
    to_itself = onward.place is not None and onward.place.nic == source.nic
    yield _Step("Source", source, () if to_itself else _verdicts(compiled, source, flow, Direction.OUTBOUND), onward)
    while onward.place is not None:
        place = onward.place
        inbound = () if to_itself else _verdicts(compiled, place, flow, Direction.INBOUND)
        if place.address == flow.dst_ip:
            yield _Step("VirtualNetwork", place, inbound, Onward(""))
            return
        seen.add(place.nic.id.key)
        onward = forward(compiled, place, flow, seen)
        outbound = _verdicts(compiled, place, flow, Direction.OUTBOUND) if onward.route else ()
        yield _Step("VirtualAppliance", place, (*inbound, *outbound), onward)


def _verdicts(compiled: CompiledTopology, place: Place, flow: Flow, direction: Direction) -> tuple[Verdict]:
    return (verdict(compiled, place.nic, direction, flow),)


def _open_values(step: _Step) -> Iterator[Unresolved]:
    yield from step.onward.unresolved
    for found in step.verdicts:
        if found.outcome is Outcome.UNKNOWN:
            yield from found.unresolved


def _assumed(place: Place) -> Iterator[str]:
    if place.config.assumed:
        yield f"{place.nic.id.name} is assumed to have the address {place.config.private_ip}"


def _hops(steps: list[_Step]) -> Iterator[Hop]:
    """A hop for each step and for each peering crossed."""
    index = 0
    for step in steps:
        index += 1
        onward, crossed = step.onward, step.onward.crossed
        if step.kind == "VirtualNetwork":
            yield _hop(step, ())
        elif crossed is None:
            yield _hop(step, (Link(index, onward.link),))
        else:
            yield _hop(step, (Link(index, "VirtualNetworkPeering", crossed.id),))
            index += 1
            name = crossed.id.name
            yield Hop("VirtualNetworkPeering", name, None, crossed.id, (Link(index, onward.link),))


def _hop(step: _Step, links: tuple[Link, ...]) -> Hop:
    """The source hop names its machine, the others their ip configuration (recorded since 2020)."""
    nic, config = step.place
    is_source = step.kind == "Source"
    resource = nic.vm if is_source and nic.vm is not None and not isinstance(nic.vm, Unresolved) else config.id
    issues = (*_denials(step.verdicts), *step.onward.issues)
    return Hop(step.kind, nic.id.name, step.place.address, resource, links, issues, step.verdicts, step.onward.route)


def _closing_hop(topology: Topology, last: _Step, destination: Destination) -> Iterator[Hop]:
    """The hop after the last NIC, if the flow does not end at one: the Internet, or the destination not reached."""
    if last.onward.link == "Internet":
        name = destination.name if destination.is_stand_in else "Internet"
        yield Hop("Internet", name, destination.shown, None)
    elif last.kind != "VirtualNetwork":
        place = destination.place
        if place is None and destination.shown is not None:
            place = find_owner_anywhere(topology, destination.shown)
        name = place.nic.id.name if place else destination.name
        yield Hop("Destination", name, destination.shown, place.config.id if place else None)


def _denials(verdicts: tuple[Verdict, ...]) -> Iterator[Issue]:
    for found in verdicts:
        for decision in found.decisions:
            if decision.outcome is Outcome.DENY:
                yield _denial(found.direction, decision)


def _denial(direction: Direction, decision: Decision) -> Issue:
    """Rules carry the prefix of connectivity checks: ``UserRule_`` or ``DefaultRule_``."""
    rule = decision.rule
    if rule is None:
        return Issue(direction.value, "NetworkSecurityRule")
    name = f"{'DefaultRule' if rule.is_default else 'UserRule'}_{rule.name}"
    return Issue(direction.value, "NetworkSecurityRule", context=(("RuleName", name),), where=rule.where)
