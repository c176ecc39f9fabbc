"""netwatch against the independent oracle: outcome, deciding rule and next hop, on networks nobody wrote."""

from __future__ import annotations

from ipaddress import ip_address
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.context_tags import context_tag
from netwatch.model.addresses import Address, Prefix
from netwatch.model.flow import Direction, Flow, Outcome
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface
from netwatch.model.routes import NextHopType
from netwatch.model.rules import SecurityRule
from netwatch.model.topology import Topology
from netwatch.verdicts.single import verdict
from netwatch.watcher import NetworkWatcher
from tests.oracle import SYSTEM_ROUTE, oracle_ip_flow, oracle_next_hop, oracle_tag_holds
from tests.strategies import TAGS, addresses_near, flows, published_tags, topologies


class Asked(NamedTuple):
    """Several flows at one NIC: drawing a network costs more than asking it."""

    topology: Topology
    nic: NetworkInterface
    flows: list[tuple[Direction, Flow]]


class Sent(NamedTuple):
    """Several packets from one NIC."""

    topology: Topology
    nic: NetworkInterface
    dests: list[Address]


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    topology = draw(topologies())
    nic = draw(nics(topology))
    one = st.sampled_from(Direction).flatmap(lambda way: st.tuples(st.just(way), flows(topology, nic, way)))
    return Asked(topology, nic, draw(st.lists(one, min_size=1, max_size=12)))


def nics(topology: Topology) -> st.SearchStrategy[NetworkInterface]:
    """Mostly those with a group on themselves or on their subnet."""
    every = list(topology.nics.values())
    return st.sampled_from([nic for nic in every if nic.nsg or getattr(topology.subnet_of(nic), "nsg", None)] + every)


@st.composite
def sent(draw: st.DrawFn) -> Sent:
    """A NIC without an IPv6 address sends no IPv6."""
    topology = draw(topologies())
    nic = draw(st.sampled_from(list(topology.nics.values())))
    versions = {config.private_ip.version for config in nic.ip_configurations if isinstance(config.private_ip, Address)}
    dests = addresses_near(topology).filter(lambda dest: dest.version in versions)
    return Sent(topology, nic, draw(st.lists(dests, min_size=10, max_size=24)))


@given(asked())
def test_the_verdict_and_the_rule_that_settles_it(case: Asked) -> None:
    compiled = CompiledTopology(case.topology, published_tags)
    for direction, flow in case.flows:
        found = verdict(compiled, case.nic, direction, flow)
        settled = found.settled
        rule, group = (settled.rule, settled.owner.text) if settled else (None, "")
        outcome, name, owner = oracle_ip_flow(case.topology, case.nic, direction, flow, tags=TAGS)
        assert found.outcome.value == outcome, flow
        if name:
            assert (rule.name if rule else "", group) == (name, owner), flow


@given(asked())
def test_a_list_is_asked_up_to_the_rule_that_settles_and_none_behind_a_deny(case: Asked) -> None:
    compiled = CompiledTopology(case.topology, published_tags)
    for direction, flow in case.flows:
        decisions = verdict(compiled, case.nic, direction, flow).decisions
        assert all(decision.outcome is Outcome.ALLOW for decision in decisions[:-1])
        for decision in decisions:
            assert decision.rule is not None
            own = [rule for rule in case.topology.nsgs[decision.owner.key].rules if rule.direction is direction]
            before = {rule.name for rule in own if _priority(rule) < _priority(decision.rule)}
            assert before == {rule.name for rule in decision.tried if not rule.is_default}


def _priority(rule: SecurityRule) -> int:
    assert isinstance(rule.priority, int)
    return rule.priority


@given(topologies(), st.data())
def test_what_a_tag_holds_at_a_subnet(topology: Topology, data: st.DataObject) -> None:
    """Asked in the families the subnet has."""
    subnet = data.draw(st.sampled_from(list(topology.subnets.values())))
    versions = {prefix.version for prefix in subnet.prefixes if isinstance(prefix, Prefix)}
    near = addresses_near(topology).filter(lambda address: address.version in versions)
    addresses = data.draw(st.lists(near, min_size=1, max_size=20, unique=True))
    for name in ("VirtualNetwork", "Internet", "AzureLoadBalancer"):
        found = context_tag(name, topology, subnet)
        assert found is not None
        assert not found.unresolved
        for address in addresses:
            held = any(prefix.holds(address) for prefix in found.prefixes)
            assert held == oracle_tag_holds(topology, subnet, name, ip_address(str(address)), TAGS), (name, address)


@given(sent())
def test_the_next_hop_its_address_and_its_table(case: Sent) -> None:
    watcher = NetworkWatcher(case.topology, service_tags=published_tags())
    assert isinstance(case.nic.vm, ResourceId)
    source = str(case.nic.ip_configurations[0].private_ip)
    for dest in case.dests:
        answer = watcher.next_hop(case.nic.vm.text, source_ip=source, dest_ip=str(dest))
        assert isinstance(answer.next_hop_type, NextHopType)
        table = answer.route.table.text if answer.route and answer.route.table else SYSTEM_ROUTE
        ip = "" if answer.next_hop_ip is None else str(answer.next_hop_ip)
        expected = oracle_next_hop(case.topology, case.nic, dest, tags=TAGS)
        assert (answer.next_hop_type.value, ip, table) == expected, dest
