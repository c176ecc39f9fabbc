"""``serviceTags:`` in a topology file: whose list counts, and what becomes of one that is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwatch.errors import TopologyErrors, TopologySyntaxError
from netwatch.formats import load
from netwatch.formats.service_tag_file import read_service_tag_file
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.watcher import NetworkWatcher

NETWORK = """\
netwatch: 1
serviceTags: lists/ServiceTags_Public_20261102.json
virtualNetworks:
  v: {addressPrefixes: 10.0.0.0/16, subnets: {s: {addressPrefix: 10.0.0.0/24, networkSecurityGroup: n}}}
networkSecurityGroups: {n: {securityRules: {r: {priority: 100, access: Deny, source: Bakery}}}}
virtualMachines: {vm: {networkInterfaces: {nic: {subnet: s}}}}
"""


def a_list(path: Path, number: int, **tags: str) -> Path:
    """A file of Microsoft's form, each tag with one prefix."""
    values = [{"name": name, "properties": {"addressPrefixes": [prefix]}} for name, prefix in tags.items()]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"changeNumber": number, "cloud": "Public", "values": values}), encoding="utf-8")
    return path


@pytest.fixture
def network(tmp_path: Path) -> Path:
    a_list(tmp_path / "lists" / "ServiceTags_Public_20261102.json", 501, Bakery="203.0.113.0/24")
    path = tmp_path / "net.yaml"
    path.write_text(NETWORK, encoding="utf-8")
    return path


def answer(watcher: NetworkWatcher) -> tuple[str, str]:
    flow = {"direction": "Inbound", "protocol": "TCP", "local": ":443", "remote": "203.0.113.7:50000"}
    found = watcher.ip_flow_verify("vm", **flow)
    assert found.verdict.settled is not None
    assert found.verdict.settled.rule is not None
    return found.verdict.settled.rule.name, found.service_tags


def test_a_list_is_named_relative_to_the_topology_file(network: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    rule, tags = answer(NetworkWatcher.load(network))
    assert rule == "r"
    assert "change 501 of 2026-11-02" in tags
    monkeypatch.chdir(network.parent)
    assert answer(NetworkWatcher.load("net.yaml")) == (rule, tags)
    assert load(network).service_tags == str(network.parent / "lists" / "ServiceTags_Public_20261102.json")


def test_a_list_that_was_chosen_goes_before_the_one_named(network: Path, tmp_path: Path) -> None:
    chosen = read_service_tag_file(a_list(tmp_path / "mine" / "other.json", 7, Bakery="198.51.100.0/24"))
    rule, tags = answer(NetworkWatcher.load(network, service_tags=chosen))
    assert rule == "DenyAllInBound"
    assert "change 7" in tags
    assert answer(NetworkWatcher(load(network), service_tags=chosen)) == (rule, tags)


def test_a_tag_is_looked_up_in_the_list_that_counts(network: Path, tmp_path: Path) -> None:
    chosen = read_service_tag_file(a_list(tmp_path / "mine" / "other.json", 7, Bakeries="198.51.100.0/24"))
    with pytest.raises(TopologyErrors, match=r'unknown service tag "Bakery"\. Did you mean "Bakeries"'):
        load(network, service_tags=chosen)
    without = tmp_path / "shipped.yaml"
    without.write_text(NETWORK.replace("serviceTags", "# serviceTags"), encoding="utf-8")
    with pytest.raises(TopologyErrors, match='unknown service tag "Bakery"'):
        load(without)


def test_a_list_that_is_not_there_is_a_problem_among_the_others(network: Path) -> None:
    (network.parent / "lists" / "ServiceTags_Public_20261102.json").unlink()
    network.write_text(NETWORK.replace("networkSecurityGroup: n", "networkSecurityGroup: m"), encoding="utf-8")
    with pytest.raises(TopologyErrors) as caught:
        load(network)
    first, second = caught.value.errors
    assert str(first).startswith(f"{network}:2: serviceTags: there is no file {network.parent / 'lists'}")
    assert 'network security group "m"' in str(second)


def test_a_list_of_another_form_is_refused_with_its_own_name(network: Path) -> None:
    path = network.parent / "lists" / "ServiceTags_Public_20261102.json"
    path.write_text("no JSON", encoding="utf-8")
    with pytest.raises(TopologySyntaxError, match=r"ServiceTags_Public_20261102\.json"):
        load(network)


@pytest.mark.parametrize("value", ["''", "[a]", "true", "' '"])
def test_a_list_is_named_by_a_path(value: str) -> None:
    with pytest.raises(TopologyErrors, match='"serviceTags" must be'):
        read_topology_file("net.yaml", f"netwatch: 1\nserviceTags: {value}\n")
