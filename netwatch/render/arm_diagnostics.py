"""ARM's body of networkConfigurationDiagnostic, shape of 2025."""

from __future__ import annotations

from typing import Any

from netwatch.model.answers import EvaluatedNsg, NsgDiagnostic, NsgDiagnosticsAnswer, RuleEvaluation
from netwatch.model.flow import Level, Outcome
from netwatch.model.rules import SecurityRule
from netwatch.render.words import view_rule_name

__all__ = ["nsg_diagnostics"]

Body = dict[str, Any]


def nsg_diagnostics(answer: NsgDiagnosticsAnswer) -> Body:
    """``results`` holds one entry for each profile and NIC; a NIC without any rule list has none (recorded, 2020).

    A list of admin rules stands in it only where one of them matched: no body with another is on record.
    """
    return {"results": [_result(result, answer) for result in answer.results if _asked(result)]}


def _asked(result: NsgDiagnostic) -> list[EvaluatedNsg]:
    return [nsg for nsg in result.evaluated if nsg.outcome is not Outcome.NOT_APPLICABLE]


def _result(result: NsgDiagnostic, answer: NsgDiagnosticsAnswer) -> Body:
    groups: list[Body] = []
    for nsg in _asked(result):
        matched = _matched_rule(nsg)
        if answer.matched_rule == "repeatPrevious" and groups and nsg.outcome is Outcome.DENY:
            matched = {key: groups[-1][key] for key in matched if key in groups[-1]}  # seen once, in 2019
        groups.append({**_place(nsg), **matched, **_evaluations(nsg, answer.verbosity)})
    return {
        "profile": {
            "direction": result.direction.value,
            "protocol": result.protocol,
            "source": result.source,
            "destination": result.destination,
            "destinationPort": result.destination_port,
        },
        "networkSecurityGroupResult": {
            "securityRuleAccessResult": result.outcome.value,
            "evaluatedNetworkSecurityGroups": groups,
        },
    }


def _place(nsg: EvaluatedNsg) -> Body:
    return {"networkSecurityGroupId": nsg.owner.text, "appliedTo": nsg.applied_to.text}


def _matched_rule(nsg: EvaluatedNsg) -> Body:
    """``action`` is Allow or Deny ("Network Watchers" REST specification): AlwaysAllow of an admin rule is an Allow."""
    if nsg.matched is None:
        return {}
    return {"matchedRule": {"ruleName": _name(nsg, nsg.matched), "action": nsg.outcome.value}}


def _evaluations(nsg: EvaluatedNsg, verbosity: str) -> Body:
    """Every rule up to the match where nothing or Full was asked (recorded), the match alone for Normal.

    Minimum leaves the list out: decided, no source says what it does.
    """
    if verbosity == "Minimum":
        return {}
    listed = nsg.evaluations if verbosity == "Full" else nsg.evaluations[-1:]
    return {"rulesEvaluationResult": [_evaluation(nsg, each) for each in listed]}


def _evaluation(nsg: EvaluatedNsg, evaluation: RuleEvaluation) -> Body:
    return {
        "name": _name(nsg, evaluation.rule),
        "protocolMatched": evaluation.protocol,
        "sourceMatched": evaluation.source,
        "sourcePortMatched": evaluation.source_port,
        "destinationMatched": evaluation.destination,
        "destinationPortMatched": evaluation.destination_port,
    }


def _name(nsg: EvaluatedNsg, rule: SecurityRule) -> str:
    """``UserRule_x`` or ``DefaultRule_x`` (recorded); an admin rule stands bare ("Diagnose network security rules")."""
    return rule.name if nsg.level is Level.ADMIN else view_rule_name(rule)
