"""Effective routes of a subnet, and which of them takes a packet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.effective.routes import effective_routes, select_route
from netwatch.errors import UnsupportedError
from netwatch.model.addresses import Prefix, parse_address
from netwatch.model.resources import ServiceEndpoint
from netwatch.model.routes import EffectiveRoute, NextHopType, RouteSource, RouteState
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where
from tests.build import prefixes
from tests.networks import Net, Peer, Route, network

APPLIANCE = NextHopType.VIRTUAL_APPLIANCE
TAGS = {
    "Storage": prefixes("20.60.0.0/16", "20.61.0.0/24"),
    "Storage.WestEurope": prefixes("20.61.0.0/24"),
    "Storage.westeurope": prefixes("20.61.0.0/24"),
    "Storage.northeurope": prefixes("20.62.0.0/24"),
}


def no_tags(tag: str, where: Where, holder: str) -> tuple[Prefix, ...]:
    return TAGS[tag]


def routes_of(topology: Topology) -> tuple[EffectiveRoute, ...]:
    return effective_routes(topology, next(iter(topology.subnets.values())), no_tags)


def rows(topology: Topology) -> list[str]:
    return [_row(route) for route in routes_of(topology)]


def _row(route: EffectiveRoute) -> str:
    kind = route.next_hop_type.value if isinstance(route.next_hop_type, NextHopType) else "?"
    state = "" if route.state is RouteState.ACTIVE else " Invalid"
    source = "" if route.source is RouteSource.DEFAULT else f" {route.source.value}"
    return f"{' '.join(map(str, route.prefixes))} {kind}{source}{state}"


def one_vnet(*routes: Route, space: str = "10.0.0.0/16") -> Topology:
    return network(vnets={"v": space}, subnets={"v/a": Net("10.0.1.0/24", table="t")}, tables={"t": routes})


RESERVED = ["10.0.0.0/8 None", "100.64.0.0/10 None", "172.16.0.0/12 None", "192.168.0.0/16 None"]


def test_system_routes() -> None:
    assert rows(one_vnet()) == ["10.0.0.0/16 VnetLocal", "0.0.0.0/0 Internet", *RESERVED]


def test_a_vnet_that_is_a_reserved_range_takes_its_row() -> None:
    assert rows(one_vnet(space="10.0.0.0/8")) == ["10.0.0.0/8 VnetLocal", "0.0.0.0/0 Internet", *RESERVED[1:]]


def test_a_user_default_route_invalidates_the_system_one_and_removes_the_reserved_rows() -> None:
    assert rows(one_vnet(Route("0.0.0.0/0", APPLIANCE, "10.0.9.4"))) == [
        "10.0.0.0/16 VnetLocal",
        "0.0.0.0/0 Internet Invalid",
        "0.0.0.0/0 VirtualAppliance User",
    ]


def test_a_user_route_on_a_reserved_range_removes_that_row_only() -> None:
    found = rows(one_vnet(Route("10.0.0.0/8", APPLIANCE, "10.0.9.4")))
    assert found == ["10.0.0.0/16 VnetLocal", "0.0.0.0/0 Internet", *RESERVED[1:], "10.0.0.0/8 VirtualAppliance User"]


def test_a_user_route_that_only_contains_a_reserved_range_leaves_it() -> None:
    assert RESERVED[2] in rows(one_vnet(Route("172.0.0.0/8", APPLIANCE, "10.0.9.4")))


def test_a_user_route_on_the_vnet_range_invalidates_the_vnet_row() -> None:
    assert "10.0.0.0/16 VnetLocal Invalid" in rows(one_vnet(Route("10.0.0.0/16", APPLIANCE, "10.0.9.4")))


def test_a_wider_or_longer_user_route_does_not() -> None:
    found = rows(one_vnet(Route("10.0.0.0/15", APPLIANCE, "10.0.9.4"), Route("10.0.1.0/24", APPLIANCE, "10.0.9.4")))
    assert "10.0.0.0/16 VnetLocal" in found


def test_peering_rows_come_one_for_each_range_and_name_a_far_region() -> None:
    topology = network(
        vnets={"v": "10.0.0.0/16", "w": "10.1.0.0/16 10.2.0.0/16", "x": "10.3.0.0/16"},
        locations={"v": "West Europe", "w": "westeurope", "x": "eastus"},
        subnets={"v/a": Net("10.0.1.0/24")},
        peerings={"v": [Peer("w"), Peer("x")], "w": [Peer("v")], "x": [Peer("v")]},
    )
    assert rows(topology)[:4] == [
        "10.0.0.0/16 VnetLocal",
        "10.1.0.0/16 VNetPeering",
        "10.2.0.0/16 VNetPeering",
        "10.3.0.0/16 VNetGlobalPeering",
    ]


def test_network_access_switched_off_leaves_the_peering_row() -> None:
    topology = network(
        vnets={"v": "10.0.0.0/16", "w": "10.1.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24")},
        peerings={"v": [Peer("w", access=False)], "w": [Peer("v")]},
    )
    assert "10.1.0.0/16 VNetPeering" in rows(topology)


def test_an_ipv6_range_brings_an_ipv6_default_route() -> None:
    assert rows(one_vnet(space="10.0.0.0/16 fd00::/48"))[:4] == [
        "10.0.0.0/16 VnetLocal",
        "fd00::/48 VnetLocal",
        "0.0.0.0/0 Internet",
        "::/0 Internet",
    ]


def taken(topology: Topology, dest: str) -> str:
    return _taken(routes_of(topology), dest, topology.semantics)


def _taken(routes: tuple[EffectiveRoute, ...], dest: str, semantics: Semantics) -> str:
    route = select_route(routes, parse_address(dest), semantics).route
    return _row(route) if isinstance(route, EffectiveRoute) else str(route)


def test_the_longest_prefix_takes_the_packet() -> None:
    topology = one_vnet(Route("10.0.1.0/24", NextHopType.NONE), Route("10.0.0.0/23", APPLIANCE, "10.0.9.4"))
    assert taken(topology, "10.0.1.7") == "10.0.1.0/24 None User"
    assert taken(topology, "10.0.0.7") == "10.0.0.0/23 VirtualAppliance User"
    assert taken(topology, "10.0.2.7") == "10.0.0.0/16 VnetLocal"
    assert taken(topology, "10.7.0.1") == "10.0.0.0/8 None"
    assert taken(topology, "8.8.8.8") == "0.0.0.0/0 Internet"


def test_a_wide_user_route_does_not_take_what_the_vnet_holds() -> None:
    topology = one_vnet(Route("10.0.0.0/8", APPLIANCE, "10.0.9.4"))
    assert taken(topology, "10.0.5.5") == "10.0.0.0/16 VnetLocal"


def test_an_explicit_prefix_comes_before_a_tag_and_a_region_before_its_service() -> None:
    tag, region = Route("Storage", APPLIANCE, "10.0.9.4"), Route("Storage.WestEurope", NextHopType.INTERNET)
    topology = one_vnet(tag, region)
    assert taken(topology, "20.61.0.9") == "20.61.0.0/24 Internet User"
    explicit = one_vnet(tag, region, Route("20.61.0.0/24", NextHopType.NONE))
    assert taken(explicit, "20.61.0.9") == "20.61.0.0/24 None User"


def test_nothing_holds_an_ipv6_address_in_an_ipv4_network() -> None:
    assert taken(one_vnet(), "fd00::1") == "None"


def test_an_open_prefix_leaves_the_selection_open() -> None:
    assert taken(one_vnet(Route(Unresolved("a parameter"), APPLIANCE)), "8.8.8.8") == "unresolved (a parameter)"


def test_a_host_route_of_the_user_beats_an_open_prefix() -> None:
    open_route, host = Route(Unresolved("a parameter"), APPLIANCE), Route("8.8.8.8", NextHopType.NONE)
    assert taken(one_vnet(open_route, host), "8.8.8.8") == "8.8.8.8/32 None User"


@pytest.mark.parametrize(
    ("kind", "source", "address", "expected"),
    [
        (NextHopType.VNET_PEERING, RouteSource.DEFAULT, "10.0.9.9", "10.0.0.0/16 VnetLocal"),
        (NextHopType.VNET_PEERING, RouteSource.DEFAULT, "10.1.0.4", "unresolved (far)"),
        (NextHopType.VIRTUAL_NETWORK_GATEWAY, RouteSource.VIRTUAL_NETWORK_GATEWAY, "10.0.9.9", "10.0.0.0/16 VnetLocal"),
        (NextHopType.VIRTUAL_NETWORK_GATEWAY, RouteSource.VIRTUAL_NETWORK_GATEWAY, "10.9.0.4", "unresolved (far)"),
        (NextHopType.CONNECTED_GROUP, RouteSource.DEFAULT, "10.0.9.9", "unresolved (far)"),
        (APPLIANCE, RouteSource.USER, "10.0.9.9", "unresolved (far)"),
    ],
)
def test_an_open_range_of_a_peer_or_a_site_takes_nothing_from_the_network_itself(
    kind: NextHopType, source: RouteSource, address: str, expected: str
) -> None:
    """Peers share no range; a gateway's routes stand behind the network's ("Virtual network peering", "routing")."""
    open_row = EffectiveRoute((), kind, source=source, unresolved=(Unresolved("far"),))
    assert _taken((*routes_of(one_vnet()), open_row), address, Semantics()) == expected


def with_endpoint(service: str, *routes: Route) -> Topology:
    return network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/a": Net("10.0.1.0/24", table="t", service_endpoints=(ServiceEndpoint(service),))},
        tables={"t": routes},
    )


def test_a_service_endpoint_brings_the_ranges_of_the_region_and_its_pair() -> None:
    assert "20.61.0.0/24 20.62.0.0/24 VirtualNetworkServiceEndpoint" in rows(with_endpoint("Microsoft.Storage"))


def test_a_service_endpoint_beats_a_user_default_route() -> None:
    topology = with_endpoint("Microsoft.Storage", Route("0.0.0.0/0", APPLIANCE, "10.0.9.4"))
    assert taken(topology, "20.61.0.9").endswith("VirtualNetworkServiceEndpoint")


def test_a_user_route_of_the_same_prefix_beats_it_unless_switched() -> None:
    topology = with_endpoint("Microsoft.Storage", Route("Storage.WestEurope", APPLIANCE, "10.0.9.4"))
    assert taken(topology, "20.61.0.9") == "20.61.0.0/24 VirtualAppliance User"
    switched = replace(topology, semantics=Semantics(service_endpoint_routes="endpointWins"))
    assert taken(switched, "20.61.0.9").endswith("VirtualNetworkServiceEndpoint")


def test_a_user_route_of_one_of_its_prefixes_overrides_that_one_alone() -> None:
    topology = with_endpoint("Microsoft.Storage", Route("20.61.0.0/24", APPLIANCE, "10.0.9.4"))
    assert "20.61.0.0/24 20.62.0.0/24 VirtualNetworkServiceEndpoint" in rows(topology)  # and not Invalid
    assert taken(topology, "20.61.0.9") == "20.61.0.0/24 VirtualAppliance User"
    assert taken(topology, "20.62.0.9").endswith("VirtualNetworkServiceEndpoint")


def test_a_service_without_a_known_tag_is_named() -> None:
    with pytest.raises(UnsupportedError, match=r"Microsoft\.Unheard"):
        rows(with_endpoint("Microsoft.Unheard"))


def test_a_peer_with_ipv6_brings_no_default_route_of_that_family() -> None:
    topology = network(
        vnets={"v": "10.0.0.0/16", "w": "10.1.0.0/16 fd00:1::/48"},
        subnets={"v/a": Net("10.0.1.0/24")},
        peerings={"v": [Peer("w")], "w": [Peer("v")]},
    )
    assert "fd00:1::/48 VNetPeering" in rows(topology)
    assert "::/0 Internet" not in rows(topology)
