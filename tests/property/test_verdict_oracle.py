"""netwatch against the independent oracle, on networks nobody wrote: verdicts, tags, routes, hops and diagnostics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.context_tags import context_tag, context_tag_names
from netwatch.errors import RefusedByAzureError
from netwatch.model.addresses import ANY_PORT, Address, Prefix
from netwatch.model.answers import EffectiveNsg, EvaluatedNsg, Verdict
from netwatch.model.flow import Direction, Flow, Level, Outcome
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Subnet
from netwatch.model.routes import EffectiveRoute, NextHopType
from netwatch.model.rules import SecurityRule
from netwatch.model.topology import Topology
from netwatch.verdicts.single import verdict
from netwatch.watcher import NetworkWatcher
from tests.oracle import (
    SYSTEM_ROUTE,
    Evaluated,
    Network,
    Profile,
    Row,
    oracle_diagnosis,
    oracle_fate,
    oracle_field,
    oracle_ip_flow,
    oracle_next_hop,
    oracle_routes,
    oracle_tag,
)
from tests.strategies import TAGS, destinations, flows, profiles, published_tags, topologies

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of the network that tells them apart

MORE = settings(max_examples=2 * settings().max_examples)  # for what has more to meet by chance


class Asked(NamedTuple):
    """Several flows, each at a NIC of its own: drawing a network costs more than asking it."""

    topology: Topology
    flows: list[tuple[NetworkInterface, Direction, Flow]]


class Sent(NamedTuple):
    """Several packets, each from a NIC of its own."""

    topology: Topology
    dests: list[tuple[NetworkInterface, Address]]


class Diagnosed(NamedTuple):
    """Several diagnostic profiles, each at a NIC of its own."""

    topology: Topology
    profiles: list[tuple[NetworkInterface, Profile]]


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    topology = draw(topologies())
    found = []
    for _ in range(12):
        nic, direction = draw(nics(topology)), draw(st.sampled_from(Direction))
        found.append((nic, direction, draw(flows(topology, nic, direction))))
    return Asked(topology, found)


def nics(topology: Topology) -> st.SearchStrategy[NetworkInterface]:
    """Mostly those with a group on themselves or on their subnet, and those of private endpoints."""
    every = list(topology.nics.values())
    bound = [nic for nic in every if nic.nsg or getattr(topology.subnet_of(nic), "nsg", None)]
    return st.sampled_from([*every, *bound, *(2 * [nic for nic in bound if not nic.vm])])


@st.composite
def sent(draw: st.DrawFn) -> Sent:
    """A NIC without an IPv6 address sends no IPv6."""
    topology = draw(topologies())
    near, found = destinations(topology), []
    for _ in range(24):
        nic, dest = draw(st.sampled_from([nic for nic in topology.nics.values() if nic.vm])), draw(near)
        if any(getattr(config.private_ip, "version", 0) == dest.version for config in nic.ip_configurations):
            found.append((nic, dest))
    return Sent(topology, found)


@st.composite
def diagnosed(draw: st.DrawFn) -> Diagnosed:
    topology = draw(topologies())
    chosen = [draw(nics(topology)) for _ in range(8)]
    return Diagnosed(topology, [(nic, draw(profiles(topology, nic))) for nic in chosen])


# --- one flow ---------------------------------------------------------------------------------------------------------


@given(asked())
def test_the_verdict_and_the_rule_that_settles_it(case: Asked) -> None:
    compiled = CompiledTopology(case.topology, published_tags)
    for nic, direction, flow in case.flows:
        found = verdict(compiled, nic, direction, flow)
        assert said(found) == oracle_ip_flow(case.topology, nic, direction, flow, tags=TAGS), (nic.id.name, flow)
        check_tried(case.topology, found)


@given(asked())
def test_what_ip_flow_verify_answers(case: Asked) -> None:
    """As it is asked: in words, of a machine; and where Azure refuses, what becomes of the traffic."""
    watcher = NetworkWatcher(case.topology, service_tags=published_tags())
    for nic, direction, flow in case.flows:
        if not nic.vm or not flow.protocol.has_ports:
            continue
        outcome, name, owner = oracle_ip_flow(case.topology, nic, direction, flow, tags=TAGS)
        if outcome == "NotApplicable":
            with pytest.raises(RefusedByAzureError) as refused:
                ask(watcher, nic, direction, flow)
            assert refused.value.code == "NsgsNotAppliedOnNic"
            assert refused.value.fate == oracle_fate(case.topology, nic, direction, flow)
        else:
            assert ask(watcher, nic, direction, flow) == (outcome, name, owner), (nic.id.name, flow)


def ask(watcher: NetworkWatcher, nic: NetworkInterface, direction: Direction, flow: Flow) -> tuple[str, str, str]:
    assert isinstance(nic.vm, ResourceId)
    opener, called = endpoint(flow.src_ip, flow.src_port), endpoint(flow.dst_ip, flow.dst_port)
    local, remote = (called, opener) if direction is Direction.INBOUND else (opener, called)
    words = {"direction": direction.value, "protocol": flow.protocol.value, "nic": nic.id.name}
    return said(watcher.ip_flow_verify(nic.vm.name, local=local, remote=remote, **words).verdict)


def endpoint(address: Address, port: int) -> str:
    text = f"[{address}]" if address.version == 6 else str(address)
    return f"{text}:{'*' if port == ANY_PORT else port}"


def said(found: Verdict) -> tuple[str, str, str]:
    """The outcome, the rule that gets named, and whose it is; empty texts where there is none."""
    settled = found.settled
    if settled is None:
        return found.outcome.value, "", ""
    return found.outcome.value, settled.rule.name if settled.rule else "", settled.owner.text


def check_tried(topology: Topology, found: Verdict) -> None:
    """A list is asked up to the rule that settles it, and none behind a Deny."""
    assert all(decision.outcome is Outcome.ALLOW for decision in found.decisions[:-1])
    for decision in found.decisions:
        if decision.rule is None or decision.level is Level.ADMIN:
            continue
        own = [rule for rule in topology.nsgs[decision.owner.key].rules if rule.direction is found.direction]
        before = {rule.name for rule in own if _priority(rule) < _priority(decision.rule)}
        assert before == {rule.name for rule in decision.tried if not rule.is_default}


def _priority(rule: SecurityRule) -> int:
    assert isinstance(rule.priority, int)
    return rule.priority


# --- tags and groups --------------------------------------------------------------------------------------------------


@given(topologies())
def test_what_a_tag_holds_at_a_subnet(topology: Topology) -> None:
    """Address for address, of the families the subnet has."""
    for subnet in topology.subnets.values():
        for name in context_tag_names():
            found = context_tag(name, topology, subnet)
            assert found is not None
            assert not found.unresolved
            expected = whole(oracle_tag(topology, subnet, name, TAGS), subnet)
            assert whole(map(network, found.prefixes), subnet) == expected, (subnet.id.name, name)


def families(subnet: Subnet) -> set[int]:
    return {prefix.version for prefix in subnet.prefixes if isinstance(prefix, Prefix)}


@given(topologies())
def test_effective_rules_hold_what_their_tags_and_groups_hold(topology: Topology) -> None:
    """Address for address, of the families the subnet has: the tag map, and both sides of every rule."""
    watcher = NetworkWatcher(topology, service_tags=published_tags())
    for nic in topology.nics.values():
        subnet = topology.subnet_of(nic)
        assert isinstance(subnet, Subnet)
        for nsg in effective(topology, nic, watcher.effective_rules).nsgs:
            for name, prefixes in nsg.tag_map.items():
                expected = whole(oracle_tag(topology, subnet, name, TAGS), subnet)
                assert whole(map(network, prefixes), subnet) == expected, name
            check_rules(topology, subnet, nsg)


def effective(topology: Topology, nic: NetworkInterface, ask: Callable[[str], Any]) -> Any:
    """The answer, which at a NIC that no machine holds stands beside Azure's refusal."""
    if nic.vm is not None or topology.semantics.nic_without_machine == "answered":
        return ask(nic.id.text)
    with pytest.raises(RefusedByAzureError) as refused:
        ask(nic.id.text)
    return refused.value.answer


