"""The tree of a topology."""

from __future__ import annotations

from netwatch.model.answers import Association
from netwatch.render.tree import tree
from tests.unit.render.answers import resource, topology_answer

NSG = resource(
    "networkSecurityGroups",
    "nsg",
    Association("Contains", resource("networkSecurityGroups/nsg/securityRules", "web").id),
)
RULE = resource("networkSecurityGroups/nsg/securityRules", "web")
TABLE = resource("routeTables", "rt")
SUBNET = resource("virtualNetworks/vnet/subnets", "web", Association("Associated", NSG.id))
NIC = resource("networkInterfaces", "nic", Association("Associated", SUBNET.id), Association("Associated", TABLE.id))
VNET = resource("virtualNetworks", "vnet", Association("Contains", SUBNET.id))


def test_a_network_holds_its_subnets_and_they_their_nics() -> None:
    assert tree(topology_answer(NIC, SUBNET, VNET)) == [
        "virtual network vnet",
        "└─ subnet web (NSG nsg)",
        "   └─ NIC nic (route table rt)",
    ]


def test_siblings_are_joined_by_a_line() -> None:
    other = resource("networkInterfaces", "nic-2", Association("Associated", SUBNET.id))
    assert tree(topology_answer(SUBNET, NIC, other)) == [
        "subnet web (NSG nsg)",
        "├─ NIC nic (route table rt)",
        "└─ NIC nic-2",
    ]


def test_what_is_named_and_holds_nothing_more_has_no_line_of_its_own() -> None:
    lines = tree(topology_answer(SUBNET, NIC, TABLE, NSG, RULE))
    assert "route table rt" not in lines
    assert lines[-2:] == ["NSG nsg", "└─ rule web"]


def test_what_nobody_names_stands_at_the_end() -> None:
    assert tree(topology_answer(resource("publicIPAddresses", "pip"), VNET, SUBNET))[-1] == "public IP pip"


def test_a_kind_without_a_name_of_its_own_keeps_its_type() -> None:
    assert tree(topology_answer(resource("loadBalancers", "lb"))) == ["Microsoft.Network/loadBalancers lb"]


def test_names_are_made_printable() -> None:
    assert tree(topology_answer(resource("routeTables", "rt\x1b[0m"))) == ["route table rt\\x1b[0m"]
