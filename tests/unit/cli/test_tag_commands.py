"""netwatch tags, and lists and readings beside a question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwatch.cli import run

Captured = pytest.CaptureFixture[str]
OLD, NEW = (f"tests/golden/inputs/ServiceTags_Public_{date}.json" for date in ("20260105", "20260112"))
NETWORK = "tests/golden/inputs/own-list.yaml"
FLOW = [*("--vm", "vm", "--direction", "Inbound", "--protocol", "TCP", "--local", ":443"), "--remote"]


def test_a_diff_says_by_its_exit_code_whether_the_lists_differ(capsys: Captured) -> None:
    assert run(["tags", "diff", OLD, OLD]) == 0
    assert run(["tags", "diff", OLD, NEW]) == 1
    assert run(["tags", "diff", "nowhere.json"]) == 3
    assert run(["tags", "diff", OLD, NEW, OLD]) == 2
    assert "no such file" in capsys.readouterr().err


def test_one_file_is_compared_with_the_list_that_ships(capsys: Captured) -> None:
    assert run(["tags", "diff", NEW, "-o", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["from"]["source"] == "shipped with netwatch"
    assert found["to"]["changeNumber"] == 378
    assert "Mill" in found["added"]
    assert "Storage" in found["removed"]


def test_a_slip_in_a_tag_is_a_question_that_cannot_be_asked(capsys: Captured) -> None:
    assert run(["tags", "show", "Storag"]) == 2
    assert 'there is no service tag "Storag". Did you mean "Storage"?' in capsys.readouterr().err
    assert run(["tags", "show", "--contains", "10.0.0.1/24"]) == 2
    assert "the network is 10.0.0.0/24" in capsys.readouterr().err


def test_option_before_topology_before_shipped(capsys: Captured, tmp_path: Path) -> None:
    def rule(*more: str, network: str = NETWORK) -> tuple[str, str]:
        assert run(["ip-flow-verify", network, *FLOW, "203.0.113.70:50000", "--explain", *more]) == 0
        found = json.loads(capsys.readouterr().out)
        return found["answer"]["ruleName"], found["explanation"]["service_tags"]

    assert rule() == ("defaultSecurityRules/DenyAllInBound", "Public, change 377 of 2026-01-05")
    assert rule("--service-tags", NEW) == ("securityRules/florists", "Public, change 378 of 2026-01-12")
    text = Path(NETWORK).read_text(encoding="utf-8").replace("serviceTags", "# serviceTags")
    shipped = tmp_path / "net.yaml"
    shipped.write_text(text.replace("Florist", "Storage").replace("Bakery", "Sql"), encoding="utf-8")
    assert rule(network=str(shipped))[1].endswith("change 376 of 2025-11-17")


CONTESTED = """\
netwatch: 1
semantics: {emptyGroup: EMPTY}
virtualNetworks: {v: {addressPrefixes: 10.0.0.0/16, subnets: {s: {addressPrefix: 10.0.0.0/24}}}}
applicationSecurityGroups: [full, nobody]
networkSecurityGroups:
  n:
    securityRules:
      web: {priority: 100, source: Internet, destinationApplicationSecurityGroups: [full, nobody]}
virtualMachines:
  vm: {networkInterfaces: {nic: {subnet: s, networkSecurityGroup: n, applicationSecurityGroups: full}}}
