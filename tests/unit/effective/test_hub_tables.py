"""Route tables of hubs, against those that a published lab prints."""

from __future__ import annotations

import pytest

from netwatch.effective.hub_tables import HubRow, forwarding_rows, table_rows
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology
from netwatch.model.virtual_hubs import VirtualHub
from tests.virtual_wans import LAB, read_lab, wan


def hub_of(topology: Topology, name: str) -> VirtualHub:
    return next(each for each in topology.virtual_hubs.values() if each.id.name == name)


def shown(rows: list[HubRow]) -> dict[str, str]:
    """Prefix → the name of what it is handed to."""
    return {str(row.prefix): row.target.name if isinstance(row.target, ResourceId) else "?" for row in rows}


def table(topology: Topology, hub: str, name: str) -> dict[str, str]:
    found = hub_of(topology, hub)
    return shown(table_rows(topology, found, found.id.child("hubRouteTables", name)))


TABLES = {
    ("hub1", "defaultRouteTable"): "192.168.1.0/24=gw1 10.0.1.0/24=conn1 10.0.2.0/24=conn2 10.0.3.0/24=conn3 "
    "192.168.2.0/24=gw2 10.0.4.0/24=conn4 10.0.5.0/24=conn5 10.0.6.0/24=conn6",
    ("hub1", "red"): "192.168.1.0/24=gw1 10.0.1.0/24=conn1 192.168.2.0/24=gw2 10.0.4.0/24=conn4 10.0.5.0/24=conn5",
    ("hub1", "blue"): "192.168.1.0/24=gw1 10.0.2.0/24=conn2 10.0.3.0/24=conn3 192.168.2.0/24=gw2 10.0.6.0/24=conn6",
    ("hub2", "red"): "192.168.2.0/24=gw2 10.0.4.0/24=conn4 10.0.5.0/24=conn5 192.168.1.0/24=gw1 10.0.1.0/24=conn1",
    ("hub2", "blue"): "192.168.2.0/24=gw2 10.0.6.0/24=conn6 192.168.1.0/24=gw1 10.0.2.0/24=conn2 10.0.3.0/24=conn3",
}
"""As "Virtual WAN: isolation VNets and site-to-site VPN" prints them, with what is beyond another hub by its name."""


@pytest.mark.parametrize(("hub", "name"), TABLES)
def test_tables_of_the_lab(hub: str, name: str) -> None:
    expected = dict(each.split("=") for each in TABLES[hub, name].split())
    assert table(read_lab(), hub, name) == expected


TWO = "{virtualWan: wan, hubRouteTables: {%s}, hubVirtualNetworkConnections: {to-a: {remoteVirtualNetwork: a%s}, %s}}"


def test_without_a_routing_configuration_everything_learns_from_everything() -> None:
    topology = wan(TWO % ("", "", "to-b: {remoteVirtualNetwork: b}"))
    assert table(topology, "hub", "defaultRouteTable") == {"10.1.0.0/16": "to-a", "10.2.0.0/16": "to-b"}


@pytest.mark.parametrize(
    ("said", "tables"),
    [
        ("propagatedRouteTables: noneRouteTable", ""),
        ("propagatedLabels: none", ""),
        ("propagatedLabels: DEFAULT", "defaultRouteTable"),
        ("propagatedLabels: [default, blue]", "defaultRouteTable green"),
        ("propagatedRouteTables: red, propagatedLabels: blue", "red green"),
        ("propagatedRouteTables: red", "red defaultRouteTable"),
    ],
)
def test_propagation_by_table_and_label(said: str, tables: str) -> None:
    topology = wan(TWO % ("red: {}, green: {labels: Blue}", f", {said}", ""))
    found = {each for each in ("defaultRouteTable", "noneRouteTable", "red", "green") if table(topology, "hub", each)}
    assert found == set(tables.split())


def test_tables_named_without_a_label_are_all_in_the_other_reading() -> None:
    text = (
        "{virtualWan: wan, hubRouteTables: {red: {}}, hubVirtualNetworkConnections: {to-a: {remoteVirtualNetwork: a, "
    )
    topology = wan(text + "propagatedRouteTables: red}}}", more="semantics: {hubPropagation: namedTables}")
    assert table(topology, "hub", "red") == {"10.1.0.0/16": "to-a"}
    assert table(topology, "hub", "defaultRouteTable") == {}


def test_a_label_stands_for_tables_of_every_hub() -> None:
    topology = wan(
        "{virtualWan: wan, hubVirtualNetworkConnections: {to-a: {remoteVirtualNetwork: a, propagatedLabels: x}}}",
        more="  far: {virtualWan: wan, hubRouteTables: {t: {labels: X}}}",
    )
    assert table(topology, "far", "t") == {"10.1.0.0/16": "to-a"}


