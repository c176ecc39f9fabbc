"""A topology as a configuration for Terraform: names, references, gaps, and what is not kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netwatch.formats.input_reader import InputReader
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.topology import Topology
from netwatch.render.native_form.topology_yaml import topology_yaml
from netwatch.render.terraform_form.whole import terraform_json

_NETWORK = """netwatch: 1
resourceGroup: rg
virtualNetworks:
  hub:
    addressPrefixes: 10.0.0.0/16
    subnets: {web: {addressPrefix: 10.0.1.0/24, networkSecurityGroup: nsg}}
networkSecurityGroups:
  nsg:
    securityRules:
      r.1: {priority: 100, protocol: Tcp, source: [{unresolved: "it's a parameter"}], destinationPortRanges: [80, 443]}
publicIPAddresses: {pip: {ipAddress: 20.0.0.4}}
virtualMachines: {vm: {networkInterfaces: {nic: {subnet: hub/web, publicIPAddress: pip}}}}
facts: {powerState: {vm: running}}
"""


def _written(text: str = _NETWORK) -> tuple[dict[str, Any], tuple[str, ...]]:
    made = terraform_json(read_topology_file("n", text))
    return json.loads(made.text), made.losses


def test_resources_refer_to_each_other() -> None:
    resources = _written()[0]["resource"]
    subnet = resources["azurerm_subnet"]["hub_web"]
    assert subnet["virtual_network_name"] == "${azurerm_virtual_network.hub.name}"
    assert subnet["resource_group_name"] == "${azurerm_resource_group.rg.name}"
    assert resources["azurerm_subnet_network_security_group_association"]["hub_web"] == {
        "subnet_id": "${azurerm_subnet.hub_web.id}",
        "network_security_group_id": "${azurerm_network_security_group.nsg.id}",
    }
    machine = resources["azurerm_linux_virtual_machine"]["vm"]
    assert machine["network_interface_ids"] == ["${azurerm_network_interface.nic.id}"]
    assert machine["size"] == "${var.virtual_machine_size}"


def test_an_open_value_is_a_variable_that_says_why() -> None:
    body, _ = _written()
    rule = body["resource"]["azurerm_network_security_rule"]["nsg_r_1"]
    assert rule["source_address_prefixes"] == ["${var.nsg_r_1_source}"]
    assert rule["destination_port_ranges"] == ["80", "443"]
    assert body["variable"]["nsg_r_1_source"] == {
        "type": "string",
        "description": "Not known, because it's a parameter",
    }


def test_assumed_addresses_stay_dynamic_and_what_terraform_cannot_say_is_named() -> None:
    body, losses = _written()
    (config,) = body["resource"]["azurerm_network_interface"]["nic"]["ip_configuration"]
    assert config["private_ip_address_allocation"] == "Dynamic"
    assert losses == ("address of pip (publicIPAddresses).", "some facts.")


_DUAL = """netwatch: 1
applicationSecurityGroups: [a, b]
virtualNetworks:
  v: {addressPrefixes: [10.0.0.0/16, "fd00::/48"], subnets: {s: {addressPrefixes: [10.0.1.0/24, "fd00::/64"]}}}
networkInterfaces:
  n:
    subnet: v/s
    ipConfigurations:
      one: {primary: true, privateIPAddress: 10.0.1.9, applicationSecurityGroups: [a, b]}
      other: {%s}
"""


@pytest.mark.parametrize(
    ("other", "is_kept"),
    [
        ("privateIPAddress: 10.0.1.8, applicationSecurityGroups: [a, b]", True),
        ("privateIPAddress: 10.0.1.8", False),
        ('privateIPAddress: "fd00::9"', True),
        ('privateIPAddress: "fd00::9", applicationSecurityGroups: [a, b]', False),
    ],
)
def test_groups_that_the_provider_does_not_join_so_are_called_lost(other: str, is_kept: bool) -> None:
    _, losses = _written(_DUAL % other)
    assert losses == (() if is_kept else ("ip configurations of n (networkInterfaces).",))


def test_a_second_subscription_has_a_provider_of_its_own() -> None:
    away = "networkSecurityGroups: {away: {subscription: '2222', resourceGroup: rg2}}\n"
    body, losses = _written("netwatch: 1\nsubscription: '1111'\napplicationSecurityGroups: [a, b, c]\n" + away)
    assert losses == ()
    assert [each.get("alias") for each in body["provider"]["azurerm"]] == [None, "subscription_2"]
    assert body["provider"]["azurerm"][1]["subscription_id"] == "2222"
    assert body["resource"]["azurerm_network_security_group"]["away"]["provider"] == "azurerm.subscription_2"


def test_names_that_terraform_does_not_take_are_told_apart() -> None:
    text = "netwatch: 1\napplicationSecurityGroups: [web.a, web_a, 1st]\n"
    groups = _written(text)[0]["resource"]["azurerm_application_security_group"]
    assert {label: body["name"] for label, body in groups.items()} == {
        "web_a": "web.a",
        "web_a_2": "web_a",
        "_1st": "1st",
    }


def test_it_is_the_same_every_time_and_reads_back() -> None:
    topology = read_topology_file("n", _NETWORK)
    made = terraform_json(topology)
    assert made == terraform_json(topology)
    again = terraform_json(replace(_read(made.text), facts=topology.facts))
    assert json.loads(again.text)["resource"] == json.loads(made.text)["resource"]


def _read(text: str) -> Topology:
    reader = InputReader(TopologyDraft("main.tf.json"))
    reader.read("main.tf.json", text)
    return reader.finish()


_WALL = """netwatch: 1
resourceGroup: rg
virtualNetworks: {v: {addressPrefixes: 10.0.0.0/16, subnets: {AzureFirewallSubnet: {addressPrefix: 10.0.0.0/26}}}}
publicIPAddresses: {pip: {}}
azureFirewalls:
  fw:
    subnet: v/AzureFirewallSubnet
    publicIPAddress: pip
    natRules:
      nat.a: {protocol: Tcp, source: "*", destination: "*", destinationPortRanges: 443}
