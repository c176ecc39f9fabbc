"""Where a template goes, and with which parameters, can be said on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwatch import NetworkWatcher, load
from netwatch.cli import run
from tests.templates import template, vnet


@pytest.fixture
def path(tmp_path: Path) -> str:
    file = tmp_path / "azuredeploy.json"
    value = template(vnet(prefix="[parameters('p')]"), parameters={"p": {"type": "string"}})
    file.write_text(json.dumps(value))
    return str(file)


def test_the_context_and_the_parameters_reach_the_template(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--set", "p=10.0.0.0/24", "--resource-group", "rg-x", "--subscription", "s", "--location", "uksouth"]
    assert run(["load", path, "-v", "-o", "json", *options]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["remarks"] == ["Set by hand: p.", "Deployed to resource group rg-x, subscription s, uksouth."]
    assert report["unresolved"] == []


def test_what_has_no_value_is_reported(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["load", path, "-v", "-o", "json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["unresolved"]
    assert "the parameter p has neither a value nor a default" in entry["reason"]


def test_a_question_takes_the_same_options(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["topology", path, "--resource-group", "rg-x", "--set", "p=10.0.0.0/24", "-v", "-o", "json"]
    assert run(arguments) == 0
    assert "rg-x" in capsys.readouterr().out


@pytest.fixture
def to_two_groups(tmp_path: Path) -> str:
    """A template with the network ``v``, and the network ``w`` that it puts into ``rg-sec`` by itself."""
    inside = {"mode": "Incremental", "template": template(vnet("w"))}
    nested = {"type": "Microsoft.Resources/deployments", "name": "d", "resourceGroup": "rg-sec", "properties": inside}
    file = tmp_path / "azuredeploy.json"
    file.write_text(json.dumps(template(vnet(), nested)))
    return str(file)


def _listed(group: str, path: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert run(["topology", path, "--resource-group", group, "-o", "json"]) == 0
    return [each["name"] for each in json.loads(capsys.readouterr().out)["resources"]]


def test_the_group_that_is_asked_about_holds_what_the_template_puts_there(
    to_two_groups: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _listed("rg-sec", to_two_groups, capsys) == ["w", "s"]
    assert _listed("rg-other", to_two_groups, capsys) == ["v", "s"]


def test_a_watcher_is_asked_about_one_group_of_several(to_two_groups: str) -> None:
    answer = NetworkWatcher(load(to_two_groups)).topology(resource_group="rg-sec")
    assert [each.id.name for each in answer.resources] == ["w", "s"]


def test_a_parameter_that_is_not_there(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["load", path, "--set", "q=1"]) == 2
    assert 'no parameter "q"' in capsys.readouterr().err
