"""Text of the answers that are lists: effective routes and rules, the security group view, topology, a path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netwatch.model.answers import (
    ConnectivityCheckAnswer,
    EffectiveNsg,
    EffectiveRoutesAnswer,
    EffectiveRule,
    EffectiveRulesAnswer,
    Hop,
    Issue,
    SecurityGroupViewAnswer,
    TopologyAnswer,
)
from netwatch.model.flow import Direction, Level, Outcome
from netwatch.model.routes import EffectiveRoute, RouteSource
from netwatch.model.rules import AddressField, Asg, PortField, SecurityRule
from netwatch.model.unresolved import Unresolved
from netwatch.render.layout import columns, wrap
from netwatch.render.trip import (
    INDENT,
    Blocks,
    Page,
    hop_address,
    not_known,
    place_unless_default,
    priority,
    route_cells,
    route_origin,
    service_tags_line,
    verdict_line,
    verdict_lines,
)
from netwatch.render.words import open_text

__all__ = ["blocks"]

ListAnswer = (
    EffectiveRoutesAnswer | EffectiveRulesAnswer | SecurityGroupViewAnswer | TopologyAnswer | ConnectivityCheckAnswer
)

SHOWN = 2
"""Prefixes or ports shown of one field; -v shows all."""


def blocks(answer: ListAnswer, page: Page) -> Blocks:
    """The three blocks of an answer that is a list."""
    if isinstance(answer, EffectiveRoutesAnswer):
        return _effective_routes(answer, page)
    if isinstance(answer, EffectiveRulesAnswer):
        return _effective_rules(answer, page)
    if isinstance(answer, SecurityGroupViewAnswer):
        return _security_group_view(answer, page)
    if isinstance(answer, TopologyAnswer):
        return _topology(answer)
    return _connectivity_check(answer, page)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- effective routes ---------------------------------------------------------------------------------------------


def _effective_routes(answer: EffectiveRoutesAnswer, page: Page) -> Blocks:
    trip = columns([_route_row(route, page) for route in answer.routes], page.width, indent=INDENT)
    for route in answer.routes:
        for unresolved in route.unresolved:
            trip += wrap(not_known(unresolved, page), page.width, indent=2 * INDENT)
    trip += service_tags_line(answer.service_tags, page)
    user = sum(route.source is RouteSource.USER for route in answer.routes)
    total = f"{_count(len(answer.routes), 'route')}, {user} of them from a route table"
    return Blocks(f"effective routes of {answer.nic.id.name}", trip, total)


def _route_row(route: EffectiveRoute, page: Page) -> tuple[str, ...]:
    prefixes = _some([str(prefix) for prefix in route.prefixes], page)
    return (prefixes, *route_cells(route), *route_origin(route, page))


def _some(texts: list[str], page: Page) -> str:
    """The first of ``texts`` and how many more there are; all of them with -v."""
    shown = texts if page.verbose else texts[:SHOWN]
    more = f" +{len(texts) - len(shown)}" if len(texts) > len(shown) else ""
    return ", ".join(shown) + more


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
            rules = [rule for rule in nsg.rules if rule.rule.direction in (direction,) or _is_open(rule)]
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
    return _some(texts, page) or "nothing"


def _ports(field: PortField, page: Page) -> str:
    """The ports as written, after a colon; nothing for every port."""
    written = _some(list(field.texts), page)
    return "" if written == "*" else f":{written}"


# --- topology -----------------------------------------------------------------------------------------------------


def _topology(answer: TopologyAnswer) -> Blocks:
    from netwatch.render.tree import tree

    lines = [" " * INDENT + line for line in tree(answer)]
    return Blocks(f"topology of {answer.scope.rsplit('/', 1)[-1]}", lines, _count(len(answer.resources), "resource"))


# --- connectivity check -------------------------------------------------------------------------------------------


def _connectivity_check(answer: ConnectivityCheckAnswer, page: Page) -> Blocks:
    ends = [_hop_name(hop) for hop in (answer.hops[0], answer.hops[-1])] if answer.hops else ["", ""]
    trip = columns([_hop_row(at, hop, answer) for at, hop in enumerate(answer.hops)], page.width, indent=INDENT)
    for at, hop in enumerate(answer.hops):
        trip += _hop_details(at, hop, page)
    return Blocks(f"connectivity from {ends[0]} to {ends[1]}", trip, _connectivity_line(answer, page))


def _hop_name(hop: Hop) -> str:
    address = hop_address(hop.address)
    return f"{hop.name} ({address})" if hop.name and address and hop.name != address else hop.name or address


def _hop_row(at: int, hop: Hop, answer: ConnectivityCheckAnswer) -> tuple[str, ...]:
    following = ", ".join(hop_address(answer.hops[link.to].address) or answer.hops[link.to].name for link in hop.links)
    status = ", ".join(dict.fromkeys(issue.type for issue in hop.issues)) or "reachable"
    if hop.issues or (answer.status != "Reachable" and at == len(answer.hops) - 1 and at):
        status = status if hop.issues else "not reached"
    return (str(at + 1), hop.name, hop_address(hop.address), hop.type, status, f"→ {following}" if following else "")


def _hop_details(at: int, hop: Hop, page: Page) -> Iterator[str]:
    """What is wrong at a hop, with its place; with -v also every rule list and the route there."""
    for issue in hop.issues:
        yield from wrap(f"hop {at + 1}: {_issue(issue, page)}", page.width, indent=INDENT)
    for verdict in hop.verdicts:
        if page.verbose or verdict.outcome is Outcome.UNKNOWN:
            title = f"hop {at + 1}: {verdict.direction.value} {verdict_line(verdict, page)}"
            yield from wrap(title, page.width, indent=INDENT)
        if page.verbose and verdict.decisions:
            narrower = page._replace(width=page.width - INDENT)
            yield from (f"{' ' * INDENT}{line}" for line in verdict_lines(verdict, narrower))
    if page.verbose and hop.route is not None:
        route = " ".join(cell for cell in _route_row(hop.route, page) if cell)
        yield from wrap(f"hop {at + 1}: route {route}", page.width, indent=INDENT)


def _issue(issue: Issue, page: Page) -> str:
    """The issue in ARM's words, with its place; a warning says that it is one."""
    warning = "" if issue.severity == "Error" else f"{issue.severity} "
    context = "".join(f" {value}" for _, value in issue.context)
    place = f", {page.place(issue.where)}" if issue.where is not None else ""
    return f"{warning}{issue.origin} {issue.type}{context}{place}"


def _connectivity_line(answer: ConnectivityCheckAnswer, page: Page) -> str:
    if answer.avg_latency_ms is not None:
        latency = (
            f"average {answer.avg_latency_ms} ms, minimum {answer.min_latency_ms}, maximum {answer.max_latency_ms}"
        )
        return f"{answer.status}, latency {latency}"
    for at, hop in enumerate(answer.hops):
        if hop.issues:
            return f"{answer.status}: at hop {at + 1} {hop.name}, {_issue(hop.issues[0], page)}"
    return answer.status
