"""Load balancers: which rule takes a flow, which backends are well, and to which of them the flow is handed.

Sources: "Azure Load Balancer components" (rules are of TCP and UDP alone; a flow that no rule names is not answered),
"High-availability ports overview" (protocol All and ports 0), "Azure Load Balancer health probes" (probes come from
168.63.129.16; without a healthy backend no new flow is handed on), "Azure Load Balancer algorithm" and its
limitations (a backend that is handed its own flow does not get it).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.path.address_owner import BalancerAddress, NicAddress
from netwatch.engines.path.backends import Backend, members_of
from netwatch.engines.path.stops import Onward, key_of, platform_issue, route_issue
from netwatch.model.flow import Flow, Protocol
from netwatch.model.load_balancers import InboundNatRule, LoadBalancingRule
from netwatch.model.unresolved import Unresolved

__all__ = ["Handed", "hand_on"]

_BALANCED = (Protocol.TCP, Protocol.UDP)


class Handed(NamedTuple):
    """A flow as it leaves a load balancer, and where it goes."""

    flow: Flow
    onward: Onward


class _Arrival(NamedTuple):
    """A flow at a frontend. ``is_addressed``: it is for the balancer itself, and not only routed to it on its way
    elsewhere, as to a balancer before appliances. ``is_front``: it came by a public address."""

    stop: BalancerAddress
    flow: Flow
    is_addressed: bool
    is_front: bool

    @property
    def name(self) -> str:
        return self.stop.balancer.id.name


def hand_on(
    compiled: CompiledTopology, stop: BalancerAddress, flow: Flow, seen: Set[str], *, is_front: bool = False
) -> Handed:
    """On to the first backend, in the order of the pools, that is well and that the flow has not passed.

    So both directions of a flow come to the same one. Azure's choice is a hash of the flow; a choice that stays is
    easier to reason about, and a note names all who may be chosen. ``seen`` are the keys of what the flow has passed,
    ``is_front`` says that it came by the balancer's public address.
    """
    arrival = _Arrival(stop, flow, is_front or stop.address == flow.dst_ip, is_front)
    if flow.protocol not in _BALANCED:
        return Handed(flow, _not_balanced(arrival))
    rule = _rule_for(stop, flow)
    if isinstance(rule, Unresolved):
        return Handed(flow, Onward("", unresolved=(rule,)))
    if rule is None:
        return Handed(flow, _no_rule(arrival))
    if not arrival.is_addressed and not _keeps_ports(rule):
        reason = f"a flow is only routed to {arrival.name}, and what {rule.id.name} makes of its port is not documented"
        return Handed(flow, Onward("", unresolved=(Unresolved(reason, where=rule.where),)))
    members = members_of(compiled, stop, rule, flow)
    if isinstance(members, Unresolved):
        return Handed(flow, Onward("", unresolved=(members,)))
    onward = _chosen(arrival, rule, members, seen)
    return Handed(_translated(arrival, rule, onward), onward)


def _not_balanced(arrival: _Arrival) -> Onward:
    """A public frontend answers a ping itself, under conditions that are not evaluated; nothing else passes."""
    where = arrival.stop.where
    if arrival.is_front and arrival.flow.protocol is Protocol.ICMP:
        reason = f"whether {arrival.name} answers a ping to its public frontend is not evaluated"
        return Onward("", unresolved=(Unresolved(reason, where=where),))
    note = f"{arrival.name} hands on TCP and UDP alone, not {arrival.flow.protocol.value}"
    return Onward("", issues=(platform_issue("ProtocolNotBalanced", where),), notes=(note,))


def _no_rule(arrival: _Arrival) -> Onward:
    ports = ", ".join(dict.fromkeys(_offered(arrival.stop))) or "nothing"
    flow = arrival.flow
    note = f"{arrival.name} has no rule for {flow.protocol.value} {flow.dst_port} on this frontend; it takes {ports}"
    return Onward("", issues=(platform_issue("NoLoadBalancingRule", arrival.stop.where),), notes=(note,))


_Rule = LoadBalancingRule | InboundNatRule


def _rule_for(stop: BalancerAddress, flow: Flow) -> _Rule | Unresolved | None:
    """The rule that takes the flow; a NAT rule or a rule for its port before one for every port."""
    rules = [rule for rule in _rules(stop) if rule.protocol in (flow.protocol, Protocol.ANY)]
    certain = [rule for rule in rules if _takes(rule, flow.dst_port)]
    if certain:
        return next((rule for rule in certain if not _is_every_port(rule)), certain[0])
    unknown = (value for rule in rules for value in _ports(rule) if isinstance(value, Unresolved))
    frontends = [rule.frontend for rule in stop.balancer.nat_rules]
    frontends += [rule.frontend for rule in stop.balancer.rules]
    return next(unknown, next((each for each in frontends if isinstance(each, Unresolved)), None))


def _rules(stop: BalancerAddress) -> Iterator[_Rule]:
    balancer, frontend = stop.balancer, stop.frontend.id
    yield from (rule for rule in balancer.nat_rules if rule.frontend == frontend)
    yield from (rule for rule in balancer.rules if rule.frontend == frontend)


def _ports(rule: _Rule) -> tuple[object, ...]:
    front = rule.frontend_port if isinstance(rule, LoadBalancingRule) else rule.frontend_ports
    return (front, rule.backend_port)


def _takes(rule: _Rule, port: int) -> bool:
    if isinstance(rule.backend_port, Unresolved):
        return False
    if isinstance(rule, LoadBalancingRule):
        return rule.frontend_port == port or _is_every_port(rule)
    return not isinstance(rule.frontend_ports, Unresolved) and rule.frontend_ports.holds(port)


def _is_every_port(rule: _Rule) -> bool:
    return isinstance(rule, LoadBalancingRule) and rule.frontend_port == 0 and rule.protocol is Protocol.ANY


def _keeps_ports(rule: _Rule) -> bool:
    return isinstance(rule, LoadBalancingRule) and (
        rule.floating_ip or _is_every_port(rule) or rule.frontend_port == rule.backend_port
    )


def _offered(stop: BalancerAddress) -> Iterator[str]:
    for rule in _rules(stop):
        front = _ports(rule)[0]
        shown = "every port" if _is_every_port(rule) else "ports not known" if isinstance(front, Unresolved) else front
        yield f"{'' if rule.protocol is Protocol.ANY else rule.protocol.value} {shown}".strip()


def _chosen(arrival: _Arrival, rule: _Rule, members: Sequence[Backend], seen: Set[str]) -> Onward:
    well = [each for each in members if each.obstacle is None]
    down = tuple(f"{each.place.name} gets nothing: {each.obstacle}" for each in members if each.obstacle is not None)
    if not well:
        reason = "NoHealthyBackend" if members else "NoBackend"
        note = f"{arrival.name} has no backend for {rule.id.name} that is well"
        return Onward("", issues=(platform_issue(reason, rule.where),), notes=(note, *down))
    first = next((each for each in well if key_of(each.place) not in seen), None)
    if first is None:
        return _back_to_itself(arrival, well[0].place)
    notes = (_choice(arrival, rule, first.place, well), *down, *_remarks(arrival, rule, well, seen))
    return Onward("VirtualNetwork", stop=first.place, unresolved=first.unresolved, notes=notes)


def _choice(arrival: _Arrival, rule: _Rule, place: NicAddress, well: Sequence[Backend]) -> str:
    if len(well) == 1:
        return f"{arrival.name} hands the flow to {place.name} by {rule.id.name}"
    able = ", ".join(each.place.name for each in well)
    return f"{arrival.name} is taken to hand the flow to {place.name} by {rule.id.name}, the first well one of {able}"


def _remarks(arrival: _Arrival, rule: _Rule, well: Sequence[Backend], seen: Set[str]) -> Iterator[str]:
    if rule.floating_ip:
        yield f"{rule.id.name} has floating IP: packets keep the frontend's address, which the guest must have"
    itself = [each.place.name for each in well if key_of(each.place) in seen]
    if itself:
        yield f"{arrival.name} may choose {itself[0]}, which the flow comes from; such a flow fails"


def _back_to_itself(arrival: _Arrival, place: NicAddress) -> Onward:
    """A backend whose flow comes back to it does not get it; to an appliance the flow would come a second time."""
    if arrival.is_addressed:
        note = f"{arrival.name} hands the flow back to {place.name}, which it comes from; such a flow fails"
        return Onward("", issues=(platform_issue("BackendIsTheSource", arrival.stop.where),), notes=(note,))
    note = f"a routing loop: {arrival.name} leads back to {place.name}"
    return Onward("", issues=(route_issue(None),), notes=(note,))


def _translated(arrival: _Arrival, rule: _Rule, onward: Onward) -> Flow:
    """Addressed to the backend, if it was to the balancer; with the backend's port, unless the rule keeps ports."""
    flow = arrival.flow
    if not isinstance(onward.stop, NicAddress) or not arrival.is_addressed:
        return flow
    port = flow.dst_port
    if not rule.floating_ip and not _is_every_port(rule) and isinstance(rule.backend_port, int):
        port = rule.backend_port
    return flow._replace(dst_ip=onward.stop.address or flow.dst_ip, dst_port=port)
