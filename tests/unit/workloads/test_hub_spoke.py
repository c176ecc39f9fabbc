"""The hub-and-spoke estate: seeded, within Azure's limits, sound, and its regions reach each other by firewalls."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.addresses import Prefix
from netwatch.model.topology import Topology
from netwatch.watcher import NetworkWatcher
from netwatch.workloads import HubSpoke, hub_spoke_pairs, hub_spoke_yaml

SMALL = HubSpoke(vnets=7, rules_per_nsg=3, seed=3)


def load(estate: HubSpoke) -> Topology:
    return read_topology_file("estate.yaml", "".join(hub_spoke_yaml(estate)))


def test_one_seed_writes_one_text_and_asks_the_same_pairs() -> None:
    assert "".join(hub_spoke_yaml(SMALL)) == "".join(hub_spoke_yaml(SMALL))
    assert list(hub_spoke_pairs(SMALL, 20)) == list(hub_spoke_pairs(SMALL, 20))
    assert "".join(hub_spoke_yaml(SMALL)) != "".join(hub_spoke_yaml(SMALL._replace(seed=4)))


def test_it_holds_as_much_as_asked() -> None:
    topology = load(SMALL)
    assert len(topology.vnets) == 7
    assert len(topology.vms) == 6 * 2 * 2 + 2
    assert {len(nsg.rules) for nsg in topology.nsgs.values()} == {3 + 1}


@pytest.mark.parametrize(("vnets", "hubs"), [(2, 1), (501, 1), (502, 2), (1000, 2), (1001, 3), (1992, 4)])
def test_there_are_as_few_hubs_as_peerings_allow(vnets: int, hubs: int) -> None:
    assert HubSpoke(vnets=vnets).check().hubs == hubs


def test_a_thousand_networks_stay_within_the_limit_of_peerings_and_do_not_overlap() -> None:
    topology = load(HubSpoke(machines=1, rules_per_nsg=0))
    most = Counter(peering.vnet for peering in topology.peerings.values()).most_common(1)[0][1]
    assert most == 500
    held = [space for vnet in topology.vnets.values() for space in vnet.address_space]
    spaces = sorted(space for space in held if isinstance(space, Prefix))
    assert len(spaces) == 1000
    assert not any(one.overlaps(other) for one, other in pairwise(spaces))


@pytest.mark.parametrize(
    ("estate", "limit"),
    [(HubSpoke(vnets=1), "2 to"), (HubSpoke(vnets=1993), "1992"), (HubSpoke(machines=252), "251"),
     (HubSpoke(rules_per_nsg=901), "900")],
)  # fmt: skip
def test_what_cannot_be_built_is_refused_with_the_limit(estate: HubSpoke, limit: str) -> None:
    with pytest.raises(ValueError, match=limit):
        list(hub_spoke_yaml(estate))


def test_pairs_are_different_and_of_every_kind() -> None:
    found = list(hub_spoke_pairs(SMALL, 40))
    assert len(set(found)) == 40
    kinds = Counter("spoke" if dest.startswith("spoke") else dest.partition("-")[0][:6] for _, dest in found)
    assert kinds["spoke"] == 32
    assert kinds["shared"] == 4


def test_a_flow_between_regions_crosses_both_firewalls() -> None:
    estate = HubSpoke(vnets=504, machines=1, rules_per_nsg=0)
    answer = NetworkWatcher(load(estate)).connectivity_check("spoke-0000-web-0", dest="spoke-0001-web-0", dest_port=443)
    assert answer.status == "Reachable"
    assert [hop.name for hop in answer.hops if hop.name.startswith("firewall")] == ["firewall-0-nic", "firewall-1-nic"]
