"""Text of the answers that are lists: effective routes and rules, the security group view, topology."""

from __future__ import annotations

from collections.abc import Iterable

from netwatch.model.answers import (
    EffectiveNsg,
    EffectiveRoutesAnswer,
    EffectiveRule,
    EffectiveRulesAnswer,
    SecurityGroupViewAnswer,
    TopologyAnswer,
)
from netwatch.model.flow import Direction, Level
from netwatch.model.routes import RouteSource
from netwatch.model.rules import AddressField, Asg, PortField, SecurityRule
from netwatch.model.unresolved import Unresolved
from netwatch.render.layout import columns, wrap
from netwatch.render.trip import (
    INDENT,
    Blocks,
    Page,
    not_known,
    place_unless_default,
    priority,
    route_row,
    service_tags_line,
    some,
)
from netwatch.render.words import open_text

__all__ = ["blocks"]

ListAnswer = EffectiveRoutesAnswer | EffectiveRulesAnswer | SecurityGroupViewAnswer | TopologyAnswer


def blocks(answer: ListAnswer, page: Page) -> Blocks:
    """The three blocks of an answer that is a list."""
    if isinstance(answer, EffectiveRoutesAnswer):
        return _effective_routes(answer, page)
    if isinstance(answer, EffectiveRulesAnswer):
        return _effective_rules(answer, page)
    if isinstance(answer, SecurityGroupViewAnswer):
        return _security_group_view(answer, page)
    return _topology(answer)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- effective routes ---------------------------------------------------------------------------------------------


def _effective_routes(answer: EffectiveRoutesAnswer, page: Page) -> Blocks:
    trip = columns([route_row(route, page) for route in answer.routes], page.width, indent=INDENT)
    for route in answer.routes:
        for unresolved in route.unresolved:
            trip += wrap(not_known(unresolved, page), page.width, indent=2 * INDENT)
    trip += service_tags_line(answer.service_tags, page)
    user = sum(route.source is RouteSource.USER for route in answer.routes)
    total = f"{_count(len(answer.routes), 'route')}, {user} of them from a route table"
    return Blocks(f"effective routes of {answer.nic.id.name}", trip, total)


# --- rules --------------------------------------------------------------------------------------------------------


def _effective_rules(answer: EffectiveRulesAnswer, page: Page) -> Blocks:
    asked = f"effective security rules of {answer.nic.id.name}"
    trip = _groups(answer.nsgs, page) + service_tags_line(answer.service_tags, page)
    return Blocks(asked, trip, _groups_line(answer.nsgs))


def _security_group_view(answer: SecurityGroupViewAnswer, page: Page) -> Blocks:
    trip: list[str] = []
    bound: list[EffectiveNsg] = []
    for view in answer.views:
        nsgs = [nsg for nsg in (view.nic_nsg, view.subnet_nsg) if nsg is not None]
        trip += wrap(f"NIC {view.nic.id.name}", page.width, indent=INDENT)
        trip += _groups(nsgs, page)
        bound += nsgs
    return Blocks(f"security group view of {answer.vm.id.name}", trip, _groups_line(bound))


def _groups_line(nsgs: Iterable[EffectiveNsg]) -> str:
    named = [f"{nsg.nsg.id.name} on the {_level(nsg)} {nsg.bound_to.name}" for nsg in nsgs]
    return ", ".join(named) or "no network security group is bound"


def _level(nsg: EffectiveNsg) -> str:
    return {Level.ADMIN: "network", Level.SUBNET: "subnet", Level.NIC: "NIC"}[nsg.level]


def _groups(nsgs: Iterable[EffectiveNsg], page: Page) -> list[str]:
    lines: list[str] = []
    for nsg in nsgs:
        for direction in Direction:
            title = f"{direction.value}, {nsg.nsg.id.name} on the {_level(nsg)} {nsg.bound_to.name}"
            rules = [rule for rule in nsg.rules if rule.rule.direction is direction or _is_open(rule)]
            lines += [*wrap(title, page.width, indent=INDENT), *_rules(rules, page)]
    return lines


def _is_open(rule: EffectiveRule) -> bool:
    return isinstance(rule.rule.direction, Unresolved)


def _rules(rules: list[EffectiveRule], page: Page) -> list[str]:
    lines = columns([_rule_row(effective.rule, page) for effective in rules], page.width, indent=2 * INDENT)
    for effective in rules:
        for unresolved in effective.unresolved:
            reason = f"{effective.rule.name}: {not_known(unresolved, page)}"
            lines += wrap(reason, page.width, indent=2 * INDENT)
    return lines


def _rule_row(rule: SecurityRule, page: Page) -> tuple[str, ...]:
    access = open_text(rule.access) if isinstance(rule.access, Unresolved) else rule.access.value
    protocol = open_text(rule.protocol) if isinstance(rule.protocol, Unresolved) else rule.protocol.value
    source = f"{_addresses(rule.sources, page)}{_ports(rule.source_ports, page)}"
    destination = f"{_addresses(rule.destinations, page)}{_ports(rule.destination_ports, page)}"
    return (
        priority(rule),
        rule.name,
        access,
        protocol,
        f"{source} → {destination}",
        place_unless_default(rule.where, page),
    )


def _addresses(field: AddressField, page: Page) -> str:
    """The addresses as written, groups by name; a field without any matches nothing."""
    texts = []
    for term in field.terms:
        if isinstance(term, Asg):
            texts.append(term.id.name)
        else:
            texts.append(open_text(term) if isinstance(term, Unresolved) else term.text)
    return some(texts, page) or "nothing"


def _ports(field: PortField, page: Page) -> str:
    """The ports as written, after a colon; nothing for every port."""
    written = some(list(field.texts), page)
    return "" if written == "*" else f":{written}"


# --- topology -----------------------------------------------------------------------------------------------------


def _topology(answer: TopologyAnswer) -> Blocks:
    from netwatch.render.tree import tree

    lines = [" " * INDENT + line for line in tree(answer)]
    return Blocks(f"topology of {answer.scope.rsplit('/', 1)[-1]}", lines, _count(len(answer.resources), "resource"))
