"""What becomes of a flow that is under way when rules change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.live_flow import live_flow
from netwatch.formats.service_tag_file import load_shipped
from netwatch.model.live_flows import LiveFlowAnswer, LiveFlowFate
from netwatch.model.rules import SecurityRule
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from tests.build import address_field, rule
from tests.networks import Net, Nic, network

SSH = rule("ssh", dports="22")
NO_SSH = rule("no-ssh", dports="22", access="Deny")


def net(*rules: SecurityRule, flush: bool = False, timeout: int = 0) -> Topology:
    topology = network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24", nsg="n")},
        nics={"a-nic": Nic("v/a", "10.0.1.4")},
        nsgs={"n": rules},
    )
    return replace(
        topology,
        nsgs={key: replace(nsg, flush_connection=flush) for key, nsg in topology.nsgs.items()},
        vnets={key: replace(vnet, flow_timeout_minutes=timeout) for key, vnet in topology.vnets.items()},
    )


def ask(before: Topology, after: Topology) -> LiveFlowAnswer:
    old, new = (CompiledTopology(topology, load_shipped) for topology in (before, after))
    return live_flow(old, new, "a", direction="Inbound", protocol="TCP", local=":22", remote="8.8.8.8:50000")


@pytest.mark.parametrize(
    ("before", "after", "fate"),
    [
        (net(SSH), net(SSH), LiveFlowFate.CONTINUES),
        (net(SSH), net(), LiveFlowFate.CONTINUES),
        (net(SSH), net(NO_SSH), LiveFlowFate.CONTINUES),
        (net(SSH), net(NO_SSH, flush=True), LiveFlowFate.ENDS),
        (net(SSH, flush=True), net(NO_SSH), LiveFlowFate.CONTINUES),
        (net(NO_SSH), net(SSH), LiveFlowFate.NEVER_OPENED),
        (net(), net(SSH), LiveFlowFate.NEVER_OPENED),
    ],
)
def test_a_changed_rule_counts_for_new_flows_only_unless_flushed(
    before: Topology, after: Topology, fate: LiveFlowFate
) -> None:
    assert ask(before, after).fate is fate


def test_what_a_new_flow_would_get_is_said() -> None:
    assert ask(net(SSH), net(SSH)).opens_anew
    assert not ask(net(SSH), net()).opens_anew


def test_the_group_that_cuts_it_is_named() -> None:
    assert ask(net(SSH), net(NO_SSH, flush=True)).flushed_by == ("n",)
    assert ask(net(SSH), net(NO_SSH)).flushed_by == ()


def test_open_values_leave_the_fate_open_where_they_could_cut_it() -> None:
    maybe = replace(NO_SSH, sources=address_field([Unresolved("a parameter")]))
    assert ask(net(SSH), net(maybe, rule("all"), flush=True)).fate is LiveFlowFate.UNKNOWN
    assert ask(net(SSH), net(maybe, rule("all"))).fate is LiveFlowFate.CONTINUES
    assert ask(net(replace(SSH, sources=maybe.sources)), net()).fate is LiveFlowFate.UNKNOWN


def test_the_idle_timeout_is_the_networks_or_four_minutes() -> None:
    assert ask(net(SSH), net(SSH, timeout=30)).idle_timeout_minutes == 30
    assert ask(net(SSH), net(SSH)).idle_timeout_minutes == 4
