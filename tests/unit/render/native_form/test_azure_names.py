"""Names that a native file cannot say are written as others, and told."""

from __future__ import annotations

import json

from netwatch.formats.input_reader import InputReader
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.topology import Topology
from netwatch.render.native_form.azure_names import with_azure_names
from netwatch.render.native_form.topology_yaml import topology_yaml

_SUBSCRIPTION = "/subscriptions/s/resourceGroups/rg (1)"
_NETWORK = f'{_SUBSCRIPTION}/providers/Microsoft.Network/virtualNetworks/azurerm_virtual_network.v["a"]'
_NIC = f"{_SUBSCRIPTION}/providers/Microsoft.Network/networkInterfaces/azurerm_network_interface.n[0]"


def _topology(group: str = "rg (1)") -> Topology:
    value = [
        {
            "id": _NETWORK,
            "type": "Microsoft.Network/virtualNetworks",
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [{"name": "web", "properties": {"addressPrefix": "10.0.1.0/24"}}],
            },
        },
        {
            "id": _NIC,
            "type": "Microsoft.Network/networkInterfaces",
            "properties": {
                "ipConfigurations": [{"name": "ip", "properties": {"subnet": {"id": f"{_NETWORK}/subnets/web"}}}]
            },
        },
    ]
    reader = InputReader(TopologyDraft("a.json"))
    reader.read("a.json", json.dumps(value).replace("rg (1)", group))
    return reader.finish()


def test_names_that_azure_does_not_take_are_written_as_others() -> None:
    written = topology_yaml(_topology())
    read = read_topology_file("a.yaml", written.text)
    (vnet,), (nic,) = read.vnets.values(), read.nics.values()
    assert (vnet.id.resource_group, vnet.id.name) == ("rg-1", "azurerm_virtual_network.v-a")
    assert nic.ip_configurations[0].subnet == vnet.id.child("subnets", "web")
    assert [each.removesuffix(", because Azure takes no such name.") for each in written.losses[:3]] == [
        'the name "rg (1)", written as rg-1',
        'the name "azurerm_virtual_network.v["a"]", written as azurerm_virtual_network.v-a',
        'the name "azurerm_network_interface.n[0]", written as azurerm_network_interface.n-0',
    ]


def test_a_group_may_have_parentheses_and_names_that_are_taken_get_a_number() -> None:
    topology = _topology("rg(1)")
    renamed, names = with_azure_names(topology)
    assert "rg(1)" not in names
    (nic,) = renamed.nics.values()
    twice = {**topology.nics, nic.id.key: nic}
    again, names = with_azure_names(Topology(nics=twice))
    assert names["azurerm_network_interface.n[0]"] == "azurerm_network_interface.n-0-2"
    assert len(again.nics) == 2


def test_nothing_changes_where_every_name_is_one() -> None:
    topology = read_topology_file("n", "netwatch: 1\napplicationSecurityGroups: [a]\n")
    assert with_azure_names(topology) == (topology, {})
