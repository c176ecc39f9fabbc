"""Virtual WANs in plans: hubs, connections, tables with routes of their own, policies, gateways and sites."""

from __future__ import annotations

import json
from pathlib import Path

from netwatch.effective.routes import effective_routes
from netwatch.formats import load
from netwatch.model.addresses import Prefix
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology
from netwatch.model.virtual_hubs import VirtualHub
from netwatch.model.where import Where
from tests.terraform.written import GROUP, Json, network, plan, ref, resource, subnet

_HUB = ref("azurerm_virtual_hub.hub.id")


def _read(path: Path, *resources: Json) -> Topology:
    file = path / "plan.json"
    file.write_text(json.dumps(plan(*resources)), encoding="utf-8")
    return load(str(file))


def _part(address: str, values: Json, refs: Json, unknown: Json | None = None) -> Json:
    marks = {"id": True, **{name: True for name, each in refs.items() if "references" in each}, **(unknown or {})}
    return resource(address, {"name": address.rsplit(".", 1)[-1], **values}, refs, unknown=marks)


def _wan() -> list[Json]:
    return [
        network(),
        subnet("web", "10.0.1.0/24"),
        _part("azurerm_virtual_wan.wan", {"type": "Standard", **GROUP}, {}),
        _part(
            "azurerm_virtual_hub.hub",
            {"address_prefix": "10.9.0.0/23", **GROUP},
            {"virtual_wan_id": ref("azurerm_virtual_wan.wan.id")},
            {"default_route_table_id": True},
        ),
    ]


def _connection(**values: bool) -> Json:
    refs = {"virtual_hub_id": _HUB, "remote_virtual_network_id": ref("azurerm_virtual_network.vnet.id")}
    return _part("azurerm_virtual_hub_connection.to", dict(values), refs)


def _firewall() -> Json:
    return _part(
        "azurerm_firewall.fw",
        {"sku_name": "AZFW_Hub", "virtual_hub": [{"public_ip_count": 1}], **GROUP},
        {"virtual_hub": [{"virtual_hub_id": _HUB}]},
        {"virtual_hub": [{"virtual_hub_id": True, "private_ip_address": True}]},
    )


def _hub(topology: Topology) -> VirtualHub:
    (found,) = topology.virtual_hubs.values()
    return found


def _rows(topology: Topology) -> list[str]:
    def no_tags(tag: str, where: Where, holder: str) -> tuple[Prefix, ...]:
        raise AssertionError(tag)

    (found,) = topology.subnets.values()
    rows = effective_routes(topology, found, no_tags)
    return [str(row.prefixes[0]) for row in rows if row.source.value == "VirtualNetworkGateway"]


def test_a_hub_of_a_plan_with_its_connection(tmp_path: Path) -> None:
    hub = _hub(_read(tmp_path, *_wan(), _connection()))
    (connection,) = hub.connections
    assert isinstance(hub.wan, ResourceId)
    assert isinstance(connection.vnet, ResourceId)
    assert (hub.wan.name, str(hub.prefix), connection.vnet.name) == ("wan", "10.9.0.0/23", "vnet")
    assert connection.internet_security is False  # what the provider takes where nothing is said


def test_tables_labels_and_static_routes(tmp_path: Path) -> None:
    table = _part(
        "azurerm_virtual_hub_route_table.red",
        {"labels": ["x"], "route": [{"name": "r", "destinations_type": "CIDR", "destinations": ["10.8.0.0/16"]}]},
        {"virtual_hub_id": _HUB, "route": [{"next_hop": ref("azurerm_firewall.fw.id")}]},
        {"route": [{"next_hop": True}]},
    )
    routing = [{"propagated_route_table": [{"labels": ["x"]}], "static_vnet_local_route_override_criteria": "Equal",
        "static_vnet_route": [
            {"name": "s", "address_prefixes": ["10.7.0.0/16"], "next_hop_ip_address": "10.0.1.4"}]}]  # fmt: skip
    refs = {"virtual_hub_id": _HUB, "remote_virtual_network_id": ref("azurerm_virtual_network.vnet.id"), "routing": [
        {"associated_route_table_id": ref("azurerm_virtual_hub_route_table.red.id")}]}  # fmt: skip
    connection = _part(
        "azurerm_virtual_hub_connection.to",
        {"internet_security_enabled": True, "routing": routing},
        refs,
        {"routing": [{"associated_route_table_id": True}]},
    )
    found = _read(tmp_path, *_wan(), table, _firewall(), connection)
    assert "staticRoutesConfig.vnetLocalRouteOverrideCriteria" in str(found.notes.ignored)
    hub = _hub(found)
    (red,), (to,) = hub.tables, hub.connections
    assert (red.labels, to.routing.labels, to.routing.table) == (("x",), ("x",), red.id)
    assert isinstance(red.routes[0].next_hop, ResourceId)
    assert (red.routes[0].next_hop.name, to.internet_security, to.propagates_static_routes) == ("fw", True, True)
    assert str(to.static_routes[0].next_hop_ip) == "10.0.1.4"


