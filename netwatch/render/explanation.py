"""Why an answer came out as it did, as JSON: ``{"answer": ARM's body, "explanation": {…}}``.

Keys of an explanation, where they apply: ``verdict`` (the answer in one word), ``decisions`` (each rule list asked, in
order), ``route`` and ``candidates``, ``routes``, ``rules``, ``results`` (of a diagnostic, one for each NIC), ``hops``,
``egress`` and ``return`` (how a flow leaves to the Internet, and how replies come back), ``notes``; and always
``assumed`` (addresses that netwatch worked out), ``unresolved`` (values the input leaves open), ``service_tags`` (the
list of tags in use, or empty) and ``rests_on`` (the semantic facts, each recorded, documented, confirmed or decided).
``semantics`` names the switches that do not stand at their default.
"""

from __future__ import annotations

from typing import Any

from netwatch.errors import RefusedByAzureError
from netwatch.model.addresses import Address
from netwatch.model.answers import (
    ConnectivityCheckAnswer,
    Decision,
    EffectiveNsg,
    EffectiveRoutesAnswer,
    EffectiveRulesAnswer,
    EvaluatedNsg,
    Hop,
    IpFlowVerifyAnswer,
    NextHopAnswer,
    NsgDiagnostic,
    NsgDiagnosticsAnswer,
    SecurityGroupViewAnswer,
    Verdict,
)
from netwatch.model.resources import NetworkInterface
from netwatch.model.routes import EffectiveRoute
from netwatch.model.rules import SecurityRule
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.render.arm import Answer, body, error_body
from netwatch.render.grounds import grounds
from netwatch.render.semantics import chosen_readings
from netwatch.render.trip import Page, hop_address, priority, route_cells
from netwatch.render.words import next_hop_word

__all__ = ["explained", "explained_refusal", "explanation"]

Json = dict[str, Any]


def explained(answer: Answer, topology: Topology, page: Page = Page()) -> Json:  # noqa: B008, a page is a value
    """The answer as ARM gives it, and beside it what decided it; ``page.place`` writes the places."""
    return {"answer": body(answer), "explanation": explanation(answer, topology, page)}


def explained_refusal(error: RefusedByAzureError, topology: Topology, page: Page = Page()) -> Json:  # noqa: B008
    """ARM's error body, and beside it what happens to the traffic all the same (no rule list decides it), or what
    netwatch would have answered."""
    reasons = {"verdict": error.fate or None, "decisions": [], "notes": [error.hint] if error.hint else []}
    held = {"assumed": [], "unresolved": [], "service_tags": ""}
    if error.answer is not None:
        held = explanation(error.answer, topology, page)
    return {"answer": error_body(error), "explanation": {**reasons, **held, "rests_on": grounds(error)}}


def explanation(answer: Answer, topology: Topology, page: Page = Page()) -> Json:  # noqa: B008, a page is a value
    """What decided ``answer``; see the module for the keys."""
    return {
        **_reasons(answer, page),
        "assumed": _assumed(answer, topology, page),
        "unresolved": [_unresolved(value, page) for value in _open_values(answer)],
        "service_tags": getattr(answer, "service_tags", ""),
        **({"semantics": chosen} if (chosen := chosen_readings(topology.semantics)) else {}),
        "rests_on": grounds(answer),
    }


def _reasons(answer: Answer, page: Page) -> Json:
    if isinstance(answer, IpFlowVerifyAnswer):
        return {"verdict": answer.outcome.value, "decisions": _decisions(answer.verdict, page)}
    if isinstance(answer, NextHopAnswer):
        return _next_hop(answer, page)
    if isinstance(answer, NsgDiagnosticsAnswer):
        return {"results": [_diagnostic(result, page) for result in answer.results]}
    if isinstance(answer, EffectiveRoutesAnswer):
        return {"routes": [_route(route, page) for route in answer.routes]}
    if isinstance(answer, EffectiveRulesAnswer):
        return {"rules": _rules(answer.nsgs, page)}
    if isinstance(answer, SecurityGroupViewAnswer):
        return {"rules": _rules(_bound(answer), page)}
    if isinstance(answer, ConnectivityCheckAnswer):
        return _connectivity_check(answer, page)
    return {}


