"""Directories of Terraform's own language, read through tfparse (a stand-in for it, where it is not installed)."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from netwatch.errors import TopologySyntaxError, UnsupportedError
from netwatch.formats import load
from netwatch.model.unresolved import Unresolved

Json = dict[str, Any]

MAIN = """
resource "azurerm_virtual_network" "vnet" {
  name                = "vnet"
  resource_group_name = "rg"
  location            = "West Europe"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "all" {
  for_each             = { web = "10.0.1.0/24", AzureFirewallSubnet = "10.0.2.0/24" }
  name                 = each.key
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.vnet.name
  address_prefixes     = [each.value]
}
resource "azurerm_network_interface" "nic" {
  name                = "nic"
  resource_group_name = "rg"
  location            = "West Europe"
  ip_configuration {
    name                          = "ip"
    subnet_id                     = azurerm_subnet.all["web"].id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_firewall" "fw" {
  name                = "fw"
  resource_group_name = "rg"
  location            = "West Europe"
  sku_name            = "AZFW_VNet"
  sku_tier            = "Standard"
  ip_configuration {
    name      = "c"
    subnet_id = azurerm_subnet.all["AzureFirewallSubnet"].id
  }
}
resource "azurerm_route_table" "rt" {
  name                = "rt"
  resource_group_name = "rg"
  location            = "West Europe"
  route {
    name                   = "out"
    address_prefix         = "0.0.0.0/0"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = azurerm_firewall.fw.ip_configuration[0].private_ip_address
  }
}
data "azurerm_subnet" "old" {
  name                 = "old"
  resource_group_name  = "rg-old"
  virtual_network_name = "vnet-old"
}
"""


def _item(path: str, line: int, id: str, **values: Any) -> Json:
    meta = {"filename": "main.tf", "line_start": line, "line_end": line + 5, "path": path}
    return {"__tfmeta": meta, "id": id, **values}


def _parsed() -> Json:
    """What tfparse 0.6 makes of MAIN: ids of its own, and a remark where only Azure knows the value."""
    group = {"resource_group_name": "rg", "location": "West Europe"}
    names = {"resource_group_name": "rg", "virtual_network_name": "vnet"}
    old = {"resource_group_name": "rg-old", "virtual_network_name": "vnet-old"}
    address = "azurerm_firewall.fw.ip_configuration.[0].private_ip_address"
    return {
        "azurerm_virtual_network": [
            _item("azurerm_virtual_network.vnet", 2, "u-vnet", name="vnet", address_space=["10.0.0.0/16"], **group)
        ],
        "azurerm_subnet": [
            _item(f'azurerm_subnet.all["{name}"]', 8, f"u-{name}", name=name, address_prefixes=[prefix], **names)
            for name, prefix in (("web", "10.0.1.0/24"), ("AzureFirewallSubnet", "10.0.2.0/24"))
        ]
        + [
            _item("data.azurerm_subnet.old", 47, "u-old", name="old", **old)
        ],
        "azurerm_network_interface": [
            _item("azurerm_network_interface.nic", 15, "u-nic", name="nic", **group, ip_configuration={
                "__tfmeta": {}, "id": "u-c", "name": "ip", "subnet_id": "u-web",
                "private_ip_address_allocation": "Dynamic",
            })
        ],
        "azurerm_firewall": [
            _item("azurerm_firewall.fw", 25, "u-fw", name="fw", **group, ip_configuration={
                "__tfmeta": {}, "id": "u-d", "name": "c", "subnet_id": "u-AzureFirewallSubnet",
            })
        ],
        "azurerm_route_table": [
            _item("azurerm_route_table.rt", 36, "u-rt", name="rt", **group, route={
                "__tfmeta": {}, "id": "u-e", "name": "out", "address_prefix": "0.0.0.0/0",
                "next_hop_type": "VirtualAppliance",
                "next_hop_in_ip_address": {"__attribute__": address, "__name__": "fw"},
            })
        ],
        "variable": [{"default": 1}],
    }  # fmt: skip


def _stand_in(monkeypatch: pytest.MonkeyPatch, load_from_path: Any) -> None:
    module = ModuleType("tfparse")
    module.load_from_path = load_from_path  # type: ignore[attr-defined]
    module.ParseError = type("ParseError", (Exception,), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tfparse", module)


def _directory(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text(MAIN, encoding="utf-8")
    return tmp_path


def _check(path: Path) -> None:
    topology = load(path)
    (nic,) = topology.nics.values()
    config = nic.ip_configurations[0]
    assert (str(config.subnet).rsplit("/", 1)[-1], str(config.private_ip), config.assumed) == ("web", "10.0.1.4", True)
    assert str(nic.where) == f"{path / 'main.tf'}:15 azurerm_network_interface.nic"
    assert nic.location == "westeurope"
    (table,) = topology.route_tables.values()
    assert str(table.routes[0].next_hop_ip) == "10.0.2.4"
    old = next(each for each in topology.subnets.values() if each.id.name == "old")
    assert isinstance(old.nsg, Unresolved)
    assert topology.notes.remarks == ("Evaluated by tfparse from the source; a plan would say more.",)


def test_a_directory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _stand_in(monkeypatch, lambda path: _parsed())
    _check(_directory(tmp_path))


def test_a_directory_is_read_by_tfparse_itself(tmp_path: Path) -> None:
    pytest.importorskip("tfparse", reason="NOT TESTED: tfparse (the extra terraform) is not installed")
    _check(_directory(tmp_path))


OPEN = """
variable "more" {}
resource "azurerm_virtual_network" "vnet" {
  name                = "vnet"
  location            = "westeurope"
  resource_group_name = "rg"
  address_space       = ["10.0.0.0/16", var.more]
}
resource "azurerm_subnet" "web" {
  name                 = "web"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.vnet.name
  address_prefixes     = [var.more]
}
"""


def test_a_variable_without_a_value_is_open_in_a_list_too(tmp_path: Path) -> None:
    """tfparse leaves nothing in its place there, which must not pass for an empty list."""
    pytest.importorskip("tfparse", reason="NOT TESTED: tfparse (the extra terraform) is not installed")
    (tmp_path / "main.tf").write_text(OPEN, encoding="utf-8")
    topology = load(tmp_path)
    (vnet,), (subnet,) = topology.vnets.values(), topology.subnets.values()
    assert str(vnet.address_space[0]) == "10.0.0.0/16"
    assert [vnet.address_space[1], *subnet.prefixes] == 2 * [Unresolved("the variable has no value", "var.more")]


BLOCKS = """
resource "azurerm_lb" "lb" {
  name                = "lb"
  location            = "westeurope"
  resource_group_name = "rg"
  sku                 = "Standard"
  frontend_ip_configuration {
    name                 = "in"
    public_ip_address_id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/a"
  }
  frontend_ip_configuration {
    name                 = "out"
    public_ip_address_id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/b"
  }
}
resource "azurerm_lb_backend_address_pool" "pool" {
  name            = "pool"
  loadbalancer_id = azurerm_lb.lb.id
}
resource "azurerm_lb_rule" "web" {
  name                           = "web"
  loadbalancer_id                = azurerm_lb.lb.id
  protocol                       = "Tcp"
  frontend_port                  = 80
  backend_port                   = 80
  frontend_ip_configuration_name = azurerm_lb.lb.frontend_ip_configuration[0].name
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.pool.id]
}
resource "azurerm_lb_outbound_rule" "leave" {
  name                    = "leave"
  loadbalancer_id         = azurerm_lb.lb.id
  protocol                = "All"
  backend_address_pool_id = azurerm_lb_backend_address_pool.pool.id
  frontend_ip_configuration {
    name = NAME
  }
}
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("azurerm_lb.lb.frontend_ip_configuration.1.name", "out"),
        ("lower(azurerm_lb.lb.frontend_ip_configuration[1].name)", "the name of its frontend is not known"),
    ],
)
def test_what_a_block_of_another_resource_says_is_followed(tmp_path: Path, name: str, expected: str) -> None:
    """tfparse leaves a reference into a block as it is written, and leaves out what calls a function on it."""
    pytest.importorskip("tfparse", reason="NOT TESTED: tfparse (the extra terraform) is not installed")
    (tmp_path / "main.tf").write_text(BLOCKS.replace("NAME", name), encoding="utf-8")
    (balancer,) = load(tmp_path).load_balancers.values()
    (rule,), (leave,) = balancer.rules, balancer.outbound_rules
    assert str(rule.frontend).endswith("/frontendIPConfigurations/in")
    assert expected in str(leave.frontends[0])


def test_without_the_package_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tfparse", None)
    with pytest.raises(UnsupportedError) as caught:
        load(_directory(tmp_path))
    assert "aznetwatch[terraform]" in str(caught.value)


def test_what_tfparse_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> Json:
        raise ValueError("main.tf:3: no")

    _stand_in(monkeypatch, refuse)
    with pytest.raises(TopologySyntaxError, match=r"tfparse cannot read it: main\.tf:3"):
        load(_directory(tmp_path))


def test_a_plan_beside_the_source_goes_before_it(tmp_path: Path) -> None:
    from tests.terraform.written import text_of

    path = _directory(tmp_path)
    (path / "plan.json").write_text(text_of("services.json"), encoding="utf-8")
    topology = load(path)
    assert len(topology.vnets) == 2
    assert [(each.name, each.property) for each in topology.notes.ignored] == [(str(path), "*.tf")]
