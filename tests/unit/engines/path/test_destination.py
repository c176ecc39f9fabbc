"""What a destination means as a person types it."""

from __future__ import annotations

import pytest

from netwatch.engines.path.destination import find_destination
from netwatch.errors import InvalidFlowError, ResourceNotFoundError
from netwatch.model.addresses import parse_address
from netwatch.model.facts import Facts
from netwatch.model.routes import NextHopType
from netwatch.model.topology import Topology
from tests.build import rule
from tests.networks import Net, Nic, Route, arm_id, network
from tests.unit.engines.hub import read


@pytest.fixture
def topology() -> Topology:
    return network(
        vnets={"v": "10.0.0.0/16"},
        subnets={"v/s": Net("10.0.0.0/24", table="rt")},
        nics={"db-nic": Nic("v/s", "10.0.0.4"), "web.contoso.com-nic": Nic("v/s", "10.0.0.5")},
        facts=Facts(dns={"db.contoso.com": parse_address("10.0.0.4"), "db": parse_address("10.0.0.9")}),
    )


@pytest.mark.parametrize(
    ("text", "name", "address", "port"),
    [
        ("10.0.0.4", "10.0.0.4", "10.0.0.4", 0),
        ("fd00::4", "fd00::4", "fd00::4", 0),
        ("DB", "db", "10.0.0.4", 0),  # a machine goes before a declared name
        (arm_id("virtualMachines", "db").text, "db", "10.0.0.4", 0),
        ("web.contoso.com", "web.contoso.com", "10.0.0.5", 0),  # a machine may be called so
        ("DB.Contoso.com.", "DB.Contoso.com.", "10.0.0.4", 0),
        ("https://10.0.0.4/x:y", "10.0.0.4", "10.0.0.4", 443),
        ("http://db.contoso.com", "db.contoso.com", "10.0.0.4", 80),
        ("http://db.contoso.com:8080/", "db.contoso.com", "10.0.0.4", 8080),
        ("https://[fd00::4]:8443", "fd00::4", "fd00::4", 8443),
        ("https://[fd00::4]/", "fd00::4", "fd00::4", 443),
        ("10.0.0.4:8443", "10.0.0.4", "10.0.0.4", 8443),  # not a name of the Internet
        ("[fd00::4]:8443", "fd00::4", "fd00::4", 8443),
        ("[fd00::4]", "fd00::4", "fd00::4", 0),
        ("db:5432", "db", "10.0.0.4", 5432),
        ("db.contoso.com:5432", "db.contoso.com", "10.0.0.4", 5432),
    ],
)
def test_what_it_means(topology: Topology, text: str, name: str, address: str, port: int) -> None:
    found = find_destination(topology, text)
    assert (found.name, str(found.address), found.default_port) == (name, address, port)
    assert found.shown == found.address


def test_only_a_machine_is_a_place(topology: Topology) -> None:
    by_name, by_address = find_destination(topology, "db"), find_destination(topology, "10.0.0.4")
    assert by_name.place is not None
    assert by_name.place.nic.id.name == "db-nic"
    assert by_address.place is None


def test_an_undeclared_name_is_somewhere_in_the_internet(topology: Topology) -> None:
    found = find_destination(topology, "www.contoso.com")
    assert (found.is_stand_in, found.shown, str(found.address)) == (True, None, "198.51.100.254")


@pytest.mark.parametrize("text", ["db.invalid", "http://DB.Invalid./x"])
def test_a_name_that_never_resolves_has_no_address(topology: Topology, text: str) -> None:
    found = find_destination(topology, text)
    assert (found.is_unresolvable, found.address, found.is_stand_in) == (True, None, False)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("localhost", "is the machine that asks"),
        ("http://localhost:8080/", "is the machine that asks"),
        ("db.localhost", "is the machine that asks"),
        ("www..contoso.com", "is not a name"),
        (".contoso.com", "is not a name"),
        ("contoso.com..", "is not a name"),
        (64 * "a" + ".com", "is not a name"),
    ],
)
def test_what_is_no_destination(topology: Topology, text: str, why: str) -> None:
    with pytest.raises(InvalidFlowError, match=why):
        find_destination(topology, text)


def test_the_stand_in_is_an_address_that_nothing_names() -> None:
    topology = network(
        vnets={"v": "10.0.0.0/16"},
        subnets={},
        nsgs={"nsg": [rule("partner", destination="198.51.100.0/24", direction="Outbound")]},
        tables={"rt": [Route("203.0.113.0/24", NextHopType.NONE), Route("0.0.0.0/0", NextHopType.INTERNET)]},
    )
    assert str(find_destination(topology, "www.contoso.com").address) == "1.1.1.254"


PARTNER = "partner: {source: '*', destination: 198.51.100.0/24, destinationPortRanges: '*', protocol: Tcp"


@pytest.mark.parametrize(
    "more",
    [
        "networkManagers: {m: {networkGroups: {g: v}, securityAdminConfigurations: {c: {ruleCollections: "
        "{r: {appliesToGroups: g, rules: {PARTNER, priority: 1, direction: Outbound, access: Deny}}}}}}}}",
        "azureFirewalls: {fw: {subnet: v/GatewaySubnet, networkRules: {PARTNER}}}}",
        "localNetworkGateways: {site: {addressPrefixes: 198.51.100.0/24}}",
        "virtualNetworkGateways: {vgw: {subnet: v/GatewaySubnet, vpnClientAddressPool: 198.51.100.0/24}}",
        "virtualNetworkGateways: {vgw: {subnet: v/GatewaySubnet}}\n"
        "facts: {gatewayLearnedRoutes: {vgw: 198.51.100.0/24}}",
        "virtualNetworks: {w: {addressPrefixes: 198.51.100.0/24}}",
    ],
)
def test_nor_does_a_manager_a_firewall_or_a_site_name_the_stand_in(more: str) -> None:
    vnet = (
        "virtualNetworks: {v: {addressPrefixes: 10.0.0.0/16, subnets: {GatewaySubnet: {addressPrefix: 10.0.0.0/24}}}}"
    )
    text = "" if more.startswith("virtualNetworks") else vnet
    topology = read(f"netwatch: 1\n{text}\n{more.replace('PARTNER', PARTNER)}\n")
    assert str(find_destination(topology, "www.contoso.com").address) == "203.0.113.254"


def test_neither_a_machine_nor_a_name(topology: Topology) -> None:
    with pytest.raises(ResourceNotFoundError, match="'dbb'"):
        find_destination(topology, "dbb")
    with pytest.raises(ResourceNotFoundError, match=r"10\.0\.0\.0/24"):
        find_destination(topology, "10.0.0.0/24")


@pytest.mark.parametrize("text", ["10.0.0.256", "300.1.1.1", "10.0.0", "10.0.0.04"])
def test_digits_and_dots_are_meant_as_an_address(topology: Topology, text: str) -> None:
    with pytest.raises(InvalidFlowError, match="is not an IP address"):
        find_destination(topology, text)