def _connectivity_check(answer: ConnectivityCheckAnswer, page: Page) -> Json:
    """With how the flow leaves to the Internet, and the way back, which ARM's body does not have."""
    egress, returned = answer.egress, answer.returned
    leaving = egress and {
        "kind": egress.kind,
        "nic": egress.nic.text,
        "address": hop_address(egress.address) or None,
        "resource": egress.resource.text if egress.resource is not None else None,
    }
    back = returned and {
        "outcome": returned.outcome,
        "hops": [_hop(hop, page) for hop in returned.hops],
        "problems": list(returned.problems),
    }
    hops = [_hop(hop, page) for hop in answer.hops]
    return {"verdict": answer.status, "hops": hops, "egress": leaving, "return": back, "notes": list(answer.notes)}


def _bound(answer: SecurityGroupViewAnswer) -> tuple[EffectiveNsg, ...]:
    return tuple(nsg for view in answer.views for nsg in (view.nic_nsg, view.subnet_nsg) if nsg is not None)


def _decisions(verdict: Verdict, page: Page) -> list[Json]:
    return [_decision(decision, page) for decision in verdict.decisions]


def _decision(decision: Decision, page: Page) -> Json:
    rule = _rule(decision.rule, page) if decision.rule is not None else {"rule": None, "priority": None, "where": None}
    return {
        **rule,
        "outcome": decision.outcome.value,
        "nsg": decision.owner.text,
        "level": decision.level.value,
        "tried": [_rule(tried, page) for tried in decision.tried],
    }


def _diagnostic(result: NsgDiagnostic, page: Page) -> Json:
    decisions = [{**_decision(_as_decision(nsg), page), "applied_to": nsg.applied_to.text} for nsg in result.evaluated]
    return {"nic": result.nic.text, "verdict": result.outcome.value, "decisions": decisions}


def _as_decision(nsg: EvaluatedNsg) -> Decision:
    tried = tuple(each.rule for each in nsg.evaluations if each.rule is not nsg.matched)
    return Decision(nsg.level, nsg.owner, nsg.outcome, nsg.matched, tried, nsg.unresolved)


def _rule(rule: SecurityRule, page: Page) -> Json:
    number = rule.priority if isinstance(rule.priority, int) else priority(rule)
    return {"rule": rule.name, "priority": number, "where": page.place(rule.where)}


def _rules(nsgs: tuple[EffectiveNsg, ...], page: Page) -> list[Json]:
    return [
        {**_rule(effective.rule, page), "nsg": nsg.nsg.id.text, "level": nsg.level.value, "bound_to": nsg.bound_to.text}
        for nsg in nsgs
        for effective in nsg.rules
    ]


def _next_hop(answer: NextHopAnswer, page: Page) -> Json:
    return {
        "verdict": next_hop_word(answer.next_hop_type),
        "route": _route(answer.route, page) if answer.route is not None else None,
        "candidates": [_route(route, page) for route in answer.candidates],
    }


def _route(route: EffectiveRoute, page: Page) -> Json:
    hop_type, address, _, _ = route_cells(route)
    return {
        "name": route.name or None,
        "table": route.table.text if route.table is not None else None,
        "prefixes": [str(prefix) for prefix in route.prefixes],
        "next_hop_type": hop_type,
        "next_hop_ip": address or None,
        "source": route.source.value,
        "state": route.state.value,
        "where": page.place(route.where),
    }


