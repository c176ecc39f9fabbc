"""Meshes and admin rules: who is in, and what is deployed where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.effective.admin_rules import admin_rules
from netwatch.effective.meshes import mesh_members
from netwatch.effective.routes import effective_routes, is_reachable_appliance
from netwatch.model.addresses import parse_address, parse_prefix
from netwatch.model.facts import Deployment, Facts
from netwatch.model.flow import Access
from netwatch.model.ids import ResourceId
from netwatch.model.network_manager import (
    AdminRuleCollection,
    ConnectivityConfiguration,
    NetworkGroup,
    NetworkManager,
    SecurityAdminConfiguration,
)
from netwatch.model.resources import Peering
from netwatch.model.topology import Topology
from tests.build import rule
from tests.networks import Net, arm_id, network

MANAGER = arm_id("networkManagers", "m")
GROUP = MANAGER.child("networkGroups", "g")
MESH = MANAGER.child("connectivityConfigurations", "mesh")
BASE = MANAGER.child("securityAdminConfigurations", "base")
SUBSCRIPTION = ResourceId("/subscriptions/s")


def net(*, regions: str = "westeurope", is_global: bool = False, members: str = "a b c") -> Topology:
    """Networks a and b in West Europe and c in East US, in one group with a mesh."""
    topology = network(
        vnets={"a": "10.0.0.0/16", "b": "10.1.0.0/16", "c": "10.2.0.0/16"},
        locations={"c": "eastus"},
        subnets={"a/s": Net("10.0.1.0/24")},
        facts=Facts(
            network_manager_deployments=tuple(Deployment(region, frozenset({MESH, BASE})) for region in regions.split())
        ),
    )
    group = NetworkGroup(GROUP, tuple(arm_id("virtualNetworks", name) for name in members.split()))
    mesh = ConnectivityConfiguration(MESH, (GROUP,), is_global)
    return replace(topology, network_groups={GROUP.key: group}, connectivity_configurations={MESH.key: mesh})


def members(topology: Topology, name: str = "a") -> list[str]:
    found = mesh_members(topology, topology.vnets[arm_id("virtualNetworks", name).key])
    return [vnet.id.name for vnet in found]


def test_a_mesh_is_regional() -> None:
    assert members(net(regions="westeurope eastus")) == ["b"]


@pytest.mark.parametrize(
    ("scopes", "found"),
    [
        (["/subscriptions/S"], ["b"]),
        (["/subscriptions/other"], []),
        (["/subscriptions/other", "/subscriptions/s"], ["b"]),
        (["/providers/Microsoft.Management/managementGroups/top", "/subscriptions/other"], ["b"]),
        (["/subscriptions/00000000-0000-0000-0000-000000000000"], ["b"]),
        ([], ["b"]),
    ],
)
def test_a_network_outside_its_managers_scope_is_left_alone(scopes: list[str], found: list[str]) -> None:
    manager = NetworkManager(MANAGER, "westeurope", tuple(map(ResourceId, scopes)))
    assert members(replace(net(), network_managers={MANAGER.key: manager})) == found


def test_a_global_mesh_crosses_regions_where_it_is_deployed_in_both() -> None:
    assert members(net(regions="westeurope eastus", is_global=True)) == ["b", "c"]
    assert members(net(regions="westeurope", is_global=True)) == ["b"]


def test_nothing_is_connected_before_it_is_deployed() -> None:
    assert members(net(regions="")) == []


def test_who_is_not_in_the_group_is_not_in_the_mesh() -> None:
    assert members(net(members="b c")) == []


def test_an_appliance_of_a_member_is_one_hop_away() -> None:
    topology = net(regions="westeurope")
    subnet = next(each for each in topology.subnets.values() if each.vnet == arm_id("virtualNetworks", "a"))
    assert is_reachable_appliance(topology, subnet, parse_address("10.1.0.4"))
    assert not is_reachable_appliance(topology, subnet, parse_address("10.2.0.4"))


def test_with_direct_connectivity_the_hub_is_in_the_group_of_its_spokes() -> None:
    topology = net(members="b", regions="westeurope")
    hub = arm_id("virtualNetworks", "a")
    mesh = replace(topology.connectivity_configurations[MESH.key], hubs=(hub,))
    direct = replace(topology, connectivity_configurations={MESH.key: mesh})
    assert members(direct, "a") == ["b"]
    assert members(direct, "b") == ["a"]
    assert members(topology, "a") == []


def test_a_member_that_is_peered_too_has_its_route_once() -> None:
    topology = net()
    there, back = (
        Peering(
            arm_id("virtualNetworks/virtualNetworkPeerings", f"{one}/p"), arm_id("virtualNetworks", other), "Connected"
        )
        for one, other in (("a", "b"), ("b", "a"))
    )
    peered = replace(topology, peerings={there.id.key: there, back.id.key: back})

    def kinds(asked: Topology) -> list[str]:
        found = effective_routes(asked, next(iter(asked.subnets.values())), lambda tag, where, holder: ())
        prefix = parse_prefix("10.1.0.0/16")
        return [row.next_hop_type.value for row in found if prefix in row.prefixes]  # type: ignore[union-attr]

    assert kinds(topology) == ["ConnectedGroup"]
    assert kinds(peered) == ["VNetPeering"]


def with_rules(
    *,
    collections: dict[str, list[tuple[str, int, str]]],
    policy: str = "None",
    regions: str = "West Europe",
    delegation: str = "",
) -> Topology:
    topology = net(regions=regions.replace(" ", ""))
    held = {}
    for name, rules in collections.items():
        id = BASE.child("ruleCollections", name)
        made = tuple(
            replace(rule(each, priority=priority, access=access), id=id.child("rules", each))
            for each, priority, access in rules
        )
        held[id.key] = AdminRuleCollection(id, (GROUP,), made)
    subnets = {
        key: replace(subnet, delegations=(delegation,) if delegation else ())
        for key, subnet in topology.subnets.items()
    }
    return replace(
        topology,
        subnets=subnets,
        network_managers={MANAGER.key: NetworkManager(MANAGER, "westeurope", (SUBSCRIPTION,))},
        security_admin_configurations={BASE.key: SecurityAdminConfiguration(BASE, policy)},
        admin_rule_collections=held,
    )


def asked(topology: Topology) -> list[str]:
    vnet = topology.vnets[arm_id("virtualNetworks", "a").key]
    lists = admin_rules(topology, vnet, next(iter(topology.subnets.values())))
    return [each.name for _, rules in lists for each in rules]


def test_rules_of_several_collections_are_asked_by_priority() -> None:
    topology = with_rules(collections={"x": [("later", 20, "Deny")], "y": [("first", 10, "Allow")]})
    assert asked(topology) == ["first", "later"]


def test_rules_that_are_not_deployed_are_not_asked() -> None:
    assert asked(with_rules(collections={"x": [("r", 1, "Deny")]}, regions="eastus")) == []


@pytest.mark.parametrize(("policy", "expected"), [("None", []), ("All", ["no", "yes"]), ("AllowRulesOnly", ["yes"])])
def test_networks_with_intent_policies_are_skipped_unless_said(policy: str, expected: list[str]) -> None:
    rules = [("no", 1, "Deny"), ("yes", 2, Access.ALWAYS_ALLOW.value)]
    delegation = "Microsoft.Sql/managedInstances"
    assert asked(with_rules(collections={"x": rules}, policy=policy, delegation=delegation)) == expected


def test_a_manager_of_a_management_group_is_asked_before_one_of_a_subscription() -> None:
    topology = with_rules(collections={"x": [("low", 1, "Deny")]})
    high = arm_id("networkManagers", "high")
    base = high.child("securityAdminConfigurations", "base")
    collection = base.child("ruleCollections", "x")
    own = replace(rule("high", priority=4000), id=collection.child("rules", "high"))
    facts = replace(
        topology.facts,
        network_manager_deployments=(Deployment("westeurope", frozenset({BASE, base})),),
    )
    both = replace(
        topology,
        facts=facts,
        network_managers={
            **topology.network_managers,
            high.key: NetworkManager(high, "", (ResourceId("/providers/Microsoft.Management/managementGroups/root"),)),
        },
        security_admin_configurations={
            **topology.security_admin_configurations,
            base.key: SecurityAdminConfiguration(base),
        },
        admin_rule_collections={
            **topology.admin_rule_collections,
            collection.key: AdminRuleCollection(collection, (GROUP,), (own,)),
        },
    )
    assert asked(both) == ["high", "low"]


@pytest.mark.parametrize("name", ["AzureBastionSubnet", "azurefirewallsubnet", "GatewaySubnet", "RouteServerSubnet"])
def test_subnets_that_azure_names_for_a_service_have_no_admin_rules(name: str) -> None:
    topology = with_rules(collections={"x": [("r", 1, "Deny")]})
    (subnet,) = topology.subnets.values()
    named = replace(subnet, id=subnet.vnet.child("subnets", name))
    assert asked(replace(topology, subnets={named.id.key: named})) == []


def test_a_subnet_with_another_name_that_only_holds_the_word_has_them() -> None:
    topology = with_rules(collections={"x": [("r", 1, "Deny")]})
    (subnet,) = topology.subnets.values()
    named = replace(subnet, id=subnet.vnet.child("subnets", "MyGatewaySubnet"))
    assert asked(replace(topology, subnets={named.id.key: named})) == ["r"]


def test_a_group_may_hold_a_subnet_and_not_its_network() -> None:
    topology = with_rules(collections={"x": [("r", 1, "Deny")]})
    (subnet,) = topology.subnets.values()
    group = topology.network_groups[GROUP.key]
    assert asked(replace(topology, network_groups={GROUP.key: replace(group, members=(subnet.id,))})) == ["r"]
    assert asked(replace(topology, network_groups={GROUP.key: replace(group, members=())})) == []
