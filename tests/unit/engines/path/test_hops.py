"""Hops: issues at their hop, or at the one before, as the switch says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.engines.path.hops import denials
from netwatch.model.answers import Decision, Verdict
from netwatch.model.flow import Direction, Level, Outcome
from netwatch.model.semantics import Semantics
from tests.build import GROUP, flow, rule
from tests.unit.engines.hub import HUB, check, issues, names, read

CLOSED = "networkSecurityGroups: {nsg: {securityRules: {no: {priority: 100, access: Deny}}}}\n"
BOTH = {"one": "10.2.0.0/16 10.0.1.4", "two": "10.1.0.0/16 10.0.1.4"}


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("ownHop", [("fw-0-nic", "Inbound", "UserRule_no"), ("two-0-nic", "Inbound", "UserRule_no")]),
        ("previousHop", [("one-0-nic", "Outbound", "UserRule_no"), ("fw-0-nic", "Outbound", "UserRule_no")]),
    ],
)
def test_an_inbound_rules_issue_stands_where_the_switch_says(
    reading: str, expected: list[tuple[str, str, str]]
) -> None:
    text = HUB.replace("nva: {addressPrefix", "nva: {networkSecurityGroup: nsg, addressPrefix")
    text = text.replace("db: {addressPrefix", "db: {networkSecurityGroup: nsg, addressPrefix") + CLOSED
    answer = check(replace(read(text, **BOTH), semantics=Semantics(security_rule_issue=reading)), "one-0", "two-0")
    assert issues(answer) == expected
    assert (answer.status, len(names(answer))) == ("Unreachable", 5)


def decided(outcome: Outcome, level: Level, *, overall: Outcome) -> Verdict:
    decision = Decision(level, GROUP, outcome, rule("no", access="Deny"))
    return Verdict(GROUP, Direction.INBOUND, flow("Tcp", "10.0.0.4", "10.0.1.4 22"), (decision,), overall)


def test_a_denial_is_named_by_its_level_and_counts_only_where_it_stands() -> None:
    by_group = decided(Outcome.DENY, Level.SUBNET, overall=Outcome.DENY)
    by_manager = decided(Outcome.DENY, Level.ADMIN, overall=Outcome.DENY)
    overruled = decided(Outcome.DENY, Level.SUBNET, overall=Outcome.ALLOW)
    found = [dict(issue.context)["RuleName"] for issue in denials([by_group, by_manager, overruled])]
    assert found == ["UserRule_no", "no"]
