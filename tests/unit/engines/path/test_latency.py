"""Round trips by the model: sums, regions, and that they stay the same."""

from __future__ import annotations

from dataclasses import replace

from netwatch.engines.path.latency import LINK_MS, total, with_round_trips
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.answers import Hop, Link
from netwatch.model.facts import Facts, Latency
from tests.unit.engines.hub import HUB, check, read

BOTH = {"one": "10.2.0.0/16 10.0.1.4", "two": "10.1.0.0/16 10.0.1.4"}


def test_a_path_takes_what_its_links_take() -> None:
    answer = check(read(**BOTH), "one-0", "two-0")
    trips = [link.round_trip for hop in answer.hops for link in hop.links]
    assert trips == [Latency(0, 0, 0), Latency(1, 1, 2), Latency(0, 0, 0), Latency(1, 1, 2)]
    assert (answer.avg_latency_ms, answer.min_latency_ms, answer.max_latency_ms) == (2, 2, 4)


def test_a_peering_between_regions_takes_their_distance() -> None:
    text = HUB.replace("  two:\n    addressPrefixes", "  two:\n    location: eastus\n    addressPrefixes")
    answer = check(read(text, **BOTH), "one-0", "two-0")
    trips = [link.round_trip.avg_ms for hop in answer.hops for link in hop.links if link.round_trip]
    assert trips == [0, 1, 97, 1]


def test_so_does_a_peering_that_a_network_manager_makes() -> None:
    topology = read_topology_file("managed.yaml", MANAGED)
    trips = [link.round_trip for hop in check(topology, "a-0", "b-0").hops for link in hop.links]
    assert [trip.avg_ms for trip in trips if trip] == [97, 1]


MANAGED = """
netwatch: 1
virtualNetworks:
  a: {addressPrefixes: 10.0.0.0/16, subnets: {s: {addressPrefix: 10.0.0.0/24}}}
  b: {addressPrefixes: 10.1.0.0/16, location: eastus, subnets: {t: {addressPrefix: 10.1.0.0/24}}}
networkManagers:
  nm:
    networkGroups: {g: [b]}
    connectivityConfigurations: {hs: {connectivityTopology: HubAndSpoke, hubs: a, appliesToGroups: g}}
virtualMachines:
  a-0: {networkInterfaces: {a-nic: {subnet: a/s}}}
  b-0: {location: eastus, networkInterfaces: {b-nic: {subnet: b/t}}}
facts:
  networkManagerDeployments: [{region: westeurope, configurationIds: hs}, {region: eastus, configurationIds: hs}]
"""


def test_a_tunnel_between_regions_takes_their_distance() -> None:
    answer = check(read(), "jump", "far-0")
    trips = [link.round_trip.avg_ms for hop in answer.hops for link in hop.links if link.round_trip]
    assert trips == [10, 107, 1]


def hops(link_type: str) -> tuple[Hop, ...]:
    return (Hop("Source", "a", None, None, (Link(1, link_type),)), Hop("Internet", "b", None, None))


def test_another_seed_varies_it_otherwise_and_the_same_one_never() -> None:
    trips = [total(with_round_trips(read(), hops("Internet"), seed=seed)) for seed in (*range(8), *range(8))]
    assert trips[:8] == trips[8:]
    assert len(set(trips)) > 1
    usual = LINK_MS["Internet"]
    assert all(trip.avg_ms == usual and usual * 0.95 <= trip.min_ms <= usual for trip in trips)
    assert all(usual < trip.max_ms <= usual * 1.15 + 1 for trip in trips)


def test_the_seed_is_a_fact() -> None:
    answers = [check(read(more=f"facts: {{latencySeed: {seed}}}\n"), "one-0", "8.8.8.8") for seed in (0, 1, 2, 0)]
    found = [(answer.min_latency_ms, answer.max_latency_ms) for answer in answers]
    assert found[0] == found[3]
    assert len(set(found)) > 1


def test_a_link_of_an_unknown_type_takes_nothing() -> None:
    assert total(with_round_trips(read(), hops(""))) == Latency(0, 0, 0)
    assert total((Hop("Source", "a", None, None),)) == Latency(0, 0, 0)


def test_a_declared_latency_wins_and_is_not_shared_out() -> None:
    topology = read(**BOTH)
    ids = {vm.id.name: vm.id.key for vm in topology.vms.values()}
    declared = {(ids["one-0"], ids["two-0"]): Latency(5, 4, 9), (ids["fw-0"], ids["jump"]): Latency(3, 2, 4)}
    topology = replace(topology, facts=Facts(latency=declared))
    answer = check(topology, "one-0", "two-0")
    assert (answer.avg_latency_ms, answer.min_latency_ms, answer.max_latency_ms) == (5, 4, 9)
    assert {link.round_trip for hop in answer.hops for link in hop.links} == {None}
    assert check(topology, "fw-0", "jump").hops[0].links[0].round_trip == Latency(3, 2, 4)
