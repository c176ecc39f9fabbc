"""``Semantics``: where Microsoft's own sources disagree or are silent, which reading is followed."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["SWITCHES", "Semantics", "Switch"]


class Switch(NamedTuple):
    """One open question: its readings, the default first; for each reading what says so; and the decision on it.

    ``decision`` is the name of the paper in ``docs/decisions``.
    """

    readings: tuple[str, ...]
    question: str
    sources: tuple[str, ...]
    decision: str

    @property
    def default(self) -> str:
        """The reading that is followed unless another is asked for."""
        return self.readings[0]


SWITCHES = {
    "emptyGroup": Switch(
        ("disables", "ignored"),
        "An application security group without members among several in one rule field: does it disable the field?",
        (
            "azure-docs issue 77328: reproduced by Microsoft in 2021",
            'the wording of "Application security groups": a rule applies to the members of its groups',
        ),
        "0010-empty-group",
    ),
    "serviceEndpointRoutes": Switch(
        ("userRouteWins", "endpointWins"),
        "A user-defined route of the same prefix as a service endpoint's route: which one takes the packet?",
        (
            "azure-docs issue 111706 (a lab) and the correction proposed in 128591",
            '"Virtual network service endpoints", and the lab in azure-docs issue 111594 for equal prefixes',
        ),
        "0011-service-endpoint-routes",
    ),
    "privateEndpointRoutes": Switch(
        ("anyNextHop", "applianceOnly"),
        "With route policies on, which user-defined routes override a private endpoint's own route?",
        (
            '"Manage network policies for private endpoints": the length of the prefix is all it asks for',
            "azure-docs issue 119645: a route to an appliance is honoured, one of type VnetLocal is not",
        ),
        "0012-private-endpoint-routes",
    ),
    "natGatewayNextHop": Switch(
        ("Internet", "NatGateway"),
        "Does next hop name a NAT gateway, or Internet, as effective routes do?",
        (
            '"Next hop overview" knows no such word',
            '"Azure NAT Gateway resource": it becomes the subnet\'s next hop',
        ),
        "0013-nat-gateway-next-hop",
    ),
    "securityRuleIssue": Switch(
        ("ownHop", "previousHop"),
        "Which hop of a connectivity check carries the issue of an inbound security rule?",
        (
            '"Connection troubleshoot overview": origin Inbound is the way into the hop itself',
            '"Troubleshoot connections with the Azure REST API": an example has it where the path ends',
        ),
        "0014-security-rule-issue",
    ),
    "platformTraffic": Switch(
        ("exempt", "ruled"),
        "Do ordinary rules apply to DNS, DHCP and metadata traffic with the platform's own addresses?",
        (
            '"Network security groups overview", platform considerations',
            "no recorded answer shows the exemption; rules are taken as they are written",
        ),
        "0015-platform-traffic",
    ),
    "partialOverlap": Switch(
        ("noMatch", "match"),
        "In NSG diagnostics, does a query for a range match a rule that covers only a part of it?",
        (
            "recorded: a query for * does not match a rule for a tag",
            "no source; the cautious reading of a rule that may apply",
        ),
        "0016-partial-overlap",
    ),
    "diagnosticsMatchedRule": Switch(
        ("ownRule", "repeatPrevious"),
        "In NSG diagnostics, does the second group name its own deny, or repeat the first group's rule (recorded bug)?",
        (
            "what the group's own evaluation in the same answer shows",
            "recorded answer of the real service",
        ),
        "0017-diagnostics-matched-rule",
    ),
    "virtualNetworkRoutes": Switch(
        ("applianceAndGateway", "everyRoute"),
        "Which user-defined routes are in the VirtualNetwork tag?",
        (
            "recorded for routes to an appliance; azure-docs issue 22178",
            '"Virtual network service tags": prefixes used in user-defined routes',
        ),
        "0018-virtual-network-routes",
    ),
    "peeringWithoutAccess": Switch(
        ("tagOnly", "drops"),
        "Without allowVirtualNetworkAccess: is the peer only left out of VirtualNetwork, or are packets dropped?",
        (
            '"Create, change, or delete a virtual network peering", its newer versions, and several labs',
            "the same article in 2018: traffic does not flow between the networks",
        ),
        "0036-peering-without-access",
    ),
    "forwardedTraffic": Switch(
        ("needsFlag", "passes"),
        "Does what another network sent cross a peering whose receiving side has allowForwardedTraffic off?",
        (
            '"Create, change, or delete a virtual network peering", what the setting is for',
            "the note there that the setting changes the tag only, and the capture in azure-docs issue 48390",
        ),
        "0034-forwarded-traffic",
    ),
    "nicWithoutMachine": Switch(
        ("refused", "answered"),
        "The effective rules and routes of a network interface that no machine holds: refused, or answered?",
        (
            "recorded answers of the real service",
            "its subnet says what they will be; a machine may come with the next deployment",
        ),
        "0008-refusals-and-fate",
    ),
    "hubAndSpokePeerings": Switch(
        ("made", "declared"),
        "A deployed hub and spoke whose peerings the input does not hold: does the network manager make them?",
        (
            '"Connectivity configuration": the hub is peered with every spoke',
            "an export of a live network lists every peering that is there",
        ),
        "0030-hub-and-spoke-peerings",
    ),
    "hubPropagation": Switch(
        ("defaultLabel", "namedTables"),
        "A connection of a virtual hub that names tables and no label: does it propagate to the Default label too?",
        (
            '"About virtual hub routing": without a label it propagates to the Default label',
            "isolation scenarios name the tables, and mean no others",
        ),
        "0033-virtual-wan",
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
    peering_without_access: str = "tagOnly"
    forwarded_traffic: str = "needsFlag"
    nic_without_machine: str = "refused"
    hub_and_spoke_peerings: str = "made"
    hub_propagation: str = "defaultLabel"