def _hop(hop: Hop, page: Page) -> Json:
    return {
        "name": hop.name,
        "address": hop_address(hop.address) or None,
        "verdicts": [
            {"verdict": v.outcome.value, "direction": v.direction.value, "decisions": _decisions(v, page)}
            for v in hop.verdicts
        ],
        "route": _route(hop.route, page) if hop.route is not None else None,
        "issues": [
            {"type": issue.type, "where": page.place(issue.where) if issue.where is not None else None}
            for issue in hop.issues
        ],
    }


def _unresolved(value: Unresolved, page: Page) -> Json:
    where = page.place(value.where) if value.where is not None else None
    return {"reason": value.reason, "expression": value.expression or None, "where": where}


def _open_values(answer: Answer) -> list[Unresolved]:
    """Every open value that took part, once, in order."""
    found: list[Unresolved] = []
    if isinstance(answer, IpFlowVerifyAnswer):
        found += answer.verdict.unresolved
    elif isinstance(answer, NextHopAnswer):
        found += [value for value in (answer.next_hop_type, answer.next_hop_ip) if isinstance(value, Unresolved)]
        found += [value for route in answer.candidates for value in route.unresolved]
    elif isinstance(answer, NsgDiagnosticsAnswer):
        found += [value for result in answer.results for value in result.unresolved]
    elif isinstance(answer, EffectiveRoutesAnswer):
        found += [value for route in answer.routes for value in route.unresolved]
    elif isinstance(answer, EffectiveRulesAnswer | SecurityGroupViewAnswer):
        nsgs = answer.nsgs if isinstance(answer, EffectiveRulesAnswer) else _bound(answer)
        found += [value for nsg in nsgs for effective in nsg.rules for value in effective.unresolved]
    elif isinstance(answer, ConnectivityCheckAnswer):
        found += [value for hop in answer.hops for verdict in hop.verdicts for value in verdict.unresolved]
        found += [value for hop in answer.hops if hop.route is not None for value in hop.route.unresolved]
    return list(dict.fromkeys(found))


def _assumed(answer: Answer, topology: Topology, page: Page) -> list[Json]:
    """The addresses that netwatch worked out: of the question, of its NIC, and where routes it goes by lead to."""
    addresses, nics = _addresses(answer), _nics(answer)
    own: list[Json] = [
        {"nic": nic.id.text, "address": str(config.private_ip), "where": page.place(config.where)}
        for nic in topology.nics.values()
        for config in nic.ip_configurations
        if config.assumed and (config.private_ip in addresses or nic.id.key in nics)
    ]
    return own + [
        {"route": f"{route.table.name}/{route.name}", "address": said.value, "where": page.place(said.where)}
        for route in _routes(answer)
        if route.table is not None
        if (said := topology.notes.assumption(route.table.key, str(route.next_hop_ip))) is not None
    ]


def _routes(answer: Answer) -> list[EffectiveRoute]:
    """The routes that an answer goes by."""
    if isinstance(answer, EffectiveRoutesAnswer):
        return list(answer.routes)
    if isinstance(answer, NextHopAnswer):
        return [] if answer.route is None else [answer.route]
    if isinstance(answer, ConnectivityCheckAnswer):
        return [hop.route for hop in answer.hops if hop.route is not None]
    return []


def _addresses(answer: Answer) -> set[Address]:
    if isinstance(answer, IpFlowVerifyAnswer):
        return {answer.verdict.flow.src_ip, answer.verdict.flow.dst_ip}
    if isinstance(answer, NextHopAnswer):
        return {answer.source_ip, answer.dest_ip}
    if isinstance(answer, ConnectivityCheckAnswer):
        return {hop.address for hop in answer.hops if hop.address is not None}
    return set()


def _nics(answer: Answer) -> set[str]:
    if isinstance(answer, IpFlowVerifyAnswer):
        return {answer.verdict.nic.key}
    if isinstance(answer, NsgDiagnosticsAnswer):
        return {result.nic.key for result in answer.results}
    nic: NetworkInterface | None = getattr(answer, "nic", None)
    return {nic.id.key} if nic is not None else set()
