"""Virtual WANs of ARM inputs: parts in both spellings, what az prints, gateways, and what stays named."""

from __future__ import annotations

import pytest

from netwatch.model.unresolved import Unresolved
from netwatch.model.virtual_hubs import HubGateway, VirtualHub
from netwatch.render.native_form.topology_yaml import topology_yaml
from tests.unit.formats.arm import Json, arm_id, only, read, resource, vnet

_HUB = arm_id("virtualHubs", "hub")
_WAN = {"id": arm_id("virtualWans", "wan")}
_VNET = {"id": arm_id("virtualNetworks", "vnet-a")}


def hub(**properties: Json | str | list[Json]) -> Json:
    return resource("virtualHubs", "hub", virtualWan=_WAN, addressPrefix="10.9.0.0/23", **properties)


def part(kind: str, name: str, **properties: object) -> Json:
    return {
        "id": f"{_HUB}/{kind}/{name}",
        "name": name,
        "type": f"Microsoft.Network/virtualHubs/{kind}",
        "properties": properties,
    }


def connection(**configuration: object) -> Json:
    return part("hubVirtualNetworkConnections", "to-a", remoteVirtualNetwork=_VNET, routingConfiguration=configuration)


def found(*resources: Json) -> VirtualHub:
    hub: VirtualHub = only(read(vnet(), *resources).virtual_hubs)
    return hub


def test_parts_beside_the_hub_and_inside_of_it() -> None:
    table = part("hubRouteTables", "red", labels=["x"], routes=[])
    beside = found(hub(), connection(), table)
    inside = hub()
    inside["resources"] = [
        {**{key: value for key, value in each.items() if key != "id"}, "type": each["type"].rsplit("/", 1)[-1]}
        for each in (connection(), table)
    ]
    assert found(inside) == beside
    assert [each.id.name for each in beside.connections] == ["to-a"]
    assert [each.labels for each in beside.tables] == [("x",)]


def test_what_az_prints() -> None:
    flat = {**{key: value for key, value in connection().items() if key != "properties"}, **connection()["properties"]}
    own = hub()
    shown = {**{key: value for key, value in own.items() if key != "properties"}, **own["properties"]}
    shown |= {"routeTable": {"routes": []}, "virtualHubRouteTableV2S": [], "resourceGroup": "rg"}
    assert found(shown, {**flat, "enableInternetSecurity": None}).connections == found(hub(), connection()).connections


def test_routing_of_a_connection() -> None:
    default, none = ({"id": f"{_HUB}/hubRouteTables/{name}"} for name in ("defaultRouteTable", "noneRouteTable"))
    routes = {"staticRoutes": [{"name": "s", "addressPrefixes": ["10.8.0.0/16"], "nextHopIpAddress": "10.0.0.9"}],
              "staticRoutesConfig": {"propagateStaticRoutes": False}}  # fmt: skip
    propagated = {"ids": [none], "labels": ["a", "b"]}
    made = connection(associatedRouteTable=default, propagatedRouteTables=propagated, vnetRoutes=routes)
    (one,) = found(hub(), made).connections
    assert (one.routing.table, one.routing.labels) == (
        found(hub()).id.child("hubRouteTables", "defaultRouteTable"),
        ("a", "b"),
    )
    assert [str(each.next_hop_ip) for each in one.static_routes] == ["10.0.0.9"]
    assert one.propagates_static_routes is False


@pytest.mark.parametrize(
    "odd",
    [
        [
            hub(routeTable={"routes": [{"addressPrefixes": ["10.0.0.0/8"], "nextHopIpAddress": "10.0.0.9"}]}),
            connection(),
        ],
        [hub(), connection(inboundRouteMap={"id": f"{_HUB}/routeMaps/m"})],
        [hub(), connection(), part("routeMaps", "m", rules=[])],
        [resource("virtualHubs", "hub", sku="Standard"), part("ipConfigurations", "c", subnet=_VNET)],
        [connection()],
    ],
)
def test_what_is_not_evaluated_stays_named(odd: list[Json]) -> None:
    topology = read(vnet(), *odd)
    assert not topology.virtual_hubs
    assert len(topology.others) == len(odd)


def test_destinations_of_another_type_are_open() -> None:
    route = {"name": "r", "destinationType": "Service", "destinations": ["Storage"], "nextHop": f"{_HUB}/x"}
    (table,) = found(hub(), part("hubRouteTables", "t", routes=[route])).tables
    (prefix,) = table.routes[0].prefixes
    assert isinstance(prefix, Unresolved)
    assert prefix.reason == "route r has destinations of type Service, which are not evaluated"


def gateway(kind: str, **properties: object) -> HubGateway:
    site = resource("vpnSites", "site", addressSpace={"addressPrefixes": ["192.168.0.0/24"]})
    made = resource(kind, "gw", virtualHub={"id": _HUB}, **properties)
    found: HubGateway = only(read(vnet(), hub(), site, made).hub_gateways)
    return found


def test_gateways_with_what_they_are_connected_to() -> None:
    site = {"id": arm_id("vpnSites", "site")}
    link = {"name": "l", "properties": {"enableBgp": True}}
    inside = [{"name": "c", "properties": {"remoteVpnSite": site, "vpnLinkConnections": [link]}}]
    settings = {
        "bgpPeeringAddresses": [{"defaultBgpIpAddresses": ["10.9.0.12"]}, {"defaultBgpIpAddresses": ["10.9.0.13"]}]
    }
    vpn = gateway("vpnGateways", connections=inside, bgpSettings=settings)
    assert [(each.id.name, each.bgp) for each in vpn.branches] == [("c", True)]
    assert [str(each) for each in vpn.addresses] == ["10.9.0.12", "10.9.0.13"]
    pool = [{"name": "p", "properties": {"vpnClientAddressPool": {"addressPrefixes": ["172.30.0.0/24"]}}}]
    clients = gateway("p2sVpnGateways", p2SConnectionConfigurations=pool)
    assert [str(each.prefixes[0]) for each in clients.branches] == ["172.30.0.0/24"]
    circuit = [{"name": "e", "properties": {"expressRouteCircuitPeering": {"id": "/subscriptions/s/x"}}}]
    assert [each.bgp for each in gateway("expressRouteGateways", expressRouteConnections=circuit).branches] == [True]


def test_names_that_a_native_file_does_not_take_stand_under_a_number() -> None:
    to = f"{_HUB}/hubVirtualNetworkConnections/to-a"
    routes = [{"name": name, "destinations": [f"10.{at}.0.0/16"], "nextHop": to}
              for at, name in enumerate(("all the rest", "b", "B"))]  # fmt: skip
    topology = read(vnet(), hub(), connection(), part("hubRouteTables", "red", routes=routes))
    text = topology_yaml(topology).text
    assert [each in text for each in ("route-0:", "b: {dest", "route-2:")] == [True, True, True]
