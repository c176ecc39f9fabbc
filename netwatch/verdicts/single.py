"""The verdict on one flow at one NIC: every rule list there, in Azure's order, until one denies."""

from __future__ import annotations

from netwatch.compile.compiled_topology import Binding, CompiledTopology
from netwatch.compile.rule_tables import flow_point
from netwatch.effective.unsupported import refuse_admin_rules
from netwatch.matcher.reference import first_match
from netwatch.matcher.tables import NO_ROW
from netwatch.model.answers import Decision, EffectiveNsg, EffectiveRule, Verdict
from netwatch.model.flow import Access, Direction, Flow, Outcome
from netwatch.model.resources import NetworkInterface
from netwatch.model.unresolved import Unresolved

__all__ = ["verdict"]


def verdict(compiled: CompiledTopology, nic: NetworkInterface, direction: Direction, flow: Flow) -> Verdict:
    """What every rule list at ``nic`` makes of ``flow``, and what they come to.

    Inbound the subnet's group is asked first, outbound the NIC's; the first Deny ends it, and without any group the
    outcome is NotApplicable ("How network security groups filter network traffic"). An Unknown list does not end it,
    since a Deny further on settles the flow whatever the open value is.
    """
    refuse_admin_rules(compiled.topology)
    bindings = compiled.bindings(nic)
    decisions: list[Decision] = []
    for binding in reversed(bindings) if direction is Direction.INBOUND else bindings:
        decisions.append(_decide(compiled, binding, direction, flow))
        if decisions[-1].outcome is Outcome.DENY:
            break
    return Verdict(nic.id, direction, flow, tuple(decisions), _overall(decisions))


def _overall(decisions: list[Decision]) -> Outcome:
    outcomes = {decision.outcome for decision in decisions}
    for outcome in (Outcome.DENY, Outcome.UNKNOWN, Outcome.ALLOW):
        if outcome in outcomes:
            return outcome
    return Outcome.NOT_APPLICABLE


def _decide(compiled: CompiledTopology, binding: Binding, direction: Direction, flow: Flow) -> Decision:
    if isinstance(binding.nsg, Unresolved):
        return Decision(binding.level, binding.bound_to, Outcome.UNKNOWN, None, unresolved=(binding.nsg,))
    return _decide_list(compiled, binding.nsg, direction, flow)


def _decide_list(compiled: CompiledTopology, nsg: EffectiveNsg, direction: Direction, flow: Flow) -> Decision:
    """First match wins. A rule with open values may match or not, so its outcome is only a possibility; the first
    rule without any settles it, and if all possibilities agree with that rule, the open values did not matter."""
    rules = compiled.rules(nsg, direction)
    possible: set[Outcome] = set()
    unresolved: list[Unresolved] = []
    for index in _matches(compiled, nsg, direction, flow):
        rule = rules[index]
        possible |= _outcomes(rule)
        unresolved.extend(rule.unresolved)
        if not rule.unresolved:
            outcome = possible.pop() if len(possible) == 1 else Outcome.UNKNOWN
            settling = rule.rule if outcome is not Outcome.UNKNOWN else None
            tried = tuple(earlier.rule for earlier in rules[:index])
            return Decision(nsg.level, nsg.nsg.id, outcome, settling, tried, tuple(dict.fromkeys(unresolved)))
    raise AssertionError("the default rules of a group match every flow")


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


def _outcomes(rule: EffectiveRule) -> set[Outcome]:
    access = rule.rule.access
    if isinstance(access, Unresolved):
        return {Outcome.ALLOW, Outcome.DENY}
    return {Outcome.DENY if access is Access.DENY else Outcome.ALLOW}
