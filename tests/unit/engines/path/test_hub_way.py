"""The way through hubs of virtual WANs: by their tables, through firewalls in hubs, to appliances and branches."""

from __future__ import annotations

import pytest

from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.answers import ConnectivityCheckAnswer
from netwatch.model.topology import Topology
from tests.unit.engines.hub import check, issues, names
from tests.virtual_wans import LAB, read_lab, wan


def test_networks_of_one_table_reach_each_other_through_both_hubs() -> None:
    answer = check(read_lab(), "vm1", "vm4")
    assert (answer.status, names(answer)) == ("Reachable", ["nic1", "hub1", "hub2", "nic4"])
    assert answer.returned is not None
    assert [hop.name for hop in answer.returned.hops] == ["nic4", "hub2", "hub1", "nic1"]


def test_networks_of_different_tables_do_not() -> None:
    answer = check(read_lab(), "vm1", "vm3")
    assert (answer.status, names(answer)) == ("Unreachable", ["nic1", "nic3"])
    assert issues(answer)[0] == ("nic1", "Local", "RouteMissing")


def test_rules_are_asked_at_both_ends() -> None:
    text = LAB.replace("addressPrefix: 10.0.4.0/25", "addressPrefix: 10.0.4.0/25, networkSecurityGroup: nsg")
    rules = "networkSecurityGroups: {nsg: {securityRules: {no: {priority: 100, source: 10.0.1.0/24, access: Deny}}}}\n"
    answer = check(read_topology_file("wan.yaml", text + rules), "vm1", "vm4")
    assert (answer.status, issues(answer)) == ("Unreachable", [("nic4", "Inbound", "UserRule_no")])


def test_a_branch_of_another_hub_is_the_end() -> None:
    answer = check(read_lab(), "vm1", "192.168.2.9")
    assert (answer.status, names(answer)) == ("Reachable", ["nic1", "hub1", "hub2", "192.168.2.9"])
    assert answer.returned is not None
    assert [hop.name for hop in answer.returned.hops] == ["hub2", "hub1", "nic1"]


ALL = "networkRules: {all: {protocol: Any, source: '*', destination: '*', destinationPortRanges: '*'}}"
POLICIES = (
    "routingPolicies: {p: {destinations: PrivateTraffic, nextHop: WALL}, i: {destinations: Internet, nextHop: WALL}}"
)


def secured(near: str = ALL, far: str = ALL, *, both: bool = True, policies: str = POLICIES) -> Topology:
    """Networks a and b at a hub with a firewall, c at another one, with or without a firewall of its own."""
    hub = f"""{{virtualWan: wan, addressPrefix: 10.100.0.0/23, {policies.replace("WALL", "fw")},
    hubVirtualNetworkConnections: {{to-a: {{remoteVirtualNetwork: a, enableInternetSecurity: true}},
        to-b: {{remoteVirtualNetwork: b}}}}}}"""
    of_far = policies.replace("WALL", "fw-far") if both else "routingPolicies: {}"
    more = (
        f"  far: {{virtualWan: wan, {of_far}, hubVirtualNetworkConnections: {{to-c: {{remoteVirtualNetwork: c}}}}}}\n"
    )
    return wan(
        hub, more=f"{more}azureFirewalls: {{fw: {{virtualHub: hub, {near}}}, fw-far: {{virtualHub: far, {far}}}}}\n"
    )


def test_private_traffic_passes_the_firewall_of_its_hub() -> None:
    answer = check(secured(), "vm-a", "vm-b")
    assert (answer.status, names(answer)) == ("Reachable", ["nic-a", "hub", "fw", "nic-b"])
    assert answer.returned is not None
    assert answer.returned.outcome == "Returned"


def test_between_hubs_it_passes_the_firewall_of_each() -> None:
    answer = check(secured(), "vm-a", "vm-c")
    assert (answer.status, names(answer)) == ("Reachable", ["nic-a", "hub", "fw", "fw-far", "nic-c"])
    assert answer.returned is not None
    assert [hop.name for hop in answer.returned.hops] == ["nic-c", "far", "fw-far", "fw", "nic-a"]


def test_with_one_secured_hub_it_passes_that_one_both_ways() -> None:
    there = check(secured(both=False), "vm-a", "vm-c")
    assert (there.status, names(there)) == ("Reachable", ["nic-a", "hub", "fw", "nic-c"])
    back = check(secured(both=False), "vm-c", "vm-a")
    assert (back.status, names(back)) == ("Reachable", ["nic-c", "far", "fw", "nic-a"])


def test_each_firewall_may_deny() -> None:
    assert issues(check(secured(far="networkRules: {}"), "vm-a", "vm-c")) == [("fw-far", "Local", "DeniedByFirewall")]
    assert issues(check(secured(near="networkRules: {}"), "vm-a", "vm-c")) == [("fw", "Local", "DeniedByFirewall")]


def test_the_internet_is_reached_through_the_firewall_where_the_connection_says_so() -> None:
    answer = check(secured(), "vm-a", "8.8.8.8")
    assert (answer.status, names(answer)) == ("Reachable", ["nic-a", "hub", "fw", "Internet"])
    assert check(secured(), "vm-b", "8.8.8.8").status == "Unknown"  # which does not say it


