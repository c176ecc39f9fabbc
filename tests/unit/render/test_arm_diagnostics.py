"""The body of networkConfigurationDiagnostic."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.model.answers import NsgDiagnosticsAnswer
from netwatch.model.flow import Level, Outcome
from netwatch.render.arm import body
from tests.build import GROUP, rule
from tests.unit.render.answers import NIC, OPEN, SUBNET, default_rule, diagnostic, evaluated, held

MISSED, MATCHED = held(rule("web"), "destination_port"), held(default_rule("DenyAllInBound"))
DENY = evaluated(MISSED, MATCHED)


def groups(answer: NsgDiagnosticsAnswer) -> list[dict[str, Any]]:
    (result,) = body(answer)["results"]
    found: list[dict[str, Any]] = result["networkSecurityGroupResult"]["evaluatedNetworkSecurityGroups"]
    return found


def test_the_whole_body() -> None:
    assert body(diagnostic(DENY)) == {
        "results": [
            {
                "profile": {
                    "direction": "Inbound",
                    "protocol": "TCP",
                    "source": "*",
                    "destination": "10.0.0.4",
                    "destinationPort": "22",
                },
                "networkSecurityGroupResult": {
                    "securityRuleAccessResult": "Deny",
                    "evaluatedNetworkSecurityGroups": [
                        {
                            "networkSecurityGroupId": GROUP.text,
                            "appliedTo": SUBNET.text,
                            "matchedRule": {"ruleName": "DefaultRule_DenyAllInBound", "action": "Deny"},
                            "rulesEvaluationResult": [
                                {
                                    "name": "UserRule_web",
                                    "protocolMatched": True,
                                    "sourceMatched": True,
                                    "sourcePortMatched": True,
                                    "destinationMatched": True,
                                    "destinationPortMatched": False,
                                },
                                {
                                    "name": "DefaultRule_DenyAllInBound",
                                    "protocolMatched": True,
                                    "sourceMatched": True,
                                    "sourcePortMatched": True,
                                    "destinationMatched": True,
                                    "destinationPortMatched": True,
                                },
                            ],
                        }
                    ],
                },
            }
        ]
    }


@pytest.mark.parametrize(
    ("condition", "key"),
    [
        ("protocol", "protocolMatched"),
        ("source", "sourceMatched"),
        ("source_port", "sourcePortMatched"),
        ("destination", "destinationMatched"),
        ("destination_port", "destinationPortMatched"),
    ],
)
def test_each_condition_has_its_own_field(condition: str, key: str) -> None:
    (group,) = groups(diagnostic(evaluated(held(rule("web"), condition), MATCHED)))
    row = group["rulesEvaluationResult"][0]
    assert [name for name, value in row.items() if value is False] == [key]


@pytest.mark.parametrize(
    ("verbosity", "names"),
    [("Full", ["UserRule_web", "DefaultRule_DenyAllInBound"]), ("Normal", ["DefaultRule_DenyAllInBound"])],
)
def test_verbosity_says_how_many_rules_are_listed(verbosity: str, names: list[str]) -> None:
    (group,) = groups(diagnostic(DENY, verbosity=verbosity))
    assert [each["name"] for each in group["rulesEvaluationResult"]] == names


def test_the_least_verbosity_lists_none() -> None:
    (group,) = groups(diagnostic(DENY, verbosity="Minimum"))
    assert group.keys() == {"networkSecurityGroupId", "appliedTo", "matchedRule"}


def test_an_admin_rule_stands_bare_and_always_allow_is_an_allow() -> None:
    admin = evaluated(held(rule("always", access="AlwaysAllow")), level=Level.ADMIN, outcome=Outcome.ALLOW)
    (group,) = groups(diagnostic(admin, outcome=Outcome.ALLOW))
    assert group["matchedRule"] == {"ruleName": "always", "action": "Allow"}
    assert group["rulesEvaluationResult"][0]["name"] == "always"


def test_admin_rules_that_do_not_match_are_left_out() -> None:
    silent = evaluated(MISSED, level=Level.ADMIN, outcome=Outcome.NOT_APPLICABLE, matched=None)
    assert len(groups(diagnostic(silent, DENY))) == 1
    assert body(diagnostic(silent, outcome=Outcome.NOT_APPLICABLE)) == {"results": []}


def test_without_results_the_list_is_empty() -> None:
    assert body(diagnostic(results=())) == {"results": []}


def test_an_unknown_names_no_rule() -> None:
    unknown = evaluated(MISSED, outcome=Outcome.UNKNOWN, matched=None, unresolved=(OPEN,))
    (result,) = body(diagnostic(unknown, outcome=Outcome.UNKNOWN))["results"]
    assert result["networkSecurityGroupResult"]["securityRuleAccessResult"] == "Unknown"
    assert "matchedRule" not in result["networkSecurityGroupResult"]["evaluatedNetworkSecurityGroups"][0]


class TestTheRecordedBug:
    """With repeatPrevious a Deny of the second group names the rule of the first (recorded once, in 2019)."""

    ALLOW = evaluated(held(rule("all")), outcome=Outcome.ALLOW)
    ON_NIC = evaluated(MATCHED, level=Level.NIC)

    def test_the_second_group_repeats_the_first(self) -> None:
        first, second = groups(diagnostic(self.ALLOW, self.ON_NIC, matched_rule="repeatPrevious"))
        assert first["matchedRule"] == second["matchedRule"] == {"ruleName": "UserRule_all", "action": "Allow"}
        assert second["appliedTo"] == NIC.id.text
        assert second["rulesEvaluationResult"][-1]["name"] == "DefaultRule_DenyAllInBound"

    def test_by_itself_each_group_names_its_own(self) -> None:
        _, second = groups(diagnostic(self.ALLOW, self.ON_NIC))
        assert second["matchedRule"] == {"ruleName": "DefaultRule_DenyAllInBound", "action": "Deny"}

    def test_a_first_deny_and_a_second_allow_are_left_alone(self) -> None:
        assert groups(diagnostic(DENY, matched_rule="repeatPrevious")) == groups(diagnostic(DENY))
        on_nic = evaluated(held(rule("nic")), level=Level.NIC, outcome=Outcome.ALLOW)
        _, second = groups(diagnostic(self.ALLOW, on_nic, outcome=Outcome.ALLOW, matched_rule="repeatPrevious"))
        assert second["matchedRule"]["ruleName"] == "UserRule_nic"
