"""Text of NSG diagnostics: each rule list with its rules, and beside each rule the conditions that do not hold."""

from __future__ import annotations

from netwatch.model.answers import EvaluatedNsg, NsgDiagnostic, NsgDiagnosticsAnswer, RuleEvaluation
from netwatch.model.flow import Level, Outcome
from netwatch.render.layout import columns, wrap
from netwatch.render.trip import (
    INDENT,
    Blocks,
    Page,
    not_known,
    place_unless_default,
    priority,
    service_tags_line,
)

__all__ = ["blocks"]


def blocks(answer: NsgDiagnosticsAnswer, page: Page) -> Blocks:
    """The three blocks of a diagnostic. The rules shown are those of ``verbosity``; with -v all that were asked."""
    trip = [line for result in answer.results for line in _result_lines(result, answer, page)]
    trip += service_tags_line(answer.service_tags, page)
    return Blocks(_asked(answer), trip, _answer_line(answer, page))


def _asked(answer: NsgDiagnosticsAnswer) -> str:
    queries = dict.fromkeys(
        f"{r.direction.value} {r.protocol} {r.source} → {r.destination} port {r.destination_port}"
        for r in answer.results
    )
    return f"{'; '.join(queries) or 'security rules'}, at {answer.target.name}"


def _result_lines(result: NsgDiagnostic, answer: NsgDiagnosticsAnswer, page: Page) -> list[str]:
    lines = wrap(f"NIC {result.nic.name}", page.width, indent=INDENT) if len(answer.results) > 1 else []
    for nsg in result.evaluated:
        lines += wrap(_list_line(nsg), page.width, indent=INDENT)
        shown = () if answer.verbosity == "Minimum" else nsg.evaluations
        if answer.verbosity == "Normal":
            shown = nsg.evaluations[-1:]
        rows = [_rule_row(each, nsg, page) for each in (nsg.evaluations if page.verbose else shown)]
        lines += columns(rows, page.width, indent=2 * INDENT)
        for unresolved in nsg.unresolved:
            lines += wrap(not_known(unresolved, page), page.width, indent=2 * INDENT)
    return lines


def _list_line(nsg: EvaluatedNsg) -> str:
    level = {Level.ADMIN: "network", Level.SUBNET: "subnet", Level.NIC: "NIC"}[nsg.level]
    outcome = "no rule matches" if nsg.outcome is Outcome.NOT_APPLICABLE else nsg.outcome.value
    return f"{nsg.owner.name} on the {level} {nsg.applied_to.name}: {outcome}"


def _rule_row(each: RuleEvaluation, nsg: EvaluatedNsg, page: Page) -> tuple[str, ...]:
    mark = ">" if each.rule is nsg.matched else "?" if each.matched else " "
    return (mark, priority(each.rule), each.rule.name, _held(each, nsg), place_unless_default(each.rule.where, page))


def _held(each: RuleEvaluation, nsg: EvaluatedNsg) -> str:
    """What of the rule does not hold; a rule that may match, by what the input leaves open, says so."""
    conditions = {
        "protocol": each.protocol,
        "source": each.source,
        "source port": each.source_port,
        "destination": each.destination,
        "destination port": each.destination_port,
    }
    missed = [name for name, holds in conditions.items() if not holds]
    if missed:
        first = ", ".join(missed[:-1])
        return f"not its {first} and {missed[-1]}" if first else f"not its {missed[-1]}"
    return "matches" if each.rule is nsg.matched else "may match"


def _answer_line(answer: NsgDiagnosticsAnswer, page: Page) -> str:
    if not answer.results:
        return "no result: no network security group is bound, so the traffic passes"
    lines = [(result.nic.name, _line(result, page)) for result in answer.results]
    return lines[0][1] if len(lines) == 1 else "; ".join(f"{nic}: {line}" for nic, line in lines)


def _unsettled(result: NsgDiagnostic) -> str:
    if result.outcome is Outcome.NOT_APPLICABLE:
        return "no result: no rule matches, so the traffic passes"
    return f"{result.outcome.value}, whichever rule it is"


def _line(result: NsgDiagnostic, page: Page) -> str:
    settled = result.settled
    if result.outcome is Outcome.UNKNOWN:
        reasons = dict.fromkeys(not_known(unresolved, page) for unresolved in result.unresolved)
        return f"Unknown: {'; '.join(reasons)}"
    if settled is None or settled.matched is None:
        return _unsettled(result)
    level = {Level.ADMIN: "network manager", Level.SUBNET: "subnet", Level.NIC: "NIC"}[settled.level]
    rule = settled.matched
    return (
        f"{result.outcome.value} by {settled.owner.name}/{rule.name} (priority {priority(rule)}, {level}), "
        f"{page.place(rule.where)}"
    )
