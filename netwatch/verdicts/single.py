"""The verdict on one flow at one NIC: every rule list there, in Azure's order, until one denies."""

from __future__ import annotations

from netwatch.compile.compiled_topology import Binding, CompiledTopology
from netwatch.compile.rule_tables import flow_point
from netwatch.effective.platform import is_exempt
from netwatch.matcher.reference import first_match
from netwatch.matcher.tables import NO_ROW
from netwatch.model.answers import Decision, EffectiveNsg, EffectiveRule, Verdict
from netwatch.model.flow import Access, Direction, Flow, Outcome
from netwatch.model.resources import NetworkInterface
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved

__all__ = ["bindings_in_order", "verdict"]


def verdict(compiled: CompiledTopology, nic: NetworkInterface, direction: Direction, flow: Flow) -> Verdict:
    """What every rule list at ``nic`` makes of ``flow``, and what they come to.

    Admin rules are asked first, then inbound the subnet's group and the NIC's, outbound the NIC's and the subnet's. The
    first Deny ends it and so does an AlwaysAllow; without any rule list the outcome is NotApplicable. An Unknown list
    does not end it, since a Deny further on settles the flow whatever the open value is. Sources: "How network
    security groups filter network traffic", "Security admin rules in Azure Virtual Network Manager".
    """
    decisions: list[Decision] = []
    for binding in bindings_in_order(compiled, nic, direction):
        decision = _decide(compiled, binding, direction, flow)
        if decision is not None:
            decisions.append(decision)
        if decision is not None and _ends(decision):
            break
    return Verdict(nic.id, direction, flow, tuple(decisions), _overall(compiled, direction, flow, decisions))


def bindings_in_order(compiled: CompiledTopology, nic: NetworkInterface, direction: Direction) -> tuple[Binding, ...]:
    """The rule lists at ``nic`` in the order in which Azure asks them for flows in ``direction``."""
    groups = compiled.bindings(nic)
    return (*compiled.admin_bindings(nic), *(reversed(groups) if direction is Direction.INBOUND else groups))


def _ends(decision: Decision) -> bool:
    always = decision.rule is not None and decision.rule.access is Access.ALWAYS_ALLOW
    return decision.outcome is Outcome.DENY or always


def _overall(compiled: CompiledTopology, direction: Direction, flow: Flow, decisions: list[Decision]) -> Outcome:
    outcomes = {decision.outcome for decision in decisions}
    if Outcome.DENY in outcomes and is_exempt(compiled.topology.semantics, direction, flow, decisions[-1].rule):
        return Outcome.ALLOW
    for outcome in (Outcome.DENY, Outcome.UNKNOWN, Outcome.ALLOW):
        if outcome in outcomes:
            return outcome
    return Outcome.NOT_APPLICABLE


def _decide(compiled: CompiledTopology, binding: Binding, direction: Direction, flow: Flow) -> Decision | None:
    if isinstance(binding.nsg, Unresolved):
        return Decision(binding.level, binding.bound_to, Outcome.UNKNOWN, None, unresolved=(binding.nsg,))
    return _decide_list(compiled, binding.nsg, direction, flow)


def _decide_list(compiled: CompiledTopology, nsg: EffectiveNsg, direction: Direction, flow: Flow) -> Decision | None:
    """First match wins. A rule with open values may match or not, so its access is only a possibility; the first rule
    without any settles it, and if all possibilities agree with that rule, the open values did not matter.

    None where no rule matches, which only admin rules leave open: they have no default rules.
    """
    rules = compiled.rules(nsg, direction)
    possible: set[Access] = set()
    unresolved: list[Unresolved] = []
    for index in _matches(compiled, nsg, direction, flow):
        rule = rules[index]
        possible |= _accesses(rule)
        unresolved.extend(rule.unresolved)
        if not rule.unresolved:
            agreed = len(possible) == 1
            outcome = _outcome(possible.pop()) if agreed else Outcome.UNKNOWN
            tried = tuple(earlier.rule for earlier in rules[:index])
            return _decision(nsg, outcome, rule if agreed else None, tried, unresolved)
    if possible <= {Access.ALLOW}:  # an admin Allow hands on to the groups, as no match does
        return None
    return _decision(nsg, Outcome.UNKNOWN, None, tuple(rule.rule for rule in rules), unresolved)


def _decision(
    nsg: EffectiveNsg,
    outcome: Outcome,
    rule: EffectiveRule | None,
    tried: tuple[SecurityRule, ...],
    reasons: list[Unresolved],
) -> Decision:
    settling = None if rule is None else rule.rule
    return Decision(nsg.level, nsg.nsg.id, outcome, settling, tried, tuple(dict.fromkeys(reasons)))


def _matches(compiled: CompiledTopology, nsg: EffectiveNsg, direction: Direction, flow: Flow) -> list[int]:
    """The rules that hold the flow, in order, up to the first that holds it whatever open values turn out to be."""
    table, rule_of = compiled.rule_table(nsg, direction, flow.src_ip.version)
    point = flow_point(flow)
    found: list[int] = []
    row = first_match(table, point)
    while row != NO_ROW:
        if not found or found[-1] != rule_of[row]:
            found.append(rule_of[row])
        if not table.maybe[row]:
            break
        row = first_match(table, point, start=row + 1)
    return found


def _accesses(rule: EffectiveRule) -> set[Access]:
    access = rule.rule.access
    return {Access.ALLOW, Access.DENY} if isinstance(access, Unresolved) else {access}


def _outcome(access: Access) -> Outcome:
    return Outcome.DENY if access is Access.DENY else Outcome.ALLOW
