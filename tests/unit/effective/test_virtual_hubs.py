"""What hubs of virtual WANs put into networks: rows like those that published labs print."""

from __future__ import annotations

import pytest

from netwatch.effective.context_tags import virtual_network_prefixes
from netwatch.effective.routes import effective_routes, select_route
from netwatch.errors import UnsupportedError
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.addresses import Prefix, parse_address
from netwatch.model.routes import EffectiveRoute, NextHopType, RouteState
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where
from tests.virtual_wans import LAB, read_lab, wan


def no_tags(tag: str, where: Where, holder: str) -> tuple[Prefix, ...]:
    raise AssertionError(tag)


def routes(topology: Topology, subnet: str) -> tuple[EffectiveRoute, ...]:
    found = next(each for each in topology.subnets.values() if each.id.name == subnet)
    return effective_routes(topology, found, no_tags)


def shown(rows: tuple[EffectiveRoute, ...]) -> list[str]:
    """Prefix, type and address of every active row that goes somewhere."""
    kept = (row for row in rows if row.state is RouteState.ACTIVE and row.next_hop_type is not NextHopType.NONE)
    return [
        f"{_prefix(row)} {getattr(row.next_hop_type, 'value', 'open')} {row.next_hop_ip or ''}".strip() for row in kept
    ]


def _prefix(row: EffectiveRoute) -> str:
    return "+".join(map(str, row.prefixes))


def tag(topology: Topology, subnet: str) -> set[str]:
    found = next(each for each in topology.subnets.values() if each.id.name == subnet)
    return {str(prefix) for prefix in virtual_network_prefixes(topology, found).prefixes}


def test_a_machine_of_the_lab() -> None:
    assert sorted(shown(routes(read_lab(), "s1"))) == [
        "0.0.0.0/0 Internet",
        "10.0.1.0/24 VnetLocal",
        "10.0.4.0/24 VirtualNetworkGateway",
        "10.0.5.0/24 VirtualNetworkGateway",
        "10.10.0.0/23 VNetPeering",
        "192.168.1.0/24 VirtualNetworkGateway 10.10.0.12",
        "192.168.1.0/24 VirtualNetworkGateway 10.10.0.13",
        "192.168.2.0/24 VirtualNetworkGateway",
    ]


def test_the_tag_holds_the_hub_and_what_it_brings() -> None:
    topology = read_lab()
    learned = {"10.0.2.0/24", "192.168.1.0/24", "192.168.2.0/24", "10.0.6.0/24"}
    assert tag(topology, "s3") == {"10.0.3.0/24", "10.10.0.0/23", "168.63.129.16/32", *learned}


def test_a_table_without_propagation_keeps_the_hub_out_but_for_its_own_prefix() -> None:
    text = LAB.replace("addressPrefix: 10.0.1.0/25", "addressPrefix: 10.0.1.0/25, routeTable: rt")
    topology = read_topology_file("wan.yaml", text + "routeTables: {rt: {disableBgpRoutePropagation: true}}\n")
    assert shown(routes(topology, "s1")) == [
        "10.0.1.0/24 VnetLocal",
        "10.10.0.0/23 VNetPeering",
        "0.0.0.0/0 Internet",
    ]
    assert tag(topology, "s1") == {"10.0.1.0/24", "10.10.0.0/23", "168.63.129.16/32"}


def test_a_hub_in_another_region_is_a_peer_of_another_region() -> None:
    topology = wan("{virtualWan: wan, location: northeurope, addressPrefix: 10.9.0.0/24, "
                   "hubVirtualNetworkConnections: {to-a: {remoteVirtualNetwork: a}}}")  # fmt: skip
    assert "10.9.0.0/24 VNetGlobalPeering" in shown(routes(topology, "a"))


HUB = """{virtualWan: wan, hubRouteTables: {defaultRouteTable: {routes: {r: {destinations: %s, nextHop: fw}}}},
    hubVirtualNetworkConnections: {to-a: {remoteVirtualNetwork: a%s}, to-b: {remoteVirtualNetwork: b}}}"""
WALL = "azureFirewalls: {fw: {virtualHub: hub}}"


def test_nothing_is_put_into_a_network_that_is_its_own_range_or_inside() -> None:
    topology = wan(HUB % ("[10.1.0.0/16, 10.1.1.0/24, 10.0.0.0/8]", ""), more=WALL)
    assert [each for each in shown(routes(topology, "a")) if "Gateway" in each] == [
        "10.0.0.0/8 VirtualNetworkGateway",
        "10.2.0.0/16 VirtualNetworkGateway",
    ]