def check_rules(topology: Topology, subnet: Subnet, nsg: EffectiveNsg) -> None:
    for rule in nsg.rules:
        for field, prefixes in ((rule.rule.sources, rule.sources), (rule.rule.destinations, rule.destinations)):
            expected = whole(oracle_field(topology, subnet, field, TAGS), subnet)
            assert whole(map(network, prefixes), subnet) == expected, (rule.rule.name, field)


def whole(networks: Iterable[Network], subnet: Subnet) -> set[Network]:
    """The same addresses, of the subnet's families, in the one way that has the fewest networks."""
    found = [each for each in networks if each.version in families(subnet)]
    v4 = collapse_addresses(each for each in found if isinstance(each, IPv4Network))
    v6 = collapse_addresses(each for each in found if isinstance(each, IPv6Network))
    return {*v4, *v6}


def network(prefix: Prefix) -> Network:
    return ip_network(str(prefix))


# --- routes -----------------------------------------------------------------------------------------------------------


@MORE
@given(topologies())
def test_every_effective_route_with_its_state(topology: Topology) -> None:
    watcher = NetworkWatcher(topology, service_tags=published_tags())
    for nic in topology.nics.values():
        subnet = topology.subnet_of(nic)
        assert isinstance(subnet, Subnet)
        found = effective(topology, nic, watcher.effective_routes).routes
        assert Counter(map(row_of, found)) == Counter(oracle_routes(topology, subnet, TAGS)), subnet.id.name


