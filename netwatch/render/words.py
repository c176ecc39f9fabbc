"""ARM's words for rules and next hops: one rule has a different name in each Network Watcher action."""

from __future__ import annotations

from netwatch.model.answers import Decision, NextHopAnswer
from netwatch.model.flow import Level, Protocol
from netwatch.model.routes import EffectiveRoute, NextHopType, RouteSource
from netwatch.model.rules import SecurityRule
from netwatch.model.unresolved import Unresolved

__all__ = [
    "effective_protocol",
    "flow_rule_name",
    "next_hop_word",
    "open_text",
    "route_table_id",
    "settling_rule_id",
    "settling_rule_name",
    "view_rule_name",
]


def flow_rule_name(rule: SecurityRule) -> str:
    """The rule as ipFlowVerify and effectiveNetworkSecurityGroups call it: ``securityRules/x``.

    Source: recorded answers of the real service (2019 to 2025).
    """
    return f"{'defaultSecurityRules' if rule.is_default else 'securityRules'}/{rule.name}"


def view_rule_name(rule: SecurityRule) -> str:
    """The rule as securityGroupView calls it: ``UserRule_x`` (recorded answers of the real service, 2017 to 2025)."""
    return f"{'DefaultRule' if rule.is_default else 'UserRule'}_{rule.name}"


def settling_rule_name(decision: Decision, rule: SecurityRule) -> str:
    """The rule as ipFlowVerify names it; the rule of a network manager stands bare, without a prefix.

    The bare form is decided by likeness with the flow logs: no answer of the real service with one is on record.
    """
    return rule.name if decision.level is Level.ADMIN else flow_rule_name(rule)


def settling_rule_id(rule: SecurityRule) -> str:
    """The rule's id; empty for a default rule, as the real service answers."""
    return "" if rule.is_default else rule.id.text


def effective_protocol(protocol: Protocol | Unresolved) -> str:
    """The protocol as effective rules spell it: ``All`` for ``*``, else the rule's own word."""
    if isinstance(protocol, Unresolved):
        return open_text(protocol)
    return "All" if protocol is Protocol.ANY else protocol.value


def next_hop_word(hop: NextHopType | Unresolved) -> str:
    """The next hop type as nextHop answers it, which is not as effective routes spell it.

    ``VirtualNetwork`` for a route within the VNet: recorded answers since September 2017. ``VirtualNetworkPeering`` for
    a peer in any region: "Next hop overview", which has listed both words since 2018. Unknown where the input leaves it
    open.
    """
    if isinstance(hop, Unresolved):
        return "Unknown"
    return _NEXT_HOP.get(hop, hop.value)


_NEXT_HOP = {
    NextHopType.VNET_LOCAL: "VirtualNetwork",
    NextHopType.VNET_PEERING: "VirtualNetworkPeering",
    NextHopType.VNET_GLOBAL_PEERING: "VirtualNetworkPeering",
}


def route_table_id(answer: NextHopAnswer) -> str:
    """The id of the table that holds the route, or ``System Route`` where no table does."""
    route: EffectiveRoute | None = answer.route
    if route is None or route.source is not RouteSource.USER or route.table is None:
        return "System Route"
    return route.table.text


def open_text(value: Unresolved) -> str:
    """What stands in an ARM body where the input leaves a value open: its expression, or ``Unresolved``."""
    return value.expression or "Unresolved"
