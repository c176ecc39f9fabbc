"""Peerings that a hub and spoke makes: between whom, with which flags, and where none is made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.effective.managed_peerings import managed_peerings
from netwatch.effective.peers import connected_peers
from netwatch.model.facts import Deployment, Facts
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import ConnectivityConfiguration, NetworkGroup
from netwatch.model.resources import Peering
from netwatch.model.topology import Topology
from tests.networks import Net, Peer, arm_id, network

MANAGER = arm_id("networkManagers", "m")
GROUP = MANAGER.child("networkGroups", "spokes")
WHEEL = MANAGER.child("connectivityConfigurations", "wheel")


def vnet(name: str) -> ResourceId:
    return arm_id("virtualNetworks", name)


def net(*, regions: str = "westeurope eastus", peerings: dict[str, list[Peer]] | None = None) -> Topology:
    """A hub and spoke a in West Europe, spoke b in East US, and a network c that is in no group."""
    topology = network(
        vnets={"hub": "10.0.0.0/16", "a": "10.1.0.0/16", "b": "10.2.0.0/16", "c": "10.3.0.0/16"},
        locations={"b": "eastus"},
        subnets={"hub/GatewaySubnet": Net("10.0.255.0/27")},
        peerings=peerings or {},
        facts=Facts(
            network_manager_deployments=tuple(Deployment(region, frozenset({WHEEL})) for region in regions.split())
        ),
    )
    wheel = ConnectivityConfiguration(WHEEL, (), hubs=(vnet("hub"),), spoke_groups=(GROUP,))
    group = NetworkGroup(GROUP, (vnet("a"), vnet("b")))
    return replace(topology, network_groups={GROUP.key: group}, connectivity_configurations={WHEEL.key: wheel})


def made(topology: Topology, name: str) -> list[str]:
    return [each.remote_vnet.name for each in found(topology, name) if isinstance(each.remote_vnet, ResourceId)]


def found(topology: Topology, name: str) -> list[Peering]:
    return list(managed_peerings(topology, vnet(name)))


@pytest.mark.parametrize(("name", "others"), [("hub", ["a", "b"]), ("a", ["hub"]), ("b", ["hub"]), ("c", [])])
def test_a_hub_is_peered_with_its_spokes_in_any_region(name: str, others: list[str]) -> None:
    assert made(net(), name) == others
    assert [str(each.vnet) for each in found(net(), name)] == [str(vnet(name))] * len(others)


def test_a_peering_is_made_where_both_ends_are_deployed_to() -> None:
    assert made(net(regions="westeurope"), "hub") == ["a"]
    assert made(net(regions="eastus"), "b") == []


@pytest.mark.parametrize("end", ["hub", "a"])
def test_a_peering_of_the_input_is_taken_as_it_is(end: str) -> None:
    other = {"hub": "a", "a": "hub"}[end]
    topology = net(peerings={end: [Peer(other, state="Disconnected")]})
    assert (made(topology, "hub"), made(topology, "a")) == (["b"], [])
    assert connected_peers(topology, topology.vnets[vnet("a").key]) == []


def test_two_configurations_peer_two_networks_once() -> None:
    topology = net()
    wheel = topology.connectivity_configurations[WHEEL.key]
    twice = {**topology.connectivity_configurations, "again": wheel}
    assert made(replace(topology, connectivity_configurations=twice), "hub") == ["a", "b"]


def test_the_input_can_be_taken_at_its_word() -> None:
    topology = net()
    declared = replace(topology, semantics=topology.semantics._replace(hub_and_spoke_peerings="declared"))
    assert made(declared, "hub") == []


def test_spokes_that_use_the_hubs_gateway_have_the_flags_of_transit_and_need_one() -> None:
    topology = net()
    wheel = replace(topology.connectivity_configurations[WHEEL.key], gateway_groups=(GROUP,))
    topology = replace(topology, connectivity_configurations={WHEEL.key: wheel})
    assert made(topology, "hub") == []
    topology = replace(topology, gateways=network(vnets={}, subnets={}, gateways={"vgw": "hub/GatewaySubnet"}).gateways)
    assert [(each.allow_gateway_transit, each.use_remote_gateways) for each in found(topology, "hub")] == [
        (True, False),
        (True, False),
    ]
    assert [(each.allow_gateway_transit, each.use_remote_gateways) for each in found(topology, "a")] == [(False, True)]
