"""A diagnostic query taken through every rule list at one NIC, in Azure's order, with each rule's conditions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from netwatch.compile.compiled_topology import Binding, CompiledTopology
from netwatch.model.answers import EffectiveRule, EvaluatedNsg, RuleEvaluation
from netwatch.model.flow import Access, Level, Outcome
from netwatch.model.resources import NetworkInterface
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.conditions import DiagnosticQuery, hold
from netwatch.verdicts.single import bindings_in_order

__all__ = ["Diagnosis", "diagnose"]

_Accesses = frozenset[Access | None]
"""All that a rule list may say, None where no rule of it matches: several only where the input leaves a value open."""

_ENDS: tuple[_Accesses, ...] = (frozenset({Access.DENY}), frozenset({Access.ALWAYS_ALLOW}))


class Diagnosis(NamedTuple):
    """What every rule list made of a query, and what they come to; NotApplicable where no rule of any list matches."""

    outcome: Outcome
    evaluated: tuple[EvaluatedNsg, ...]


class _Reading(NamedTuple):
    accesses: _Accesses
    evaluated: EvaluatedNsg


class _Asked(NamedTuple):
    accesses: _Accesses
    matched: SecurityRule | None
    evaluations: tuple[RuleEvaluation, ...]
    unresolved: tuple[Unresolved, ...]


def diagnose(compiled: CompiledTopology, nic: NetworkInterface, query: DiagnosticQuery) -> Diagnosis:
    """``query`` at ``nic``: admin rules first, then inbound the subnet's group and the NIC's, outbound the reverse.

    It goes on after an Allow and ends with a Deny ("Diagnose network security rules") or an AlwaysAllow, which skips
    the groups ("Security admin rules in Azure Virtual Network Manager"). Where open values leave several readings, all
    of them are followed to the end.
    """
    readings: list[_Reading] = []
    for binding in bindings_in_order(compiled, nic, query.direction):
        if binding.level is Level.ADMIN and any(
            each.evaluated.level is Level.ADMIN and _allows(each) for each in readings
        ):
            continue  # the manager of the widest scope that has a say has said it
        readings.append(_read(compiled, binding, query))
        if readings[-1].accesses in _ENDS:
            break
    outcomes = _outcomes([reading.accesses for reading in readings])
    outcome = outcomes.pop() if len(outcomes) == 1 else Outcome.UNKNOWN
    return Diagnosis(outcome, tuple(reading.evaluated for reading in readings))


def _allows(reading: _Reading) -> bool:
    return reading.accesses == {Access.ALLOW}


def _outcomes(lists: list[_Accesses], *, so_far: Outcome = Outcome.NOT_APPLICABLE) -> set[Outcome]:
    """Every outcome that is possible when each list says one of its accesses."""
    if not lists:
        return {so_far}
    found: set[Outcome] = set()
    for access in lists[0]:
        if access is None:
            found |= _outcomes(lists[1:], so_far=so_far)
        elif access is Access.ALLOW:
            found |= _outcomes(lists[1:], so_far=Outcome.ALLOW)
        else:
            found.add(_outcome(access))
    return found


def _outcome(access: Access | None) -> Outcome:
    if access is None:
        return Outcome.NOT_APPLICABLE
    return Outcome.DENY if access is Access.DENY else Outcome.ALLOW


def _read(compiled: CompiledTopology, binding: Binding, query: DiagnosticQuery) -> _Reading:
    if isinstance(binding.nsg, Unresolved):
        return _unread(binding, binding.nsg)
    asked = _ask(compiled.rules(binding.nsg, query.direction), query)
    outcomes = {_outcome(access) for access in asked.accesses}
    evaluated = EvaluatedNsg(
        binding.level,
        binding.nsg.nsg.id,
        binding.bound_to,
        outcomes.pop() if len(outcomes) == 1 else Outcome.UNKNOWN,
        asked.matched if len(asked.accesses) == 1 else None,
        asked.evaluations,
        asked.unresolved,
    )
    return _Reading(asked.accesses, evaluated)


def _ask(rules: Iterable[EffectiveRule], query: DiagnosticQuery) -> _Asked:
    """First match wins. A rule that hangs on an open value is only a possibility, and the rules after it are asked too;
    where they all say the same, the open value did not matter."""
    evaluations: list[RuleEvaluation] = []
    possible: set[Access | None] = set()
    unresolved: list[Unresolved] = []
    for rule in rules:
        evaluation, is_certain = hold(rule, query)
        evaluations.append(evaluation)
        if evaluation.matched:
            possible |= _accesses(rule)
            unresolved += [*rule.unresolved, *(() if is_certain else _open_values(query))]
        if evaluation.matched and is_certain:
            return _Asked(frozenset(possible), rule.rule, tuple(evaluations), tuple(dict.fromkeys(unresolved)))
    return _Asked(frozenset({*possible, None}), None, tuple(evaluations), tuple(dict.fromkeys(unresolved)))


def _unread(binding: Binding, why: Unresolved) -> _Reading:
    evaluated = EvaluatedNsg(binding.level, binding.bound_to, binding.bound_to, Outcome.UNKNOWN, None, (), (why,))
    return _Reading(frozenset({Access.ALLOW, Access.DENY}), evaluated)


def _accesses(rule: EffectiveRule) -> set[Access | None]:
    access = rule.rule.access
    return {Access.ALLOW, Access.DENY} if isinstance(access, Unresolved) else {access}


def _open_values(query: DiagnosticQuery) -> tuple[Unresolved, ...]:
    return (*query.source.unresolved, *query.destination.unresolved)