@pytest.mark.parametrize(
    ("said", "hop"),
    [
        (", enableInternetSecurity: true", NextHopType.VIRTUAL_NETWORK_GATEWAY),
        (", enableInternetSecurity: false", NextHopType.INTERNET),
        ("", None),
    ],
)
def test_a_default_route_needs_internet_security(said: str, hop: NextHopType | None) -> None:
    topology = wan(HUB % ("0.0.0.0/0", said), more=WALL)
    route = select_route(routes(topology, "a"), parse_address("8.8.8.8"), topology.semantics).route
    assert isinstance(route, EffectiveRoute)
    assert route.next_hop_type == hop or (hop is None and isinstance(route.next_hop_type, Unresolved))


def test_a_peering_is_preferred_to_the_hub() -> None:
    text = LAB
    for own, far in (("vnet1", "vnet4"), ("vnet4", "vnet1")):
        peering = f"virtualNetworkPeerings: {{p: {{remoteVirtualNetwork: {far}}}}}"
        text = text.replace(f"  {own}: {{address", f"  {own}: {{{peering}, address")
    found = [row for row in shown(routes(read_topology_file("wan.yaml", text), "s1")) if "10.0.4.0/24" in row]
    assert found == ["10.0.4.0/24 VNetPeering"]


VPN = "{virtualHub: hub, connections: {c: {remoteVpnSite: s"


@pytest.mark.parametrize(
    ("hub", "more", "says"),
    [
        ("bgpConnections: {nva: {peerIp: 10.2.1.9}}, ", "", "what nva announces to it is not declared"),
        ("", "expressRouteGateways: {er: {virtualHub: hub, connections: {c: }}}", "what er learns is not declared"),
        ("", f"vpnSites: {{s: }}\nvpnGateways: {{gw: {VPN}, enableBgp: true}}}}}}}}", "what gw learns is not declared"),
        ("", f"vpnSites: {{s: {{bgpPeeringAddress: 10.9.9.9}}}}\nvpnGateways: {{gw: {VPN}}}}}}}}}",
         "what gw learns is not declared"),
    ],
)  # fmt: skip
def test_what_speaks_bgp_needs_a_fact(hub: str, more: str, says: str) -> None:
    text = f"{{virtualWan: wan, {hub}hubVirtualNetworkConnections: {{to-a: {{remoteVirtualNetwork: a}}}}}}"
    with pytest.raises(UnsupportedError, match=says):
        routes(wan(text, more=more), "a")
    assert routes(wan(text, more=more), "c")  # which is connected to no hub
    name = "hub" if hub else "er" if "er:" in more else "gw"
    told = wan(text, more=more, facts=f"{{gatewayLearnedRoutes: {{{name}: [192.168.0.0/24]}}}}")
    assert "192.168.0.0/24 VirtualNetworkGateway" in shown(routes(told, "a"))
    nothing = wan(text, more=more, facts=f"{{gatewayLearnedRoutes: {{{name}: []}}}}")
    assert shown(routes(nothing, "a")) == ["10.1.0.0/16 VnetLocal", "0.0.0.0/0 Internet"]


def test_policies_cover_what_is_learned() -> None:
    hub = """{virtualWan: wan, bgpConnections: {nva: },
        routingPolicies: {p: {destinations: PrivateTraffic, nextHop: fw}, i: {destinations: Internet, nextHop: fw}},
        hubVirtualNetworkConnections:
        {to-a: {remoteVirtualNetwork: a, enableInternetSecurity: true}}}"""
    assert shown(routes(wan(hub, more=WALL), "a")) == [
        "10.1.0.0/16 VnetLocal",
        "10.0.0.0/8 VirtualNetworkGateway",
        "172.16.0.0/12 VirtualNetworkGateway",
        "192.168.0.0/16 VirtualNetworkGateway",
        "0.0.0.0/0 VirtualNetworkGateway",
    ]


def test_where_the_connected_network_is_open_any_network_may_be() -> None:
    hub = "{virtualWan: wan, hubVirtualNetworkConnections: {to: {remoteVirtualNetwork: {unresolved: a parameter}}}}"
    selection = select_route(routes(wan(hub), "c"), parse_address("8.8.8.8"), wan(hub).semantics)
    assert isinstance(selection.route, Unresolved)


def test_whether_a_network_has_a_route_that_leads_back_into_it_is_open() -> None:
    hub = """{virtualWan: wan,
    hubRouteTables: {defaultRouteTable: {routes: {r: {destinations: 10.9.0.0/16, nextHop: to-a}}}},
    hubVirtualNetworkConnections: {to-a: {remoteVirtualNetwork: a}, to-b: {remoteVirtualNetwork: b}}}"""
    assert "10.9.0.0/16 open" in shown(routes(wan(hub), "a"))
    assert "10.9.0.0/16 VirtualNetworkGateway" in shown(routes(wan(hub), "b"))