def test_an_id_that_is_written_stands_beside_one_that_is_referred_to(tmp_path: Path) -> None:
    tables = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualHubs/hub/hubRouteTables"
    connection = _part(
        "azurerm_virtual_hub_connection.to",
        {"routing": [{"propagated_route_table": [{"route_table_ids": [f"{tables}/noneRouteTable", None]}]}]},
        {
            "virtual_hub_id": _HUB,
            "remote_virtual_network_id": ref("azurerm_virtual_network.vnet.id"),
            "routing": [
                {"propagated_route_table": [{"route_table_ids": ref("azurerm_virtual_hub.hub.default_route_table_id")}]}
            ],
        },
        {"routing": [{"propagated_route_table": [{"route_table_ids": [False, True]}]}]},
    )
    (to,) = _hub(_read(tmp_path, *_wan(), connection)).connections
    assert [each.name for each in to.routing.tables if isinstance(each, ResourceId)] == [
        "noneRouteTable",
        "defaultRouteTable",
    ]


def test_a_route_of_its_own_in_the_default_table(tmp_path: Path) -> None:
    route = _part(
        "azurerm_virtual_hub_route_table_route.all",
        {"destinations_type": "CIDR", "destinations": ["0.0.0.0/0"]},
        {
            "route_table_id": ref("azurerm_virtual_hub.hub.default_route_table_id"),
            "next_hop": ref("azurerm_firewall.fw.id"),
        },
    )
    topology = _read(tmp_path, *_wan(), _firewall(), _connection(internet_security_enabled=True), route)
    (table,) = _hub(topology).tables
    assert table.id.name == "defaultRouteTable"
    assert _rows(topology) == ["0.0.0.0/0"]


def test_routing_intent_with_the_firewall_of_the_hub(tmp_path: Path) -> None:
    intent = _part(
        "azurerm_virtual_hub_routing_intent.intent",
        {"routing_policy": [{"name": "p", "destinations": ["PrivateTraffic"]}]},
        {"virtual_hub_id": _HUB, "routing_policy": [{"next_hop": ref("azurerm_firewall.fw.id")}]},
        {"routing_policy": [{"next_hop": True}]},
    )
    topology = _read(tmp_path, *_wan(), _firewall(), _connection(), intent)
    (wall,) = topology.firewalls.values()
    assert (wall.hub, wall.subnet) == (_hub(topology).id, None)
    assert _rows(topology) == ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]


def test_sites_gateways_and_their_connections(tmp_path: Path) -> None:
    site = _part(
        "azurerm_vpn_site.branch",
        {"address_cidrs": ["192.168.1.0/24"], "link": [{"name": "l"}], **GROUP},
        {"virtual_wan_id": ref("azurerm_virtual_wan.wan.id")},
    )
    gateway = _part("azurerm_vpn_gateway.gw", dict(GROUP), {"virtual_hub_id": _HUB}, {"bgp_settings": True})
    to_site = _part(
        "azurerm_vpn_gateway_connection.c",
        {"vpn_link": [{"name": "l", "bgp_enabled": False}]},
        {"vpn_gateway_id": ref("azurerm_vpn_gateway.gw.id"), "remote_vpn_site_id": ref("azurerm_vpn_site.branch.id")},
    )
    pool = {"name": "p", "vpn_client_address_pool": [{"address_prefixes": ["172.30.0.0/24"]}]}
    clients = _part(
        "azurerm_point_to_site_vpn_gateway.p2s",
        {"connection_configuration": [pool], **GROUP},
        {"virtual_hub_id": _HUB},
    )
    topology = _read(tmp_path, *_wan(), _connection(), site, gateway, to_site, clients)
    assert sorted(_rows(topology)) == ["172.30.0.0/24", "192.168.1.0/24"]


def test_routes_of_the_older_kind_leave_a_hub_named(tmp_path: Path) -> None:
    older = _wan()
    older[-1] = _part(
        "azurerm_virtual_hub.hub",
        {"address_prefix": "10.9.0.0/23", "route": [{"address_prefixes": ["10.8.0.0/16"]}], **GROUP},
        {"virtual_wan_id": ref("azurerm_virtual_wan.wan.id")},
    )
    topology = _read(tmp_path, *older, _connection())
    assert not topology.virtual_hubs
    assert {each.id.name for each in topology.others.values()} == {"hub", "to"}
