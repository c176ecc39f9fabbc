"""Laws: changes of a network that must not change an answer, or must change it in one way only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.model.addresses import ALL_PORTS, Address, PortRange, Prefix
from netwatch.model.answers import Verdict
from netwatch.model.flow import Access, Direction, Flow, Outcome, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, NetworkSecurityGroup
from netwatch.model.rules import AddressField, AddressTerm, AnyAddress, Cidr, PortField, SecurityRule
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.conditions import AddressSet, DiagnosticQuery
from netwatch.verdicts.diagnosis import diagnose
from netwatch.verdicts.single import verdict
from tests.strategies import flows, published_tags, security_rules, topologies, with_rules

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of the network that breaks a law


class Case(NamedTuple):
    """A flow at a NIC that has a group, and one of the groups that decide there."""

    topology: Topology
    nic: NetworkInterface
    direction: Direction
    flow: Flow
    group: NetworkSecurityGroup


@st.composite
def cases(draw: st.DrawFn) -> Case:
    topology = draw(topologies())
    bound = [(nic, group) for nic in topology.nics.values() for group in _groups(topology, nic)]
    assume(bound)
    nic, group = draw(st.sampled_from(bound))
    direction = draw(st.sampled_from(Direction))
    return Case(topology, nic, direction, draw(flows(topology, nic, direction)), group)


def _groups(topology: Topology, nic: NetworkInterface) -> list[NetworkSecurityGroup]:
    subnet = topology.subnet_of(nic)
    references = (nic.nsg, getattr(subnet, "nsg", None))
    return [topology.nsgs[reference.key] for reference in references if isinstance(reference, ResourceId)]


def asked(case: Case, *, rules: tuple[SecurityRule, ...] | None = None) -> Verdict:
    """The verdict on the flow of ``case``, where its group has ``rules`` instead of its own."""
    topology = case.topology if rules is None else with_rules(case.topology, case.group.id, rules)
    return verdict(CompiledTopology(topology, published_tags), case.nic, case.direction, case.flow)


def deciding(found: Verdict) -> tuple[Outcome, list[tuple[Outcome, str]]]:
    """The outcome, and what each list said and by which rule."""
    return found.outcome, [(step.outcome, step.rule.name if step.rule else "") for step in found.decisions]


def each(case: Case, change: Callable[[SecurityRule], SecurityRule]) -> tuple[SecurityRule, ...]:
    return tuple(change(rule) for rule in case.group.rules)


def with_more(case: Case, data: st.DataObject, access: Access) -> tuple[SecurityRule, ...]:
    """The group's rules and some more, all of one access, at priorities that are still free."""
    taken = {(rule.direction, rule.priority) for rule in case.group.rules}
    more = data.draw(security_rules(case.group.id, max_size=4))
    free = [rule for rule in more if (rule.direction, rule.priority) not in taken]
    return (*case.group.rules, *(replace(rule, access=access, name=f"more-{rule.name}") for rule in free))


@given(cases(), st.data())
def test_another_allow_never_takes_reachability_away(case: Case, data: st.DataObject) -> None:
    outcome = asked(case, rules=with_more(case, data, Access.ALLOW)).outcome
    assert outcome in (asked(case).outcome, Outcome.ALLOW)


@given(cases(), st.data())
def test_another_deny_never_opens_anything(case: Case, data: st.DataObject) -> None:
    outcome = asked(case, rules=with_more(case, data, Access.DENY)).outcome
    assert outcome in (asked(case).outcome, Outcome.DENY)


@given(cases(), st.data())
def test_new_priorities_in_the_same_order_change_nothing(case: Case, data: st.DataObject) -> None:
    size = len(case.group.rules)
    ladder = sorted(data.draw(st.lists(st.integers(100, 4096), min_size=size, max_size=size, unique=True)))
    new = dict(zip(sorted(map(priority_of, case.group.rules)), ladder, strict=True))
    renumbered = each(case, lambda rule: replace(rule, priority=new[priority_of(rule)]))
    assert deciding(asked(case, rules=renumbered)) == deciding(asked(case))


def priority_of(rule: SecurityRule) -> int:
    assert isinstance(rule.priority, int)
    return rule.priority


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_in_the_input_does_not_matter(case: Case, random: Random) -> None:
    rules = list(case.group.rules)
    random.shuffle(rules)
    assert deciding(asked(case, rules=tuple(rules))) == deciding(asked(case))


@given(cases())
def test_a_prefix_split_in_two_is_the_same_prefix(case: Case) -> None:
    def halved(field: AddressField) -> AddressField:
        return replace(field, terms=tuple(half for term in field.terms for half in _halves(term)))

    split = each(
        case,
        lambda rule: replace(rule, sources=halved(rule.sources), destinations=halved(rule.destinations)),
    )
    assert deciding(asked(case, rules=split)) == deciding(asked(case))


def _halves(term: AddressTerm) -> list[AddressTerm]:
    bits = 0 if not isinstance(term, Cidr) else 32 if term.prefix.version == 4 else 128
    if not isinstance(term, Cidr) or term.prefix.length == bits:
        return [term]
    version, network, length = term.prefix
    low, high = Prefix(version, network, length + 1), Prefix(version, network + (1 << (bits - length - 1)), length + 1)
    return [Cidr(high, str(high)), Cidr(low, str(low))]


