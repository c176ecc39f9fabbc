"""The command line as a whole, in one process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import netwatch
from netwatch.checks.verbs import VERBS
from netwatch.cli import run
from netwatch.cli.app import COMMANDS
from netwatch.effective.grounds import GROUNDS

TWO_TIER = "topologies/two-tier/two-tier.yaml"
OPEN = "topologies/multi-tier-app/multi-tier-app.yaml"
HOP = ["next-hop", TWO_TIER, "--vm", "web-0", "--source-ip", "10.0.1.4", "--dest-ip", "10.0.2.4"]
REFUSED = ["ip-flow-verify", OPEN, "--vm", "MultiTierApp0", "--direction", "Outbound", "--protocol", "TCP",
           "--local", ":*", "--remote", "203.0.113.7:443"]  # fmt: skip

Captured = pytest.CaptureFixture[str]


def _run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    code = run(arguments)
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_json_is_arms_body_and_nothing_else(capsys: Captured) -> None:
    code, out, err = _run(capsys, *HOP, "-o", "json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {"nextHopType": "VirtualNetwork", "routeTableId": "System Route"}


def test_yaml_tsv_and_table(capsys: Captured) -> None:
    assert yaml.safe_load(_run(capsys, *HOP, "-o", "yaml")[1])["nextHopType"] == "VirtualNetwork"
    assert _run(capsys, *HOP, "-o", "tsv")[1] == "VirtualNetwork\tSystem Route\n"
    assert _run(capsys, *HOP, "-o", "table")[1].splitlines()[0] == "NextHopType     RouteTableId"


def test_a_query_reads_the_body(capsys: Captured) -> None:
    assert _run(capsys, *HOP, "--query", "nextHopType")[1] == '"VirtualNetwork"\n'
    assert _run(capsys, *HOP, "--query", "nextHopType", "-o", "tsv")[1] == "VirtualNetwork\n"
    assert _run(capsys, *HOP, "--explain", "--query", "explanation.verdict", "-o", "tsv")[1] == "VirtualNetwork\n"


@pytest.mark.parametrize("query", ["[", "length(`1`)", "nobody_knows(@)"])
def test_a_query_that_is_none_exits_with_2(capsys: Captured, query: str) -> None:
    code, out, err = _run(capsys, *HOP, "--query", query)
    assert (code, out) == (2, "")
    assert err.startswith("error: --query is not a JMESPath expression")


def test_an_expectation_decides_the_exit_code(capsys: Captured) -> None:
    assert _run(capsys, *HOP, "--expect", "virtualnetwork")[0] == 0
    code, out, err = _run(capsys, *HOP, "--expect", "Internet")
    assert code == 1
    assert "VirtualNetwork" in out
    assert err == "note: expected Internet, got VirtualNetwork\n"


def test_an_expectation_that_no_answer_meets_is_a_slip(capsys: Captured) -> None:
    code, _, err = _run(capsys, *HOP, "--expect", "Intermet")
    assert (code, err) == (2, "error: --expect 'Intermet' is no answer. Did you mean Internet?\n")


def test_a_refusal_is_arms_error_body_and_exits_with_2(capsys: Captured) -> None:
    code, out, _ = _run(capsys, *REFUSED, "-o", "json")
    assert code == 2
    assert json.loads(out)["error"]["code"] == "NsgsNotAppliedOnNic"


def test_a_refusal_in_text_says_what_happens_to_the_traffic(capsys: Captured) -> None:
    code, out, _ = _run(capsys, *REFUSED)
    assert code == 2
    assert out.endswith("Answer\n  Refused by Azure. The traffic itself: Allow.\n")


@pytest.mark.parametrize(("word", "code"), [("Allow", 0), ("Deny", 1)])
def test_the_fate_of_refused_traffic_can_be_expected(capsys: Captured, word: str, code: int) -> None:
    assert _run(capsys, *REFUSED, "--expect", word)[0] == code


def test_explain_stands_beside_the_body(capsys: Captured) -> None:
    found = json.loads(_run(capsys, *HOP, "--explain")[1])
    assert list(found) == ["answer", "explanation"]
    assert found["answer"]["nextHopType"] == "VirtualNetwork"


def test_remarks_go_to_standard_error(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "n.yaml"
    file.write_text(
        "netwatch: 1\n"
        "virtualNetworks: {v: {addressPrefixes: 10.0.0.0/16, subnets: {s: {addressPrefix: 10.0.0.0/24}}}}\n"
        "virtualMachines: {vm: {networkInterfaces: {one: {subnet: s}, two: {subnet: s}}}}\n"
    )
    code, out, err = _run(capsys, "next-hop", str(file), "--vm", "VM", "--source-ip", "9.9.9.9", "--dest-ip", "8.8.8.8",
                          "-o", "tsv")  # fmt: skip
    assert (code, out) == (0, "Internet\tSystem Route\n")
    assert err.splitlines() == [
        "note: vm has several network interfaces; one is taken",
        "note: 9.9.9.9 is not an address of one; the route is looked up all the same, as Azure does",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((*HOP, "-o", "xml"), 2, "'xml' is not an output format here"),
        ((*HOP, "--max-bytes", "many"), 2, "--max-bytes 'many' is not a number of bytes"),
        ((*HOP, "--max-bytes", "10"), 3, "larger than 10 bytes"),
        ((*HOP, "--facts", "nowhere.yaml"), 3, "no such file"),
        ((*HOP, "--service-tags", "nowhere.json"), 3, "there is no such file"),
        (("next-hop", "nowhere.yaml", *HOP[2:]), 3, "no such file"),
        (("next-hop", "netwatch", *HOP[2:]), 3, "the directory holds no input"),
        ((*HOP[:3], "web-9", *HOP[4:]), 2, "Did you mean web-0?"),
        ((*HOP[:-1], "10.0.2"), 2, "is not an IP address"),
        (("effective-routes", TWO_TIER), 2, "effective-routes needs --nic or --vm"),
        (("effective-routes", TWO_TIER, "--vm", "web-0", "--nic", "db-0-nic"), 2, "--nic or --vm, not both"),
        ((*HOP, "--set", "a=b"), 2, "holds no deployment template, and a=b is for one"),
        ((*HOP, "--parameters", "p.json"), 2, "holds no deployment template, and p.json is for one"),
        (("topology", TWO_TIER, "--vnet", "v", "--subnet", "s"), 2, "asked of one of"),
        (("effective-routes", TWO_TIER, "--vm", "web-0", "--expect", "Allow"), 2, "No such option"),
        (("next-hop", TWO_TIER), 2, "next-hop needs --vm, --dest-ip."),
        (("next-hop",), 2, "next-hop needs TOPOLOGY, --vm, --dest-ip. netwatch next-hop -h shows"),
        (("next-hop", TWO_TIER, "--vm"), 2, "Option '--vm' requires an argument"),
        (("export", TWO_TIER), 2, "export needs --format."),
        (("import",), 2, "import needs INPUT…."),
        (("tags", "diff"), 2, "tags diff needs [OLD] NEW. netwatch tags diff -h shows"),
        (
            ("nexthop",),
            2,
            "error: No such command 'nexthop'. Did you mean 'next-hop'? netwatch -h shows what there is.\n",
        ),
        (("next-hop", "--bad"), 2, "error: No such option: --bad. netwatch next-hop -h shows what there is.\n"),
    ],
)
def test_errors_are_messages_with_a_code(capsys: Captured, arguments: tuple[str, ...], code: int, message: str) -> None:
    found, out, err = _run(capsys, *arguments)
    assert (found, out) == (code, "")
    assert message in err
    assert "Traceback" not in err


def test_an_unexpected_error_is_one_line(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netwatch.cli.asking.answer_question", lambda *_: 1 // 0)
    code, out, err = _run(capsys, *HOP)
    assert (code, out) == (70, "")
    assert err.startswith("error: ZeroDivisionError: ")
    assert "This is a bug in netwatch; --debug shows where." in err


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netwatch.cli.asking.answer_question", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        run(["--debug", *HOP])


def test_an_interrupt_is_quiet(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("netwatch.cli.asking.answer_question", interrupted)
    assert _run(capsys, *HOP) == (130, "", "")


def test_version(capsys: Captured) -> None:
    assert _run(capsys, "--version") == (0, f"netwatch {netwatch.__version__}\n", "")


def test_help_names_every_command_in_full_sentences(capsys: Captured) -> None:
    code, out, _ = _run(capsys, "--help")
    assert code == 0
    listed = out.partition("Commands:")[2]
    assert [line.split()[0] for line in listed.strip().splitlines()] == list(COMMANDS)
    assert "..." not in listed


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches_by_example(capsys: Captured, command: str) -> None:
    code, out, _ = _run(capsys, command, "--help")
    assert code == 0
    assert f"netwatch {command}" in out.partition("For example:")[2]


def test_without_arguments_there_is_help(capsys: Captured) -> None:
    code, out, err = _run(capsys)
    assert code == 2
    assert "Commands:" in out + err


def _piped(data: bytes, *arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "netwatch", *arguments]
    done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_dash_is_standard_input() -> None:
    written = Path(TWO_TIER).read_bytes()
    code, out, err = _piped(written, "next-hop", "-", *HOP[2:])
    assert (code, err) == (0, "")
    assert "VirtualNetwork by the system route" in out
    assert _piped(b"netwatch: 1\nx: 1\n", "load", "-")[2].startswith('error: <stdin>:2: unknown field "x"')


def test_places_in_json_from_a_pipe_are_pointers() -> None:
    resources = b'{"resources": [{"type": "Microsoft.Network/virtualNetworks", "id": 3}]}'
    code, out, err = _piped(resources, "load", "-")
    assert (code, out) == (3, "")
    assert err.startswith("error: <stdin> resources/0")


def test_a_packet_has_both_ends_in_one_family(capsys: Captured) -> None:
    code, out, err = _run(capsys, *HOP[:-1], "fd00::1")
    assert code == 0
    assert "None: no route holds fd00::1" in out
    assert err.startswith("note: 10.0.1.4 is IPv4 and fd00::1 is IPv6: no packet has both")


def test_a_source_of_another_machine_is_answered_and_noted(capsys: Captured) -> None:
    code, _, err = _run(capsys, *HOP[:4], "--source-ip", "10.0.2.4", *HOP[6:])
    assert (code, err.partition(";")[0]) == (0, "note: 10.0.2.4 is not an address of web-0-nic")


@pytest.mark.parametrize("command", [*COMMANDS, "tags show", "tags diff"])
def test_help_teaches(capsys: Captured, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """One line of purpose, an example that begins with the command, and what its exit codes mean; in 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = _run(capsys, *command.split(), "--help")
    assert (code, err) == (0, "")
    lines = [line for line in out.splitlines() if line]
    assert lines[0].startswith(f"Usage: netwatch {command} [OPTIONS]")
    assert lines[1].endswith((".", "?"))
    assert command == "tags" or f"\n    netwatch {command} " in out or f"\n    netwatch {command}\n" in out
    assert command == "tags" or "\n  Exit codes: 0 " in out
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("command", ["load", "ask", "check", "import", "export", "live-flow", "bench", *VERBS])
def test_every_command_that_reads_an_input_reads_it_the_same_way(capsys: Captured, command: str) -> None:
    _, out, _ = _run(capsys, command, "--help")
    wanted = ("--facts", "--service-tags", "--semantics", "--max-bytes", "--parameters", "--set", "--location")
    assert [name for name in wanted if f"\n  {name} " not in out] == []


