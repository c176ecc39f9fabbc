"""netwatch against the independent oracle: outcome, deciding rule and next hop, on networks nobody wrote."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.model.addresses import Address
from netwatch.model.flow import Direction, Flow
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface
from netwatch.model.topology import Topology
from netwatch.verdicts.single import verdict
from netwatch.watcher import NetworkWatcher
from tests.oracle import SYSTEM_ROUTE, oracle_ip_flow, oracle_next_hop
from tests.strategies import TAGS, addresses_near, flows, published_tags, topologies


class FlowCase(NamedTuple):
    topology: Topology
    nic: NetworkInterface
    direction: Direction
    flow: Flow


class HopCase(NamedTuple):
    topology: Topology
    nic: NetworkInterface
    dest: Address


@st.composite
def flow_cases(draw: st.DrawFn) -> FlowCase:
    topology = draw(topologies())
    nic = draw(nics(topology))
    direction = draw(st.sampled_from(Direction))
    return FlowCase(topology, nic, direction, draw(flows(topology, nic, direction)))


def nics(topology: Topology) -> st.SearchStrategy[NetworkInterface]:
    """Mostly those with a group on themselves or on their subnet."""
    every = list(topology.nics.values())
    return st.sampled_from([nic for nic in every if nic.nsg or getattr(topology.subnet_of(nic), "nsg", None)] + every)


@st.composite
def hop_cases(draw: st.DrawFn) -> HopCase:
    """A NIC without an IPv6 address sends no IPv6."""
    topology = draw(topologies())
    nic = draw(st.sampled_from(list(topology.nics.values())))
    versions = {config.private_ip.version for config in nic.ip_configurations if isinstance(config.private_ip, Address)}
    return HopCase(topology, nic, draw(addresses_near(topology).filter(lambda dest: dest.version in versions)))


@given(flow_cases())
def test_the_verdict_and_the_rule_that_settles_it(case: FlowCase) -> None:
    topology, nic, direction, flow = case
    found = verdict(CompiledTopology(topology, published_tags), nic, direction, flow)
    settled = found.settled
    rule, group = (settled.rule, settled.owner.text) if settled else (None, "")
    expected = oracle_ip_flow(topology, nic, direction, flow, tags=TAGS)
    assert (found.outcome.value, rule.name if rule else "", group) == expected


@given(flow_cases())
def test_the_rules_tried_are_those_before_the_one_that_settles(case: FlowCase) -> None:
    topology, nic, direction, flow = case
    for decision in verdict(CompiledTopology(topology, published_tags), nic, direction, flow).decisions:
        asked = [rule.priority for rule in (*decision.tried, decision.rule) if rule is not None]
        assert asked == sorted(asked, key=lambda priority: priority if isinstance(priority, int) else 0)
        own = [rule for rule in topology.nsgs[decision.owner.key].rules if rule.direction is direction]
        assert {rule.name for rule in own if rule.priority < asked[-1]} <= {rule.name for rule in decision.tried}  # type: ignore[operator]


@given(hop_cases())
def test_the_next_hop_its_address_and_its_table(case: HopCase) -> None:
    topology, nic, dest = case
    assert isinstance(nic.vm, ResourceId)
    source = str(nic.ip_configurations[0].private_ip)
    answer = NetworkWatcher(topology, service_tags=published_tags()).next_hop(
        nic.vm.text, source_ip=source, dest_ip=str(dest)
    )
    hop = getattr(answer.next_hop_type, "value", "?")
    table = answer.route.table.text if answer.route and answer.route.table else SYSTEM_ROUTE
    ip = "" if answer.next_hop_ip is None else str(answer.next_hop_ip)
    assert (hop, ip, table) == oracle_next_hop(topology, nic, dest, tags=TAGS)
