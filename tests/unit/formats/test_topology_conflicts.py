"""What Azure would refuse and netwatch answers on all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.cli import run
from netwatch.formats.topology_conflicts import refusals
from netwatch.formats.topology_file.reading import read_topology_file
from netwatch.model.topology import Topology
from netwatch.render.load_report import load_report, load_report_text
from netwatch.render.load_summary import load_summary
from netwatch.render.trip import Page

_NETWORK = """\
netwatch: 1
virtualNetworks: {v: {addressPrefixes: [10.0.0.0/16, "fd00::/48"], subnets: {s: {addressPrefixes: [10.0.0.0/24, "fd00::/64"]}}}}
applicationSecurityGroups: {web: {}, db: {}}
virtualMachines: {vm: {networkInterfaces: {n: {subnet: v/s, applicationSecurityGroups: web, ipConfigurations: {
  a: {primary: true, privateIPAddress: 10.0.0.4, applicationSecurityGroups: [web]},
"""  # noqa: E501


def _text(*configurations: str) -> str:
    """A NIC whose first address is in ``web``; the others, named b, c and d, begin in the sixth line."""
    lines = [f"  {name}: {{{fields}}},\n" for name, fields in zip("bcd", configurations, strict=False)]
    return _NETWORK + "".join(lines) + "}}}}}\n"


def _read(*configurations: str) -> Topology:
    return read_topology_file("net.yaml", _text(*configurations))


def _told(*configurations: str) -> list[tuple[int, str]]:
    return [(each.where.line, each.problem) for each in refusals(_read(*configurations))]


def _in(groups: str) -> str:
    return f"applicationSecurityGroups: [{groups}]"


_HINT = "Azure requires one set of groups for a NIC."


def _apart(one: str, other: str) -> str:
    return f"n: its ip configurations {one} and {other} are in different application security groups. {_HINT}"


@pytest.mark.parametrize("groups", ["", "db", "web, db"])
def test_addresses_of_a_nic_in_different_groups(groups: str) -> None:
    assert _told(_in(groups)) == [(6, _apart("a", "b"))]


def test_a_nic_is_told_once_at_the_first_address_that_differs() -> None:
    assert _told(_in("web"), _in("db"), _in("")) == [(7, _apart("a", "c"))]


@pytest.mark.parametrize(
    "second",
    [
        _in("web"),
        _in("WEB"),
        "primary: false",  # those of the NIC
        _in("{unresolved: later}"),
        _in("web, {unresolved: later}"),
    ],
)
def test_addresses_of_a_nic_in_the_same_groups_or_in_what_may_be_the_same(second: str) -> None:
    assert _told(second) == []


def test_a_known_group_settles_it_beside_an_open_one() -> None:
    assert _told(_in("{unresolved: later}, db")) == [(6, _apart("a", "b"))]
    assert _told(_in("{unresolved: later}, web"), _in("{unresolved: later}")) == []


def test_an_ipv6_address_may_be_in_fewer_groups() -> None:
    assert _told(f'privateIPAddress: "fd00::5", {_in("")}') == []
    assert _told(f'privateIPAddress: "fd00::5", {_in("")}', _in("")) == [(7, _apart("a", "c"))]


def test_an_address_of_unknown_family_is_not_accused() -> None:
    assert _told(f"privateIPAddress: {{unresolved: later}}, {_in('')}") == []


def test_the_user_is_told_and_the_answer_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(_text(f"privateIPAddress: 10.0.0.5, {_in('db')}"))
    asked = ["--direction", "Inbound", "--protocol", "TCP", "--local", "10.0.0.5:80", "--remote", "10.0.0.9:5000"]
    assert run(["ip-flow-verify", str(path), "--vm", "vm", *asked, "--expect", "Allow"]) == 0
    assert "1 resource would be refused by Azure; netwatch load says which." in capsys.readouterr().err


def test_the_report_says_which() -> None:
    topology = _read(_in("db"))
    (found,) = load_report(topology, Page(verbose=True))["refused"]
    assert found["problem"] == _apart("a", "b")
    assert found["where"].startswith("net.yaml:6")
    assert "Azure would refuse it, and it is evaluated as it stands:\n  n: its ip" in load_report_text(
        topology, Page(99)
    )
    assert load_summary(topology) == "1 resource would be refused by Azure; netwatch load says which."
