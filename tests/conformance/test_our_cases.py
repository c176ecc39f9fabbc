"""Our own case files: every one agrees, says where its answer comes from, and cannot be met by another answer."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jmespath
import pytest

from netwatch.conformance import replay
from netwatch.conformance.cases import Case, find_cases, topology_of
from netwatch.conformance.differences import differences
from netwatch.conformance.normalisers import Pair, normalised
from netwatch.conformance.questions import QUESTIONS
from netwatch.formats import load

HERE = Path(__file__).parent
CASES = {case.name: case for case in find_cases(HERE)}
COMPARED_WHOLE = [case for case in CASES.values() if not case.compare and case.status == 200]

GRADES = {"recorded", "documented", "confirmed", "lab", "decided"}
MEANING = {
    "access",
    "ruleName",
    "ruleId",
    "name",
    "priority",
    "direction",
    "protocol",
    "nextHopType",
    "nextHopIpAddress",
    "routeTableId",
    "addressPrefix",
    "state",
    "source",
    "sourceAddressPrefix",
    "destinationAddressPrefix",
    "destinationPortRange",
    "expandedSourceAddressPrefix",
    "expandedDestinationAddressPrefix",
    "associationType",
    "resourceId",
    "action",
    "securityRuleAccessResult",
    "networkSecurityGroupId",
    "appliedTo",
    "protocolMatched",
    "sourceMatched",
    "sourcePortMatched",
    "destinationMatched",
    "destinationPortMatched",
    "connectionStatus",
    "linkType",
    "nextHopIds",
    "origin",
    "severity",
    "value",
}


def test_every_case_agrees() -> None:
    report = replay(HERE)
    wrong = [result.case for result in report.results if result.outcome != "agree"]
    assert wrong == [], report.to_text()
    assert not report.failed


def test_every_question_has_its_cases_in_the_folder_of_its_name() -> None:
    folders = {case.operation: set[str]() for case in CASES.values()}
    for case in CASES.values():
        folders[case.operation].add(case.name.split("/")[0])
    folders["ipFlowVerify"].remove("linter_mistakes")  # a suite of its own, see test_linter_mistakes
    assert {operation: sorted(names) for operation, names in folders.items()} == {
        "ipFlowVerify": ["ip_flow_verify"],
        "nextHop": ["next_hop"],
        "securityGroupView": ["security_group_view"],
        "effectiveNetworkSecurityGroups": ["effective_network_security_groups"],
        "effectiveRouteTable": ["effective_route_table"],
        "topology": ["topology"],
        "networkConfigurationDiagnostic": ["network_configuration_diagnostic"],
        "connectivityCheck": ["connectivity_check"],
        "liveFlow": ["live_flow"],
    }
    assert folders.keys() == QUESTIONS.keys()


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_case_says_why_and_where_its_answer_comes_from(case: Case) -> None:
    source = case.document["source"]
    assert source["title"]
    assert source["grade"] in GRADES
    assert (source["title"] == "recorded answer") <= (source["grade"] in ("recorded", "decided"))
    assert str(case.document["why"]).endswith(".")
    assert isinstance(case.document["facts"], dict)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_case_stands_on_a_whole_network(case: Case) -> None:
    """Nothing is dangling in our own cases, so they load strictly, and in the same way."""
    assert load(case.path) == topology_of(case)


def test_comparisons_find_something() -> None:
    """An expression that finds nothing in the answer it is meant for would agree with nearly everything."""
    found_nothing = [
        case.name for case in CASES.values() if case.compare and all(_is_nothing(case, each) for each in case.compare)
    ]
    assert found_nothing == []


def _is_nothing(case: Case, expression: str) -> bool:
    return jmespath.search(expression, case.response) in (None, [], False)


def _changed(answer: Any) -> Iterator[tuple[str, Any]]:
    """The answer with one value that carries meaning changed, once for each such value."""
    for path in _places(answer):
        changed = copy.deepcopy(answer)
        holder = changed
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = _another(holder[path[-1]])
        yield ".".join(map(str, path)), changed


def _places(value: Any, path: tuple[Any, ...] = (), meant: bool = False) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _places(member, (*path, key), key in MEANING)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _places(member, (*path, index), meant)
    elif meant:
        yield path


def _another(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    if "/" in value and value[0].isdigit():
        return "203.0.113.128/25" if value != "203.0.113.128/25" else "203.0.113.0/25"
    return f"{value}x"


@pytest.mark.parametrize("case", COMPARED_WHOLE, ids=[case.name for case in COMPARED_WHOLE])
def test_no_normaliser_hides_a_value_that_carries_meaning(case: Case) -> None:
    for place, changed in _changed(case.response):
        pair = normalised(Pair(changed, case.response), case)
        assert differences(pair.expected, pair.got), f"{place} could be anything"


ROWS = ("value", "networkInterfaces", "resources", "results", "hops")
WITH_ROWS = [case for case in COMPARED_WHOLE if any(case.response.get(key) for key in ROWS)]


@pytest.mark.parametrize("case", WITH_ROWS, ids=[case.name for case in WITH_ROWS])
def test_no_normaliser_hides_a_missing_or_an_added_row(case: Case) -> None:
    for key in ROWS:
        for row in case.response.get(key, []):
            without = {**case.response, key: [other for other in case.response[key] if other != row]}
            for pair in (Pair(case.response, without), Pair(without, case.response)):
                if "noise" in case.name and pair.got is without:
                    continue  # those rows are the one thing that may be missing from ours
                pair = normalised(pair, case)
                assert differences(pair.expected, pair.got), f"{row} could be missing"
