"""Verdicts on a batch against verdicts and next hops asked one by one, on networks nobody wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.errors import RefusedByAzureError
from netwatch.matcher.batch import FlowBatch
from netwatch.model.addresses import ANY_PORT, Address
from netwatch.model.flow import Direction, Flow, Level, Outcome
from netwatch.model.ids import ResourceId
from netwatch.model.resources import NetworkInterface, Subnet
from netwatch.model.routes import NextHopType
from netwatch.model.topology import Topology
from netwatch.verdicts.batch import BatchTables, BatchVerdicts, PlacedFlows, verify
from netwatch.verdicts.chains import Chains
from netwatch.verdicts.next_hops import next_hop_type
from netwatch.verdicts.single import verdict
from netwatch.watcher import NetworkWatcher
from netwatch.workloads.traces import points_batch
from tests.strategies import flows, published_tags, topologies
from tests.strategies.open_values import with_open_values

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

FEW = settings(max_examples=settings().max_examples // 4)  # for what has less to meet by chance
KERNELS = ["numpy", *(["numba"] if find_spec("numba") else [])]

Placed = tuple[NetworkInterface, Direction, Flow]


class Case(NamedTuple):
    """Flows, each at a NIC of its own."""

    topology: Topology
    flows: list[Placed]


@st.composite
def cases(draw: st.DrawFn, *, with_open: bool = True) -> Case:
    topology = draw(topologies())
    if with_open and draw(st.booleans()):
        topology = draw(with_open_values(topology, most=12))
    nics = [
        nic for nic in topology.nics.values() if any(isinstance(c.private_ip, Address) for c in nic.ip_configurations)
    ]
    bound = [nic for nic in nics if nic.nsg or getattr(topology.subnet_of(nic), "nsg", None)]
    found = []
    for _ in range(24 if nics else 0):
        nic, direction = draw(st.sampled_from([*nics, *bound, *bound])), draw(st.sampled_from(Direction))
        flow = draw(flows(topology, nic, direction))
        if flow.src_ip.version != flow.dst_ip.version:
            continue  # to the platform, from a NIC whose IPv4 address is open
        found.append((nic, direction, flow._replace(src_port=0) if flow.src_port == ANY_PORT else flow))
    return Case(topology, found)


def batch(version: int, some: Sequence[Flow]) -> FlowBatch:
    return points_batch(
        version,
        [(f.src_ip.value, f.dst_ip.value, f.src_port, f.dst_port, f.protocol.number) for f in some],
    )


def families(case: Case) -> Iterator[tuple[int, list[Placed]]]:
    for version in (4, 6):
        yield version, [placed for placed in case.flows if placed[2].src_ip.version == version]


def placed_flows(topology: Topology, version: int, some: Sequence[Placed]) -> PlacedFlows:
    places = {key: place for place, key in enumerate(topology.nics)}
    nics = np.array([places[nic.id.key] for nic, _, _ in some], np.int32)
    directions = np.array([direction is Direction.OUTBOUND for _, direction, _ in some])
    return PlacedFlows(batch(version, [flow for _, _, flow in some]), nics, directions)


def answered(found: BatchVerdicts) -> list[tuple[Any, ...]]:
    return [said(found, place) for place in range(len(found.outcome))]


def said(found: BatchVerdicts, place: int) -> tuple[Any, ...]:
    one = found.flow(place)
    owner, rule = one.decided or (None, None)
    hop = one.next_hop
    return one.outcome, one.level, owner, rule, (hop.type, hop.address, hop.route) if hop else None


def expected(compiled: CompiledTopology, placed: Placed) -> tuple[Any, ...]:
    nic, direction, flow = placed
    found = verdict(compiled, nic, direction, flow)
    settled = found.settled
    remote = flow.dst_ip if direction is Direction.OUTBOUND else flow.src_ip
    decided = (settled.level, settled.owner, settled.rule) if settled else (None, None, None)
    return found.outcome, *decided, hop_of(compiled, nic, remote)


def hop_of(compiled: CompiledTopology, nic: NetworkInterface, remote: Address) -> tuple[Any, ...] | None:
    subnet = compiled.topology.subnet_of(nic)
    if not isinstance(subnet, Subnet):
        return None
    selection = compiled.select_route(subnet, remote)
    route = selection.route if hasattr(selection.route, "next_hop_ip") else None
    return next_hop_type(compiled, subnet, selection), getattr(route, "next_hop_ip", None), route


@given(case=cases())
def test_a_batch_says_what_each_flow_is_told(case: Case) -> None:
    compiled = CompiledTopology(case.topology, published_tags)
    tables = BatchTables(compiled)
    for version, some in families(case):
        if some:
            asked, wanted = placed_flows(case.topology, version, some), [expected(compiled, placed) for placed in some]
            for kernel in KERNELS:
                assert answered(verify(tables, asked, kernel=kernel)) == wanted


@FEW
@given(case=cases())
def test_tables_that_do_not_fit_together_give_the_same(case: Case) -> None:
    compiled = CompiledTopology(case.topology, published_tags)
    for version, some in families(case):
        if some:
            asked = placed_flows(case.topology, version, some)
            small = BatchTables(compiled)
            small._chains[version] = Chains(compiled, version, most=1)
            assert answered(verify(small, asked)) == answered(verify(BatchTables(compiled), asked))


@FEW
@given(case=cases(with_open=False))
def test_a_batch_says_what_the_watcher_answers_in_words(case: Case) -> None:
    watcher = NetworkWatcher(case.topology, service_tags=published_tags())
    for version, some in families(case):
        asked = [placed for placed in some if placed[0].vm and placed[2].protocol.has_ports]
        if not asked:
            continue
        columns = placed_flows(case.topology, version, asked)
        assert isinstance(columns.direction, np.ndarray)
        found = watcher.verify_batch(columns.flows, nics=columns.nics, direction=columns.direction)
        for place, placed in enumerate(asked):
            assert said(found, place)[0] is in_words(watcher, placed), placed
            assert said(found, place)[4][:2] == sent_in_words(watcher, placed)


def in_words(watcher: NetworkWatcher, placed: Placed) -> Outcome:
    nic, direction, flow = placed
    ends = endpoint(flow.src_ip, flow.src_port), endpoint(flow.dst_ip, flow.dst_port)
    local, remote = ends if direction is Direction.OUTBOUND else ends[::-1]
    assert isinstance(nic.vm, ResourceId)
    words = {"direction": direction.value, "protocol": flow.protocol.value, "local": local, "remote": remote}
    try:
        return watcher.ip_flow_verify(nic.vm.text, nic=nic.id.text, **words).outcome
    except RefusedByAzureError:
        return Outcome.NOT_APPLICABLE


def sent_in_words(watcher: NetworkWatcher, placed: Placed) -> tuple[Any, ...]:
    nic, direction, flow = placed
    assert isinstance(nic.vm, ResourceId)
    local, remote = (flow.src_ip, flow.dst_ip) if direction is Direction.OUTBOUND else (flow.dst_ip, flow.src_ip)
    found = watcher.next_hop(nic.vm.text, source_ip=str(local), dest_ip=str(remote), nic=nic.id.text)
    return found.next_hop_type, found.next_hop_ip


def endpoint(address: Address, port: int) -> str:
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


@FEW
@given(case=cases())
def test_nics_are_found_by_address(case: Case) -> None:
    """A flow is outbound at the NIC of its source, else inbound at that of its destination."""
    compiled = CompiledTopology(case.topology, published_tags)
    owners: dict[Address, set[int]] = {}
    for place, nic in enumerate(case.topology.nics.values()):
        for config in nic.ip_configurations:
            if isinstance(config.private_ip, Address):
                owners.setdefault(config.private_ip, set()).add(place)

    def at(address: Address) -> int:
        found = owners.get(address, set())
        return next(iter(found)) if len(found) == 1 else -2 if found else -1

    for version, some in families(case):
        flows_ = [flow for _, _, flow in some]
        if not some:
            continue
        own = batch(version, flows_)
        free = verify(BatchTables(compiled), PlacedFlows(own), kernel="numpy")
        for kernel in KERNELS:
            assert answered(verify(BatchTables(compiled), PlacedFlows(own), kernel=kernel)) == answered(free)
        places = [at(f.src_ip) if at(f.src_ip) != -1 else at(f.dst_ip) for f in flows_]
        assert free.nic.tolist() == places
        assert free.direction.tolist() == [int(at(f.src_ip) != -1) for f in flows_]
        given_nics = np.maximum(free.nic, -1)
        given_ = verify(BatchTables(compiled), PlacedFlows(own, given_nics, free.direction))
        for place in range(len(some)):
            if places[place] == -2:
                assert said(free, place) == (Outcome.UNKNOWN, None, None, None, None)
            else:
                assert said(free, place) == said(given_, place)
        for direction, side in ((Direction.INBOUND, "dst_ip"), (Direction.OUTBOUND, "src_ip")):
            one_way = verify(BatchTables(compiled), PlacedFlows(own, direction=direction))
            assert one_way.nic.tolist() == [at(getattr(flow, side)) for flow in flows_]


def test_what_the_networks_drawn_have_to_show() -> None:
    """Every outcome, Unknown too, and all three levels are met, or the properties above would hold of little."""
    seen: set[object] = set()

    @FEW
    @given(cases())
    def look(case: Case) -> None:
        compiled = CompiledTopology(case.topology, published_tags)
        for placed in case.flows:
            outcome, level, *_, hop = expected(compiled, placed)
            seen.update((outcome, level, hop and hop[0]))

    look()
    assert {*Outcome, *Level} <= seen
    assert len(seen & {*NextHopType}) > 5
