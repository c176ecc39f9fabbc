"""Routes learned through gateways."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.effective.context_tags import virtual_network_prefixes
from netwatch.effective.gateways import learned_routes, serving_gateways
from netwatch.effective.routes import effective_routes
from netwatch.model.addresses import Prefix, parse_address, parse_prefix
from netwatch.model.facts import Facts
from netwatch.model.gateways import Connection, LocalNetworkGateway
from netwatch.model.resources import PublicIpAddress
from netwatch.model.routes import NextHopType, RouteState, RouteTable
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where
from tests.networks import Net, Peer, Route, arm_id, network

GATEWAY = arm_id("virtualNetworkGateways", "gw")
SITE = arm_id("localNetworkGateways", "site")


def no_tags(tag: str, where: Where, holder: str) -> tuple[Prefix, ...]:
    raise AssertionError(tag)


def hub(
    *,
    site: str = "192.168.0.0/24",
    learned: str = "",
    routes: tuple[Route, ...] = (),
    spoke: Peer | None = None,
    back: Peer | None = None,
) -> Topology:
    """A hub 10.0.0.0/16 with gateway gw to one site, and perhaps a spoke 10.1.0.0/16 peered with it."""
    topology = network(
        vnets={"hub": "10.0.0.0/16", "spoke": "10.1.0.0/16"},
        subnets={
            "hub/work": Net("10.0.1.0/24", table="t"),
            "hub/GatewaySubnet": Net("10.0.0.0/27"),
            "spoke/work": Net("10.1.1.0/24"),
        },
        tables={"t": routes},
        peerings={name: [peer] for name, peer in (("spoke", spoke), ("hub", back)) if peer is not None},
        gateways={"gw": "hub/GatewaySubnet"},
        facts=Facts(gateway_learned_routes={GATEWAY.key: tuple(map(parse_prefix, learned.split()))}),
    )
    local = LocalNetworkGateway(SITE, "westeurope", tuple(map(parse_prefix, site.split())))
    connection = Connection(arm_id("connections", "cn"), "westeurope", "IPsec", GATEWAY, SITE)
    return replace(
        topology,
        local_network_gateways={SITE.key: local},
        connections={connection.id.key: connection},
    )


def learned_in(topology: Topology, vnet: str) -> list[str]:
    return [
        str(route.prefix) for route in learned_routes(topology, topology.vnets[arm_id("virtualNetworks", vnet).key])
    ]


def rows(topology: Topology, subnet: str) -> dict[str, str]:
    """Prefix → type and state, the last row of each prefix."""
    found = effective_routes(topology, topology.subnets[arm_id("virtualNetworks/subnets", subnet).key], no_tags)
    return {
        str(
            prefix
        ): f"{row.next_hop_type.value if isinstance(row.next_hop_type, NextHopType) else '?'} {row.state.value}"
        for row in found
        for prefix in row.prefixes
        if row.next_hop_type is NextHopType.VIRTUAL_NETWORK_GATEWAY
    }


def test_a_site_and_what_bgp_brings_are_learned() -> None:
    assert learned_in(hub(learned="172.30.0.0/16"), "hub") == ["172.30.0.0/16", "192.168.0.0/24"]


def test_the_networks_own_ranges_are_not_learned() -> None:
    assert learned_in(hub(learned="10.0.0.0/16 172.30.0.0/16"), "hub") == ["172.30.0.0/16", "192.168.0.0/24"]


def test_a_spoke_learns_the_pool_of_clients_and_an_own_range_is_not_learned() -> None:
    topology = hub(spoke=Peer("hub", remote_gateways=True), back=Peer("spoke", transit=True))
    pools = (parse_prefix("172.20.0.0/24"), parse_prefix("10.0.0.0/16"))
    topology = replace(topology, gateways={GATEWAY.key: replace(topology.gateways[GATEWAY.key], client_prefixes=pools)})
    assert learned_in(topology, "hub") == ["192.168.0.0/24", "172.20.0.0/24"]
    assert rows(topology, "spoke/work")["172.20.0.0/24"] == "VirtualNetworkGateway Active"


def test_a_default_site_brings_a_default_route_and_an_open_one_leaves_it_open() -> None:
    topology, open = hub(), Unresolved("it is a parameter")
    for site, brings in ((arm_id("localNetworkGateways", "hq"), "0.0.0.0/0"), (open, str(open))):
        gateway = replace(topology.gateways[GATEWAY.key], default_site=site)
        assert learned_in(replace(topology, gateways={GATEWAY.key: gateway}), "hub")[-1] == brings


@pytest.mark.parametrize(
    ("use", "offer", "learns"), [(True, True, True), (False, True, False), (True, False, False), (False, False, False)]
)
def test_transit_needs_both_flags(use: bool, offer: bool, learns: bool) -> None:
    topology = hub(spoke=Peer("hub", remote_gateways=use), back=Peer("spoke", transit=offer))
    assert learned_in(topology, "spoke") == (["192.168.0.0/24"] if learns else [])


def test_transit_needs_a_connected_peering() -> None:
    topology = hub(spoke=Peer("hub", remote_gateways=True), back=Peer("spoke", state="Disconnected", transit=True))
    assert serving_gateways(topology, topology.vnets[arm_id("virtualNetworks", "spoke").key]) == []


def test_a_vnet_to_vnet_connection_brings_the_other_networks_ranges() -> None:
    topology = hub()
    other = network(
        vnets={"far": "10.9.0.0/16"},
        subnets={"far/GatewaySubnet": Net("10.9.0.0/27")},
        gateways={"far": "far/GatewaySubnet"},
    )
    connection = Connection(
        arm_id("connections", "v2v"), "westeurope", "Vnet2Vnet", GATEWAY, arm_id("virtualNetworkGateways", "far")
    )
    joined = replace(
        topology,
        vnets={**topology.vnets, **other.vnets},
        subnets={**topology.subnets, **other.subnets},
        gateways={**topology.gateways, **other.gateways},
        connections={connection.id.key: connection},
    )
    assert learned_in(joined, "hub") == ["10.9.0.0/16"]


def test_a_learned_prefix_inside_the_network_is_invalid() -> None:
    found = rows(hub(learned="10.0.4.0/24 172.30.0.0/16"), "hub/work")
    assert found["10.0.4.0/24"].endswith("Invalid")
    assert found["172.30.0.0/16"].endswith("Active")


def test_a_user_route_of_the_same_prefix_makes_the_learned_one_invalid() -> None:
    route = Route("192.168.0.0/24", NextHopType.VIRTUAL_APPLIANCE, "10.0.9.4")
    assert rows(hub(routes=(route,)), "hub/work")["192.168.0.0/24"].endswith("Invalid")


def test_a_learned_default_route_invalidates_the_system_one_and_leaves_the_reserved_rows() -> None:
    topology = hub(learned="0.0.0.0/0 172.16.0.0/12")
    found = effective_routes(topology, topology.subnets[arm_id("virtualNetworks/subnets", "hub/work").key], no_tags)
    internet = next(row for row in found if row.next_hop_type is NextHopType.INTERNET)
    assert internet.state is RouteState.INVALID
    dropped = [str(row.prefixes[0]) for row in found if row.next_hop_type is NextHopType.NONE]
    assert dropped == ["10.0.0.0/8", "100.64.0.0/10", "192.168.0.0/16"]


def test_a_route_table_keeps_learned_routes_away_and_out_of_the_tag() -> None:
    topology = hub()
    table = arm_id("routeTables", "t")
    closed = replace(
        topology, route_tables={table.key: RouteTable(table, "westeurope", (), propagate_gateway_routes=False)}
    )
    subnet = closed.subnets[arm_id("virtualNetworks/subnets", "hub/work").key]
    assert rows(closed, "hub/work") == {}
    assert parse_prefix("192.168.0.0/24") not in virtual_network_prefixes(closed, subnet).prefixes
    assert parse_prefix("192.168.0.0/24") in virtual_network_prefixes(topology, subnet).prefixes


def test_a_learned_default_route_makes_the_tag_everything() -> None:
    topology = hub(learned="0.0.0.0/0")
    subnet = topology.subnets[arm_id("virtualNetworks/subnets", "hub/work").key]
    assert virtual_network_prefixes(topology, subnet).prefixes == (parse_prefix("0.0.0.0/0"),)


def test_learned_rows_name_the_gateways_public_address() -> None:
    topology = hub()
    pip = PublicIpAddress(arm_id("publicIPAddresses", "pip"), "westeurope", parse_address("20.0.0.9"))
    gateway = replace(topology.gateways[GATEWAY.key], public_ips=(pip.id,))
    named = replace(topology, gateways={GATEWAY.key: gateway}, public_ips={pip.id.key: pip})
    found = effective_routes(named, named.subnets[arm_id("virtualNetworks/subnets", "hub/work").key], no_tags)
    learned = next(row for row in found if row.next_hop_type is NextHopType.VIRTUAL_NETWORK_GATEWAY)
    assert learned.next_hop_ip == parse_address("20.0.0.9")
