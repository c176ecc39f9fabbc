"""What answers rest on: each semantic fact in one sentence, with how well it is known and who says so.

Grades: ``recorded`` (seen in answers of the real service), ``documented`` (Microsoft's documentation says so),
``confirmed`` (reported and reproduced by Microsoft, or shown in an engineer's lab), ``decided`` (the sources are
silent or disagree: a decision paper says why).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["GROUNDS", "Ground"]


class Ground(NamedTuple):
    """One semantic fact: ``fact`` as a sentence, its grade, and ``source`` where it stands."""

    fact: str
    grade: Literal["recorded", "documented", "confirmed", "decided"]
    source: str


_GROUPS = "How network security groups filter network traffic"
_ROUTING = "Virtual network traffic routing"
_TAGS = "Virtual network service tags"
_MANAGER = "Security admin rules in Azure Virtual Network Manager"
_RECORDED = "recorded answers of the real service"

GROUNDS: dict[str, Ground] = {
    "first-match": Ground("The rule of the lowest priority number that matches decides.", "documented", _GROUPS),
    "group-order": Ground(
        "Inbound the subnet's group is asked before the NIC's, outbound after it; the first deny ends it.",
        "documented",
        _GROUPS,
    ),
    "containment": Ground(
        "In a diagnostic, a condition holds where what is asked lies wholly inside the rule.", "recorded", _RECORDED
    ),
    "subnet-deny-named": Ground("A deny by the subnet's group is named with that group.", "recorded", _RECORDED),
    "last-allow-named": Ground(
        "Where both groups allow, the rule of the one asked last is named.", "decided", "decision paper"
    ),
    "default-rules": Ground("Six default rules stand beneath a group's own.", "recorded", _RECORDED),
    "no-group": Ground("Without any group the question is refused, and the traffic passes.", "recorded", _RECORDED),
    "running-machine": Ground(
        "Effective rules and routes are told of a NIC of a running machine alone.", "recorded", _RECORDED
    ),
    "virtual-network-tag": Ground(
        "VirtualNetwork holds the network's ranges, its peers', routes to appliances and 168.63.129.16.",
        "recorded",
        _RECORDED,
    ),
    "virtual-network-neighbours": Ground(
        "VirtualNetwork also holds what a gateway brings; a peer whose access is switched off falls out of it.",
        "documented",
        f"{_TAGS}; Manage peerings",
    ),
    "virtual-network-default-route": Ground(
        "A default route to an appliance or gateway makes VirtualNetwork everything.",
        "confirmed",
        "azure-docs issue 22178, azure-powershell issue 4972",
    ),
    "internet-tag": Ground("Internet is all but the ranges that are not publicly reachable.", "recorded", _RECORDED),
    "balancer-tag": Ground("AzureLoadBalancer is 168.63.129.16: probes, not clients.", "recorded", _RECORDED),
    "published-tag": Ground("A published tag holds what the list in use says.", "documented", _TAGS),
    "group-members": Ground("An application security group stands for its members' addresses.", "documented", _GROUPS),
    "empty-group": Ground(
        "A group without members disables the rule field it stands in.", "confirmed", "azure-docs issue 77328"
    ),
    "admin-rules": Ground("Security admin rules are asked before every group.", "documented", _MANAGER),
    "platform-services": Ground(
        "Ordinary rules do not stop DNS, DHCP, metadata and the guest agent.", "documented", "Network security groups"
    ),
    "smtp": Ground(
        "Azure shuts TCP port 25 to the Internet in some kinds of subscription, whatever rules say.",
        "documented",
        "Troubleshoot outbound SMTP connectivity problems in Azure",
    ),
    "closed-without-group": Ground(
        "A Standard public address is closed to the internet until a group opens it.",
        "documented",
        "Public IP addresses",
    ),
    "egress-order": Ground(
        "Flows leave by a NAT gateway, else the address's own public one, else a load balancer, else default access.",
        "documented",
        "Default outbound access in Azure",
    ),
    "replies-need-no-rule": Ground(
        "Replies of a flow need no rule, and a flow under way outlives its rule.", "documented", _GROUPS
    ),
    "idle-timeout": Ground(
        "A flow that is silent for flowTimeoutInMinutes is forgotten: 4 to 30, and 4 where it is not set.",
        "documented",
        "Virtual network flow timeout",
    ),
    "longest-prefix": Ground("The longest prefix that holds the destination takes the packet.", "documented", _ROUTING),
    "route-precedence": Ground(
        "Of one prefix, user-defined routes come before gateway routes before system routes.", "documented", _ROUTING
    ),
    "invalid-twin": Ground("The overridden route of that prefix stays listed as Invalid.", "recorded", _RECORDED),
    "reserved-ranges": Ground(
        "Reserved private ranges are dropped, until a default route of the user's own.", "recorded", _RECORDED
    ),
    "network-routes": Ground("Each range of the network has a route of its own.", "recorded", _RECORDED),
    "peering-routes": Ground("Each range of a connected peer has a route.", "confirmed", "effective routes of a lab"),
    "mesh-routes": Ground(
        "Members of a connected group have routes to each other.", "documented", "Connectivity configuration"
    ),
    "gateway-routes": Ground(
        "What gateways learn, and what hubs of virtual WANs tell, is routed to them.",
        "confirmed",
        "effective routes of a lab",
    ),
    "endpoint-routes": Ground(
        "A private endpoint has a route of its own, in its network and in direct peers.",
        "confirmed",
        "effective routes of a lab",
    ),
    "service-routes": Ground(
        "A service endpoint brings the ranges of the region, and of its pair for Storage.", "recorded", _RECORDED
    ),
    "tag-routes": Ground(
        "Of one prefix an explicit route comes before a tag's, a region's tag before the whole service's.",
        "documented",
        _ROUTING,
    ),
    "ip-forwarding": Ground(
        "What is not addressed to a machine passes only where its NIC forwards.", "documented", _ROUTING
    ),
    "peering-access": Ground(
        "A peering without allowVirtualNetworkAccess only leaves its peer out of VirtualNetwork.",
        "documented",
        "Create, change, or delete a virtual network peering",
    ),
    "forwarded-traffic": Ground(
        "A peer takes what another network sent only where allowForwardedTraffic is on.",
        "documented",
        "Manage peerings",
    ),
    "issue-hop": Ground("An inbound rule's issue stands at the hop it guards.", "decided", "decision paper"),
    "topology-associations": Ground(
        "Resources are associated as recorded topologies associate them.", "recorded", _RECORDED
    ),
    "unreachable-appliance": Ground(
        "An appliance out of reach makes the next hop None and is named all the same.", "recorded", _RECORDED
    ),
    "no-address": Ground(
        "A name that does not resolve is the source's issue, and nothing is sent.", "recorded", _RECORDED
    ),
    "no-route": Ground("What no route holds is dropped.", "decided", "decision paper"),
}
"""Every fact by its name, which explanations give."""
