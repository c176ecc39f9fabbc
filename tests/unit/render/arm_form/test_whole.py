"""ARM's form: what it says of open values, and what stands beside the resources."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from netwatch.errors import UnsupportedError
from netwatch.formats.input_reader import InputReader
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.semantics import Semantics
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.render.arm_form.whole import arm_form

_NETWORK = """\
netwatch: 1
virtualNetworks: {v: {addressPrefixes: 10.0.0.0/16, subnets: {a: {addressPrefix: 10.0.0.0/24}}}}
virtualMachines: {vm: {networkInterfaces: {nic: {subnet: v/a}}}}
facts: {powerState: {vm: stopped}}
semantics: {emptyGroup: ignored}
"""


def _read(value: object) -> Topology:
    reader = InputReader(TopologyDraft("n"))
    reader.read("n", json.dumps(value))
    return reader.finish()


def test_facts_and_readings_stand_beside_the_resources_and_are_read_back() -> None:
    topology = read_topology_file("n", _NETWORK)
    form = arm_form(topology)
    assert form["facts"] == {"powerState": {"vm": "stopped"}}
    assert form["semantics"] == {"emptyGroup": "ignored"}
    read = _read(form)
    assert read.facts == topology.facts
    assert read.semantics == Semantics(empty_group="ignored")


def test_an_assumed_address_stays_dynamic_and_assumed() -> None:
    form = arm_form(read_topology_file("n", _NETWORK))
    nic = next(each for each in form["resources"] if each["name"] == "nic")
    properties = nic["properties"]["ipConfigurations"][0]["properties"]
    assert properties["privateIPAllocationMethod"] == "Dynamic"
    assert "privateIPAddress" not in properties
    (read,) = _read(form).nics.values()
    assert read.ip_configurations[0].assumed


@pytest.mark.parametrize(
    "value",
    [
        Unresolved("it's a parameter"),
        Unresolved("it's a parameter", "[parameters('p')]"),
        Unresolved("subnet a is not in the input", "/subscriptions/s/a"),
        Unresolved("it is an expression, and this is no template", "[x('y')]"),
    ],
)
def test_an_open_value_is_refused_or_kept_with_its_reason(value: Unresolved) -> None:
    topology = read_topology_file("n", _NETWORK)
    (subnet,) = topology.subnets.values()
    topology = replace(topology, subnets={subnet.id.key: replace(subnet, prefixes=(value,))})
    with pytest.raises(UnsupportedError, match="addressPrefix"):
        arm_form(topology)
    (read,) = _read(arm_form(topology, keep_open=True)).subnets.values()
    assert read.prefixes == (value,)
