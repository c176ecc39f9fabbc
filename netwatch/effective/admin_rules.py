"""Security admin rules of a network manager: asked before every network security group.

Sources: "Security admin rules in Azure Virtual Network Manager"; "Network security groups" (what Allow, AlwaysAllow
and Deny do); a configuration takes effect only in the regions it is deployed to.
"""

from __future__ import annotations

from netwatch.effective.meshes import is_deployed
from netwatch.model.flow import Access
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import AdminRuleCollection, SecurityAdminConfiguration
from netwatch.model.resources import Subnet, VirtualNetwork
from netwatch.model.rules import SecurityRule
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["AdminRuleList", "admin_rules"]

AdminRuleList = tuple[ResourceId, tuple[SecurityRule, ...]]
"""A network manager and its rules for one network, in the order in which they are asked."""

# Networks with these services keep admin rules away unless the configuration says otherwise: their own network intent
# policies would be broken ("Security admin rules in Azure Virtual Network Manager", nonapplication of rules).
_INTENT_POLICY_SERVICES = ("microsoft.sql/managedinstances", "microsoft.databricks/workspaces")

# Subnets with these services keep admin rules away from themselves, not from their network (same section). All but the
# application gateway's have a name that Azure prescribes.
_APPLICATION_GATEWAY = "microsoft.network/applicationgateways"
_SERVICE_SUBNETS = (
    "gatewaysubnet",
    "azurebastionsubnet",
    "azurefirewallsubnet",
    "azurefirewallmanagementsubnet",
    "routeserversubnet",
)


def admin_rules(topology: Topology, vnet: VirtualNetwork, subnet: Subnet) -> tuple[AdminRuleList, ...]:
    """The admin rules for ``subnet`` of ``vnet``, one list for each network manager, the highest scope first.

    A manager of a management group comes before one of a subscription; within a manager the lower priority is asked
    first, whichever collection it stands in. Subnets of some services have none.
    """
    if _is_service_subnet(topology, subnet):
        return ()
    lists = []
    for manager in sorted(topology.network_managers.values(), key=lambda m: _scope_rank(m.scopes)):
        rules = [
            rule
            for configuration in topology.security_admin_configurations.values()
            if _under(configuration.id, manager.id) and is_deployed(topology, configuration, vnet)
            for rule in _rules(topology, configuration, vnet, subnet)
        ]
        if rules:
            lists.append((manager.id, tuple(sorted(rules, key=_priority))))
    return tuple(lists)


def _scope_rank(scopes: tuple[ResourceId, ...]) -> int:
    """0 for a manager of a management group, 1 for one of subscriptions."""
    return 0 if any("/managementgroups/" in scope.key for scope in scopes) else 1


def _under(child: ResourceId, parent: ResourceId) -> bool:
    return child.key.startswith(parent.key + "/")


def _priority(rule: SecurityRule) -> int:
    return rule.priority if isinstance(rule.priority, int) else 0


def _rules(
    topology: Topology, configuration: SecurityAdminConfiguration, vnet: VirtualNetwork, subnet: Subnet
) -> list[SecurityRule]:
    found = [
        rule
        for collection in topology.admin_rule_collections.values()
        if _under(collection.id, configuration.id) and _applies(topology, collection, vnet, subnet)
        for rule in collection.rules
    ]
    policy = configuration.applies_on_intent_policies.lower()
    if policy == "all" or not _has_intent_policy(topology, vnet):
        return found
    allowing = (Access.ALLOW, Access.ALWAYS_ALLOW)
    return [rule for rule in found if policy == "allowrulesonly" and rule.access in allowing]


def _applies(topology: Topology, collection: AdminRuleCollection, vnet: VirtualNetwork, subnet: Subnet) -> bool:
    groups = [topology.network_groups[group.key] for group in collection.groups if group.key in topology.network_groups]
    members = {member.key for group in groups for member in group.members if not isinstance(member, Unresolved)}
    return vnet.id.key in members or subnet.id.key in members


def _has_intent_policy(topology: Topology, vnet: VirtualNetwork) -> bool:
    subnets = topology.subnets_of.get(vnet.id.key, ())
    services = {service for subnet in subnets for service in _services(topology, subnet.id, subnet.delegations)}
    return not services.union(_services(topology, vnet.id)).isdisjoint(_INTENT_POLICY_SERVICES)


def _is_service_subnet(topology: Topology, subnet: Subnet) -> bool:
    if subnet.id.name.lower() in _SERVICE_SUBNETS:
        return True
    return _APPLICATION_GATEWAY in _services(topology, subnet.id, subnet.delegations)


def _services(topology: Topology, at: ResourceId, delegations: tuple[str, ...] = ()) -> set[str]:
    """The types, in lower case, of the services that stand at a network or a subnet or that it is delegated to."""
    return {word.lower() for word in (*delegations, *(each.type for each in topology.others_naming.get(at.key, ())))}
