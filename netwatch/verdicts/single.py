"""The verdict on one flow at one NIC: every rule list there, in Azure's order, until one denies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from netwatch.compile.compiled_topology import Binding, CompiledTopology
from netwatch.compile.rule_lists import matching_rules
from netwatch.compile.rule_tables import flow_point
from netwatch.effective.platform import is_exempt, is_licensing, names_platform
from netwatch.effective.routes import keeps_default_route
from netwatch.model.answers import Decision, EffectiveNsg, EffectiveRule, Verdict
from netwatch.model.flow import Access, Direction, Flow, Level, Outcome
from netwatch.model.resources import NetworkInterface, Subnet
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved

__all__ = ["bindings_in_order", "has_system_default_route", "verdict"]


def verdict(compiled: CompiledTopology, nic: NetworkInterface, direction: Direction, flow: Flow) -> Verdict:
    """What every rule list at ``nic`` makes of ``flow``, and what they come to.

    Admin rules are asked first, then inbound the subnet's group and the NIC's, outbound the NIC's and the subnet's. The
    first Deny ends it and so does an AlwaysAllow; without any rule list the outcome is NotApplicable. An Unknown list
    does not end it, since a Deny further on settles the flow whatever the open value is. Sources: "How network
    security groups filter network traffic", "Security admin rules in Azure Virtual Network Manager".
    """
    passes = is_exempt(compiled.topology.semantics, direction, flow) or _is_licensed(compiled, nic, direction, flow)
    decisions: list[Decision] = []
    for binding in bindings_in_order(compiled, nic, direction):
        if binding.level is Level.ADMIN and _is_settled_above(decisions):
            continue
        decision = _decide(compiled, binding, Asked(direction, flow, passes))
        if decision is not None:
            decisions.append(decision)
        if decision is not None and _ends(decision):
            break
    return Verdict(nic.id, direction, flow, tuple(decisions), _overall(decisions))


def _is_licensed(compiled: CompiledTopology, nic: NetworkInterface, direction: Direction, flow: Flow) -> bool:
    """Whether ``flow`` activates Windows and rules do not stop it: the subnet has no default route of its own."""
    if compiled.topology.semantics.platform_traffic != "exempt" or not is_licensing(direction, flow):
        return False
    return has_system_default_route(compiled, nic)


def has_system_default_route(compiled: CompiledTopology, nic: NetworkInterface) -> bool:
    """Whether the subnet of ``nic`` is known and has no default route of its own."""
    subnet = compiled.topology.subnet_of(nic)
    return isinstance(subnet, Subnet) and keeps_default_route(compiled.effective_routes(subnet))


def _is_settled_above(decisions: Sequence[Decision]) -> bool:
    """Whether a network manager of a wider scope has allowed the flow: managers below it are not asked then.

    "Network manager scopes": where configurations of two scopes are in conflict, the wider one's is applied.
    """
    return any(each.level is Level.ADMIN and each.outcome is Outcome.ALLOW for each in decisions)


class Asked(NamedTuple):
    """A flow as the rule lists are asked about it; ``passes``: only rules that name the platform's tags can deny it."""

    direction: Direction
    flow: Flow
    passes: bool


def bindings_in_order(compiled: CompiledTopology, nic: NetworkInterface, direction: Direction) -> tuple[Binding, ...]:
    """The rule lists at ``nic`` in the order in which Azure asks them for flows in ``direction``."""
    groups = compiled.bindings(nic)
    return (*compiled.admin_bindings(nic), *(reversed(groups) if direction is Direction.INBOUND else groups))


def _ends(decision: Decision) -> bool:
    always = decision.rule is not None and decision.rule.access is Access.ALWAYS_ALLOW
    return decision.outcome is Outcome.DENY or always


def _overall(decisions: list[Decision]) -> Outcome:
    outcomes = {decision.outcome for decision in decisions}
    for outcome in (Outcome.DENY, Outcome.UNKNOWN, Outcome.ALLOW):
        if outcome in outcomes:
            return outcome
    return Outcome.NOT_APPLICABLE


def _decide(compiled: CompiledTopology, binding: Binding, asked: Asked) -> Decision | None:
    if isinstance(binding.nsg, Unresolved):
        return Decision(binding.level, binding.bound_to, Outcome.UNKNOWN, None, unresolved=(binding.nsg,))
    return _decide_list(compiled, binding.nsg, asked)


def _decide_list(compiled: CompiledTopology, nsg: EffectiveNsg, asked: Asked) -> Decision | None:
    """First match wins. A rule with open values may match or not, so its access is only a possibility; the first rule
    without any settles it, and if all possibilities agree with that rule, the open values did not matter.

    None where no admin rule matches: they have no default rules. Where none is left that could deny what the platform
    exempts, the list allows it by no rule.
    """
    listed = compiled.rule_list(nsg, asked.direction, asked.flow.src_ip.version)
    rules = listed.rules
    possible: set[Access] = set()
    unresolved: list[Unresolved] = []
    for index in matching_rules(listed, flow_point(asked.flow)):
        rule = rules[index]
        if asked.passes and rule.rule.access is Access.DENY and not names_platform(rule.rule):
            continue
        possible |= _accesses(rule)
        unresolved.extend(rule.unresolved)
        if not rule.unresolved:
            agreed = len(possible) == 1
            outcome = _outcome(possible.pop()) if agreed else Outcome.UNKNOWN
            return _decision(nsg, outcome, rule if agreed else None, listed.before(index), unresolved)
    if possible <= {Access.ALLOW}:  # an admin Allow hands on to the groups, as no match does
        return None if nsg.level is Level.ADMIN else _decision(nsg, Outcome.ALLOW, None, listed.plain, unresolved)
    return _decision(nsg, Outcome.UNKNOWN, None, listed.plain, unresolved)


def _decision(
    nsg: EffectiveNsg,
    outcome: Outcome,
    rule: EffectiveRule | None,
    tried: tuple[SecurityRule, ...],
    reasons: list[Unresolved],
) -> Decision:
    settling = None if rule is None else rule.rule
    return Decision(nsg.level, nsg.nsg.id, outcome, settling, tried, tuple(dict.fromkeys(reasons)))


def _accesses(rule: EffectiveRule) -> set[Access]:
    access = rule.rule.access
    return {Access.ALLOW, Access.DENY} if isinstance(access, Unresolved) else {access}


def _outcome(access: Access) -> Outcome:
    return Outcome.DENY if access is Access.DENY else Outcome.ALLOW
