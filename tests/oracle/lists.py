"""The rule lists at a NIC, in Azure's order, and what they make of one flow."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from ipaddress import ip_network
from typing import NamedTuple

from netwatch.model.addresses import Prefix
from netwatch.model.flow import Access, Direction, Flow
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import NetworkManager, SecurityAdminConfiguration
from netwatch.model.resources import NetworkInterface, Subnet
from netwatch.model.rules import SecurityRule, ServiceTag
from netwatch.model.topology import Topology
from tests.build import rule
from tests.oracle.around import Tags, endpoint_nics, host, is_deployed, learned, network, route_table, subnet_of
from tests.oracle.fields import matches
from tests.oracle.tags import names_platform, oracle_tag_holds

__all__ = ["DEFAULT_RULES", "RuleList", "oracle_fate", "oracle_ip_flow", "rule_lists"]

PLATFORM_SERVICES = [
    *(("168.63.129.16", "Tcp", port) for port in (53, 80, 443, 32526)),
    *(("168.63.129.16", "Udp", port) for port in (53, 67, 68)),
    ("169.254.169.254", "Tcp", 80),
]
LICENSING = ("20.118.99.224", "40.83.235.53", "23.102.135.246")
DEFAULT_RULES = (
    "AllowVnetInBound", "AllowAzureLoadBalancerInBound", "DenyAllInBound",
    "AllowVnetOutBound", "AllowInternetOutBound", "DenyAllOutBound",
)  # fmt: skip
NAMED_FOR_SERVICES = ("GatewaySubnet", "AzureBastionSubnet", "AzureFirewallSubnet", "RouteServerSubnet")
INTENT_POLICIES = ("Microsoft.Sql/managedInstances", "Microsoft.Databricks/workspaces")


class RuleList(NamedTuple):
    """Rules in the order in which they are asked, and the group or network manager that holds them."""

    owner: str
    is_admin: bool
    rules: list[SecurityRule]


def oracle_ip_flow(
    topology: Topology, nic: NetworkInterface, direction: Direction, flow: Flow, *, tags: Tags | None = None
) -> tuple[str, str, str]:
    """``(outcome, rule name, id of its group or manager)``; NotApplicable and two empty texts where none speaks.

    The first admin rule that matches settles what managers say: Deny and AlwaysAllow are the end of it, after Allow
    the groups are asked. The first group that denies answers; where all allow, the last one asked does. Of what the
    platform exempts, only a rule that names its tags can deny; an empty name is an Allow by no rule.
    """
    subnet = subnet_of(topology, nic)
    passes = topology.semantics.platform_traffic == "exempt" and (
        _is_platform_service(direction, flow) or _activates_windows(topology, subnet, direction, flow)
    )
    answer, managers_spoke = ("NotApplicable", "", ""), False
    for each in rule_lists(topology, nic, direction):
        if each.is_admin and managers_spoke:
            continue
        taken = [one for one in each.rules if matches(topology, subnet, one, flow, tags or {})]
        if passes:
            taken = [one for one in taken if one.access is not Access.DENY or _targets_platform(one)]
        if not taken and each.is_admin:
            continue
        managers_spoke = managers_spoke or each.is_admin
        access = taken[0].access if taken else Access.ALLOW
        answer = ("Deny" if access is Access.DENY else "Allow", taken[0].name if taken else "", each.owner)
        if access is not Access.ALLOW:
            return answer
    return answer


def _is_platform_service(direction: Direction, flow: Flow) -> bool:
    """What machines open to the platform's own services.

    Sources: "Network security groups", platform considerations; "What is IP address 168.63.129.16?".
    """
    service = (str(flow.dst_ip), flow.protocol.value, flow.dst_port)
    return direction is Direction.OUTBOUND and service in PLATFORM_SERVICES


def _activates_windows(topology: Topology, subnet: Subnet, direction: Direction, flow: Flow) -> bool:
    """Licensing passes too, unless the subnet has a default route of its own ("Network security groups")."""
    service = (direction, flow.protocol.value, flow.dst_port)
    if str(flow.dst_ip) not in LICENSING or service != (Direction.OUTBOUND, "Tcp", 1688):
        return False
    table = route_table(topology, subnet)
    own = [network(each.prefix) for each in (table.routes if table else ()) if isinstance(each.prefix, Prefix)]
    return ip_network("0.0.0.0/0") not in [*own, *learned(topology, subnet)]


def _targets_platform(one: SecurityRule) -> bool:
    terms = (*one.sources.terms, *one.destinations.terms)
    return any(isinstance(term, ServiceTag) and names_platform(term.text) for term in terms)


def oracle_fate(topology: Topology, nic: NetworkInterface, direction: Direction, flow: Flow) -> str:
    """What becomes of traffic that no rule list has a say in: a Standard public address is closed from outside."""
    ids = [config.public_ip for config in nic.ip_configurations if isinstance(config.public_ip, ResourceId)]
    standard = any(topology.public_ips[ip.key].sku == "Standard" for ip in ids)
    outside = oracle_tag_holds(topology, subnet_of(topology, nic), "Internet", host(flow.src_ip), {})
    return "Deny" if direction is Direction.INBOUND and standard and outside else "Allow"


# --- which lists ------------------------------------------------------------------------------------------------------


def rule_lists(topology: Topology, nic: NetworkInterface, direction: Direction) -> list[RuleList]:
    """Admin rules, then inbound the subnet's group and the NIC's, outbound the NIC's and the subnet's.

    Admin rules leave private endpoints alone; the subnet's group heeds them only by the subnet's network policies.
    """
    subnet, is_endpoint = subnet_of(topology, nic), nic.id in endpoint_nics(topology)
    heeds = subnet.private_endpoint_network_policies in ("Enabled", "NetworkSecurityGroupEnabled")
    on_subnet = subnet.nsg if heeds or not is_endpoint else None
    bound = [on_subnet, nic.nsg] if direction is Direction.INBOUND else [nic.nsg, on_subnet]
    lists = [] if is_endpoint else list(_admin_lists(topology, subnet, direction))
    for group in bound:
        if isinstance(group, ResourceId):
            own = [one for one in topology.nsgs[group.key].rules if one.direction is direction]
            lists.append(RuleList(group.text, False, [*_in_order(own), *_defaults(direction)]))
    return lists


@cache
def _defaults(direction: Direction) -> list[SecurityRule]:
    """The default rules; all take every protocol and every port."""
    if direction is Direction.INBOUND:
        return [
            rule("AllowVnetInBound", source="VirtualNetwork", destination="VirtualNetwork"),
            rule("AllowAzureLoadBalancerInBound", source="AzureLoadBalancer"),
            rule("DenyAllInBound", access="Deny"),
        ]
    return [
        rule("AllowVnetOutBound", source="VirtualNetwork", destination="VirtualNetwork"),
        rule("AllowInternetOutBound", destination="Internet"),
        rule("DenyAllOutBound", access="Deny"),
    ]


def _in_order(rules: list[SecurityRule]) -> list[SecurityRule]:
    """The lowest number first, by picking it out again and again."""
    left, out = list(rules), []
    while left:
        first = left[0]
        for one in left:
            if _number(one) < _number(first):
                first = one
        left.remove(first)
        out.append(first)
    return out


def _number(one: SecurityRule) -> int:
    assert isinstance(one.priority, int)
    return one.priority


def _admin_lists(topology: Topology, subnet: Subnet, direction: Direction) -> Iterator[RuleList]:
    """One for each manager with rules here: of management groups first, then the others, each in input order.

    None where an application gateway or another service with a subnet of its own stands.
    """
    gateways = _kinds_at(topology, {subnet.id}) & {"Microsoft.Network/applicationGateways"}
    if (
        gateways
        or subnet.id.name in NAMED_FOR_SERVICES
        or "Microsoft.Network/applicationGateways" in subnet.delegations
    ):
        return
    managers = list(topology.network_managers.values())
    wide = [one for one in managers if any("/managementGroups/" in scope.text for scope in one.scopes)]
    for manager in [*wide, *(one for one in managers if one not in wide)]:
        rules = list(_rules_of(topology, manager, subnet))
        if rules:
            yield RuleList(manager.id.text, True, _in_order([one for one in rules if one.direction is direction]))


def _rules_of(topology: Topology, manager: NetworkManager, subnet: Subnet) -> Iterator[SecurityRule]:
    vnet = topology.vnets[subnet.vnet.key]
    for configuration in topology.security_admin_configurations.values():
        if configuration.id.parent != manager.id or not is_deployed(topology, configuration.id, vnet):
            continue
        for collection in topology.admin_rule_collections.values():
            members = {member for group in collection.groups for member in topology.network_groups[group.key].members}
            if collection.id.parent == configuration.id and members & {vnet.id, subnet.id}:
                yield from (one for one in collection.rules if _takes_effect(topology, configuration, one, subnet))


def _takes_effect(
    topology: Topology, configuration: SecurityAdminConfiguration, one: SecurityRule, subnet: Subnet
) -> bool:
    """Services with network intent policies keep admin rules away unless the configuration says otherwise."""
    own = [each for each in topology.subnets.values() if each.vnet == subnet.vnet]
    delegated = {delegation for each in own for delegation in each.delegations}
    standing = _kinds_at(topology, {subnet.vnet, *(each.id for each in own)})
    kept_away = bool((delegated | standing) & set(INTENT_POLICIES))
    match configuration.applies_on_intent_policies:
        case "All":
            return True
        case "AllowRulesOnly":
            return not kept_away or one.access is not Access.DENY
        case _:
            return not kept_away


def _kinds_at(topology: Topology, places: set[ResourceId]) -> set[str]:
    """The types of the resources beside the network that name one of the places."""
    return {other.type for other in topology.others.values() if places & set(other.references)}