@given(cases(), st.integers(0, 65535))
def test_a_port_range_split_in_two_is_the_same_range(case: Case, cut: int) -> None:
    def halved(field: PortField) -> PortField:
        ranges = [half for ports in field.ranges for half in _cut(ports, cut)]
        return replace(field, ranges=tuple(ranges), texts=tuple(map(str, ranges)))

    split = each(
        case,
        lambda rule: replace(
            rule, source_ports=halved(rule.source_ports), destination_ports=halved(rule.destination_ports)
        ),
    )
    assert deciding(asked(case, rules=split)) == deciding(asked(case))


def _cut(ports: PortRange | Unresolved, cut: int) -> list[PortRange | Unresolved]:
    if isinstance(ports, Unresolved) or not ports.low < cut <= ports.high:
        return [ports]
    return [PortRange(cut, ports.high), PortRange(ports.low, cut - 1)]


@given(cases())
def test_rules_that_an_earlier_rule_covers_can_go(case: Case) -> None:
    kept: list[SecurityRule] = []
    for rule in sorted(case.group.rules, key=priority_of):
        if not any(covers(earlier, rule) for earlier in kept):
            kept.append(rule)
    assert deciding(asked(case, rules=tuple(kept))) == deciding(asked(case))


def covers(earlier: SecurityRule, later: SecurityRule) -> bool:
    """Whether ``earlier`` surely takes every flow that ``later`` takes: enough for a law, not complete."""
    return (
        earlier.direction is later.direction
        and earlier.protocol in (later.protocol, Protocol.ANY)
        and holds_terms(earlier.sources, later.sources)
        and holds_terms(earlier.destinations, later.destinations)
        and all(field.ranges == (ALL_PORTS,) for field in (earlier.source_ports, earlier.destination_ports))
    )


def holds_terms(wide: AddressField, narrow: AddressField) -> bool:
    return any(isinstance(term, AnyAddress) for term in wide.terms) or set(narrow.terms) <= set(wide.terms)


@given(cases(), st.data())
def test_a_value_left_open_makes_the_answer_the_same_or_unknown(case: Case, data: st.DataObject) -> None:
    assume(case.group.rules)
    index = data.draw(st.integers(0, len(case.group.rules) - 1))
    opened = data.draw(st.sampled_from(OPENINGS))(case.group.rules[index])
    rules = (*case.group.rules[:index], opened, *case.group.rules[index + 1 :])
    assert asked(case, rules=rules).outcome in (asked(case).outcome, Outcome.UNKNOWN)


OPEN = Unresolved("a parameter has no value", "[parameters('x')]")

OPENINGS: list[Callable[[SecurityRule], SecurityRule]] = [
    lambda rule: replace(rule, access=OPEN),
    lambda rule: replace(rule, priority=OPEN),
    lambda rule: replace(rule, direction=OPEN),
    lambda rule: replace(rule, protocol=OPEN),
    lambda rule: replace(rule, sources=AddressField((OPEN,))),
    lambda rule: replace(rule, destinations=replace(rule.destinations, terms=(*rule.destinations.terms, OPEN))),
    lambda rule: replace(rule, source_ports=PortField((OPEN,), ("[parameters('x')]",))),
    lambda rule: replace(
        rule,
        destination_ports=PortField((*rule.destination_ports.ranges, OPEN), (*rule.destination_ports.texts, "[x]")),
    ),
]


def alone(address: Address) -> AddressSet:
    return AddressSet((Prefix(address.version, address.value, 32 if address.version == 4 else 128),))


def from_every_port(topology: Topology) -> Topology:
    """The network with rules that name no source ports, and with the platform's services under them."""
    nsgs = {key: replace(nsg, rules=_from_every_port(nsg.rules)) for key, nsg in topology.nsgs.items()}
    collections = {
        key: replace(each, rules=_from_every_port(each.rules)) for key, each in topology.admin_rule_collections.items()
    }
    ruled = topology.semantics._replace(platform_traffic="ruled")
    return replace(topology, nsgs=nsgs, admin_rule_collections=collections, semantics=ruled)


def _from_every_port(rules: tuple[SecurityRule, ...]) -> tuple[SecurityRule, ...]:
    return tuple(replace(rule, source_ports=PortField((ALL_PORTS,), ("*",))) for rule in rules)


@given(cases())
def test_a_diagnostic_of_two_addresses_says_what_the_verdict_on_the_flow_says(case: Case) -> None:
    assume(case.flow.protocol.has_ports)
    case = case._replace(topology=from_every_port(case.topology))
    port = PortRange(case.flow.dst_port, case.flow.dst_port)
    ends = alone(case.flow.src_ip), alone(case.flow.dst_ip)
    query = DiagnosticQuery(case.direction, case.flow.protocol, *ends, port)
    diagnosis = diagnose(CompiledTopology(case.topology, published_tags), case.nic, query)
    spoke = [nsg for nsg in diagnosis.evaluated if nsg.outcome is not Outcome.NOT_APPLICABLE]
    named = [(nsg.outcome, nsg.matched.name if nsg.matched else "") for nsg in spoke]
    assert (diagnosis.outcome, named) == deciding(asked(case))