def test_an_address_that_no_network_has_ends_at_the_firewall() -> None:
    answer = check(secured(), "vm-a", "10.77.0.1")
    assert (answer.status, issues(answer)) == ("Unreachable", [("fw", "Local", "NoRouteInHub")])


def test_a_policy_for_the_internet_alone_leaves_private_traffic_to_the_hub() -> None:
    answer = check(secured(policies="routingPolicies: {i: {destinations: Internet, nextHop: WALL}}"), "vm-a", "vm-c")
    assert (answer.status, names(answer)) == ("Reachable", ["nic-a", "hub", "far", "nic-c"])


def test_a_next_hop_that_is_no_firewall_of_the_input_is_unknown() -> None:
    nva = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkVirtualAppliances/nva"
    answer = check(secured(policies=POLICIES.replace("WALL", nva)), "vm-a", "vm-b")
    assert answer.status == "Unknown"
    assert "nva, which hub hands it to, is not evaluated" in str(answer.notes)


NVA = """{virtualWan: wan, addressPrefix: 10.100.0.0/23,
    hubRouteTables: {defaultRouteTable: {routes: {r: {destinations: 10.9.0.0/16, nextHop: to-b}}}},
    hubVirtualNetworkConnections: {to-a: {remoteVirtualNetwork: a}, to-b: {remoteVirtualNetwork: b, STATIC}}}"""
PEERED = """virtualNetworkPeerings: {p: {remoteVirtualNetwork: b, allowForwardedTraffic: true}}"""


def through_nva(static: str) -> ConnectivityCheckAnswer:
    """From a through an appliance in b to a network 10.9.0.0/16 that is peered with b."""
    topology = wan(NVA.replace("STATIC", static))
    return check(topology, "vm-a", "10.9.1.4")


def test_a_static_route_leads_to_the_appliance_that_the_connection_names() -> None:
    own = "staticRoutes: {s: {addressPrefixes: 10.9.0.0/16, nextHopIpAddress: 10.2.1.4}}, propagateStaticRoutes: false"
    answer = through_nva(own)
    assert names(answer)[:3] == ["nic-a", "hub", "nic-b"]
    assert answer.hops[1].links[0].link_type == "VirtualAppliance"


def test_without_one_nobody_knows_who_takes_it() -> None:
    answer = through_nva("enableInternetSecurity: false")
    assert answer.status == "Unknown"
    assert "no static route of to-b says which appliance" in str(answer.notes)


def test_a_bgp_peer_is_the_next_hop_of_what_it_announces() -> None:
    hub = """{virtualWan: wan, bgpConnections: {nva: {peerIp: 10.2.1.4, hubVirtualNetworkConnection: to-b}},
    hubVirtualNetworkConnections: {to-a: {remoteVirtualNetwork: a}, to-b: {remoteVirtualNetwork: b}}}"""
    answer = check(wan(hub, facts="{gatewayLearnedRoutes: {hub: [10.9.0.0/16]}}"), "vm-a", "10.9.1.4")
    assert names(answer)[:3] == ["nic-a", "hub", "nic-b"]


@pytest.mark.parametrize(("address", "status"), [("10.100.0.132", "Reachable"), ("10.100.0.9", "Unknown")])
def test_addresses_in_the_hub(address: str, status: str) -> None:
    """The firewall's own address answers nothing without a NAT rule, and nothing else there is known."""
    topology = secured(near=f"privateIPAddress: 10.100.0.132, {ALL}")
    answer = check(topology, "vm-a", address)
    assert (answer.status == "Unknown") == (status == "Unknown")


def test_a_route_of_the_users_own_to_a_gateway_is_not_known() -> None:
    text = LAB.replace("addressPrefix: 10.0.1.0/25", "addressPrefix: 10.0.1.0/25, routeTable: rt")
    table = "routeTables: {rt: {routes: {all: {addressPrefix: 0.0.0.0/0, nextHopType: VirtualNetworkGateway}}}}\n"
    answer = check(read_topology_file("wan.yaml", text + table), "vm1", "8.8.8.8")
    assert answer.status == "Unknown"


@pytest.mark.parametrize(
    ("static", "expected"),
    [
        ("{all: {addressPrefixes: 0.0.0.0/0, nextHopIpAddress: 10.2.1.4}}", ["nic-a", "hub", "nic-b", "nic-d"]),
        (
            "{all: {addressPrefixes: 0.0.0.0/0, nextHopIpAddress: 10.2.1.4}, "
            "one: {addressPrefixes: 10.2.1.9/32, nextHopIpAddress: 10.2.1.9}}",
            ["nic-a", "hub", "nic-d"],
        ),
    ],
)
def test_what_is_for_the_appliances_network_passes_it_too_unless_a_host_route_says_otherwise(
    static: str, expected: list[str]
) -> None:
    hub = f"""{{virtualWan: wan, hubVirtualNetworkConnections: {{to-a: {{remoteVirtualNetwork: a}},
    to-b: {{remoteVirtualNetwork: b, staticRoutes: {static}, propagateStaticRoutes: false}}}}}}"""
    nic = "networkInterfaces: {nic-d: {subnet: b, privateIPAddress: 10.2.1.9}}"
    assert names(check(wan(hub, more=nic), "vm-a", "10.2.1.9")) == expected
