"""The sickbay: files that are refused, and excuses that must hold."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from netwatch.conformance import Report, replay
from netwatch.conformance.sickbay import read_sickbay
from netwatch.errors import TopologySchemaError, TopologySyntaxError
from tests.unit.conformance.case_files import flow_case, next_hop_case
from tests.unit.conformance.conftest import Write

UNKNOWN = {"access": "Unknown"}
WRONG = {"access": "Deny", "ruleName": "defaultSecurityRules/AllowInternetOutBound", "ruleId": ""}


def sickbay(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sickbay.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def excused(tmp_path: Path, directory: Path, **entry: str) -> Report:
    fields = ", ".join(f'{key}: "{value}"' for key, value in entry.items())
    return replay(directory, sickbay=sickbay(tmp_path, f"- {{{fields}}}\n"))


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "---\n"])
def test_an_empty_file_means_none(tmp_path: Path, text: str) -> None:
    assert read_sickbay(sickbay(tmp_path, text)) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b", "it is not a list"),
        ("- a", "entry 1 is not a mapping"),
        ("- {case: a.json, reason: fault, by: HTTP 500, why: x}", "unknown field 'why'"),
        ("- {case: a.json, reason: fault}", "entry 1 has no text in 'by'"),
        ("- {case: a.json, reason: old, by: b.json}", "the reason 'old', not fault or superseded"),
        ("- {reason: fault, by: HTTP 500}", "no text in 'case'"),
        (
            "- {case: a.json, reason: fault, by: HTTP 500}\n- {case: a.json, reason: fault, by: HTTP 500}",
            "a.json stands in it twice",
        ),
    ],
)
def test_what_is_no_sickbay_is_refused_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    path = sickbay(tmp_path, text)
    with pytest.raises(TopologySchemaError, match=expected) as caught:
        read_sickbay(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {", "not valid YAML: a value is missing here"),
        ("\t- a", "there is a tab in the indentation"),
        ("!!python/object:os.system {}", 'the tag "!!python/object:os.system" is not supported'),
    ],
)
def test_what_is_not_yaml_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TopologySyntaxError, match=f"sickbay.yaml:1: {message}"):
        read_sickbay(sickbay(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TopologySyntaxError, match="there is no such file"):
        read_sickbay(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("response", "by"),
    [
        (UNKNOWN, "Unknown answered"),
        (UNKNOWN, "ipFlowVerify answered unknown in 2020"),
        (WRONG, "Deny with an Allow rule"),
    ],
)
def test_a_fault_that_the_case_shows_is_an_excuse(tmp_path: Path, write: Write, response: Any, by: str) -> None:
    report = excused(tmp_path, write(a=flow_case(response=response)), case="a.json", reason="fault", by=by, note="seen")
    assert not report.failed
    assert [result.outcome for result in report.results] == ["sickbay"]
    assert report.results[0].note == f"fault, by {by}: seen"
    assert report.results[0].diff


def test_http_500_is_a_fault(tmp_path: Path, write: Write) -> None:
    case = flow_case(status=500, response={"error": {"code": "InternalServerError"}})
    assert not excused(tmp_path, write(a=case), case="a.json", reason="fault", by="HTTP 500").failed


def test_an_empty_answer_although_a_group_is_bound_is_a_fault(tmp_path: Path, write: Write) -> None:
    case = flow_case(operation="securityGroupView", response={"networkInterfaces": []})
    by = "empty answer although an NSG is bound"
    assert not excused(tmp_path, write(a=case), case="a.json", reason="fault", by=by).failed
    del case["topology"]["resources"][2]["properties"]["networkSecurityGroup"]
    assert replay(write(a=case)).results[0].outcome == "agree"


def test_a_deny_by_a_user_rule_that_allows_is_a_fault(tmp_path: Path, write: Write) -> None:
    fields = {
        "protocol": "Tcp",
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "22",
        "access": "Allow",
        "priority": 100,
        "direction": "Inbound",
    }
    case = flow_case()
    group = case["topology"]["resources"][1]
    group["properties"]["securityRules"] = [{"name": "ssh", "properties": fields}]
    case["response"] = {
        "access": "Deny",
        "ruleName": "securityRules/ssh",
        "ruleId": f"{group['id'].upper()}/securityRules/ssh",
    }
    assert not excused(tmp_path, write(a=case), case="a.json", reason="fault", by="Deny with an Allow rule").failed


def problem(report: Report) -> str:
    assert report.failed
    assert report.results[0].outcome == "disagree"
    (text,) = report.problems
    return text


def test_a_fault_that_the_case_does_not_show_is_no_excuse(tmp_path: Path, write: Write) -> None:
    case = flow_case(response={"access": "Allow", "ruleName": "securityRules/x", "ruleId": ""})
    report = excused(tmp_path, write(a=case), case="a.json", reason="fault", by="Unknown answered")
    assert "does not show the fault" in problem(report)


def test_a_word_that_is_no_kind_of_fault_is_no_excuse(tmp_path: Path, write: Write) -> None:
    report = excused(tmp_path, write(a=flow_case(response=UNKNOWN)), case="a.json", reason="fault", by="it is odd")
    assert "neither a case nor a kind of fault" in problem(report)


def test_another_case_with_another_answer_to_the_same_question_is_an_excuse(tmp_path: Path, write: Write) -> None:
    wrong = next_hop_case(response={"nextHopType": "None", "routeTableId": "System Route"})
    same = copy.deepcopy(next_hop_case())
    same["topology"]["resources"][0]["location"] = "northeurope"
    same["topology"]["resources"][0]["etag"] = "W/1"
    report = excused(tmp_path, write(a=wrong, b=same), case="a.json", reason="fault", by="b.json")
    assert [result.outcome for result in report.results] == ["sickbay", "agree"]
    assert not report.failed


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("answer", "has the same answer"),
        ("question", "asks another question"),
        ("network", "asks about another network"),
        ("operation", "asks another operation"),
    ],
)
def test_a_case_that_does_not_contradict_is_no_excuse(tmp_path: Path, write: Write, change: str, expected: str) -> None:
    wrong = next_hop_case(response={"nextHopType": "None", "routeTableId": "System Route"})
    other = copy.deepcopy(wrong if change == "answer" else next_hop_case())
    if change == "question":
        other["request"]["destinationIPAddress"] = "9.9.9.9"
    if change == "network":
        other["topology"]["resources"][0]["properties"]["addressSpace"]["addressPrefixes"] = ["10.0.0.0/15"]
    if change == "operation":
        other = flow_case()
    report = excused(tmp_path, write(a=wrong, b=other), case="a.json", reason="fault", by="b.json")
    assert expected in problem(report)


def test_a_case_does_not_contradict_itself(tmp_path: Path, write: Write) -> None:
    report = excused(tmp_path, write(a=flow_case(response=UNKNOWN)), case="a.json", reason="fault", by="a.json")
    assert "names the case itself" in problem(report)


def old(**changes: Any) -> dict[str, Any]:
    return next_hop_case(apiVersion="2016-01-01", **changes)


def test_a_newer_case_of_another_shape_excuses_members_that_came_later(tmp_path: Path, write: Write) -> None:
    case = old(response={"nextHopType": "Internet", "routeTableId": "System Route", "was": "there once"})
    directory = write(a=case, b=next_hop_case())
    report = excused(tmp_path, directory, case="a.json", reason="superseded", by="b.json")
    assert not report.failed
    assert report.results[0].outcome == "sickbay"


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ({"nextHopType": "None", "was": "there"}, "differs in more than shape: nextHopType"),
        ({"nextHopType": "Internet", "routeTableId": "x", "was": "there"}, "differs in more than shape: routeTableId"),
        ({"routeTableId": "System Route", "was": "there"}, "differs in more than shape: nextHopType"),
        ({"nextHopType": "None", "routeTableId": "System Route"}, "has the same shape"),
    ],
)
def test_it_never_excuses_what_carries_meaning(tmp_path: Path, write: Write, response: Any, expected: str) -> None:
    directory = write(a=old(response=response), b=next_hop_case())
    assert expected in problem(excused(tmp_path, directory, case="a.json", reason="superseded", by="b.json"))


def test_it_never_excuses_a_row(tmp_path: Path, write: Write) -> None:
    target = next_hop_case()["topology"]["resources"][2]["id"]
    row = {"source": "Default", "state": "Active", "addressPrefix": ["10.0.0.0/16"], "nextHopType": "VnetLocal"}
    asked: dict[str, Any] = {"operation": "effectiveRouteTable", "targetResourceId": target, "request": None}
    newer = replay(write(a=next_hop_case(**asked, response={"value": []}))).results[0].diff[0].got
    directory = write(
        a=old(**asked, response={"value": [row], "x": 1}), b=next_hop_case(**asked, response={"value": newer})
    )
    report = excused(tmp_path, directory, case="a.json", reason="superseded", by="b.json")
    assert "differs in more than shape: value" in problem(report)


@pytest.mark.parametrize(
    ("by", "changes", "expected"),
    [
        ("nowhere.json", {}, "names no case"),
        ("b.json", {"operation": "topology"}, "answers another operation"),
        ("b.json", {"apiVersion": "2015-01-01"}, "is not newer"),
        ("b.json", {"apiVersion": "2016-01-01"}, "is not newer"),
    ],
)
def test_what_supersedes_must_be_a_newer_case(
    tmp_path: Path, write: Write, by: str, changes: dict[str, Any], expected: str
) -> None:
    directory = write(a=old(response={"was": "there"}), b=next_hop_case(**changes))
    assert expected in problem(excused(tmp_path, directory, case="a.json", reason="superseded", by=by))


def test_an_entry_whose_case_agrees_is_a_failure(tmp_path: Path, write: Write) -> None:
    report = excused(tmp_path, write(a=flow_case()), case="a.json", reason="fault", by="Unknown answered")
    assert report.results[0].outcome == "agree"
    assert report.failed
    assert "the case agrees" in report.problems[0]


def test_an_entry_that_matches_nothing_is_a_failure(tmp_path: Path, write: Write) -> None:
    report = excused(tmp_path, write(a=flow_case()), case="b.json", reason="fault", by="Unknown answered")
    assert report.failed
    assert "there is no such case" in report.problems[0]
    assert "sickbay.yaml: entry 1 (b.json)" in report.problems[0]


def test_an_entry_for_a_case_that_cannot_be_asked_is_a_failure(tmp_path: Path, write: Write) -> None:
    directory = write(a=flow_case(replayable=False))
    report = excused(tmp_path, directory, case="a.json", reason="fault", by="Unknown answered")
    assert "cannot be replayed" in report.problems[0]


def test_an_entry_of_another_operation_waits(tmp_path: Path, write: Write) -> None:
    path = sickbay(tmp_path, "- {case: a.json, reason: fault, by: Unknown answered}")
    report = replay(write(a=flow_case(response=UNKNOWN), b=next_hop_case()), operation="nextHop", sickbay=path)
    assert not report.failed
    assert [result.case for result in report.results] == ["b.json"]
