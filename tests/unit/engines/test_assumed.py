"""Answers say which assumed addresses they rest on, and whether another address would make another answer."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.render.explanation import explanation
from netwatch.watcher import NetworkWatcher
from tests.templates import deployed, template

_NETWORK = "Microsoft.Network"


def _id(type: str, *names: str) -> dict[str, str]:
    return {"id": f"[resourceId('{_NETWORK}/{type}', {', '.join(repr(each) for each in names)})]"}


def _resource(type: str, name: str, **properties: Any) -> dict[str, Any]:
    provider = "Microsoft.Compute" if type == "virtualMachines" else _NETWORK
    return {"type": f"{provider}/{type}", "name": name, "properties": properties}


def _rule(name: str, priority: int, **fields: Any) -> dict[str, Any]:
    rest = {
        "priority": priority, "direction": "Inbound", "access": "Allow", "protocol": "*", "sourcePortRange": "*",
        "sourceAddressPrefix": "*", "destinationPortRange": "*", "destinationAddressPrefix": "*",
    }  # fmt: skip
    return {"name": name, "properties": {**rest, **fields}}


_FIREWALL = "reference('fw').ipConfigurations[0].properties.privateIPAddress"


def _watcher(*rules: dict[str, Any], address: str = "") -> NetworkWatcher:
    """A machine in 10.0.0.0/24 behind a firewall in 10.0.1.0/24; ``address`` fixes that of the machine."""
    inside = {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": _id("networkSecurityGroups", "nsg")}
    subnets = [
        {"name": "s", "properties": {**inside, "routeTable": _id("routeTables", "rt")}},
        {"name": "AzureFirewallSubnet", "properties": {"addressPrefix": "10.0.1.0/24"}},
    ]
    hop = {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": f"[{_FIREWALL}]"}
    at_fw = {"subnet": _id("virtualNetworks/subnets", "v", "AzureFirewallSubnet")}
    config = {"subnet": _id("virtualNetworks/subnets", "v", "s"), "privateIPAddress": address}
    nics = {"networkInterfaces": [_id("networkInterfaces", "nic")]}
    return NetworkWatcher(
        deployed(
            template(
                _resource("virtualNetworks", "v", addressSpace={"addressPrefixes": ["10.0.0.0/16"]}, subnets=subnets),
                _resource("azureFirewalls", "fw", ipConfigurations=[{"name": "i", "properties": at_fw}]),
                _resource("routeTables", "rt", routes=[{"name": "out", "properties": hop}]),
                _resource("networkSecurityGroups", "nsg", securityRules=list(rules)),
                _resource("networkInterfaces", "nic", ipConfigurations=[{"name": "i", "properties": config}]),
                _resource("virtualMachines", "vm", networkProfile=nics),
            )
        )
    )


_LOW = _rule("low", 100, destinationAddressPrefix="10.0.0.0/29")
_NONE = _rule("none", 200, access="Deny")


def _verified(watcher: NetworkWatcher) -> tuple[str, ...]:
    return watcher.ip_flow_verify(
        "vm", direction="Inbound", protocol="TCP", local="10.0.0.4:22", remote="203.0.113.7:50000"
    ).notes


def _diagnosed(watcher: NetworkWatcher) -> tuple[str, ...]:
    return watcher.nsg_diagnostics(
        "vm", direction="Inbound", protocol="TCP", source="203.0.113.7", destination="10.0.0.4", dest_port="22"
    ).notes


_ASSUMED = "10.0.0.4 of nic is assumed: a dynamic address that the input does not fix"


@pytest.mark.parametrize("ask", [_verified, _diagnosed])
def test_an_answer_that_another_address_would_change_says_so(ask: Any) -> None:
    first, other = ask(_watcher(_LOW, _NONE))
    assert first == _ASSUMED
    assert other.startswith("had Azure drawn 10.0.0.8 instead, the answer would be Deny by ")
    assert other.endswith("none")


@pytest.mark.parametrize("ask", [_verified, _diagnosed])
def test_an_answer_that_holds_in_all_of_the_subnet_says_only_that_it_is_assumed(ask: Any) -> None:
    everywhere = _rule("all", 100, destinationAddressPrefix="10.0.0.0/24")
    assert ask(_watcher(everywhere, _NONE)) == (_ASSUMED,)


@pytest.mark.parametrize("ask", [_verified, _diagnosed])
def test_an_address_that_the_input_fixes_needs_no_note(ask: Any) -> None:
    assert ask(_watcher(_LOW, _NONE, address="10.0.0.4")) == ()


def test_a_rule_that_names_an_assumed_address_says_so() -> None:
    from_firewall = _rule("from-fw", 100, sourceAddressPrefix=f"[concat({_FIREWALL}, '/32')]")
    watcher = _watcher(from_firewall, _NONE, address="10.0.0.4")
    answer = watcher.ip_flow_verify("vm", direction="Inbound", protocol="TCP", local=":22", remote="10.0.1.4:50000")
    assert answer.notes == ("10.0.1.4/32, which nsg/from-fw names, is assumed",)


def test_routes_that_lead_to_an_assumed_address_say_so() -> None:
    watcher = _watcher(_NONE, address="10.0.0.4")
    said = ("10.0.1.4, the next hop of rt/out, is assumed",)
    hop = watcher.next_hop("vm", source_ip="10.0.0.4", dest_ip="203.0.113.7")
    routes = watcher.effective_routes("nic")
    assert (hop.notes, routes.notes) == (said, said)
    for answer in (hop, routes):
        (assumed,) = explanation(answer, watcher.compiled.topology)["assumed"]
        assert (assumed["route"], assumed["address"]) == ("rt/out", "10.0.1.4")
    assert watcher.next_hop("vm", source_ip="10.0.0.4", dest_ip="10.0.1.9").notes == ()


def _two_machines(*rules: dict[str, Any], address: str = "") -> NetworkWatcher:
    """Two machines in one subnet, whose addresses are assumed; ``address`` fixes that of the second."""
    inside = {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": _id("networkSecurityGroups", "nsg")}
    parts = [
        _resource(
            "virtualNetworks", "v",
            addressSpace={"addressPrefixes": ["10.0.0.0/16"]}, subnets=[{"name": "s", "properties": inside}],
        ),
        _resource("networkSecurityGroups", "nsg", securityRules=list(rules)),
    ]  # fmt: skip
    for name, said in (("a", ""), ("b", address)):
        config = {"subnet": _id("virtualNetworks/subnets", "v", "s"), "privateIPAddress": said}
        parts.append(
            _resource("networkInterfaces", f"nic-{name}", ipConfigurations=[{"name": "i", "properties": config}])
        )
        nics = {"networkInterfaces": [_id("networkInterfaces", f"nic-{name}")]}
        parts.append(_resource("virtualMachines", name, networkProfile=nics))
    return NetworkWatcher(deployed(template(*parts)))


@pytest.mark.parametrize("dest", ["b", "10.0.0.5"])
def test_a_path_that_another_address_would_close_says_so(dest: str) -> None:
    answer = _two_machines(_LOW, _NONE).connectivity_check("a", dest=dest, dest_port=22)
    assert answer.status == "Reachable"
    assert answer.notes == (
        "nic-a is assumed to have the address 10.0.0.4",
        "nic-b is assumed to have the address 10.0.0.5",
        "had Azure drawn 10.0.0.8 instead, the answer would be Unreachable",
    )


def test_a_path_between_addresses_that_no_rule_tells_apart_needs_no_more() -> None:
    notes = _two_machines(_NONE, address="10.0.0.5").connectivity_check("a", dest="b", dest_port=22).notes
    assert notes == ("nic-a is assumed to have the address 10.0.0.4",)