def test_static_routes_come_first_and_stay_in_their_hub() -> None:
    static = "defaultRouteTable: {routes: {r: {destinations: [10.2.0.0/16, 10.9.0.0/16], nextHop: to-a}}}"
    topology = wan(TWO % (static, "", "to-b: {remoteVirtualNetwork: b}"), more="  far: {virtualWan: wan}")
    near = {"10.1.0.0/16": "to-a", "10.2.0.0/16": "to-a", "10.9.0.0/16": "to-a"}
    assert table(topology, "hub", "defaultRouteTable") == near
    assert table(topology, "far", "defaultRouteTable") == {"10.1.0.0/16": "to-a", "10.2.0.0/16": "to-b"}


def test_the_appliance_behind_a_static_route_is_that_of_the_longest_route_of_the_connection() -> None:
    own = ", staticRoutes: {x: {addressPrefixes: 10.0.0.0/8, nextHopIpAddress: 10.1.1.8}, "
    own += "y: {addressPrefixes: 10.9.0.0/16, nextHopIpAddress: 10.1.1.9}}, propagateStaticRoutes: false"
    topology = wan(TWO % ("red: {routes: {r: {destinations: [10.9.1.0/24, 10.8.0.0/16], nextHop: to-a}}}", own, ""))
    rows = table_rows(topology, hub_of(topology, "hub"), hub_of(topology, "hub").tables[0].id)
    assert {str(row.prefix): str(row.next_hop_ip) for row in rows} == {
        "10.9.1.0/24": "10.1.1.9",
        "10.8.0.0/16": "10.1.1.8",
    }


@pytest.mark.parametrize(("said", "found"), [("true", ["", ""]), ("false", [""]), ("null", ["", "open"])])
def test_whether_static_routes_of_a_connection_are_propagated_is_azures_to_say(said: str, found: list[str]) -> None:
    own = ", staticRoutes: {x: {addressPrefixes: 10.9.0.0/16, nextHopIpAddress: 10.1.1.8}}, "
    topology = wan(TWO % ("", f"{own}propagateStaticRoutes: {said}", ""))
    rows = table_rows(
        topology, hub_of(topology, "hub"), hub_of(topology, "hub").id.child("hubRouteTables", "defaultRouteTable")
    )
    assert ["open" if row.open else "" for row in rows] == found


def test_a_default_route_stays_in_its_hub() -> None:
    topology = read_topology_file("wan.yaml", LAB.replace("[192.168.1.0/24]", "[0.0.0.0/0]"))
    assert table(topology, "hub1", "red")["0.0.0.0/0"] == "gw1"
    assert "0.0.0.0/0" not in table(topology, "hub2", "red")


def test_a_basic_wan_joins_networks_with_branches_of_their_hub_alone() -> None:
    topology = read_topology_file("wan.yaml", LAB.replace("virtualWans: [wan]", "virtualWans: {wan: {type: Basic}}"))
    assert table(topology, "hub1", "red") == {"192.168.1.0/24": "gw1"}


POLICIES = """{virtualWan: wan, routingPolicies: {%s},
    hubVirtualNetworkConnections: {to-a: {remoteVirtualNetwork: a}, to-b: {remoteVirtualNetwork: b}}}"""
BOTH = "p: {destinations: PrivateTraffic, nextHop: fw}, i: {destinations: Internet, nextHop: fw}"
FAR = "  far: {virtualWan: wan, hubVirtualNetworkConnections: {to-c: {remoteVirtualNetwork: c}}}\n"
WALL = "azureFirewalls: {fw: {virtualHub: hub}}"


def test_policies_put_aggregates_into_the_default_table() -> None:
    private = {"10.0.0.0/8": "fw", "172.16.0.0/12": "fw", "192.168.0.0/16": "fw"}
    topology = wan(POLICIES % BOTH, more=FAR + WALL)
    assert table(topology, "hub", "defaultRouteTable") == {**private, "0.0.0.0/0": "fw"}
    internet = wan(POLICIES % "i: {destinations: Internet, nextHop: fw}", more=WALL)
    assert table(internet, "hub", "defaultRouteTable") == {
        "0.0.0.0/0": "fw",
        "10.1.0.0/16": "to-a",
        "10.2.0.0/16": "to-b",
    }


def test_other_hubs_know_the_networks_of_a_hub_with_a_private_policy() -> None:
    topology = wan(POLICIES % BOTH, more=FAR + WALL)
    expected = {"10.1.0.0/16": "to-a", "10.2.0.0/16": "to-b", "10.3.0.0/16": "to-c"}
    assert table(topology, "far", "defaultRouteTable") == expected
    assert shown(forwarding_rows(topology, hub_of(topology, "hub"))) == expected


def test_a_firewall_does_not_reach_a_network_of_another_hub_that_does_not_propagate() -> None:
    topology = wan(POLICIES % BOTH, more=FAR.replace("c}", "c, propagatedLabels: none}") + WALL)
    assert "10.3.0.0/16" not in shown(forwarding_rows(topology, hub_of(topology, "hub")))
