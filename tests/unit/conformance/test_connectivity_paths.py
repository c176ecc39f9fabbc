"""What counts in a connectivity check, and what does not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from netwatch.conformance.cases import Case, find_cases
from netwatch.conformance.connectivity_paths import counted_path, is_by_name
from netwatch.conformance.normalisers import Pair, normalised
from tests.unit.conformance.case_files import next_hop_case
from tests.unit.conformance.conftest import Write

DENIED = {
    "origin": "Inbound",
    "severity": "Error",
    "type": "NetworkSecurityRule",
    "context": [{"key": "RuleName", "value": "UserRule_no"}],
}
GUEST = {"origin": "Local", "severity": "Error", "type": "GuestFirewall", "context": []}


def link(to: str, **changes: Any) -> dict[str, Any]:
    return {"nextHopId": to, "linkType": "VirtualNetwork", "properties": {"roundTripTimeAvg": 1}, **changes}


def answer(one: str = "id-1", two: str = "id-2") -> dict[str, Any]:
    first = {"type": "Source", "id": one, "address": "10.0.0.4", "resourceId": "/vm", "nextHopIds": [two]}
    last = {"type": "Internet", "id": two, "address": "1.2.3.4", "resourceId": "/nic", "nextHopIds": [], "links": []}
    return {
        "hops": [
            {**first, "links": [link(two)], "previousHopIds": [], "previousLinks": [], "issues": []},
            {**last, "previousHopIds": [one], "previousLinks": [link(one)], "issues": [copy.deepcopy(DENIED)]},
        ],
        "connectionStatus": "Unreachable",
        "probesSent": 30,
    }


@pytest.fixture
def case_of(write: Write) -> Callable[[str], Case]:
    def make(dest: str) -> Case:
        request = {"source": {"resourceId": "/vm"}, "destination": {"address": dest, "port": 80}}
        (case,) = find_cases(write(case=next_hop_case(operation="connectivityCheck", request=request)))
        return case

    return make


def agree(expected: Any, got: Any, case: Case) -> bool:
    pair = normalised(Pair(expected, got), case)
    return bool(pair.expected == pair.got)


def test_ids_count_by_their_place_and_measurements_not_at_all(case_of: Callable[[str], Case]) -> None:
    other = answer("id-7", "id-8")
    other["probesSent"] = 66
    other["hops"][0]["links"][0]["properties"] = {}
    assert agree(answer(), other, case_of("1.2.3.4"))


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["hops"][0].update(type="VirtualMachine"),
        lambda body: body["hops"][0].update(address="10.0.0.5"),
        lambda body: body["hops"][1].update(address="1.2.3.5"),
        lambda body: body["hops"][0].update(resourceId="/other"),
        lambda body: body["hops"][0].update(nextHopIds=[]),
        lambda body: body["hops"][0]["links"][0].update(linkType="Internet"),
        lambda body: body["hops"][0]["links"][0].update(nextHopId="id-1"),
        lambda body: body["hops"][1]["previousLinks"].clear(),
        lambda body: body["hops"][1]["issues"][0].update(origin="Outbound"),
        lambda body: body["hops"][1]["issues"][0].update(severity="Warning"),
        lambda body: body["hops"][1]["issues"][0]["context"][0].update(value="UserRule_yes"),
        lambda body: body["hops"].append(copy.deepcopy(body["hops"][1])),
        lambda body: body.update(connectionStatus="Reachable"),
    ],
)
def test_what_counts(case_of: Callable[[str], Case], change: Callable[[Any], None]) -> None:
    changed = answer()
    change(changed)
    assert not agree(answer(), changed, case_of("1.2.3.4"))


def test_the_address_of_a_name_does_not_count(case_of: Callable[[str], Case]) -> None:
    other = answer()
    del other["hops"][1]["address"]
    assert agree(answer(), other, case_of("www.contoso.com"))
    assert not agree(answer(), other, case_of("1.2.3.4"))
    other["hops"][0]["address"] = "10.0.0.9"
    assert not agree(answer(), other, case_of("www.contoso.com"))


@pytest.mark.parametrize(
    ("dest", "named"),
    [("www.contoso.com", True), ("https://www.contoso.com/x", True), ("1.2.3.4", False), ("fd00::4", False)],
)
def test_a_destination_by_name(case_of: Callable[[str], Case], dest: str, named: bool) -> None:
    assert is_by_name(case_of(dest)) is named


def test_issues_of_machines_do_not_count_and_neither_does_the_status_they_may_decide(
    case_of: Callable[[str], Case],
) -> None:
    guest, reached = answer(), answer()
    guest["hops"][1]["issues"] = [GUEST]
    reached["hops"][1]["issues"] = []
    reached["connectionStatus"] = "Reachable"
    assert agree(guest, reached, case_of("1.2.3.4"))
    assert not agree(reached, guest, case_of("1.2.3.4"))


def test_what_is_no_path_is_left_alone() -> None:
    bodies: list[Any] = [{"error": {}}, None, {"hops": "none"}]
    for body in bodies:
        assert counted_path(body, end_address=True, status=True) == body
