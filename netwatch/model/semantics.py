"""``Semantics``: where Microsoft's own sources disagree or are silent, which reading is followed."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["SWITCHES", "Semantics", "Switch"]


class Switch(NamedTuple):
    """One open question: its readings, the default first, and what says so."""

    readings: tuple[str, ...]
    question: str


SWITCHES = {
    "emptyGroup": Switch(
        ("disables", "ignored"),
        "An application security group without members among several in one rule field: does it disable the field?",
    ),
    "serviceEndpointRoutes": Switch(
        ("userRouteWins", "endpointWins"),
        "A user-defined route of the same prefix as a service endpoint's route: which one takes the packet?",
    ),
    "privateEndpointRoutes": Switch(
        ("anyNextHop", "applianceOnly"),
        "With route policies on, which user-defined routes override a private endpoint's own route?",
    ),
    "natGatewayNextHop": Switch(
        ("Internet", "NatGateway"),
        "Does next hop name a NAT gateway, or Internet, as effective routes do?",
    ),
    "securityRuleIssue": Switch(
        ("ownHop", "previousHop"),
        "Which hop of a connectivity check carries the issue of an inbound security rule?",
    ),
    "platformTraffic": Switch(
        ("exempt", "ruled"),
        "Do ordinary rules apply to DNS, DHCP and metadata traffic with the platform's own addresses?",
    ),
    "partialOverlap": Switch(
        ("noMatch", "match"),
        "In NSG diagnostics, does a query for a range match a rule that covers only a part of it?",
    ),
    "diagnosticsMatchedRule": Switch(
        ("ownRule", "repeatPrevious"),
        "In NSG diagnostics, does the second group name its own deny, or repeat the first group's rule (recorded bug)?",
    ),
    "virtualNetworkRoutes": Switch(
        ("applianceAndGateway", "everyRoute"),
        "Which user-defined routes are in the VirtualNetwork tag?",
    ),
}
"""Every switch by its name in ``semantics:`` and ``--semantics NAME=READING``."""


class Semantics(NamedTuple):
    """The reading followed for each switch; a value of ``SWITCHES[name].readings``."""

    empty_group: str = "disables"
    service_endpoint_routes: str = "userRouteWins"
    private_endpoint_routes: str = "anyNextHop"
    nat_gateway_next_hop: str = "Internet"
    security_rule_issue: str = "ownHop"
    platform_traffic: str = "exempt"
    partial_overlap: str = "noMatch"
    diagnostics_matched_rule: str = "ownRule"
    virtual_network_routes: str = "applianceAndGateway"
