"""ARM's response bodies: exact field names, casing and order, each action with its own names for rules.

Bodies follow the newest recorded answer of the real service. What such an answer takes from the clock or from chance
(ids of answers and hops, times, etags) is worked out from the answer itself, so that equal questions get equal bodies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netwatch.errors import RefusedByAzureError
from netwatch.model.addresses import Address
from netwatch.model.answers import (
    ConnectivityCheckAnswer,
    EffectiveRoutesAnswer,
    EffectiveRulesAnswer,
    IpFlowVerifyAnswer,
    NextHopAnswer,
    NsgDiagnosticsAnswer,
    SecurityGroupViewAnswer,
    TopologyAnswer,
)
from netwatch.model.flow import Outcome
from netwatch.model.routes import EffectiveRoute
from netwatch.model.unresolved import Unresolved
from netwatch.render.words import (
    next_hop_word,
    open_text,
    route_table_id,
    settling_rule_id,
    settling_rule_name,
)

__all__ = ["Answer", "Body", "body", "error_body"]

Body = dict[str, Any]

Answer = (
    IpFlowVerifyAnswer
    | NextHopAnswer
    | NsgDiagnosticsAnswer
    | SecurityGroupViewAnswer
    | EffectiveRoutesAnswer
    | EffectiveRulesAnswer
    | TopologyAnswer
    | ConnectivityCheckAnswer
)


def body(answer: Answer) -> Body:
    """ARM's response body for ``answer``, and nothing else: what the real service would send with status 200."""
    return _writer(answer)(answer)


def error_body(error: RefusedByAzureError) -> Body:
    """ARM's error body for a question Azure refuses (shape of recorded refusals: ``details`` is empty, not absent)."""
    return {"error": {"code": error.code, "message": error.message, "details": []}}


def _writer(answer: Answer) -> Callable[[Any], Body]:
    """The function for this kind of answer; those that a single flow or hop does not need are imported late."""
    if isinstance(answer, IpFlowVerifyAnswer):
        return _ip_flow_verify
    if isinstance(answer, NextHopAnswer):
        return _next_hop
    if isinstance(answer, EffectiveRoutesAnswer):
        return _effective_routes
    if isinstance(answer, NsgDiagnosticsAnswer):
        from netwatch.render import arm_diagnostics

        return arm_diagnostics.nsg_diagnostics
    if isinstance(answer, EffectiveRulesAnswer | SecurityGroupViewAnswer):
        from netwatch.render import arm_rules

        return arm_rules.effective_rules if isinstance(answer, EffectiveRulesAnswer) else arm_rules.security_group_view
    from netwatch.render import arm_graph

    return arm_graph.topology if isinstance(answer, TopologyAnswer) else arm_graph.connectivity_check


def _ip_flow_verify(answer: IpFlowVerifyAnswer) -> Body:
    """``ruleId`` is empty, not absent, for default rules; an unknown outcome stands alone, as recorded once (2020)."""
    verdict = answer.verdict
    settled = verdict.settled
    if verdict.outcome is Outcome.UNKNOWN or settled is None or settled.rule is None:
        return {"access": "Unknown" if verdict.outcome is Outcome.UNKNOWN else "Allow"}
    rule = settled.rule
    return {
        "access": verdict.outcome.value,
        "ruleName": settling_rule_name(settled, rule),
        "ruleId": settling_rule_id(rule),
    }


def _next_hop(answer: NextHopAnswer) -> Body:
    """``nextHopIpAddress`` stands only where there is one, which an unreachable appliance (type None) still has."""
    out: Body = {"nextHopType": next_hop_word(answer.next_hop_type)}
    if isinstance(answer.next_hop_ip, Address):
        out["nextHopIpAddress"] = str(answer.next_hop_ip)
    out["routeTableId"] = route_table_id(answer)
    return out


def _effective_routes(answer: EffectiveRoutesAnswer) -> Body:
    return {"value": [_route(route, propagates=answer.propagates) for route in answer.routes]}


def _route(route: EffectiveRoute, *, propagates: bool) -> Body:
    """One row. Recorded rows of system routes have no ``name``.

    Rows of a published lab of 2022 say ``disableBgpRoutePropagation`` of the subnet's table; recorded ones, to 2018, do
    not.
    """
    named: Body = {"name": route.name} if route.name else {}
    return {
        **named,
        "disableBgpRoutePropagation": not propagates,
        "source": route.source.value,
        "state": route.state.value,
        "addressPrefix": [str(prefix) for prefix in route.prefixes],
        "nextHopType": _hop_type(route),
        "nextHopIpAddress": [str(hop) for hop in (route.next_hop_ip, *route.other_hop_ips) if isinstance(hop, Address)],
    }


def _hop_type(route: EffectiveRoute) -> str:
    hop = route.next_hop_type
    return open_text(hop) if isinstance(hop, Unresolved) else hop.value
