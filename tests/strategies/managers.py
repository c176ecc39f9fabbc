"""What network managers lay over networks: admin rules and meshes, deployed to regions or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from netwatch.model.facts import Deployment
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import (
    AdminRuleCollection,
    ConnectivityConfiguration,
    NetworkGroup,
    NetworkManager,
    SecurityAdminConfiguration,
)
from netwatch.model.resources import Subnet, VirtualNetwork
from tests.strategies.pools import arm_id
from tests.strategies.rules import ADMIN, security_rules

__all__ = ["Managed", "managed"]

_SCOPES = ("/subscriptions/s", "/providers/Microsoft.Management/managementGroups/all")
_POLICIES = ("None", "None", "None", "All", "AllowRulesOnly")


@dataclass
class Managed:
    """All that network managers bring to a topology."""

    managers: list[NetworkManager] = field(default_factory=list)
    groups: list[NetworkGroup] = field(default_factory=list)
    security: list[SecurityAdminConfiguration] = field(default_factory=list)
    collections: list[AdminRuleCollection] = field(default_factory=list)
    connectivity: list[ConnectivityConfiguration] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)


def managed(draw: st.DrawFn, vnets: Sequence[VirtualNetwork], subnets: Sequence[Subnet]) -> Managed:
    """Up to two managers, each with admin rules in two collections, and perhaps a mesh of most of the networks."""
    found = Managed()
    for number in range(draw(st.sampled_from([1, 2, 0, 2]))):
        scope = draw(st.sampled_from(_SCOPES))
        manager = NetworkManager(arm_id("networkManagers", f"m{number}"), "westeurope", (ResourceId(scope),))
        found.managers.append(manager)
        _secure(draw, found, manager, [*(vnet.id for vnet in vnets), *(subnet.id for subnet in subnets[:1])])
        _connect(draw, found, manager, [vnet.id for vnet in vnets])
    _deploy(draw, found)
    return found


def _secure(draw: st.DrawFn, found: Managed, manager: NetworkManager, members: list[ResourceId]) -> None:
    """One configuration, with numbers that are unique in it: Azure promises no order between equal ones."""
    configuration = manager.id.child("securityAdminConfigurations", "security")
    found.security.append(SecurityAdminConfiguration(configuration, draw(st.sampled_from(_POLICIES))))
    rules = draw(security_rules(configuration, max_size=5, accesses=ADMIN))
    for name, own in (("one", rules[::2]), ("two", rules[1::2])):
        id_ = configuration.child("ruleCollections", name)
        group = _group(draw, found, manager, f"{name}-group", members)
        own = tuple(replace(rule, id=id_.child("rules", rule.name)) for rule in own)
        found.collections.append(AdminRuleCollection(id_, (group,), own))


def _connect(draw: st.DrawFn, found: Managed, manager: NetworkManager, members: list[ResourceId]) -> None:
    """A mesh of two or more networks, or spokes with the first network as their hub, directly connected or not."""
    kind = draw(st.sampled_from(["mesh", "mesh", "hub and spoke", ""]))
    if kind and len(members) > 1:
        id_ = manager.id.child("connectivityConfigurations", "mesh")
        hubs = tuple(members[:1]) if kind == "hub and spoke" else ()
        spokes = [member for member in members if member not in hubs]
        groups = [_group(draw, found, manager, "meshed", spokes)]
        if draw(st.booleans()):
            groups.append(_group(draw, found, manager, "others", spokes[:1]))
        is_global = draw(st.sampled_from([True, True, False]))
        some = st.lists(st.sampled_from(groups), unique=True, max_size=len(groups))
        direct, users = draw(some) if hubs else groups, draw(some) if hubs else []
        found.connectivity.append(
            ConnectivityConfiguration(
                id_,
                tuple(group for group in groups if group in direct),
                is_global and bool(direct),
                hubs=hubs,
                spoke_groups=tuple(groups) if hubs else (),
                gateway_groups=tuple(group for group in groups if group in users),
            )
        )


def _group(
    draw: st.DrawFn, found: Managed, manager: NetworkManager, name: str, members: list[ResourceId]
) -> ResourceId:
    left_out = draw(st.sampled_from([None, None, None, None, *members]))
    group = NetworkGroup(
        manager.id.child("networkGroups", name), tuple(member for member in members if member != left_out)
    )
    found.groups.append(group)
    return group.id


def _deploy(draw: st.DrawFn, found: Managed) -> None:
    """Both regions get everything most of the time."""
    every = [*(each.id for each in found.security), *(each.id for each in found.connectivity)]
    for region in ("West Europe", "northeurope") if every else ():
        left_out = draw(st.sampled_from([None, None, None, *every]))
        found.deployments.append(Deployment(region, frozenset(each for each in every if each != left_out)))
