"""Asking and comparing."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.checks.reading import Expectation, Question
from netwatch.checks.running import CheckOutcome, Miss, Result, run
from netwatch.checks.verbs import VERBS
from netwatch.errors import ResourceNotFoundError
from netwatch.model.where import Where
from netwatch.watcher import NetworkWatcher

HOP = {"vm": "web-0", "source-ip": "10.0.1.4", "dest-ip": "10.0.2.4"}


@pytest.fixture(scope="module")
def watcher() -> NetworkWatcher:
    return NetworkWatcher.load("topologies/two-tier/two-tier.yaml")


@pytest.fixture(scope="module")
def open_watcher() -> NetworkWatcher:
    """A network where one machine stands behind no group."""
    return NetworkWatcher.load("topologies/multi-tier-app/multi-tier-app.yaml")


def _one(watcher: NetworkWatcher, verb: str, values: dict[str, str], expect: Expectation = None) -> Result:
    (result,) = run(watcher, [Question(VERBS[verb], values, expect, Where("checks.yaml", 1))])
    return result


def test_without_an_expectation_a_question_is_answered(watcher: NetworkWatcher) -> None:
    result = _one(watcher, "next-hop", HOP)
    assert result.outcome is CheckOutcome.ANSWERED
    assert result.body == {"nextHopType": "VirtualNetwork", "routeTableId": "System Route"}


@pytest.mark.parametrize(
    ("expect", "misses"),
    [
        ("VirtualNetwork", ()),
        ("Internet", (Miss("", "Internet", "VirtualNetwork"),)),
        ({"nextHopType": "VirtualNetwork", "nextHopIpAddress": None}, ()),
        ({"nextHopType": "None"}, (Miss("nextHopType", "None", "VirtualNetwork"),)),
        ({"length(routeTableId) == `12`": True}, ()),
        ({"length(routeTableId) == `12`": 1}, (Miss("length(routeTableId) == `12`", 1, True),)),
    ],
)
def test_what_was_expected_is_compared(watcher: NetworkWatcher, expect: Any, misses: tuple[Miss, ...]) -> None:
    result = _one(watcher, "next-hop", HOP, expect)
    assert result.misses == misses
    assert result.outcome is (CheckOutcome.MISSED if misses else CheckOutcome.PASSED)


def test_reasons_can_be_expected_too(watcher: NetworkWatcher) -> None:
    flow = {"direction": "Inbound", "protocol": "TCP", "local": ":1433", "remote": "203.0.113.7:50123"}
    level, rule = "explanation.decisions[-1].level", "explanation.decisions[-1].rule"
    result = _one(watcher, "ip-flow-verify", {"vm": "db-0", **flow}, {"access": "Deny", level: "NIC", rule: "x"})
    assert result.misses == (Miss(level, "NIC", "subnet"), Miss(rule, "x", "DenyAllInBound"))


def test_an_expression_that_cannot_be_evaluated_is_missed(watcher: NetworkWatcher) -> None:
    result = _one(watcher, "next-hop", HOP, {"length(`1`)": 1})
    assert result.outcome is CheckOutcome.MISSED
    assert "length" in str(result.misses[0].got)


FLOW = {"vm": "MultiTierApp0", "direction": "Outbound", "protocol": "TCP", "local": ":*", "remote": "203.0.113.7:443"}


@pytest.mark.parametrize(
    ("expect", "outcome"),
    [
        (None, CheckOutcome.REFUSED),
        ("Allow", CheckOutcome.PASSED),
        ("Deny", CheckOutcome.MISSED),
        ({"error.code": "NsgsNotAppliedOnNic"}, CheckOutcome.PASSED),
        ({"access": "Allow"}, CheckOutcome.MISSED),
    ],
)
def test_a_refusal_is_compared_by_the_fate_of_the_traffic_or_by_its_body(
    open_watcher: NetworkWatcher, expect: Expectation, outcome: CheckOutcome
) -> None:
    assert _one(open_watcher, "ip-flow-verify", FLOW, expect).outcome is outcome


def test_an_error_ends_its_question_and_not_the_run(watcher: NetworkWatcher) -> None:
    questions = [
        Question(VERBS["next-hop"], {**HOP, "vm": "nobody"}, "Internet", Where("checks.yaml", 1)),
        Question(VERBS["next-hop"], HOP, "VirtualNetwork", Where("checks.yaml", 2)),
    ]
    first, second = run(watcher, questions)
    assert first.outcome is CheckOutcome.ERROR
    assert isinstance(first.error, ResourceNotFoundError)
    assert second.outcome is CheckOutcome.PASSED
