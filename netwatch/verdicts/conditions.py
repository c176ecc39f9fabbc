"""A diagnostic query held against one rule, condition by condition, as NSG diagnostics reports it.

A query is a set of flows, not one flow: each side may be a range or a service tag. A condition holds when the query's
set lies wholly inside the rule's. Recorded answers of the real service: destination ``*`` is not inside a rule for
VirtualNetwork, and is inside a rule for ``*``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from netwatch.effective.rules import certain_prefixes
from netwatch.model.addresses import ALL_PORTS, PortRange, Prefix, collapse
from netwatch.model.answers import EffectiveRule, RuleEvaluation
from netwatch.model.flow import Direction, Protocol
from netwatch.model.rules import AddressField, AnyAddress, PortField, ServiceTag
from netwatch.model.unresolved import Unresolved

__all__ = ["AddressSet", "DiagnosticQuery", "Held", "hold"]

Condition = bool | None
"""Whether a condition holds; None where that hangs on a value the input leaves open."""


class AddressSet(NamedTuple):
    """One side of a query: ``prefixes`` are all its addresses, ``is_any`` says that it was asked as ``*``.

    ``tag`` is the service tag it was asked as, in lower case, else empty; ``unresolved`` is why the tag may hold more.
    """

    prefixes: tuple[Prefix, ...]
    is_any: bool = False
    tag: str = ""
    unresolved: tuple[Unresolved, ...] = ()

    def of_families(self, versions: frozenset[int]) -> AddressSet:
        """The part of the set in these address families."""
        return self._replace(prefixes=tuple(prefix for prefix in self.prefixes if prefix.version in versions))


class DiagnosticQuery(NamedTuple):
    """The flows asked about; ``ports`` are the destination's, the source's are always all of them (as in Azure).

    ``takes_overlap``: a range that a rule covers only in part counts as matched (semantics ``partialOverlap``). That is
    never so for ``*`` as an address, which is on record, nor for service tags, source ports and protocols.
    """

    direction: Direction
    protocol: Protocol
    source: AddressSet
    destination: AddressSet
    ports: PortRange
    takes_overlap: bool = False


class Held(NamedTuple):
    """What came of one rule. A condition that hangs on an open value counts as true, and ``is_certain`` is False."""

    evaluation: RuleEvaluation
    is_certain: bool


def hold(effective: EffectiveRule, query: DiagnosticQuery) -> Held:
    """``query`` held against one rule of its direction. Every condition is judged by itself (recorded)."""
    rule = effective.rule
    is_icmp = rule.protocol is query.protocol is Protocol.ICMP  # port fields of a rule for ICMP say nothing
    found: tuple[Condition, ...] = (
        _protocol(query.protocol, rule.protocol),
        _addresses(query.source, effective, rule.sources, takes_overlap=query.takes_overlap),
        is_icmp or _ports(ALL_PORTS, rule.source_ports, takes_overlap=False),
        _addresses(query.destination, effective, rule.destinations, takes_overlap=query.takes_overlap),
        is_icmp or _ports(query.ports, rule.destination_ports, takes_overlap=query.takes_overlap),
    )
    is_placed = not isinstance(rule.direction, Unresolved) and not isinstance(rule.priority, Unresolved)
    evaluation = RuleEvaluation(rule, *(condition is not False for condition in found))
    return Held(evaluation, is_placed and None not in found)


def _protocol(asked: Protocol, named: Protocol | Unresolved) -> Condition:
    if isinstance(named, Unresolved):
        return None
    return named in (Protocol.ANY, asked)


def _ports(asked: PortRange, field: PortField, *, takes_overlap: bool) -> Condition:
    ranges = [ports for ports in field.ranges if isinstance(ports, PortRange)]
    if _covers(ranges, asked) or (takes_overlap and any(r.low <= asked.high and asked.low <= r.high for r in ranges)):
        return True
    return None if len(ranges) < len(field.ranges) else False


def _covers(ranges: Iterable[PortRange], asked: PortRange) -> bool:
    """Whether ``ranges`` together hold every port of ``asked``."""
    missing = asked.low
    for low, high in sorted(ranges):
        if low > missing:
            return False
        missing = max(missing, high + 1)
        if missing > asked.high:
            return True
    return False


def _addresses(asked: AddressSet, effective: EffectiveRule, field: AddressField, *, takes_overlap: bool) -> Condition:
    """Whether the rule's ``field`` holds ``asked``: for certain, not at all, or depending on open values of either."""
    is_source = field is effective.rule.sources
    widest = effective.sources if is_source else effective.destinations
    if not widest:
        return False  # a group without members: the field matches nothing
    if any(isinstance(term, AnyAddress) or _is_tag(term, asked.tag) for term in field.terms):
        return True

    def is_held_by(prefixes: tuple[Prefix, ...]) -> bool:
        return _is_inside(asked.prefixes, prefixes) or (takes_overlap and _touches(asked, prefixes))

    if not is_held_by(widest):
        return False
    if asked.unresolved:
        return None
    expansion = effective.expanded_sources if is_source else effective.expanded_destinations
    is_sure = not effective.unresolved or is_held_by(certain_prefixes(field, expansion or ()))
    return True if is_sure else None


def _is_tag(term: object, tag: str) -> bool:
    return isinstance(term, ServiceTag) and term.text.lower() == tag


def _is_inside(asked: tuple[Prefix, ...], prefixes: tuple[Prefix, ...]) -> bool:
    """Whether every address asked about is in ``prefixes``, taken together."""
    rest = [prefix for prefix in asked if not any(held.holds(prefix) for held in prefixes)]
    if not rest:
        return True
    merged = collapse(prefixes)
    return all(any(held.holds(prefix) for held in merged) for prefix in rest)


def _touches(asked: AddressSet, prefixes: tuple[Prefix, ...]) -> bool:
    return (
        not asked.is_any
        and not asked.tag
        and any(mine.overlaps(theirs) for mine in asked.prefixes for theirs in prefixes)
    )