def row_of(route: EffectiveRoute) -> Row:
    assert isinstance(route.next_hop_type, NextHopType)
    return Row(
        frozenset(map(network, route.prefixes)),
        route.next_hop_type.value,
        route.source.value,
        route.state.value,
        "" if route.next_hop_ip is None else str(route.next_hop_ip),
        route.name,
        SYSTEM_ROUTE if route.table is None else route.table.text,
        route.tag,
        tuple(map(str, route.other_hop_ips)),
    )


@MORE
@given(sent())
def test_the_next_hop_its_address_and_its_table(case: Sent) -> None:
    watcher = NetworkWatcher(case.topology, service_tags=published_tags())
    for nic, dest in case.dests:
        assert isinstance(nic.vm, ResourceId)
        source = str(nic.ip_configurations[0].private_ip)
        answer = watcher.next_hop(nic.vm.text, source_ip=source, dest_ip=str(dest))
        assert isinstance(answer.next_hop_type, NextHopType)
        table = answer.route.table.text if answer.route and answer.route.table else SYSTEM_ROUTE
        ip = "" if answer.next_hop_ip is None else str(answer.next_hop_ip)
        expected = oracle_next_hop(case.topology, nic, dest, tags=TAGS)
        assert (answer.next_hop_type.value, ip, table) == expected, (nic.id.name, dest)


# --- NSG diagnostics --------------------------------------------------------------------------------------------------


@MORE
@given(diagnosed())
def test_what_nsg_diagnostics_says_of_every_condition(case: Diagnosed) -> None:
    """A NIC without any rule list has no result (recorded)."""
    watcher = NetworkWatcher(case.topology, service_tags=published_tags())
    for nic, profile in case.profiles:
        answer = watcher.nsg_diagnostics(
            nic.id.text,
            direction=profile.direction.value,
            protocol=profile.protocol.value,
            source=profile.source,
            destination=profile.destination,
            dest_port=profile.port,
        )
        outcome, evaluated = oracle_diagnosis(case.topology, nic, profile, TAGS)
        found = [(one.outcome.value, [held(nsg) for nsg in one.evaluated]) for one in answer.results]
        assert found == ([(outcome, evaluated)] if evaluated else []), (nic.id.name, profile)


def held(nsg: EvaluatedNsg) -> Evaluated:
    rules = [
        (one.rule.name, one.protocol, one.source, one.source_port, one.destination, one.destination_port)
        for one in nsg.evaluations
    ]
    return Evaluated(nsg.owner.text, nsg.matched.name if nsg.matched else "", rules)
