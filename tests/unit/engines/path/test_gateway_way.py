"""The way through gateways: own, a peer's, to a site, to another network, and none."""

from __future__ import annotations

from dataclasses import replace

from netwatch.model.addresses import parse_prefix
from netwatch.model.facts import Facts
from tests.unit.engines.hub import HUB, check, issues, names, read, types


def test_a_spoke_reaches_a_site_through_the_hubs_gateway() -> None:
    answer = check(read(), "one-0", "192.168.1.4")
    assert types(answer) == ["Source", "VirtualNetworkPeering", "VirtualNetworkGateway", "Destination"]
    assert names(answer)[1:] == ["to-hub", "vgw", "192.168.1.4"]
    assert (answer.status, answer.hops[-1].resource) == ("Reachable", None)
    assert any("beyond vgw and connection to-site" in note for note in answer.notes)


def test_the_hub_has_no_peering_to_cross() -> None:
    assert types(check(read(), "jump", "192.168.1.4")) == ["Source", "VirtualNetworkGateway", "Destination"]


def test_a_network_behind_another_gateway() -> None:
    answer = check(read(), "jump", "far-0")
    assert names(answer) == ["jump-nic", "vgw", "fgw", "far-0-nic"]
    assert [link.link_type for hop in answer.hops for link in hop.links] == [
        "VirtualNetworkGateway",
        "VirtualNetworkGateway",
        "VirtualNetwork",
    ]
    assert answer.status == "Reachable"


def test_a_user_route_to_the_gateway_takes_all() -> None:
    answer = check(read(one="0.0.0.0/0 VirtualNetworkGateway"), "one-0", "8.8.8.8")
    assert types(answer)[-2:] == ["VirtualNetworkGateway", "Destination"]


def test_what_no_tunnel_is_known_to_lead_to_is_open() -> None:
    answer = check(read(one="0.0.0.0/0 VirtualNetworkGateway"), "one-0", "8.8.8.8")
    assert answer.status == "Unknown"
    assert any("no tunnel of vgw is known to lead to 8.8.8.8" in note for note in answer.notes)


def test_what_is_learned_tells_no_more_than_its_prefixes() -> None:
    topology = read(one="172.16.0.0/12 VirtualNetworkGateway")
    vgw = next(gateway for gateway in topology.gateways.values() if gateway.id.name == "vgw")
    learned = replace(topology, facts=Facts(gateway_learned_routes={vgw.id.key: (parse_prefix("172.20.0.0/16"),)}))
    assert check(learned, "one-0", "172.20.0.4").status == "Reachable"
    assert check(learned, "one-0", "172.21.0.4").status == "Unknown"


def test_a_user_route_to_a_gateway_that_is_expressroute_is_remarked_on() -> None:
    text = HUB.replace("vgw: {subnet", "vgw: {gatewayType: ExpressRoute, subnet")
    answer = check(read(text, one="192.168.0.0/16 VirtualNetworkGateway"), "one-0", "192.168.1.4")
    assert sum("vgw is ExpressRoute" in note for note in answer.notes) == 1
    assert not any("ExpressRoute" in note for note in check(read(text), "one-0", "192.168.1.4").notes)


def test_a_gateway_that_does_not_serve_the_network_takes_nothing() -> None:
    answer = check(read(two="0.0.0.0/0 VirtualNetworkGateway"), "two-0", "8.8.8.8")
    assert issues(answer) == [("two-0-nic", "Outbound", "User")]


def test_a_gateway_without_any_connection_leaves_it_open() -> None:
    topology = replace(read(one="172.16.0.0/12 VirtualNetworkGateway"), connections={})
    answer = check(topology, "one-0", "172.16.0.4")
    assert answer.status == "Unknown"
    assert any("vgw has no connection in the input" in note for note in answer.notes)


def test_what_a_gateway_learned_is_a_way_too() -> None:
    topology = read()
    vgw = next(gateway for gateway in topology.gateways.values() if gateway.id.name == "vgw")
    facts = Facts(gateway_learned_routes={vgw.id.key: (parse_prefix("172.20.0.0/16"),)})
    answer = check(replace(topology, connections={}, facts=facts), "one-0", "172.20.0.4")
    assert (answer.status, types(answer)[-1]) == ("Reachable", "Destination")


def test_a_client_needs_no_connection_and_its_neighbours_do() -> None:
    topology = read(one="172.20.0.0/16 VirtualNetworkGateway")
    pool = (parse_prefix("172.20.4.0/24"),)
    gateways = {key: replace(each, client_prefixes=pool) for key, each in topology.gateways.items()}
    topology = replace(topology, gateways=gateways, connections={})
    client, other = check(topology, "one-0", "172.20.4.9"), check(topology, "one-0", "172.20.5.9")
    assert (client.status, types(client)[-1], other.status) == ("Reachable", "Destination", "Unknown")
    assert any("172.20.4.9 is of the clients of vgw" in note for note in client.notes)


def test_a_gateways_own_table_bends_the_way_out_of_the_tunnel() -> None:
    text = HUB.replace(
        "to-one: {remoteVirtualNetwork: one", "to-one: {allowForwardedTraffic: true, remoteVirtualNetwork: one"
    )
    answer = check(read(text, gateway="10.0.3.0/24 10.0.1.4"), "far-0", "jump")
    assert names(answer) == ["far-0-nic", "fgw", "vgw", "fw-0-nic", "jump-nic"]


TRANSIT = HUB.replace(
    "to-two: {remoteVirtualNetwork: two}", "to-two: {remoteVirtualNetwork: two, allowGatewayTransit: true}"
)
TRANSIT = TRANSIT.replace(
    "{remoteVirtualNetwork: hub, allowForwardedTraffic: true}}", "{remoteVirtualNetwork: hub, useRemoteGateways: true}}"
)


def test_a_vpn_gateway_relays_between_the_spokes_that_use_it() -> None:
    topology = read(TRANSIT, one="10.2.0.0/16 VirtualNetworkGateway", two="10.1.0.0/16 VirtualNetworkGateway")
    answer = check(topology, "one-0", "two-0")
    assert types(answer)[-3:] == ["VirtualNetworkGateway", "VirtualNetworkPeering", "VirtualNetwork"]
    assert answer.status == "Reachable"


def test_an_expressroute_gateway_relays_nothing() -> None:
    topology = read(TRANSIT, one="10.2.0.0/16 VirtualNetworkGateway", two="10.1.0.0/16 VirtualNetworkGateway")
    gateways = {key: replace(gateway, gateway_type="ExpressRoute") for key, gateway in topology.gateways.items()}
    answer = check(replace(topology, gateways=gateways), "one-0", "two-0")
    assert types(answer)[-2:] == ["VirtualNetworkGateway", "Destination"]


def test_to_a_spoke_that_does_not_use_it_a_gateway_relays_nothing() -> None:
    answer = check(read(one="10.2.0.0/16 VirtualNetworkGateway"), "one-0", "two-0")
    assert types(answer)[-2:] == ["VirtualNetworkGateway", "Destination"]