def test_live_flow_names_options_as_the_other_questions_do(capsys: Captured) -> None:
    network = "topologies/two-tier/two-tier.yaml"
    flow = ["--vm", "web-0", "--direction", "Inbound", "--protocol", "TCP", "--local", "443", "--remote", "10.0.9.9:1"]
    code, _, err = _run(capsys, "live-flow", network, network, *flow)
    assert code == 2
    assert err.startswith("error: --local '443' is not an address and a port. Expected")


LONE = "tests/conformance/effective_route_table/nic_without_machine.json"


def test_what_azure_refuses_and_netwatch_knows_is_read_under_the_refusal(capsys: Captured) -> None:
    code, out, _ = _run(capsys, "effective-routes", LONE, "--nic", "web-0-nic")
    assert code == 2
    assert "NicMustBeAttachedToRunningVmToGetEffectiveRoutes (HTTP 400)" in out
    assert "10.0.0.0/16" in out
    assert "Refused by Azure. At a running machine: 8 routes, 0 of them from a route table" in out


def test_as_json_it_is_azures_error_and_its_explanation_has_the_rows(capsys: Captured) -> None:
    code, out, _ = _run(capsys, "effective-routes", LONE, "--nic", "web-0-nic", "-o", "json")
    assert (code, list(json.loads(out))) == (2, ["error"])
    _, out, _ = _run(capsys, "effective-routes", LONE, "--nic", "web-0-nic", "--explain")
    why = json.loads(out)["explanation"]
    assert why["routes"][0]["prefixes"] == ["10.0.0.0/16"]
    assert why["rests_on"][0]["name"] == "running-machine"
    assert why["notes"] == ["No machine of the input holds it (see --semantics nicWithoutMachine)."]


def test_the_switch_answers_it(capsys: Captured) -> None:
    switch = ("--semantics", "nicWithoutMachine=answered")
    code, out, _ = _run(capsys, "effective-routes", LONE, "--nic", "web-0-nic", "-o", "json", *switch)
    assert (code, list(json.loads(out))) == (0, ["value"])


def test_a_refusal_is_explained_too(capsys: Captured) -> None:
    code, out, _ = _run(capsys, *REFUSED, "--explain")
    found = json.loads(out)
    assert code == 2
    assert found["answer"]["error"]["code"] == "NsgsNotAppliedOnNic"
    assert found["explanation"] == {
        "verdict": "Allow",
        "decisions": [],
        "notes": ["The traffic itself is allowed: no group denies it."],
        "assumed": [],
        "unresolved": [],
        "service_tags": "",
        "rests_on": [{"name": "no-group", **GROUNDS["no-group"]._asdict()}],
    }
    assert _run(capsys, *REFUSED, "--explain", "--query", "explanation.verdict", "-o", "tsv")[:2] == (2, "Allow\n")
