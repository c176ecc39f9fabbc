"""Whose address it is."""

from __future__ import annotations

import pytest

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.engines.path.address_owner import (
    BalancerAddress,
    FirewallAddress,
    NicAddress,
    find_owner,
    find_owner_anywhere,
)
from netwatch.errors import UnsupportedError
from netwatch.model.addresses import parse_address
from netwatch.model.resources import OtherResource
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.watcher import NetworkWatcher
from tests.networks import Net, Nic, arm_id, network

V, SUBNET = arm_id("virtualNetworks", "v"), arm_id("virtualNetworks/subnets", "v/s")


def net(*others: OtherResource, blank: bool = False) -> Topology:
    nics = {
        "one-nic": Nic("v/s", "10.0.0.4 fd00::4"),
        "far-nic": Nic("w/s", "10.0.0.4"),
        "lone-nic": Nic("w/s", "10.0.0.9"),
    }
    if blank:
        nics["blank-nic"] = Nic("v/s", Unresolved("it is dynamic"))
    return network(
        vnets={"v": "10.0.0.0/16 fd00::/48", "w": "10.0.0.0/16"},
        subnets={"v/s": Net("10.0.0.0/24 fd00::/64"), "v/t": Net("10.0.1.0/24"), "w/s": Net("10.0.0.0/24")},
        nics=nics,
        gateways={"gw": "v/t"},
        others=others,
    )


def ready(topology: Topology) -> CompiledTopology:
    return NetworkWatcher(topology).compiled


def other(kind: str, name: str) -> OtherResource:
    return OtherResource(arm_id(kind, name), f"Microsoft.Network/{kind}", "westeurope", (SUBNET,))


def name(found: NicAddress | BalancerAddress | FirewallAddress | Unresolved | None) -> str:
    assert isinstance(found, NicAddress)
    return found.nic.id.name


@pytest.mark.parametrize("address", ["10.0.0.4", "fd00::4"])
def test_the_nic_of_that_network(address: str) -> None:
    found = find_owner(ready(net()), V, parse_address(address))
    assert name(found) == "one-nic"
    assert isinstance(found, NicAddress)
    assert found.address == parse_address(address)


def test_nothing_has_it() -> None:
    assert find_owner(ready(net()), V, parse_address("10.0.0.9")) is None
    assert find_owner(ready(net()), V, parse_address("10.7.7.7")) is None


def test_an_open_address_nearby_leaves_it_open() -> None:
    found = find_owner(ready(net(blank=True)), V, parse_address("10.0.0.9"))
    assert isinstance(found, Unresolved)
    assert "blank-nic" in found.reason
    assert name(find_owner(ready(net(blank=True)), V, parse_address("10.0.0.4"))) == "one-nic"


def test_something_else_that_may_have_it_is_not_guessed() -> None:
    topology = net(other("azureFirewalls", "afw"))
    with pytest.raises(UnsupportedError, match=r"afw.*10\.0\.0\.9"):
        find_owner(ready(topology), V, parse_address("10.0.0.9"))
    assert name(find_owner(ready(topology), V, parse_address("10.0.0.4"))) == "one-nic"


def test_a_gateway_in_the_subnet_may_have_it() -> None:
    with pytest.raises(UnsupportedError, match="gw"):
        find_owner(ready(net()), V, parse_address("10.0.1.4"))


def test_what_only_names_a_subnet_has_no_address_in_it() -> None:
    assert find_owner(ready(net(other("natGateways", "nat"))), V, parse_address("10.0.0.9")) is None


def test_anywhere_only_if_one_nic_has_it() -> None:
    assert name(find_owner_anywhere(net(), parse_address("10.0.0.9"))) == "lone-nic"
    assert find_owner_anywhere(net(), parse_address("10.0.0.4")) is None
    assert find_owner_anywhere(net(), parse_address("10.0.0.77")) is None
