"""Gateways, local network gateways and connections of ARM inputs."""

from __future__ import annotations

import pytest

from netwatch.model.addresses import parse_prefix
from netwatch.model.ids import ResourceId
from netwatch.model.unresolved import Unresolved
from tests.unit.formats.arm import Json, arm_id, only, problems, read, resource, vnet

_SITE = resource("localNetworkGateways", "site", localNetworkAddressSpace={"addressPrefixes": ["192.168.0.0/16"]})
_CIRCUIT = {"id": arm_id("expressRouteCircuits", "circuit")}


def _gateway(name: str = "gw") -> Json:
    config = {"subnet": {"id": arm_id("virtualNetworks", "vnet-a") + "/subnets/web"}, "publicIPAddress": {"id": _PIP}}
    return resource("virtualNetworkGateways", name, gatewayType="Vpn", ipConfigurations=[{"properties": config}])


_PIP = arm_id("publicIPAddresses", "pip")
_NETWORK = (vnet(), resource("publicIPAddresses", "pip", ipAddress="20.0.0.4"))


def _connection(**peer: Json) -> Json:
    gateway = {"virtualNetworkGateway1": {"id": arm_id("virtualNetworkGateways", "gw")}}
    return resource("connections", "to-it", connectionType="IPsec", **gateway, **peer)


def test_a_site_has_its_prefixes() -> None:
    site = only(read(_SITE).local_network_gateways)
    assert (site.id.name, site.location, site.prefixes) == ("site", "westeurope", (parse_prefix("192.168.0.0/16"),))
    assert site.where.pointer == "resources/0"


def test_a_site_that_speaks_bgp_alone_has_none() -> None:
    assert only(read(resource("localNetworkGateways", "site")).local_network_gateways).prefixes == ()


def test_a_gateway_has_public_addresses() -> None:
    assert only(read(*_NETWORK, _gateway()).gateways).public_ips == (ResourceId(_PIP),)


def test_a_gateway_gives_clients_addresses_of_several_pools() -> None:
    pools = [{"vpnClientAddressPool": {"addressPrefixes": [f"172.20.{at}.0/24"]}} for at in (0, 4)]
    groups = [{"name": "staff", "properties": pools[1]}, {"name": "guests", "properties": pools[0]}]
    gateway = _gateway()
    gateway["properties"]["vpnClientConfiguration"] = pools[0] | {"vngClientConnectionConfigurations": groups}
    found = only(read(*_NETWORK, gateway).gateways).client_prefixes
    assert found == (parse_prefix("172.20.0.0/24"), parse_prefix("172.20.4.0/24"))


def test_a_gateway_has_a_default_site_which_must_be_in_the_input() -> None:
    gateway = _gateway()
    gateway["properties"]["gatewayDefaultSite"] = {"id": _SITE["id"]}
    assert only(read(*_NETWORK, _SITE, gateway).gateways).default_site == ResourceId(_SITE["id"])
    assert "gw: local network gateway" in problems(*_NETWORK, gateway)[0]


def test_a_gateways_public_address_must_be_in_the_input() -> None:
    assert "gw: public IP address" in problems(vnet(), _gateway())[0]


@pytest.mark.parametrize(
    ("field", "peer"),
    [
        ("localNetworkGateway2", arm_id("localNetworkGateways", "site")),
        ("virtualNetworkGateway2", arm_id("virtualNetworkGateways", "other")),
        ("peer", _CIRCUIT["id"]),
    ],
)
def test_a_connection_has_one_of_three_far_ends(field: str, peer: str) -> None:
    topology = read(*_NETWORK, _SITE, _gateway(), _gateway("other"), _connection(**{field: {"id": peer}}))
    connection = only(topology.connections)
    assert (connection.kind, connection.gateway.name, connection.peer) == ("IPsec", "gw", ResourceId(peer))


def test_a_circuit_need_not_be_in_the_input_and_a_site_must() -> None:
    assert isinstance(only(read(*_NETWORK, _gateway(), _connection(peer=_CIRCUIT)).connections).peer, ResourceId)
    dangling = _connection(localNetworkGateway2={"id": arm_id("localNetworkGateways", "sitt")})
    assert problems(*_NETWORK, _gateway(), _SITE, dangling) == [
        "net.json resources/4: to-it: local network gateway "
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/localNetworkGateways/sitt is not in the input. "
        'Did you mean "site"?'
    ]


def test_a_connection_whose_gateway_is_elsewhere() -> None:
    connection = _connection(localNetworkGateway2={"id": _SITE["id"]})
    assert "to-it: virtual network gateway" in problems(_SITE, connection)[0]
    assert isinstance(only(read(_SITE, connection, dangling="unresolved").connections).gateway, Unresolved)


def test_a_connection_without_a_gateway() -> None:
    assert problems(resource("connections", "c")) == [
        "net.json resources/0/properties: c: virtualNetworkGateway1 is missing. A connection needs its gateway."
    ]