"""


@pytest.mark.parametrize(
    ("in_file", "option", "access"),
    [
        ("disables", "", "Deny"),
        ("ignored", "", "Allow"),
        ("disables", "emptyGroup=ignored", "Allow"),
        ("ignored", "emptyGroup=DISABLES, platformTraffic=ruled", "Deny"),
        ("ignored", "platformTraffic=ruled", "Allow"),
    ],
)
def test_a_reading_on_the_command_line_goes_before_the_files(
    capsys: Captured, tmp_path: Path, in_file: str, option: str, access: str
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(CONTESTED.replace("EMPTY", in_file), encoding="utf-8")
    chosen = ["--semantics", option] if option else []
    command = ["ip-flow-verify", str(path), *FLOW, "203.0.113.70:50000", "--query", "access", "-o", "tsv", *chosen]
    assert run(command) == 0
    assert capsys.readouterr().out.strip() == access


@pytest.mark.parametrize(
    "option", ["emptyGroup", "emptyGroup=ignored,emptyGroup=disables", "emptyGroup=no", "x=y", ","]
)
def test_a_slip_in_readings_is_a_usage_error(capsys: Captured, option: str) -> None:
    assert run(["security-group-view", NETWORK, "--vm", "vm", "--semantics", option]) == 2
    assert capsys.readouterr().err.startswith("error: --semantics ")


def test_questions_in_files_take_readings_too(capsys: Captured, tmp_path: Path) -> None:
    network, checks = tmp_path / "net.yaml", tmp_path / "checks.yaml"
    network.write_text(CONTESTED.replace("EMPTY", "disables"), encoding="utf-8")
    question = "{ask: ip-flow-verify, vm: vm, direction: Inbound, protocol: TCP, local: ':443', remote: '203.0.113.7:5'"
    checks.write_text(f"- {question}, expect: Allow}}\n", encoding="utf-8")
    assert run(["check", str(network)]) == 1
    assert run(["check", str(network), "--semantics", "emptyGroup=ignored"]) == 0
    assert run(["ask", str(network), str(checks), "--semantics", "emptyGroup=ignored"]) == 0


def test_an_explanation_names_the_readings_that_were_chosen(capsys: Captured) -> None:
    command = ["next-hop", NETWORK, *ROUTES, "8.8.8.8", "--explain"]
    assert run(command) == 0
    assert "semantics" not in json.loads(capsys.readouterr().out)["explanation"]
    assert run([*command, "--semantics", "platformTraffic=ruled,emptyGroup=disables"]) == 0
    assert json.loads(capsys.readouterr().out)["explanation"]["semantics"] == {"platformTraffic": "ruled"}


def test_semantics_lists_every_switch(capsys: Captured) -> None:
    from netwatch.model.semantics import SWITCHES

    assert run(["semantics", "-o", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(each["name"], each["default"]) for each in found] == [(n, s.default) for n, s in SWITCHES.items()]


ROUTES = ["--vm", "vm", "--source-ip", "10.0.0.4", "--dest-ip"]
DIAGNOSED = ["--direction", "Inbound", "--protocol", "TCP", "--source", "*", "--destination", "*", "--dest-port", "443"]
QUESTIONS = [
    ["ip-flow-verify", NETWORK, *FLOW, "203.0.113.3:50000"],
    ["next-hop", NETWORK, *ROUTES, "198.51.100.7"],
    ["next-hop", NETWORK, *ROUTES, "8.8.8.8"],
    ["effective-routes", NETWORK, "--vm", "vm"],
    ["effective-rules", NETWORK, "--vm", "vm"],
    ["nsg-diagnostics", NETWORK, "--target", "vm", *DIAGNOSED],
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: f"{question[0]} {question[-1]}")
def test_an_answer_that_rests_on_a_published_tag_names_the_list(capsys: Captured, question: list[str]) -> None:
    assert run(question) == 0
    assert "\n  service tags: Public, change 377 of 2026-01-05\n" in capsys.readouterr().out
    assert run([*question, "--explain"]) == 0
    assert json.loads(capsys.readouterr().out)["explanation"]["service_tags"] == "Public, change 377 of 2026-01-05"


@pytest.mark.parametrize("question", ["next-hop", "effective-routes", "effective-rules"])
def test_an_answer_that_rests_on_none_names_none(capsys: Captured, question: str) -> None:
    network = "topologies/two-tier/two-tier.yaml"
    parts = ["--vm", "web-0", *(["--source-ip", "10.0.1.4", "--dest-ip", "8.8.8.8"] if question == "next-hop" else [])]
    assert run([question, network, *parts]) == 0
    assert "service tags" not in capsys.readouterr().out
