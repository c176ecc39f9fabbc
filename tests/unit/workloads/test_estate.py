"""The estate: seeded, of the size asked for, sound, and the same in both languages."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from netwatch.formats import load
from netwatch.model.topology import Topology
from netwatch.workloads import Estate, arm_json, native_yaml
from netwatch.workloads.estate import EstateVnet, nics, rules, vnets

SMALL = Estate(nics=40, vnets=3, subnets_per_vnet=4, nsgs=7, rules_per_nsg=30, seed=7)


def _arm(estate: Estate) -> dict[str, list[dict[str, Any]]]:
    kinds: dict[str, list[dict[str, Any]]] = {}
    for resource in json.loads("".join(arm_json(estate)))["resources"]:
        kinds.setdefault(resource["type"].rpartition("/")[2], []).append(resource)
    return kinds


def _yaml(estate: Estate) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load("".join(native_yaml(estate)))
    return document


def test_one_seed_writes_one_text() -> None:
    assert "".join(arm_json(SMALL)) == "".join(arm_json(SMALL))
    assert "".join(native_yaml(SMALL)) == "".join(native_yaml(SMALL))


def test_another_seed_writes_another_text() -> None:
    assert "".join(native_yaml(SMALL)) != "".join(native_yaml(SMALL._replace(seed=8)))


def test_arm_holds_as_many_of_everything_as_asked() -> None:
    kinds = _arm(SMALL)
    assert {kind: len(found) for kind, found in kinds.items()} == {
        "applicationSecurityGroups": 9,
        "networkSecurityGroups": 7,
        "routeTables": 2,
        "virtualNetworks": 3,
        "networkInterfaces": 40,
        "virtualMachines": 40,
    }
    assert [len(vnet["properties"]["subnets"]) for vnet in kinds["virtualNetworks"]] == [4, 4, 4]
    assert {len(nsg["properties"]["securityRules"]) for nsg in kinds["networkSecurityGroups"]} == {30}


def test_yaml_holds_the_same_names_as_arm() -> None:
    document, kinds = _yaml(SMALL), _arm(SMALL)
    for kind in (
        "applicationSecurityGroups",
        "networkSecurityGroups",
        "routeTables",
        "virtualNetworks",
        "virtualMachines",
    ):
        assert list(document[kind]) == [resource["name"] for resource in kinds[kind]]


def test_yaml_holds_the_same_rules_as_arm() -> None:
    document = _yaml(SMALL)["networkSecurityGroups"]
    for nsg in _arm(SMALL)["networkSecurityGroups"]:
        for rule in nsg["properties"]["securityRules"]:
            properties, native = rule["properties"], document[nsg["name"]]["securityRules"][rule["name"]]
            for field in ("priority", "direction", "access", "protocol"):
                assert native[field] == properties[field]
            for side in ("source", "destination"):
                assert _native_side(native, side) == _arm_side(properties, side)
            ports = properties["destinationPortRanges"] or [properties["destinationPortRange"]]
            assert [str(port) for port in _list(native["destinationPortRanges"])] == ports


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _native_side(rule: dict[str, Any], side: str) -> list[str]:
    groups: list[str] = rule.get(f"{side}ApplicationSecurityGroups", [])
    return groups or _list(rule[side])


def _arm_side(properties: dict[str, Any], side: str) -> list[str]:
    groups = [group["id"].rpartition("/")[2] for group in properties.get(f"{side}ApplicationSecurityGroups", [])]
    return groups or properties[f"{side}AddressPrefixes"] or [properties[f"{side}AddressPrefix"]]


def test_yaml_holds_the_same_nics_as_arm() -> None:
    machines = _yaml(SMALL)["virtualMachines"]
    for nic in _arm(SMALL)["networkInterfaces"]:
        properties = nic["properties"]
        configuration = properties["ipConfigurations"][0]["properties"]
        native = machines[properties["virtualMachine"]["id"].rpartition("/")[2]]["networkInterfaces"][nic["name"]]
        assert native["privateIPAddress"] == configuration["privateIPAddress"]
        assert configuration["subnet"]["id"].endswith("/virtualNetworks/" + native["subnet"].replace("/", "/subnets/"))
        assert native.get("networkSecurityGroup") == _name(properties.get("networkSecurityGroup"))
        assert native.get("enableIPForwarding", False) == properties["enableIPForwarding"]


def _name(reference: dict[str, str] | None) -> str | None:
    return reference["id"].rpartition("/")[2] if reference else None


def test_addresses_are_distinct_and_inside_their_subnets() -> None:
    prefixes = {(v.name, s.name): ipaddress.IPv4Network(s.prefix) for v in vnets(SMALL) for s in v.subnets}
    addresses = {nic.address: (nic.vnet, nic.subnet) for nic in nics(SMALL)}
    assert len(addresses) == SMALL.nics
    for address, home in addresses.items():
        network = prefixes[home]
        assert network[3] < ipaddress.IPv4Address(address) < network[-1], (
            "Azure keeps the first four and the last address"
        )


def test_priorities_are_unique_and_within_azures_bounds() -> None:
    for estate in (SMALL, SMALL._replace(rules_per_nsg=1000)):
        vnet = next(vnets(estate))
        priorities = [rule.priority for rule in rules(estate, vnet, vnet.nsgs[0])]
        assert len(set(priorities)) == len(priorities) == estate.rules_per_nsg
        assert 100 <= min(priorities) <= max(priorities) <= 4096


def test_every_prefix_of_a_rule_is_a_network() -> None:
    for vnet in vnets(SMALL):
        for term in _prefix_terms(SMALL, vnet):
            ipaddress.ip_network(term, strict=True)


def _prefix_terms(estate: Estate, vnet: EstateVnet) -> set[str]:
    both = (side for rule in rules(estate, vnet, vnet.nsgs[0]) for side in (rule.sources, rule.destinations))
    terms = {term for side in both for term in side if term[0].isdigit()}
    assert terms
    return terms


def test_rules_are_of_every_kind() -> None:
    vnet = next(vnets(Estate()))
    found = list(rules(Estate(), vnet, vnet.nsgs[0]))
    assert {rule.direction for rule in found} == {"Inbound", "Outbound"}
    assert {rule.access for rule in found} == {"Allow", "Deny"}
    assert {rule.protocol for rule in found} == {"Tcp", "Udp", "*", "Icmp"}
    assert any(len(rule.sources) > 1 for rule in found)
    assert any(len(rule.destination_ports) > 1 for rule in found)
    assert any(rule.sources[0].startswith("asg:") for rule in found)
    assert any(rule.sources[0] == "VirtualNetwork" for rule in found)


def test_the_spokes_send_to_a_nic_that_forwards() -> None:
    appliance = next(nics(SMALL))
    assert (appliance.vnet, appliance.address, appliance.forwards) == ("vnet-hub", "10.0.0.4", True)


def test_wide_subnets_where_a_24_is_too_small() -> None:
    estate = Estate(nics=1000, vnets=1, subnets_per_vnet=3, nsgs=1, rules_per_nsg=0)
    assert [subnet.prefix for subnet in next(vnets(estate)).subnets] == ["10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/18"]


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        ({"vnets": 257, "nsgs": 999}, "1 to 256 VNets, not 257"),
        ({"subnets_per_vnet": 0}, "1 to 256 subnets, not 0"),
        ({"nics": 0}, "0 NICs do not fit"),
        ({"nics": 5_000_000}, "5000000 NICs do not fit"),
        ({"nsgs": 49}, "at least as many network security groups, not 49"),
        ({"rules_per_nsg": 1001}, "0 to 1000 rules, not 1001"),
    ],
)
def test_what_cannot_be_built_is_refused_with_its_limit(change: dict[str, int], limit: str) -> None:
    estate = Estate(**change)
    for write in (arm_json, native_yaml):
        with pytest.raises(ValueError, match=limit):
            next(write(estate))


def test_both_forms_are_read_as_one_network(tmp_path: Path) -> None:
    """Save for what only ARM states: the state of a peering, and the policies of a subnet."""
    arm, native = tmp_path / "estate.json", tmp_path / "estate.yaml"
    arm.write_text("".join(arm_json(SMALL)), encoding="utf-8")
    native.write_text("".join(native_yaml(SMALL)), encoding="utf-8")
    one, other = _plain(load(arm)), _plain(load(native))
    for name in KINDS:
        assert getattr(one, name) == getattr(other, name)
        assert list(getattr(one, name)) == list(getattr(other, name)), "in one order"


KINDS = ("vnets", "subnets", "peerings", "nsgs", "asgs", "route_tables", "nics", "vms")


def _plain(topology: Topology) -> Topology:
    return replace(
        topology,
        peerings={key: replace(peering, state="") for key, peering in topology.peerings.items()},
        subnets={key: replace(s, private_endpoint_network_policies="") for key, s in topology.subnets.items()},
    )
