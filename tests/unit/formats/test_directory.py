"""Directories of inputs: what is read together, and what is passed over and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netwatch.errors import ConflictError, NetwatchError
from netwatch.formats import load
from tests.templates import template, vnet


def _write(folder: Path, name: str, value: Any) -> None:
    (folder / name).write_text(json.dumps(value), encoding="utf-8")


def _linking(uri: str) -> dict[str, Any]:
    parameters = {"prefix": {"value": "10.1.0.0/24"}}
    link = {"mode": "Incremental", "templateLink": {"uri": uri}, "parameters": parameters}
    return template({"type": "Microsoft.Resources/deployments", "name": "d", "properties": link})


@pytest.mark.parametrize(
    "uri", ["[uri(deployment().properties.templateLink.uri, 'net.json')]", "https://x.net/a/net.json"]
)
def test_a_template_that_another_one_links_to_is_read_once_with_its_parameters(tmp_path: Path, uri: str) -> None:
    _write(tmp_path, "main.json", _linking(uri))
    inside = template(vnet(prefix="[parameters('prefix')]"), parameters={"prefix": {"type": "string"}})
    _write(tmp_path, "net.json", inside)
    topology = load(tmp_path)
    (subnet,) = topology.subnets.values()
    assert [str(prefix) for prefix in subnet.prefixes] == ["10.1.0.0/24"]
    assert [each.effect for each in topology.notes.ignored] == ["it is read where a template beside it links to it"]


def test_two_templates_that_make_one_thing_in_two_ways_are_a_conflict_with_both_places(tmp_path: Path) -> None:
    _write(tmp_path, "a.json", template(vnet(prefix="10.0.0.0/24")))
    _write(tmp_path, "b.json", template(vnet(prefix="10.0.1.0/24")))
    with pytest.raises(NetwatchError) as caught:
        load(tmp_path)
    (error,) = getattr(caught.value, "errors", [caught.value])
    assert isinstance(error, ConflictError)
    assert "a.json" in error.message
    assert str(error.where).startswith(str(tmp_path / "b.json"))


@pytest.mark.parametrize("first", ["a", "z"])
def test_a_name_that_a_native_file_gets_wrong_is_an_error_whatever_lies_beside_it(tmp_path: Path, first: str) -> None:
    _write(tmp_path, f"{first}.json", template(vnet()))
    (tmp_path / "m.yaml").write_text("netwatch: 1\nnetworkInterfaces: {nic: {subnet: nowhere}}\n")
    with pytest.raises(NetwatchError, match="nowhere"):
        load(tmp_path)


_CONFIGURATION = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkManagers/nm/securityAdminConfigurations/c"
)


def _status(region: str, state: str) -> dict[str, Any]:
    """As ``az network manager list-deploy-status`` prints it."""
    said = {"commitTime": "2026-01-01T00:00:00Z", "errorMessage": "", "deploymentType": "SecurityAdmin"}
    return {**said, "region": region, "deploymentStatus": state, "configurationIds": [_CONFIGURATION]}


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_what_az_says_is_deployed_of_a_manager_is_a_fact(tmp_path: Path, is_wrapped: bool) -> None:
    rows = [_status("westeurope", "Deployed"), _status("eastus", "Failed")]
    _write(tmp_path, "net.json", [])
    _write(tmp_path, "status.json", {"skipToken": "", "value": rows} if is_wrapped else rows)
    topology = load(tmp_path)
    assert [each.region for each in topology.facts.network_manager_deployments] == ["westeurope"]
    assert not topology.notes.ignored


def test_a_first_page_of_what_is_deployed_is_none(tmp_path: Path) -> None:
    _write(tmp_path, "status.json", {"skipToken": "x", "value": [_status("westeurope", "Deployed")]})
    with pytest.raises(NetwatchError, match="one page"):
        load(tmp_path)


def test_rows_whose_ids_are_of_no_resource_are_passed_over(tmp_path: Path) -> None:
    """``az account list`` gives subscriptions an id that is a GUID."""
    _write(tmp_path, "net.json", template(vnet()))
    _write(tmp_path, "account.json", [{"id": "00000000-0000-0000-0000-000000000000", "name": "s", "state": "Enabled"}])
    (ignored,) = load(tmp_path).notes.ignored
    assert (Path(ignored.name).name, ignored.effect) == ("account.json", "it is no input")
