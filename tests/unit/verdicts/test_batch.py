"""Batches of flows: where they are looked at, what special traffic gets, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.errors import InvalidFlowError, KernelUnavailableError, QueryError, UnsupportedError
from netwatch.formats.service_tag_file import load_shipped
from netwatch.matcher import products
from netwatch.matcher.batch import FlowBatch
from netwatch.model.flow import Direction, Level, Outcome
from netwatch.model.resources import OtherResource
from netwatch.model.routes import NextHopType
from netwatch.model.rules import SecurityRule
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.batch import BatchTables, BatchVerdicts, PlacedFlows, verify
from netwatch.verdicts.chains import Chains
from netwatch.watcher import NetworkWatcher
from netwatch.workloads.traces import points_batch
from tests.build import flow, rule
from tests.networks import Net, Nic, Route, arm_id, network
from tests.unit.verdicts.test_single import under_a_wider_manager, with_admin

IN, OUT = Direction.INBOUND, Direction.OUTBOUND
KERNELS = ["numpy", *(["numba"] if find_spec("numba") else [])]


def net(*rules: SecurityRule, nic_rules: Sequence[SecurityRule] | None = None, **parts: Any) -> Topology:
    """Two machines, 10.0.1.4 under a group and 10.0.2.4 under none."""
    groups = {"nsg": rules, **({"own": nic_rules} if nic_rules is not None else {})}
    return network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24", nsg="nsg", table=parts.get("table", "")), "v/b": Net("10.0.2.0/24")},
        nics={
            "a-nic": Nic("v/a", "10.0.1.4", nsg="own" if nic_rules is not None else parts.get("nsg", "")),
            "b-nic": Nic("v/b", "10.0.2.4"),
        },
        nsgs=groups,
        tables=parts.get("tables"),
        others=parts.get("others", ()),
    )


def batch(*flows: tuple[str, str, str]) -> FlowBatch:
    asked = [flow(*each) for each in flows]
    points = [(f.src_ip.value, f.dst_ip.value, f.src_port, f.dst_port, f.protocol.number) for f in asked]
    return points_batch(asked[0].src_ip.version if asked else 4, points)


def ask(topology: Topology, flows: FlowBatch, *, kernel: str = "auto", **where: Any) -> BatchVerdicts:
    """What the batch says; every kernel says it."""
    tables = BatchTables(CompiledTopology(topology, load_shipped))
    found = verify(tables, PlacedFlows(flows, **where), kernel=kernel)
    for other in KERNELS:
        assert words(verify(tables, PlacedFlows(flows, **where), kernel=other)) == words(found)
    return found


def outcomes(found: BatchVerdicts) -> list[Outcome]:
    return [found.flow(place).outcome for place in range(len(found.outcome))]


def named(found: BatchVerdicts, place: int = 0) -> tuple[str, str, Level | None]:
    one = found.flow(place)
    assert one.decided is not None
    return one.decided.owner.name, one.decided.rule.name if one.decided.rule else "", one.level


def test_a_flow_is_looked_at_where_it_leaves_else_where_it_arrives() -> None:
    flows = batch(
        ("Tcp", "10.0.1.4 1", "10.0.2.4 443"),
        ("Tcp", "9.9.9.9 1", "10.0.1.4 443"),
        ("Tcp", "9.9.9.9 1", "8.8.8.8 443"),
    )
    found = ask(net(), flows)
    assert found.nic.tolist() == [0, 0, -1]
    assert found.direction.tolist() == [1, 0, 0]
    assert outcomes(found) == [Outcome.ALLOW, Outcome.DENY, Outcome.NOT_APPLICABLE]
    assert ask(net(), flows, direction=IN).nic.tolist() == [1, 0, -1]
    assert ask(net(), flows, direction=OUT).nic.tolist() == [0, -1, -1]
    assert ask(net(), flows, direction=np.array([0, 0, 1], np.uint8)).nic.tolist() == [1, 0, -1]


def test_the_next_hop_is_towards_the_other_end() -> None:
    """Of an inbound flow that is where its replies go."""
    tables = {"rt": [Route("9.0.0.0/8", NextHopType.NONE)]}
    flows = batch(("Tcp", "10.0.1.4 1", "10.0.2.4 443"), ("Tcp", "9.9.9.9 1", "10.0.1.4 443"))
    found = ask(net(table="rt", tables=tables), flows)
    hops = [found.flow(place).next_hop for place in range(2)]
    assert [hop.type if hop else None for hop in hops] == [NextHopType.VNET_LOCAL, NextHopType.NONE]


def test_without_a_group_nothing_applies_and_the_route_is_told_all_the_same() -> None:
    found = ask(net(), batch(("Tcp", "9.9.9.9 1", "10.0.2.4 443")))
    one = found.flow(0)
    assert (one.outcome, one.decided, one.level) == (Outcome.NOT_APPLICABLE, None, None)
    assert one.next_hop is not None
    assert one.next_hop.type is NextHopType.INTERNET


def test_the_last_group_to_allow_is_named_and_the_first_to_deny() -> None:
    allow, deny = rule("in", dports="443"), rule("no", dports="80", access="Deny")
    topology = net(allow, nic_rules=[rule("too", dports="443"), deny])
    found = ask(topology, batch(("Tcp", "9.9.9.9 1", "10.0.1.4 443"), ("Tcp", "9.9.9.9 1", "10.0.1.4 80")))
    assert named(found, 0) == ("own", "too", Level.NIC)
    assert named(found, 1) == ("nsg", "DenyAllInBound", Level.SUBNET)


def test_what_the_wider_scopes_manager_allows_a_manager_below_does_not_undo() -> None:
    below = with_admin(net(rule("in", dports="20-29")), rule("low", access="Deny", dports="22-23"))
    both = under_a_wider_manager(below, rule("high", dports="22"))
    found = ask(both, batch(*(("Tcp", "9.9.9.9 1", f"10.0.1.4 {port}") for port in (22, 23, 24))))
    assert [named(found, place)[1] for place in range(3)] == ["in", "low", "in"]


@pytest.mark.parametrize(("dst", "port"), [("168.63.129.16", 53), ("169.254.169.254", 80)])
def test_only_rules_that_name_its_tags_stop_the_platform(dst: str, port: int) -> None:
    deny = rule("deny", access="Deny", direction="Outbound")
    flows = batch(("Tcp", "10.0.1.4 1", f"{dst} {port}"), ("Tcp", "10.0.1.4 1", f"{dst} {port + 1}"))
    found = ask(net(deny), flows)
    assert outcomes(found) == [Outcome.ALLOW, Outcome.DENY]
    assert named(found, 1) == ("nsg", "deny", Level.SUBNET)
    ruled = replace(net(deny), semantics=Semantics()._replace(platform_traffic="ruled"))
    assert outcomes(ask(ruled, flows)) == [Outcome.DENY, Outcome.DENY]
    tag = "AzurePlatformDNS" if port == 53 else "AzurePlatformIMDS"
    named_tag = rule("by-tag", destination=tag, access="Deny", direction="Outbound")
    assert outcomes(ask(net(named_tag), flows)) == [Outcome.DENY, Outcome.DENY]


def test_windows_is_activated_until_the_subnet_has_a_default_route_of_its_own() -> None:
    flows = batch(("Tcp", "10.0.1.4 1", "20.118.99.224 1688"), ("Tcp", "10.0.1.4 1", "20.118.99.224 1689"))
    deny = rule("deny", access="Deny", direction="Outbound")
    assert outcomes(ask(net(deny), flows)) == [Outcome.ALLOW, Outcome.DENY]
    routed = net(deny, table="rt", tables={"rt": [Route("0.0.0.0/0", NextHopType.NONE)]})
    assert outcomes(ask(routed, flows)) == [Outcome.DENY, Outcome.DENY]


def test_what_no_rule_can_stop_is_allowed_by_no_rule() -> None:
    found = ask(net(), batch(("Tcp", "10.0.1.4 1", "169.254.169.254 80")))
    assert outcomes(found) == [Outcome.ALLOW]
    assert named(found) == ("nsg", "", Level.SUBNET)


def test_an_open_value_is_unknown_unless_every_reading_agrees() -> None:
    opened = replace(rule("open", dports="443"), access=Unresolved("a parameter"))
    flows = batch(("Tcp", "9.9.9.9 1", "10.0.1.4 443"), ("Tcp", "9.9.9.9 1", "10.0.1.4 80"))
    found = ask(net(opened), flows)
    assert outcomes(found) == [Outcome.UNKNOWN, Outcome.DENY]
    assert named(found) == ("nsg", "", Level.SUBNET)
    denied = ask(net(opened, nic_rules=[]), flows)
    assert outcomes(denied) == [Outcome.DENY, Outcome.DENY]  # by the NIC's own group, whatever the parameter is
    assert named(denied)[0] == "own"
    allowed = ask(net(opened, nic_rules=[rule("too", dports="443")]), flows)
    assert outcomes(allowed) == [Outcome.UNKNOWN, Outcome.DENY]
    assert named(allowed) == ("nsg", "", Level.SUBNET)


def test_an_unknown_stands_against_a_later_allow_and_not_against_a_deny() -> None:
    deny = rule("deny", access="Deny", direction="Outbound", dports="80")
    flows = batch(("Tcp", "10.0.1.4 1", "9.9.9.9 443"), ("Tcp", "10.0.1.4 1", "9.9.9.9 80"))
    found = ask(net(deny, nsg=Unresolved("a parameter")), flows)
    assert outcomes(found) == [Outcome.UNKNOWN, Outcome.DENY]
    assert [named(found, place)[0] for place in (0, 1)] == ["a-nic", "nsg"]


def test_an_always_allow_skips_the_groups() -> None:
    above = with_admin(net(rule("deny", access="Deny")), rule("always", access="AlwaysAllow", dports="22"))
    found = ask(above, batch(("Tcp", "9.9.9.9 1", "10.0.1.4 22"), ("Tcp", "9.9.9.9 1", "10.0.1.4 23")))
    assert outcomes(found) == [Outcome.ALLOW, Outcome.DENY]
    assert [named(found, place)[1:] for place in (0, 1)] == [("always", Level.ADMIN), ("deny", Level.SUBNET)]


def test_a_group_that_the_input_does_not_hold_is_unknown() -> None:
    found = ask(net(rule("in"), nsg=Unresolved("a parameter")), batch(("Tcp", "9.9.9.9 1", "10.0.1.4 443")))
    assert outcomes(found) == [Outcome.UNKNOWN]
    assert named(found) == ("a-nic", "", Level.NIC)


def test_an_address_that_several_nics_have_is_unknown() -> None:
    topology = network(
        vnets={"v": "10.0.0.0/16", "w": "10.0.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24"), "w/a": Net("10.0.1.0/24")},
        nics={"a-nic": Nic("v/a", "10.0.1.4"), "b-nic": Nic("w/a", "10.0.1.4"), "c-nic": Nic("w/a", "10.0.1.5")},
    )
    found = ask(topology, batch(("Tcp", "9.9.9.9 1", "10.0.1.4 443"), ("Tcp", "9.9.9.9 1", "10.0.1.5 443")))
    assert found.nic.tolist() == [-2, 2]
    assert outcomes(found) == [Outcome.UNKNOWN, Outcome.NOT_APPLICABLE]
    assert found.flow(0).next_hop is None
    sent = ask(topology, batch(("Tcp", "10.0.1.4 1", "9.9.9.9 443"), ("Tcp", "10.0.1.4 1", "10.0.1.5 443")))
    assert sent.nic.tolist() == [-2, -2]
    assert sent.direction.tolist() == [1, 1]
    assert outcomes(sent) == [Outcome.UNKNOWN, Outcome.UNKNOWN]


def test_protocols_that_no_rule_names_are_taken_by_rules_for_all() -> None:
    flows = points_batch(4, [(0x09090909, 0x0A000104, 0, 0, number) for number in (47, 1, 6)])
    assert outcomes(ask(net(rule("tcp", "Tcp")), flows)) == [Outcome.DENY, Outcome.DENY, Outcome.ALLOW]
    assert outcomes(ask(net(rule("all")), flows)) == [Outcome.ALLOW] * 3


def test_ipv6() -> None:
    topology = network(
        vnets={"v": "10.0.0.0/16 fd00::/48"},
        subnets={"v/a": Net("10.0.1.0/24 fd00::/64", nsg="nsg")},
        nics={"a-nic": Nic("v/a", "10.0.1.4 fd00::4")},
        nsgs={"nsg": [rule("six", source="2001:db8::/32", dports="443")]},
    )
    flows = batch(("Tcp", "2001:db8::1 1", "fd00::4 443"), ("Tcp", "2001:db9::1 1", "fd00::4 443"))
    found = ask(topology, flows)
    assert outcomes(found) == [Outcome.ALLOW, Outcome.DENY]
    assert named(found) == ("nsg", "six", Level.SUBNET)


@pytest.mark.parametrize("kernel", ["numpy", "auto"])
def test_a_list_in_several_sections(kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "SECTION_BYTES", 0)
    rules = [rule(f"r{port}", "Tcp", dports=str(port), priority=100 + port) for port in range(200)]
    rules[150] = replace(rules[150], protocol=Unresolved("a parameter"))
    flows = batch(*(("Tcp", "9.9.9.9 1", f"10.0.1.4 {port}") for port in (3, 150, 199, 200)))
    found = ask(net(*rules), flows, kernel=kernel)
    assert outcomes(found) == [Outcome.ALLOW, Outcome.UNKNOWN, Outcome.ALLOW, Outcome.DENY]
    assert named(found, 2)[1] == "r199"


def test_what_is_not_evaluated_is_refused_only_where_it_matters() -> None:
    hub = OtherResource(
        arm_id("virtualHubs", "hub"),
        "Microsoft.Network/virtualHubs",
        "westeurope",
        references=(arm_id("virtualNetworks", "v"),),
    )
    topology = net(others=[hub])
    with pytest.raises(UnsupportedError, match="routes of virtual WAN hubs"):
        ask(topology, batch(("Tcp", "9.9.9.9 1", "10.0.1.4 443")))
    assert outcomes(ask(topology, batch(("Tcp", "9.9.9.9 1", "8.8.8.8 443")))) == [Outcome.NOT_APPLICABLE]


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ({"nics": np.zeros(1, np.int32)}, "without a direction"),
        ({"nics": np.zeros(1, np.int64), "direction": IN}, "int32 for each flow"),
        ({"nics": np.array([2], np.int32), "direction": IN}, "outside of -1 to 1"),
        ({"nics": np.array([-2], np.int32), "direction": IN}, "outside of -1 to 1"),
        ({"direction": np.array([2], np.uint8)}, r"0 \(inbound\) or a 1"),
        ({"direction": np.array([0, 1], np.uint8)}, r"0 \(inbound\) or a 1"),
        ({"direction": [0]}, r"0 \(inbound\) or a 1"),
        ({"direction": "Inbound"}, r"0 \(inbound\) or a 1"),
        ({"nics": [0], "direction": IN}, "int32 for each flow"),
    ],
)
def test_columns_that_are_not_as_promised(where: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidFlowError, match=says):
        ask(net(), batch(("Tcp", "9.9.9.9 1", "10.0.1.4 443")), **where)


def test_batches_that_are_none() -> None:
    one = batch(("Tcp", "9.9.9.9 1", "10.0.1.4 443"))
    with pytest.raises(InvalidFlowError, match="IPv5"):
        ask(net(), one._replace(version=5))
    with pytest.raises(InvalidFlowError, match="int where a FlowBatch"):
        list(NetworkWatcher(net()).verify_batches(one))  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="0 threads"):
        NetworkWatcher(net()).verify_batch(one, threads=0)


def test_an_empty_batch() -> None:
    assert outcomes(ask(net(), batch())) == []


def test_a_watcher_asks_in_words() -> None:
    watcher = NetworkWatcher(net(rule("in", dports="443")))
    flows = batch(("Tcp", "10.0.1.4 1", "10.0.2.4 443"))
    assert watcher.verify_batch(flows).direction.tolist() == [1]
    assert watcher.verify_batch(flows, direction="inbound").nic.tolist() == [1]
    given = watcher.verify_batch(flows, nics=np.array([0], np.int32), direction="Inbound")
    assert outcomes(given) == [Outcome.ALLOW]
    with pytest.raises(InvalidFlowError, match="not a direction"):
        watcher.verify_batch(flows, direction="sideways")


def test_a_stream_is_answered_batch_by_batch() -> None:
    """The next batch is not taken before its verdicts are asked for."""
    taken = []

    def batches() -> Iterator[FlowBatch | PlacedFlows]:
        for each in (
            batch(("Tcp", "9.9.9.9 1", "10.0.1.4 443")),
            PlacedFlows(batch(("Tcp", "fd00::9 1", "fd00::4 1"))),
        ):
            taken.append(each)
            yield each

    found = NetworkWatcher(net()).verify_batches(batches())
    assert taken == []
    assert outcomes(next(found)) == [Outcome.DENY]
    assert len(taken) == 1
    assert outcomes(next(found)) == [Outcome.NOT_APPLICABLE]


@pytest.mark.parametrize("chunk", [7_000, 90_000, 300_000])
def test_threads_and_chunks_change_nothing(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    size = 200_000
    own = np.array([0x0A000104, 0x0A000204, 0x09090909], np.uint32)
    flows = FlowBatch.v4(
        own[random.integers(0, 3, size)],
        own[random.integers(0, 3, size)],
        sport=np.zeros(size, np.uint16),
        dport=random.integers(440, 446, size).astype(np.uint16),
        protocol=np.full(size, 6, np.uint8),
    )
    tables = BatchTables(CompiledTopology(net(rule("in", dports="443")), load_shipped))
    whole = verify(tables, PlacedFlows(flows), kernel="numpy")
    monkeypatch.setattr("netwatch.verdicts.batch.CHUNK", chunk)
    monkeypatch.setattr("netwatch.verdicts.batch.BLOCK", chunk // 3)
    for kernel, threads in product(KERNELS, (1, 2)):
        found = verify(tables, PlacedFlows(flows), kernel=kernel, threads=threads)
        assert all(np.array_equal(a, b) for a, b in zip(whole[:6], found[:6], strict=True))


def test_numba_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(KernelUnavailableError):
        ask(net(), batch(("Tcp", "9.9.9.9 1", "10.0.1.4 443")), kernel="numba")


def words(found: BatchVerdicts) -> list[object]:
    return [found.flow(place) for place in range(len(found.outcome))]


def regrouped(topology: Topology, name: str, *rules: SecurityRule) -> Topology:
    """The topology with other rules in one group."""
    key = arm_id("networkSecurityGroups", name).key
    return replace(topology, nsgs={**topology.nsgs, key: replace(topology.nsgs[key], rules=rules)})


def test_a_changed_group_is_asked_as_in_tables_made_anew() -> None:
    flows = batch(
        *(("Tcp", "9.9.9.9 1", f"10.0.1.4 {port}") for port in (80, 443, 22)),
        ("Tcp", "10.0.2.4 1", "10.0.1.4 80"),
        ("Tcp", "10.0.1.4 1", "168.63.129.16 53"),
        ("Tcp", "10.0.1.4 1", "20.38.96.9 443"),
    )
    http, https = rule("http", dports="80"), rule("https", dports="443", priority=200)
    own = rule("own", dports="22-443", source="VirtualNetwork")
    states = [net(http, nic_rules=[own, rule("stop", destination="Storage", direction="Outbound", access="Deny")])]
    states.append(regrouped(states[-1], "nsg", http, https))
    states.append(regrouped(states[-1], "own", replace(own, sources=http.sources)))
    states.append(regrouped(states[-1], "nsg", https))
    watcher, seen = NetworkWatcher(states[0]), []
    for state in states:
        watcher = watcher.changed(state)
        seen.append(words(watcher.verify_batch(flows)))
        assert seen[-1] == words(NetworkWatcher(state).verify_batch(flows))
        assert words(watcher.verify_batch(flows)) == seen[-1]
    assert all(one != other for one, other in pairwise(seen))


def test_an_earlier_state_is_still_answered_as_before() -> None:
    flows = batch(("Tcp", "9.9.9.9 1", "10.0.1.4 80"), ("Tcp", "9.9.9.9 1", "10.0.1.4 443"))
    watcher = NetworkWatcher(net(rule("http", dports="80")))
    before = words(watcher.verify_batch(flows))
    later = watcher.changed(regrouped(watcher.compiled.topology, "nsg", rule("https", dports="443")))
    assert words(later.verify_batch(flows)) != before == words(watcher.verify_batch(flows))


def test_lists_that_have_not_changed_are_taken_over_unless_managers_may_have_others() -> None:
    earlier = net(rule("http", dports="80"), nic_rules=[rule("own", dports="22-443")])
    compiled = CompiledTopology(earlier, load_shipped)
    former = Chains(compiled, 4)
    assert former.make(range(6))
    later = regrouped(earlier, "nsg", rule("https", dports="443"))
    changed = CompiledTopology(later, load_shipped, former=compiled)
    taken = set(Chains(changed, 4, former=former)._list_of)
    assert {owner for _, owner, _ in taken} == {arm_id("networkSecurityGroups", "own").key}
    anew = replace(later, admin_rule_collections=dict(later.admin_rule_collections))
    assert not Chains(CompiledTopology(anew, load_shipped), 4, former=former)._list_of
