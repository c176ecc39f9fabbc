"""Configurations in Terraform's JSON syntax: references, variables, locals and templates, without Terraform."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netwatch import load
from netwatch.errors import TopologySchemaError, UnsupportedError
from netwatch.formats.input_reader import InputReader
from netwatch.formats.topology_draft import TopologyDraft
from netwatch.model.ids import ResourceId
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

GROUP = {"azurerm_resource_group": {"rg": {"name": "rg-net", "location": "North Europe"}}}
NETWORK: dict[str, dict[str, Any]] = {
    "azurerm_virtual_network": {
        "hub": {
            "name": "${local.prefix}-hub",
            "resource_group_name": "${azurerm_resource_group.rg.name}",
            "location": "${azurerm_resource_group.rg.location}",
            "address_space": ["${var.space}"],
        }
    },
    "azurerm_subnet": {
        "web": {
            "name": "web",
            "resource_group_name": "${azurerm_resource_group.rg.name}",
            "virtual_network_name": "${azurerm_virtual_network.hub.name}",
            "address_prefixes": ["10.0.1.0/24"],
        }
    },
    "azurerm_network_interface": {
        "nic": {
            "name": "nic",
            "resource_group_name": "rg-net",
            "location": "northeurope",
            "ip_configuration": {"name": "one", "subnet_id": "${azurerm_subnet.web.id}"},
        }
    },
}
WHOLE: dict[str, Any] = {
    "provider": {"azurerm": {"features": {}, "subscription_id": "${var.subscription}"}},
    "variable": {"space": {"default": "10.0.0.0/16"}, "subscription": {"default": "11111111"}},
    "locals": {"prefix": "${local.word}-eu", "word": "prod"},
    "resource": {**GROUP, **NETWORK},
}


def _read(value: Any) -> Topology:
    reader = InputReader(TopologyDraft("main.tf.json"))
    reader.read("main.tf.json", json.dumps(value))
    return reader.finish()


def test_references_variables_and_locals_are_followed() -> None:
    topology = _read(WHOLE)
    (vnet,) = topology.vnets.values()
    assert vnet.id == ResourceId(
        "/subscriptions/11111111/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/prod-eu-hub"
    )
    assert (vnet.location, str(vnet.address_space[0])) == ("northeurope", "10.0.0.0/16")
    (nic,) = topology.nics.values()
    assert nic.ip_configurations[0].subnet == vnet.id.child("subnets", "web")


def test_blocks_may_stand_in_lists_and_names_in_several_files(tmp_path: Path) -> None:
    (tmp_path / "net.tf.json").write_text(
        json.dumps({**WHOLE, "resource": [GROUP, {"azurerm_subnet": NETWORK["azurerm_subnet"]}]})
    )
    rest = {name: [{key: [body] for key, body in bodies.items()}] for name, bodies in NETWORK.items()}
    del rest["azurerm_subnet"]
    (tmp_path / "rest.tf.json").write_text(json.dumps({"//": "a remark", "resource": rest}))
    topology = load(str(tmp_path))
    assert [len(each) for each in (topology.vnets, topology.subnets, topology.nics)] == [1, 1, 1]


def test_what_only_terraform_can_evaluate_is_open() -> None:
    body = {**NETWORK["azurerm_subnet"]["web"], "address_prefixes": ["${cidrsubnet(var.space, 8, 1)}", "10.0.2.0/24"]}
    (subnet,) = _read({**WHOLE, "resource": {**GROUP, **NETWORK, "azurerm_subnet": {"web": body}}}).subnets.values()
    first, second = subnet.prefixes
    assert isinstance(first, Unresolved)
    assert first.expression == "var.space"
    assert str(second) == "10.0.2.0/24"


def test_a_variable_without_a_value_is_open() -> None:
    (vnet,) = _read({**WHOLE, "variable": {**WHOLE["variable"], "space": {"type": "string"}}}).vnets.values()
    assert isinstance(vnet.address_space[0], Unresolved)
    assert vnet.address_space[0].expression == "var.space"


def test_names_that_escape_a_template_stay_as_they_are() -> None:
    group = {
        "azurerm_network_security_group": {"nsg": {"name": "a$${b}", "resource_group_name": "rg", "location": "x"}}
    }
    (nsg,) = _read({"resource": group}).nsgs.values()
    assert nsg.id.name == "a${b}"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"module": {"net": {"source": "./net"}}}, "modules of a JSON configuration are not read"),
        ({"resource": {"azurerm_subnet": {"web": {"count": 2}}}}, "azurerm_subnet.web: count in a JSON configuration"),
        ({"resource": {"azurerm_subnet": {"web": {"for_each": {}}}}}, "for_each in a JSON configuration is not read"),
    ],
)
def test_what_repeats_is_refused_with_what_to_give_instead(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(UnsupportedError, match=message) as raised:
        _read({**WHOLE, **changed})
    assert "terraform show -json" in raised.value.hint


def test_a_block_that_is_no_object_is_told_with_its_place() -> None:
    with pytest.raises(TopologySchemaError, match=r"resource\.azurerm_subnet\.web: it is not an object"):
        _read({"resource": {"azurerm_subnet": {"web": "x"}}})


def test_values_that_lead_back_to_themselves_end() -> None:
    (vnet,) = _read({**WHOLE, "locals": {"prefix": "${local.word}", "word": "${local.prefix}"}}).vnets.values()
    assert vnet.id.name == "azurerm_virtual_network.hub"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("${azurerm_lb.lb.frontend_ip_configuration[1].name}", "/frontendIPConfigurations/out"),
        ("${azurerm_lb.lb.frontend_ip_configuration.0.name}", "/frontendIPConfigurations/in"),
        ("${azurerm_lb.lb.frontend_ip_configuration[2].name}", "it is known only after the plan is applied"),
        ("${azurerm_lb.lb.sku[0].name}", "it is known only after the plan is applied"),
        ("${upper(azurerm_lb.lb.frontend_ip_configuration[0].name)}", "it is known only after the plan is applied"),
    ],
)
def test_what_a_block_of_another_resource_says_is_followed(name: str, expected: str) -> None:
    parts = {
        "azurerm_lb": {
            "lb": {
                "name": "lb",
                "sku": "Standard",
                "resource_group_name": "rg-net",
                "location": "northeurope",
                "frontend_ip_configuration": [{"name": "in"}, {"name": "out"}],
            }
        },
        "azurerm_lb_outbound_rule": {
            "leave": {
                "name": "leave",
                "loadbalancer_id": "${azurerm_lb.lb.id}",
                "frontend_ip_configuration": {"name": name},
            }
        },
    }
    (balancer,) = _read({"resource": {**GROUP, **parts}}).load_balancers.values()
    (rule,) = balancer.outbound_rules
    assert expected in str(rule.frontends[0])