"""


def test_what_the_provider_requires_of_a_nat_rule_is_said() -> None:
    body, losses = _written(_WALL)
    (held,) = body["resource"]["azurerm_firewall_nat_rule_collection"].values()
    assert held["rule"][0]["translated_port"] == 443
    name = held["rule"][0]["translated_address"].removeprefix("${var.").removesuffix("}")
    assert body["variable"][name]["description"] == "Not known, because it is not said where it is sent on"
    assert not any("nat rules" in each for each in losses)


def test_ports_that_a_nat_rule_keeps_are_asked_for_and_called_lost() -> None:
    body, losses = _written(_WALL.replace("Ranges: 443", "Ranges: 443-445"))
    (held,) = body["resource"]["azurerm_firewall_nat_rule_collection"].values()
    name = held["rule"][0]["translated_port"].removeprefix("${var.").removesuffix("}")
    assert body["variable"][name]["type"] == "number"
    assert any("nat rules of fw" in each for each in losses)


def test_a_virtual_wan_is_kept() -> None:
    text = Path("topologies/virtual-wan/virtual-wan.yaml").read_text(encoding="utf-8")
    body, losses = _written(text)
    assert losses == ("network rules of fw (azureFirewalls).",)  # in a policy they have longer names
    resources = body["resource"]
    to_red = resources["azurerm_virtual_hub_connection"]["hub-west_to-red"]
    assert to_red["routing"][0]["propagated_route_table"][0]["route_table_ids"] == [
        "${azurerm_virtual_hub_route_table.hub-west_red.id}",
        "${azurerm_virtual_hub.hub-west.default_route_table_id}",
    ]
    firewall = resources["azurerm_firewall"]["fw"]
    assert firewall["virtual_hub"] == [{"virtual_hub_id": "${azurerm_virtual_hub.hub-west.id}", "public_ip_count": 1}]
    assert firewall["firewall_policy_id"] == "${azurerm_firewall_policy.fw-policy.id}"


@pytest.mark.parametrize("kind", ["networkVirtualAppliances/nva", "virtualHubs/far/hubVirtualNetworkConnections/to"])
def test_what_a_hub_hands_to_may_be_something_that_is_not_written(kind: str) -> None:
    text = Path("topologies/virtual-wan/virtual-wan.yaml").read_text(encoding="utf-8")
    id = f"/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-wan/providers/Microsoft.Network/{kind}"
    named = f"{text.replace('nextHop: fw', f'nextHop: {id}')}\notherResources:\n  {id}: []\n"
    body, _ = _written(named)
    assert body["resource"]["azurerm_virtual_hub_route_table"]["hub-west_red"]["route"][0]["next_hop"] == id


def test_what_says_no_sku_is_basic_and_stays_so() -> None:
    """From version 4 on the provider makes a SKU that is left out Standard, which Azure itself does not."""
    topology = read_topology_file("n", _NETWORK + "loadBalancers: {lb: {sku: Basic}}\n")
    balancers = {key: replace(each, sku="") for key, each in topology.load_balancers.items()}
    topology = replace(topology, load_balancers=balancers)
    for made in (terraform_json(topology), topology_yaml(topology)):
        assert not any("sku" in each for each in made.losses)
        (balancer,) = _read(made.text).load_balancers.values()
        assert balancer.sku == "Basic"
    resources = json.loads(terraform_json(topology).text)["resource"]
    assert resources["azurerm_public_ip"]["pip"]["sku"] == "Basic"
