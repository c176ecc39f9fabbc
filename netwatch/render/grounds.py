"""Which semantic facts an answer rests on, worked out from what decided it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from netwatch.effective.grounds import GROUNDS
from netwatch.effective.platform import SMTP_TAKEN_TO_PASS
from netwatch.errors import RefusedByAzureError
from netwatch.model.answers import (
    ConnectivityCheckAnswer,
    Decision,
    EffectiveRoutesAnswer,
    EffectiveRulesAnswer,
    IpFlowVerifyAnswer,
    NextHopAnswer,
    NsgDiagnostic,
    NsgDiagnosticsAnswer,
    SecurityGroupViewAnswer,
    TopologyAnswer,
    Verdict,
)
from netwatch.model.flow import Level, Outcome
from netwatch.model.live_flows import LiveFlowAnswer
from netwatch.model.routes import EffectiveRoute, NextHopType, RouteSource, RouteState
from netwatch.model.rules import Asg, SecurityRule, ServiceTag

__all__ = ["grounds", "grounds_of"]

_TAG = {
    "virtualnetwork": ("virtual-network-tag", "virtual-network-neighbours", "virtual-network-default-route"),
    "internet": ("internet-tag",),
    "azureloadbalancer": ("balancer-tag",),
    "azureplatformdns": ("platform-services",),
    "azureplatformimds": ("platform-services",),
    "azureplatformlkm": ("platform-services",),
}
_ROUTE = {
    NextHopType.VNET_LOCAL: "network-routes",
    NextHopType.VNET_PEERING: "peering-routes",
    NextHopType.VNET_GLOBAL_PEERING: "peering-routes",
    NextHopType.CONNECTED_GROUP: "mesh-routes",
    NextHopType.VIRTUAL_NETWORK_GATEWAY: "gateway-routes",
    NextHopType.INTERFACE_ENDPOINT: "endpoint-routes",
    NextHopType.SERVICE_ENDPOINT: "service-routes",
    NextHopType.NONE: "reserved-ranges",
}


_CLOSED = "StandardSkuWithoutNetworkSecurityGroup"
_HOP = {
    "VirtualAppliance": ("ip-forwarding",),
    "VirtualNetworkPeering": ("forwarded-traffic", "peering-access"),
}


def grounds(answer: Any) -> list[dict[str, str]]:
    """The facts as JSON: each with its ``name``, ``fact``, ``grade`` and ``source``, in the order they were met."""
    return [{"name": name, **GROUNDS[name]._asdict()} for name in grounds_of(answer)]


def grounds_of(answer: Any) -> tuple[str, ...]:
    """The names in GROUNDS of the facts that ``answer``, or a refusal, rests on, each once."""
    return tuple(dict.fromkeys(_found(answer)))


def _found(answer: Any) -> Iterator[str]:
    if isinstance(answer, RefusedByAzureError):
        yield from _of_refusal(answer)
    elif isinstance(answer, LiveFlowAnswer):
        yield from ("replies-need-no-rule", "idle-timeout", *_of_verdict(answer.before), *_of_verdict(answer.after))
    elif isinstance(answer, IpFlowVerifyAnswer):
        yield from _of_verdict(answer.verdict)
        yield from ("smtp",) if SMTP_TAKEN_TO_PASS in answer.notes else ()
    elif isinstance(answer, NsgDiagnosticsAnswer):
        yield from () if answer.results else ("no-group",)
        for result in answer.results:
            yield from _of_diagnostic(result)
    elif isinstance(answer, NextHopAnswer):
        yield from _of_next_hop(answer)
    elif isinstance(answer, EffectiveRoutesAnswer):
        yield from _of_routes(answer.routes)
    elif isinstance(answer, EffectiveRulesAnswer):
        yield from () if answer.nsgs else ("no-group",)
        yield from _of_rules(rule.rule for nsg in answer.nsgs for rule in nsg.rules)
    elif isinstance(answer, SecurityGroupViewAnswer):
        yield from () if answer.views else ("no-group",)
        bound = (nsg for view in answer.views for nsg in (view.nic_nsg, view.subnet_nsg) if nsg is not None)
        yield from _of_rules(rule.rule for nsg in bound for rule in nsg.rules)
    elif isinstance(answer, TopologyAnswer):
        yield "topology-associations"
    elif isinstance(answer, ConnectivityCheckAnswer):
        yield from _of_path(answer)


def _of_refusal(error: RefusedByAzureError) -> Iterator[str]:
    if error.code == "NsgsNotAppliedOnNic":
        yield from ("no-group", *(("closed-without-group",) if error.fate == Outcome.DENY.value else ()))
    else:
        yield "running-machine"
    yield from () if error.answer is None else _found(error.answer)


def _of_path(answer: ConnectivityCheckAnswer) -> Iterator[str]:
    hops = (*answer.hops, *(answer.returned.hops if answer.returned else ()))
    for hop in hops:
        for verdict in hop.verdicts:
            yield from _of_verdict(verdict)
        if hop.route is not None:
            yield from ("longest-prefix", *_of_routes((hop.route,)))
    yield from (name for hop in hops for name in _HOP.get(hop.type, ()))
    if any(issue.type == "NetworkSecurityRule" for hop in hops for issue in hop.issues):
        yield "issue-hop"
    if any(_CLOSED in dict(issue.context).values() for hop in hops for issue in hop.issues):
        yield "closed-without-group"
    if any(issue.type == "DNSResolution" for hop in hops for issue in hop.issues):
        yield "no-address"
    if SMTP_TAKEN_TO_PASS in answer.notes:
        yield "smtp"
    if answer.egress is not None:
        yield "egress-order"
    if answer.returned is not None:
        yield "replies-need-no-rule"


def _of_verdict(verdict: Verdict) -> Iterator[str]:
    if not verdict.decisions:
        yield "no-group"
        return
    yield "first-match"
    levels = [decision.level for decision in verdict.decisions]
    if Level.ADMIN in levels:
        yield "admin-rules"
    if Level.NIC in levels and Level.SUBNET in levels:
        yield "group-order"
    yield from _of_settling(verdict, levels)
    if verdict.outcome is Outcome.ALLOW and any(decision.rule is None for decision in verdict.decisions):
        yield "platform-services"


def _of_diagnostic(result: NsgDiagnostic) -> Iterator[str]:
    yield from ("containment", "first-match")
    levels = [nsg.level for nsg in result.evaluated]
    if Level.ADMIN in levels:
        yield "admin-rules"
    if Level.NIC in levels and Level.SUBNET in levels:
        yield "group-order"
    yield from _of_rules(nsg.matched for nsg in result.evaluated if nsg.matched is not None)


def _of_settling(verdict: Verdict, levels: list[Level]) -> Iterator[str]:
    settled: Decision | None = verdict.settled
    if settled is None or settled.rule is None:
        return
    both = Level.NIC in levels and Level.SUBNET in levels
    if verdict.outcome is Outcome.ALLOW and both:
        yield "last-allow-named"
    if verdict.outcome is Outcome.DENY and settled.level is Level.SUBNET:
        yield "subnet-deny-named"
    yield from _of_rules((settled.rule,))


def _of_rules(rules: Iterable[SecurityRule]) -> Iterator[str]:
    for rule in rules:
        if rule.is_default:
            yield "default-rules"
        for term in (*rule.sources.terms, *rule.destinations.terms):
            if isinstance(term, ServiceTag):
                yield from _TAG.get(term.text.lower(), ("published-tag",))
            elif isinstance(term, Asg):
                yield from ("group-members", "empty-group")


def _of_next_hop(answer: NextHopAnswer) -> Iterator[str]:
    if answer.route is None:
        yield "no-route"
        return
    yield "longest-prefix"
    if any(route.prefixes == answer.route.prefixes for route in answer.candidates if route is not answer.route):
        yield "route-precedence"
    if answer.next_hop_type is NextHopType.NONE and _hands_over(answer.route):
        yield "unreachable-appliance"
    yield from _of_routes((answer.route,))


def _hands_over(route: EffectiveRoute) -> bool:
    return isinstance(route.next_hop_type, NextHopType) and route.next_hop_type.is_appliance


def _of_routes(routes: Iterable[EffectiveRoute]) -> Iterator[str]:
    for route in routes:
        if route.state is RouteState.INVALID:
            yield "invalid-twin"
        if route.tag:
            yield from ("published-tag", "tag-routes")
        if route.source is RouteSource.USER:
            yield "route-precedence"
        elif isinstance(route.next_hop_type, NextHopType) and route.next_hop_type in _ROUTE:
            yield _ROUTE[route.next_hop_type]
            if route.next_hop_type is NextHopType.SERVICE_ENDPOINT:
                yield "published-tag"
