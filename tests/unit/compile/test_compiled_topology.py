from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.compile import rule_tables
from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.formats.service_tag_file import load_shipped
from netwatch.model.addresses import Prefix
from netwatch.model.answers import EffectiveNsg
from netwatch.model.flow import Direction
from netwatch.model.rules import SecurityRule
from netwatch.model.topology import Topology
from netwatch.watcher import NetworkWatcher
from tests.build import rule
from tests.networks import Net, Nic, Peer, arm_id, network

IN = Direction.INBOUND


def net(*rules: SecurityRule) -> Topology:
    """Two networks that are not peered: three NICs of the first bear the group, and a subnet of the second."""
    return network(
        vnets={"v": "10.0.0.0/16", "w": "10.1.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24"), "v/b": Net("10.0.2.0/24"), "w/a": Net("10.1.1.0/24", nsg="nsg")},
        nics={
            "a-nic": Nic("v/a", "10.0.1.4", nsg="nsg"),
            "b-nic": Nic("v/a", "10.0.1.5", nsg="nsg"),
            "c-nic": Nic("v/b", "10.0.2.4", nsg="nsg"),
            "d-nic": Nic("w/a", "10.1.1.4"),
        },
        nsgs={"nsg": rules},
    )


def lists(compiled: CompiledTopology) -> list[EffectiveNsg]:
    return [nsg for nic in compiled.topology.nics.values() for nsg in compiled.effective_nsgs(nic)]


def test_nics_where_tags_mean_the_same_share_rules_and_tables() -> None:
    compiled = CompiledTopology(net(rule("in", source="VirtualNetwork")), load_shipped)
    first, second, third, elsewhere = lists(compiled)
    assert first.bound_to != second.bound_to
    assert first.rules is second.rules is third.rules
    assert first.rules != elsewhere.rules
    assert compiled.rule_list(first, IN, 4) is compiled.rule_list(third, IN, 4)
    assert compiled.rule_list(first, IN, 4) is not compiled.rule_list(elsewhere, IN, 4)


def changed(topology: Topology, *rules: SecurityRule) -> Topology:
    key = arm_id("networkSecurityGroups", "nsg").key
    return replace(topology, nsgs={key: replace(topology.nsgs[key], rules=rules)})


def answers(watcher: NetworkWatcher) -> list[str]:
    asked = [
        (vm, remote, port) for vm in "abcd" for remote in ("10.0.1.9", "10.1.1.9", "9.9.9.9") for port in (80, 443)
    ]
    return [
        repr(
            watcher.ip_flow_verify(
                vm, direction="Inbound", protocol="Tcp", local=f":{port}", remote=f"{remote}:1", nic=f"{vm}-nic"
            )
        )
        for vm, remote, port in asked
    ]


def test_a_changed_rule_is_asked_as_in_a_watcher_made_anew() -> None:
    earlier = net(rule("in", source="VirtualNetwork"), rule("web", dports="443", priority=200))
    later = changed(earlier, rule("in", source="VirtualNetwork"), rule("web", dports="80", priority=200))
    watcher = NetworkWatcher(earlier)
    before = answers(watcher)
    assert answers(watcher.changed(later)) == answers(NetworkWatcher(later)) != before
    assert answers(watcher) == before


def test_what_is_not_a_rule_is_never_taken_over() -> None:
    """A peering changes what VirtualNetwork holds and where packets go."""
    earlier = net(rule("in", source="VirtualNetwork"))
    both = {"v": [Peer("w")], "w": [Peer("v")]}
    peered = network(
        vnets={"v": "10.0.0.0/16", "w": "10.1.0.0/16"}, subnets={"v/a": Net("10.0.1.0/24")}, peerings=both
    ).peerings
    later = replace(earlier, peerings=peered)
    watcher = NetworkWatcher(earlier)
    before = answers(watcher)
    assert answers(watcher.changed(later)) == answers(NetworkWatcher(later)) != before
    hop = watcher.changed(later).next_hop("a", source_ip="10.0.1.4", dest_ip="10.1.1.4")
    assert hop == NetworkWatcher(later).next_hop("a", source_ip="10.0.1.4", dest_ip="10.1.1.4")
    assert hop != watcher.next_hop("a", source_ip="10.0.1.4", dest_ip="10.1.1.4")


def test_what_cannot_have_changed_is_taken_over() -> None:
    earlier = net(rule("in", source="VirtualNetwork"))
    first = CompiledTopology(earlier, load_shipped)
    subnet = next(iter(earlier.subnets.values()))
    routes = first.effective_routes(subnet)
    later = CompiledTopology(changed(earlier, rule("other")), load_shipped, former=first)
    assert later.effective_routes(subnet) is routes


def test_what_rules_name_by_one_tag_is_one_tuple_and_merged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand rules on AzureCloud would be ten million prefixes."""
    rules = [rule(f"r{place}", source="AzureCloud", priority=100 + place) for place in range(5)]
    compiled = CompiledTopology(net(*rules), load_shipped)
    nsg = compiled.effective_nsgs(next(iter(compiled.topology.nics.values())))[0]
    own = [each for each in compiled.rules(nsg, IN) if each.rule.name.startswith("r")]
    assert len({id(each.sources) for each in own}) == 1
    assert own[0].sources == compiled.published_tags.prefixes("AzureCloud")
    merged: list[int] = []
    whole = rule_tables._addresses

    def counted(some: tuple[Prefix, ...], version: int) -> tuple[tuple[int, int], ...]:
        merged.append(len(some))
        return whole(some, version)

    monkeypatch.setattr(rule_tables, "_addresses", counted)
    listed = compiled.rule_list(nsg, IN, 4)
    assert merged.count(len(own[0].sources)) == 1
    assert listed.rule_of[:5] == (0, 1, 2, 3, 4)
