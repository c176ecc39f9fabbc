"""SKUs that a configuration leaves out: Standard from azurerm 4 on, Basic before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netwatch.formats import load
from netwatch.formats.terraform.provider_defaults import asks_for_an_older_provider, provider_defaults


@pytest.mark.parametrize(
    ("constraint", "is_older"),
    [
        ("~> 3.0", True),
        ("~>3.75.0", True),
        ("=2.5.0", True),
        ("3.116.0", True),
        ("<= 3.99", True),
        (">= 3.0, < 4.0", True),
        (">= 3.0, < 4", True),
        (">= 3.0, < 4.1", False),
        (">= 1.28.0", False),
        ("~> 4.0", False),
        ("4.14.0", False),
        ("!= 3.5.0", False),
        ("", False),
        ("latest", False),
    ],
)
def test_whether_a_constraint_leaves_version_four(constraint: str, is_older: bool) -> None:
    assert asks_for_an_older_provider([constraint]) is is_older
    assert asks_for_an_older_provider([None, {"source": "hashicorp/azurerm", "version": constraint}]) is is_older


@pytest.mark.parametrize(
    ("type", "body", "is_older", "added"),
    [
        ("azurerm_public_ip", {}, False, {"sku": "Standard"}),
        ("azurerm_public_ip", {}, True, {"sku": "Basic"}),
        ("azurerm_public_ip", {"allocation_method": "Dynamic"}, False, {"sku": "Basic"}),
        ("azurerm_public_ip", {"sku": "StandardV2"}, True, {}),
        ("azurerm_lb", {}, False, {"sku": "Standard"}),
        ("azurerm_virtual_network", {}, False, {}),
    ],
)
def test_what_is_added(type: str, body: dict[str, Any], is_older: bool, added: dict[str, str]) -> None:
    assert provider_defaults(type, body, is_older=is_older) == added


BALANCER = {"name": "lb", "resource_group_name": "rg", "location": "westeurope"}
PINNED = {"azurerm": {"source": "hashicorp/azurerm", "version": "~> 3.0"}}


@pytest.mark.parametrize(
    ("more", "sku"),
    [
        ({}, "Standard"),
        ({"terraform": {"required_providers": PINNED}}, "Basic"),
        ({"terraform": [{"required_providers": [{"azurerm": "< 4.0"}]}]}, "Basic"),
        ({"provider": {"azurerm": {"version": "=2.5.0", "features": {}}}}, "Basic"),
        ({"terraform": {"required_providers": {"random": {"version": "~> 3.0"}}}}, "Standard"),
    ],
)
def test_json_syntax(tmp_path: Path, more: dict[str, Any], sku: str) -> None:
    text = json.dumps({"resource": {"azurerm_lb": {"lb": BALANCER}}, **more})
    (tmp_path / "main.tf.json").write_text(text, encoding="utf-8")
    (balancer,) = load(tmp_path).load_balancers.values()
    assert balancer.sku == sku


@pytest.mark.parametrize(
    ("more", "sku"),
    [
        ("", "Standard"),
        ('terraform {\n  required_providers {\n    azurerm = {\n      version = "~> 3.0"\n    }\n  }\n}\n', "Basic"),
        ('terraform {\n  required_providers {\n    azurerm = "~> 2.46"\n  }\n}\n', "Basic"),
        ('provider "azurerm" {\n  version = "=2.5.0"\n  features {}\n}\n', "Basic"),
        ('provider "azurerm" {\n  features {}\n}\n', "Standard"),
    ],
)
def test_terraforms_own_language(tmp_path: Path, more: str, sku: str) -> None:
    pytest.importorskip("tfparse", reason="NOT TESTED: tfparse (the extra terraform) is not installed")
    text = '  name = "lb"\n  resource_group_name = "rg"\n  location = "westeurope"\n'
    (tmp_path / "main.tf").write_text(f'{more}resource "azurerm_lb" "lb" {{\n{text}}}\n', encoding="utf-8")
    (balancer,) = load(tmp_path).load_balancers.values()
    assert balancer.sku == sku


@pytest.mark.parametrize("type", ["azurerm_lb", "azurerm_public_ip"])
def test_a_sku_that_is_not_known_is_named(tmp_path: Path, type: str) -> None:
    body = {**BALANCER, "allocation_method": "Static", "sku": "${var.sku}"}
    text = json.dumps({"resource": {type: {"x": body}}, "variable": {"sku": {}}})
    (tmp_path / "main.tf.json").write_text(text, encoding="utf-8")
    ignored = load(tmp_path).notes.ignored
    assert [(each.name, each.property) for each in ignored] == [("lb", "sku.name")]
