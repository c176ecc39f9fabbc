"""The lines of a trip: what each rule list decided, what each route says, and what is not known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from netwatch.model.addresses import Address
from netwatch.model.answers import Decision, Verdict
from netwatch.model.flow import Level, Outcome
from netwatch.model.routes import EffectiveRoute, RouteState
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved
from netwatch.model.where import AZURE_DEFAULT, Where
from netwatch.render.layout import columns, wrap
from netwatch.render.words import open_text

__all__ = [
    "INDENT",
    "Blocks",
    "Page",
    "hop_address",
    "not_known",
    "place_unless_default",
    "priority",
    "route_cells",
    "route_origin",
    "route_row",
    "service_tags_line",
    "some",
    "verdict_line",
    "verdict_lines",
]

INDENT = 2
"""Spaces before every line of a block."""


SHOWN = 2
"""Prefixes or ports shown of one field; -v shows all."""


class Page(NamedTuple):
    """How to write: ``width`` in characters, ``verbose`` for what was passed over, ``place`` writes a place."""

    width: int = 80
    verbose: bool = False
    colour: bool = False
    place: Callable[[Where], str] = str


class Blocks(NamedTuple):
    """An answer in words: one line of question, the lines of the trip (laid out), one line of answer."""

    asked: str
    trip: list[str]
    answer: str


def verdict_lines(verdict: Verdict, page: Page) -> list[str]:
    """The rule lists asked, one line each, in the order they were asked; with -v the rules passed over above each."""
    if not verdict.decisions:
        return wrap("no network security group is bound here: nothing to ask", page.width, indent=INDENT)
    if page.verbose or verdict.unresolved:
        return [line for decision in verdict.decisions for line in _decision_lines(decision, page)]
    return columns([_decision_row(decision, page) for decision in verdict.decisions], page.width, indent=INDENT)


def _decision_lines(decision: Decision, page: Page) -> Iterator[str]:
    yield from columns([_decision_row(decision, page)], page.width, indent=INDENT)
    if page.verbose and decision.tried:
        settled = (
            "asked before, and did not match:" if decision.rule is not None else "asked, none matches for certain:"
        )
        yield from wrap(settled, page.width, indent=2 * INDENT)
        yield from columns([_rule_row(rule, page) for rule in decision.tried], page.width, indent=3 * INDENT)
    for unresolved in decision.unresolved:
        yield from wrap(not_known(unresolved, page), page.width, indent=2 * INDENT)


def _decision_row(decision: Decision, page: Page) -> tuple[str, ...]:
    rule = decision.rule
    head = (decision.level.value, decision.owner.name, decision.outcome.value)
    return (*head, *_rule_row(rule, page)) if rule is not None else (*head, "-", "no rule settles it", "")


def _rule_row(rule: SecurityRule, page: Page) -> tuple[str, str, str]:
    return (priority(rule), rule.name, page.place(rule.where))


def priority(rule: SecurityRule) -> str:
    """The rule's priority as text."""
    return open_text(rule.priority) if isinstance(rule.priority, Unresolved) else str(rule.priority)


def verdict_line(verdict: Verdict, page: Page) -> str:
    """The verdict in one line: the outcome, and the rule that settled it, with its group, level and place."""
    settled = verdict.settled
    if verdict.outcome is Outcome.UNKNOWN:
        return f"Unknown: {_why_unknown(verdict, page)}"
    if settled is None:
        return f"{verdict.outcome.value}: no rule list is bound, so the traffic passes"
    if settled.rule is None:
        return f"{verdict.outcome.value}: rules do not stop the platform's own services"
    level = {Level.ADMIN: "network manager", Level.SUBNET: "subnet", Level.NIC: "NIC"}[settled.level]
    rule = f"{settled.owner.name}/{settled.rule.name} (priority {priority(settled.rule)}, {level})"
    return f"{verdict.outcome.value} by {rule}, {page.place(settled.rule.where)}"


def _why_unknown(verdict: Verdict, page: Page) -> str:
    reasons = [not_known(unresolved, page) for unresolved in verdict.unresolved]
    return "; ".join(dict.fromkeys(reasons)) or "the input leaves open what decides it"


def not_known(unresolved: Unresolved, page: Page) -> str:
    """Why a value is not known, and where it stands."""
    what = f"{_short_id(unresolved.expression)}, " if unresolved.expression else ""
    place = f" ({page.place(unresolved.where)})" if unresolved.where is not None else ""
    return f"{what}not known, because {unresolved.reason}{place}"


def _short_id(text: str) -> str:
    """The id of a resource from its group on, without the provider; any other text as it is."""
    match = re.fullmatch(r"/subscriptions/[^/]*/resourceGroups/([^/]+)/providers/[^/]+(/.+)", text, re.IGNORECASE)
    return "".join(match.groups()) if match else text


def service_tags_line(service_tags: str, page: Page) -> list[str]:
    """Which published list of service tags the answer rests on; nothing where it rests on none."""
    return wrap(f"service tags: {service_tags}", page.width, indent=INDENT) if service_tags else []


def route_cells(route: EffectiveRoute) -> tuple[str, str, str, str]:
    """Next hop type, next hop address, source and state of a row, as effective routes spell them."""
    hop = route.next_hop_type
    word = open_text(hop) if isinstance(hop, Unresolved) else hop.value
    addresses = " ".join(hop_address(hop) for hop in (route.next_hop_ip, *route.other_hop_ips))
    return (word, addresses, route.source.value, _state(route))


def route_row(route: EffectiveRoute, page: Page) -> tuple[str, ...]:
    """The cells of one row of effective routes."""
    prefixes = some([str(prefix) for prefix in route.prefixes], page)
    return (prefixes, *route_cells(route), *route_origin(route, page))


def some(texts: list[str], page: Page) -> str:
    """The first of ``texts`` and how many more there are; all of them with -v."""
    shown = texts if page.verbose else texts[:SHOWN]
    more = f" +{len(texts) - len(shown)}" if len(texts) > len(shown) else ""
    return ", ".join(shown) + more


def hop_address(address: Address | Unresolved | None) -> str:
    """The address as text; empty where there is none."""
    if isinstance(address, Unresolved):
        return open_text(address)
    return "" if address is None else str(address)


def _state(route: EffectiveRoute) -> str:
    return "" if route.state is RouteState.ACTIVE else route.state.value


def route_origin(route: EffectiveRoute, page: Page) -> tuple[str, str]:
    """The route's name with its table, and its place; both empty for a system route."""
    table = f"{route.table.name}/" if route.table is not None else ""
    return (f"{table}{route.name}" if route.name else "", place_unless_default(route.where, page))


def place_unless_default(where: Where, page: Page) -> str:
    """The place; empty for what Azure puts there by itself, which a list need not say line by line."""
    return "" if where == AZURE_DEFAULT else page.place(where)
