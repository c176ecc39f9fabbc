"""Native files as they are written: terse, safe to read, and honest about what they cannot say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.formats.yaml_events import read_yaml
from netwatch.model.addresses import Address
from netwatch.model.facts import Facts
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import Where
from netwatch.render.native_form.topology_yaml import topology_yaml
from netwatch.render.yaml_text import yaml_lines, yaml_scalar

_TWO_GROUPS = """\
netwatch: 1
virtualNetworks:
  v: {addressPrefixes: 10.0.0.0/16, subnets: {a: {addressPrefix: 10.0.0.0/24, networkSecurityGroup: other}}}
networkSecurityGroups:
  nsg: {resourceGroup: one}
  other: {resourceGroup: two, name: nsg, subscription: other}
networkInterfaces: {nic: {subnet: v/a}}
otherResources:
  /subscriptions/s/resourceGroups/g/providers/Microsoft.Network/azureFirewalls/fw: [/subscriptions/s/x]
"""


@pytest.mark.parametrize(
    "text", ["true", "No", "1.0", "123", "2026-01-01", "", "*", "a: b", "fd00::1", "- x", "#", "é", "\u2028", '"', "a-"]
)
def test_a_text_is_read_as_that_text(text: str) -> None:
    assert read_yaml("n", f"key: {yaml_scalar(text)}\n").value == {"key": text}
    assert read_yaml("n", "\n".join(yaml_lines({"key": {"k": [text, text]}, text or "x": {}}))).value["key"] == {
        "k": [text, text]
    }


def test_two_of_one_name_keep_their_ids_and_who_refers_to_them() -> None:
    topology = read_topology_file("n", _TWO_GROUPS)
    file = topology_yaml(topology)
    read = read_topology_file("n", file.text)
    assert file.losses == ()
    assert (read.nsgs, read.subnets, read.others, read.nics) == (
        topology.nsgs, topology.subnets, topology.others, topology.nics,
    )  # fmt: skip
    assert "  nsg-2: {name: nsg, subscription: other, resourceGroup: two}\n" in file.text


def test_an_assumed_address_is_left_out_where_it_comes_out_the_same() -> None:
    topology = read_topology_file("n", _TWO_GROUPS)
    assert "privateIPAddress" not in topology_yaml(topology).text
    (nic,) = topology.nics.values()
    (config,) = nic.ip_configurations
    assert isinstance(config.private_ip, Address)
    elsewhere = replace(config, private_ip=config.private_ip._replace(value=config.private_ip.value + 5))
    moved = replace(topology, nics={nic.id.key: replace(nic, ip_configurations=(elsewhere,))})
    assert "privateIPAddress: 10.0.0.9" in topology_yaml(moved).text


def test_an_open_value_stands_with_its_reason_and_reads_back() -> None:
    topology = read_topology_file("n", _TWO_GROUPS)
    (subnet,) = topology.subnets.values()
    open_value = Unresolved("it is a parameter", "[parameters('p')]", Where("main.json", 3))
    topology = replace(topology, subnets={subnet.id.key: replace(subnet, prefixes=(open_value,))})
    written = topology_yaml(topology)
    assert """addressPrefix: {unresolved: "it is a parameter", expression: "[parameters('p')]"}""" in written.text
    assert written.losses == ()
    (again,) = read_topology_file("n", written.text).subnets.values()
    assert again.prefixes == (open_value,)


def test_what_stands_above_and_cannot_break_out_of_its_comment() -> None:
    text = topology_yaml(read_topology_file("n", _TWO_GROUPS), notes=["from a\nnetwatch: 2"]).text
    assert text.startswith("# from a\\nnetwatch: 2\nnetwatch: 1\n")


@pytest.mark.parametrize("declared", [frozenset(), None])
def test_that_no_machine_forwards_is_written_and_what_is_not_declared_is_not(declared: frozenset[str] | None) -> None:
    topology = replace(read_topology_file("n", _TWO_GROUPS), facts=Facts(guest_ip_forwarding=declared))
    assert read_topology_file("n", topology_yaml(topology).text).facts.guest_ip_forwarding == declared
