"""Replaying a directory: what becomes of a case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netwatch.conformance import OUTCOMES, Result, replay
from netwatch.errors import QueryError, TopologySchemaError, TopologySyntaxError
from netwatch.watcher import NetworkWatcher
from tests.unit.conformance.case_files import flow_case, next_hop_case
from tests.unit.conformance.conftest import Write


def result(write: Write, case: dict[str, Any]) -> Result:
    (only,) = replay(write(case=case)).results
    return only


def paths(found: Result) -> list[str]:
    return [difference.path for difference in found.diff]


def test_an_equal_answer_agrees(write: Write) -> None:
    assert result(write, flow_case()) == Result("case.json", "ipFlowVerify", "agree")
    assert result(write, next_hop_case()).outcome == "agree"


def test_another_answer_disagrees_field_by_field(write: Write) -> None:
    found = result(write, next_hop_case(response={"nextHopType": "None", "routeTableId": "System Route"}))
    assert found.outcome == "disagree"
    assert [difference.to_json() for difference in found.diff] == [
        {"path": "nextHopType", "expected": "None", "got": "Internet"}
    ]


def test_a_case_that_is_not_replayable_is_not_asked(write: Write) -> None:
    found = result(write, {"operation": "nextHop", "replayable": "hops only"})
    assert (found.outcome, found.note) == ("not_replayable", 'replayable is "hops only"')


@pytest.mark.parametrize("operation", ["flowLogs.put", "queryFlowLogStatus", "packetCaptures.put"])
def test_an_operation_that_is_not_there_yet_is_unsupported(write: Write, operation: str) -> None:
    found = result(write, flow_case(operation=operation))
    assert (found.outcome, found.note) == ("unsupported", f"{operation} is not replayed yet")


def test_what_netwatch_cannot_answer_is_unsupported_with_its_reason(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from netwatch.errors import UnsupportedError

    def refuse(*_: object, **__: object) -> None:
        raise UnsupportedError("meshes are not evaluated yet", hint="Leave it out.")

    monkeypatch.setattr(NetworkWatcher, "next_hop", refuse)
    found = result(write, next_hop_case())
    assert (found.outcome, found.note) == ("unsupported", "meshes are not evaluated yet Leave it out.")


def test_a_slip_of_ours_is_a_disagreement_and_the_others_go_on(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def slip(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(NetworkWatcher, "next_hop", slip)
    found = replay(write(a=next_hop_case(), b=flow_case())).results
    assert [one.outcome for one in found] == ["disagree", "agree"]
    assert found[0].diff[0].got == "netwatch failed, KeyError: 'x'"


def test_an_operation_is_known_in_any_casing(write: Write) -> None:
    assert result(write, flow_case(operation="IPFLOWVERIFY")) == Result("case.json", "ipFlowVerify", "agree")


def test_what_is_not_a_case_is_counted_and_the_others_go_on(write: Write) -> None:
    report = replay(write(a=flow_case(), b={"status": 200}))
    assert [one.outcome for one in report.results] == ["agree", "not_replayable"]
    assert "(not a case)" in report.to_text()


def no_group(**changes: Any) -> dict[str, Any]:
    case = flow_case(**changes)
    del case["topology"]["resources"][2]["properties"]["networkSecurityGroup"]
    return case


def test_a_refusal_is_compared_by_status_and_code(write: Write) -> None:
    error = {"code": "NsgsNotAppliedOnNic", "message": "worded otherwise"}
    assert result(write, no_group(status=400, response={"error": error})).outcome == "agree"
    assert paths(result(write, no_group(status=409, response={"error": error}))) == ["status"]
    other = {"error": {"code": "SomethingElse"}}
    assert paths(result(write, no_group(status=400, response=other))) == ["error.code"]


def test_a_refusal_where_azure_answers_disagrees(write: Write) -> None:
    assert paths(result(write, no_group())) == ["status", "error"]


def test_an_answer_where_azure_refuses_disagrees(write: Write) -> None:
    case = flow_case(status=400, response={"error": {"code": "NsgsNotAppliedOnNic"}})
    assert paths(result(write, case)) == ["status", "error"]


def test_a_machine_that_is_not_there_disagrees(write: Write) -> None:
    case = next_hop_case()
    case["request"]["targetResourceId"] += "9"
    found = result(write, case)
    assert [(difference.path, difference.got) for difference in found.diff[:1]] == [("status", 404)]


def test_a_topology_that_cannot_be_read_disagrees(write: Write) -> None:
    case = next_hop_case()
    case["topology"]["resources"][0]["properties"]["addressSpace"]["addressPrefixes"] = ["10.0.0.0/99"]
    found = result(write, case)
    assert found.outcome == "disagree"
    assert "10.0.0.0/99" in found.diff[0].got


def test_only_what_compare_names_is_compared(write: Write) -> None:
    wrong = {"nextHopType": "Internet", "routeTableId": "something else"}
    assert result(write, next_hop_case(response=wrong, compare=["nextHopType"])).outcome == "agree"
    found = result(write, next_hop_case(response=wrong, compare=["nextHopType", "routeTableId"]))
    assert paths(found) == ["routeTableId"]


@pytest.mark.parametrize("expression", ["nextHopType[", "sort(nextHopType)", "nosuchfunction(@)"])
def test_an_expression_that_cannot_be_evaluated_is_a_mismatch(write: Write, expression: str) -> None:
    found = result(write, next_hop_case(compare=[expression]))
    assert found.outcome == "disagree"
    assert "JMESPath" in found.diff[0].got


def test_compared_ids_are_equal_without_regard_to_case(write: Write) -> None:
    case = flow_case(operation="securityGroupView", compare=["networkInterfaces[].id"])
    nic = case["topology"]["resources"][2]["id"]
    case["response"] = {"networkInterfaces": [{"id": nic.upper()}]}
    assert result(write, case).outcome == "agree"
    case["response"] = {"networkInterfaces": [{"id": nic + "2"}]}
    assert result(write, case).outcome == "disagree"


def two_nics(**changes: Any) -> dict[str, Any]:
    """A security group view of a machine whose two NICs Azure spells in other casings than the topology."""
    case = flow_case(operation="securityGroupView", **changes)
    resources = case["topology"]["resources"]
    first = resources[2]["id"]
    second = first.replace("web-0-nic", "XTRA-nic")
    nic = json.loads(json.dumps({**resources[2], "id": second}))
    nic["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] = "10.0.1.5"
    resources.append(nic)
    resources[3]["properties"]["networkProfile"]["networkInterfaces"].append({"id": second})
    case["response"] = {"networkInterfaces": [{"id": first.upper()}, {"id": second.lower()}]}
    return case


def test_compared_ids_are_sorted_and_looked_for_without_regard_to_case(write: Write) -> None:
    """By code point XTRA comes before web, and xtra after WEB and after web."""
    first = two_nics()["topology"]["resources"][2]["id"]
    for expression in ("sort(networkInterfaces[].id)", f"networkInterfaces[?id=='{first.title()}'].id"):
        assert result(write, two_nics(compare=[expression])).outcome == "agree", expression
    wrong = two_nics(compare=["sort(networkInterfaces[].id)"])
    wrong["response"]["networkInterfaces"][0]["id"] += "2"
    assert result(write, wrong).outcome == "disagree"


def test_an_expression_that_finds_nothing_in_small_letters_proves_nothing(write: Write) -> None:
    case = two_nics(compare=["networkInterfaces[?ends_with(id, 'WEB-0-NIC')].id"])
    assert result(write, case).outcome == "disagree"


def test_an_old_answer_is_met_in_its_dialect(write: Write) -> None:
    case = next_hop_case(apiVersion="2017-08-01", response={"nextHopType": "VnetLocal", "routeTableId": "System Route"})
    case["request"]["destinationIPAddress"] = "10.0.1.9"
    assert result(write, case).outcome == "agree"
    case["apiVersion"] = "2022-01-01"
    assert paths(result(write, case)) == ["nextHopType"]


def test_facts_are_read_with_the_topology(write: Write) -> None:
    case = next_hop_case()
    case["facts"] = {"powerState": {case["request"]["targetResourceId"]: "running"}}
    assert result(write, case).outcome == "agree"


def test_one_operation_in_any_case(write: Write) -> None:
    report = replay(write(a=flow_case(), b=next_hop_case()), operation="nexthop")
    assert [one.case for one in report.results] == ["b.json"]


def test_an_operation_that_nobody_knows_is_refused(write: Write) -> None:
    with pytest.raises(QueryError, match="ipFlowVerfy"):
        replay(write(a=flow_case()), operation="ipFlowVerfy")
    assert replay(write(a=flow_case()), operation="topology").results == ()


def test_json_holds_exactly_operations_and_cases(write: Write) -> None:
    report = replay(write(a=flow_case(), b=next_hop_case(response={}), c=flow_case(replayable=None)))
    assert report.to_json() == {
        "operations": {
            "ipFlowVerify": dict(zip(OUTCOMES, [1, 0, 0, 0, 1], strict=True)),
            "nextHop": dict(zip(OUTCOMES, [0, 1, 0, 0, 0], strict=True)),
        },
        "cases": [
            {"case": "a.json", "operation": "ipFlowVerify", "outcome": "agree", "diff": []},
            {
                "case": "b.json",
                "operation": "nextHop",
                "outcome": "disagree",
                "diff": [
                    {"path": "nextHopType", "expected": "(absent)", "got": "Internet"},
                    {"path": "routeTableId", "expected": "(absent)", "got": "System Route"},
                ],
            },
            {"case": "c.json", "operation": "ipFlowVerify", "outcome": "not_replayable", "diff": []},
        ],
    }


def test_a_directory_without_a_case_stops_the_replay_with_its_place(write: Write, tmp_path: Path) -> None:
    with pytest.raises(TopologySchemaError, match=r"b\.json"):
        replay(write(b=[]))
    with pytest.raises(TopologySyntaxError, match="not a directory"):
        replay(tmp_path / "nowhere")
