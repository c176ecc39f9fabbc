"""Tags whose meaning depends on where they are read."""

from __future__ import annotations

import pytest

from netwatch.effective.context_tags import context_tag, internet_prefixes, virtual_network_prefixes
from netwatch.model.addresses import parse_address
from netwatch.model.routes import NextHopType
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from tests.networks import Net, Peer, Route, network

APPLIANCE, GATEWAY = NextHopType.VIRTUAL_APPLIANCE, NextHopType.VIRTUAL_NETWORK_GATEWAY


def tag(topology: Topology, name: str = "VirtualNetwork", subnet: int = 0) -> list[str]:
    found = context_tag(name, topology, list(topology.subnets.values())[subnet])
    assert found is not None
    return [str(prefix) for prefix in found.prefixes]


def one_vnet(*routes: Route, space: str = "10.0.0.0/16") -> Topology:
    return network(vnets={"v": space}, subnets={"v/a": Net("10.0.1.0/24", table="t")}, tables={"t": routes})


def test_virtual_network_is_the_vnet_and_the_platform_address() -> None:
    assert tag(one_vnet()) == ["10.0.0.0/16", "168.63.129.16/32"]


def test_a_tag_is_named_in_any_case() -> None:
    assert tag(one_vnet(), "virtualNETWORK") == tag(one_vnet())


def test_routes_to_an_appliance_are_in_virtual_network() -> None:
    assert "10.1.3.0/24" in tag(one_vnet(Route("10.1.3.0/24", APPLIANCE, "10.9.9.9")))


@pytest.mark.parametrize("kind", [NextHopType.NONE, NextHopType.INTERNET])
def test_routes_that_drop_or_leave_are_not_in_virtual_network(kind: NextHopType) -> None:
    assert tag(one_vnet(Route("20.0.0.0/8", kind))) == ["10.0.0.0/16", "168.63.129.16/32"]


@pytest.mark.parametrize("kind", [APPLIANCE, GATEWAY])
def test_a_default_route_to_an_appliance_or_gateway_makes_it_everything(kind: NextHopType) -> None:
    assert tag(one_vnet(Route("0.0.0.0/0", kind))) == ["0.0.0.0/0"]


def test_a_default_route_leaves_the_other_family_alone() -> None:
    found = tag(one_vnet(Route("0.0.0.0/0", APPLIANCE), space="10.0.0.0/16 fd00::/48"))
    assert found == ["fd00::/48", "0.0.0.0/0"]


@pytest.mark.parametrize("kind", [NextHopType.NONE, NextHopType.INTERNET, NextHopType.VNET_LOCAL])
def test_another_default_route_does_not(kind: NextHopType) -> None:
    assert "0.0.0.0/0" not in tag(one_vnet(Route("0.0.0.0/0", kind)))


def peered(here: Peer, there: Peer | None) -> Topology:
    peerings = {"v": [here], **({"w": [there]} if there else {})}
    return network(
        vnets={"v": "10.0.0.0/16", "w": "10.1.0.0/16"}, subnets={"v/a": Net("10.0.1.0/24")}, peerings=peerings
    )


def test_a_connected_peer_is_in_virtual_network() -> None:
    assert "10.1.0.0/16" in tag(peered(Peer("w"), Peer("v")))


def test_without_network_access_the_peer_leaves_the_tag() -> None:
    assert "10.1.0.0/16" not in tag(peered(Peer("w", access=False), Peer("v")))


@pytest.mark.parametrize("state", ["Initiated", "Disconnected"])
def test_a_peering_that_is_not_connected_brings_nothing(state: str) -> None:
    assert "10.1.0.0/16" not in tag(peered(Peer("w", state=state), Peer("v")))
    assert "10.1.0.0/16" not in tag(peered(Peer("w"), Peer("v", state=state)))


def test_a_peering_of_unsaid_state_needs_its_other_side() -> None:
    assert "10.1.0.0/16" in tag(peered(Peer("w", state=""), Peer("v", state="")))
    assert "10.1.0.0/16" not in tag(peered(Peer("w", state=""), None))


def test_the_route_table_counts_only_where_it_is_bound() -> None:
    topology = network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24", table="t"), "v/b": Net("10.0.2.0/24")},
        tables={"t": [Route("0.0.0.0/0", APPLIANCE, "10.0.2.4")]},
    )
    assert tag(topology, subnet=0) == ["0.0.0.0/0"]
    assert tag(topology, subnet=1) == ["10.0.0.0/16", "168.63.129.16/32"]


def test_an_open_route_table_leaves_the_tag_open() -> None:
    topology = network(vnets={"v": "10.0.0.0/16"}, subnets={"v/a": Net("10.0.1.0/24", table=Unresolved("elsewhere"))})
    found = virtual_network_prefixes(topology, next(iter(topology.subnets.values())))
    assert found.unresolved == (Unresolved("elsewhere"),)


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("1.1.1.1", True),
        ("13.107.21.200", True),
        ("168.63.129.16", True),
        ("192.0.1.1", True),
        ("192.0.2.1", False),
        ("198.17.255.255", True),
        ("198.18.0.0", False),
        ("172.15.255.255", True),
        ("172.31.0.100", False),
        ("100.63.255.255", True),
        ("100.64.0.0", False),
        ("25.1.2.3", False),
        ("223.255.255.255", True),
        ("224.0.0.0", False),
        ("0.1.2.3", False),
        ("169.254.169.254", False),
        ("2a00::1", True),
        ("fd00::1", False),
    ],
)
def test_internet_holds_what_is_publicly_reachable(address: str, inside: bool) -> None:
    assert any(prefix.holds(parse_address(address)) for prefix in internet_prefixes(ipv6=True)) is inside


def test_internet_is_spelled_in_the_fewest_prefixes_as_recorded() -> None:
    found = [str(prefix) for prefix in internet_prefixes(ipv6=False)]
    assert found[:5] == ["1.0.0.0/8", "2.0.0.0/7", "4.0.0.0/6", "8.0.0.0/7", "11.0.0.0/8"]
    assert "208.0.0.0/4" in found
    assert "192.0.0.0/23" in found


def test_load_balancer_and_platform_tags() -> None:
    assert tag(one_vnet(), "AzureLoadBalancer") == ["168.63.129.16/32"]
    assert tag(one_vnet(), "AzurePlatformIMDS") == ["169.254.169.254/32"]


def test_other_tags_are_not_known_here() -> None:
    topology = one_vnet()
    assert context_tag("Storage", topology, next(iter(topology.subnets.values()))) is None


def test_the_ipv6_half_of_internet_shows_only_where_the_network_has_ipv6() -> None:
    assert "2000::/3" not in tag(one_vnet(), "Internet")
    assert "2000::/3" in tag(one_vnet(space="10.0.0.0/16 fd00::/48"), "Internet")
