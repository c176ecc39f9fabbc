"""The truth table of private endpoints and user-defined routes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.effective.private_endpoints import endpoint_addresses, honours_rules
from netwatch.effective.routes import effective_routes, select_route
from netwatch.model.addresses import Prefix, parse_address
from netwatch.model.endpoints import PrivateEndpoint
from netwatch.model.routes import EffectiveRoute, NextHopType
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.where import Where
from tests.networks import Net, Nic, Peer, Route, arm_id, network

SUBNET = arm_id("virtualNetworks/subnets", "v/endpoints")


def no_tags(tag: str, where: Where, holder: str) -> tuple[Prefix, ...]:
    raise AssertionError(tag)


def net(policy: str, prefix: str = "", kind: NextHopType = NextHopType.VIRTUAL_APPLIANCE) -> Topology:
    """An endpoint at 10.0.2.4 and a client subnet whose route table holds one route."""
    topology = network(
        vnets={"v": "10.0.0.0/16", "w": "10.1.0.0/16", "x": "10.2.0.0/16"},
        subnets={
            "v/client": Net("10.0.1.0/24", table="t"),
            "v/endpoints": Net("10.0.2.0/24"),
            "w/a": Net("10.1.1.0/24"),
            "x/a": Net("10.2.1.0/24"),
        },
        nics={"pe-nic": Nic("v/endpoints", "10.0.2.4")},
        tables={"t": [Route(prefix, kind, "10.0.9.4")] if prefix else []},
        peerings={"v": [Peer("w")], "w": [Peer("v"), Peer("x")], "x": [Peer("w")]},
    )
    endpoint = PrivateEndpoint(arm_id("privateEndpoints", "pe"), "w", SUBNET, (arm_id("networkInterfaces", "pe-nic"),))
    subnet = replace(topology.subnets[SUBNET.key], private_endpoint_network_policies=policy)
    return replace(
        topology,
        subnets={**topology.subnets, SUBNET.key: subnet},
        private_endpoints={endpoint.id.key: endpoint},
    )


def state(topology: Topology, subnet: str = "v/client") -> str:
    found = effective_routes(topology, topology.subnets[arm_id("virtualNetworks/subnets", subnet).key], no_tags)
    rows = [row for row in found if row.next_hop_type is NextHopType.INTERFACE_ENDPOINT]
    return rows[0].state.value if rows else "absent"


@pytest.mark.parametrize(
    ("policy", "prefix", "expected"),
    [
        ("Disabled", "10.0.2.4/32", "Invalid"),
        ("NetworkSecurityGroupEnabled", "10.0.2.4/32", "Invalid"),
        ("Disabled", "10.0.2.5/32", "Active"),
        ("Disabled", "10.0.2.4/31", "Active"),
        ("", "10.0.2.0/24", "Active"),
        ("Enabled", "", "Active"),
        ("Enabled", "10.0.2.4/32", "Invalid"),
        ("Enabled", "10.0.2.0/24", "Invalid"),
        ("Enabled", "10.0.0.0/16", "Invalid"),
        ("Enabled", "10.0.0.0/8", "Active"),
        ("Enabled", "0.0.0.0/0", "Active"),
        ("Enabled", "10.0.3.0/24", "Active"),
        ("RouteTableEnabled", "10.0.2.0/24", "Invalid"),
        ("NetworkSecurityGroupEnabled", "10.0.2.0/24", "Active"),
    ],
)
def test_policy_and_prefix_decide(policy: str, prefix: str, expected: str) -> None:
    assert state(net(policy, prefix)) == expected


def test_only_appliances_override_where_switched_so() -> None:
    topology = net("Enabled", "10.0.2.0/24", NextHopType.NONE)
    assert state(topology) == "Invalid"
    assert state(replace(topology, semantics=Semantics(private_endpoint_routes="applianceOnly"))) == "Active"


def taken(topology: Topology) -> NextHopType:
    """Which row takes a packet from the client to the endpoint."""
    client = topology.subnets[arm_id("virtualNetworks/subnets", "v/client").key]
    rows = effective_routes(topology, client, no_tags)
    route = select_route(rows, parse_address("10.0.2.4"), topology.semantics).route
    assert isinstance(route, EffectiveRoute)
    assert isinstance(route.next_hop_type, NextHopType)
    return route.next_hop_type


@pytest.mark.parametrize("policy", ["", "Disabled", "NetworkSecurityGroupEnabled", "Enabled"])
def test_a_host_route_of_the_user_takes_the_packet_whatever_the_policy(policy: str) -> None:
    assert taken(net(policy, "10.0.2.4/32")) is NextHopType.VIRTUAL_APPLIANCE


def test_a_shorter_route_takes_the_packet_only_where_policies_heed_it() -> None:
    assert taken(net("Disabled", "10.0.2.0/24")) is NextHopType.INTERFACE_ENDPOINT
    assert taken(net("Enabled", "10.0.2.0/24")) is NextHopType.VIRTUAL_APPLIANCE


def test_direct_peers_have_the_route_and_no_one_beyond() -> None:
    assert state(net("Disabled"), "w/a") == "Active"
    assert state(net("Disabled"), "x/a") == "absent"


def test_an_endpoint_without_a_known_address_is_open() -> None:
    topology = net("Disabled")
    lost = replace(topology, nics={})
    (found,) = endpoint_addresses(lost, next(iter(lost.subnets.values())))
    assert "pe" in str(found.prefix)


@pytest.mark.parametrize(
    ("policy", "heeds"), [("", False), ("Disabled", False), ("Enabled", True), ("NetworkSecurityGroupEnabled", True)]
)
def test_rules_apply_where_the_policy_says(policy: str, heeds: bool) -> None:
    assert honours_rules(net(policy).subnets[SUBNET.key]) is heeds
