"""Network managers, their groups, admin rules and meshes of ARM inputs."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.model.addresses import ALL_PORTS, PortRange, parse_prefix
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.rules import AnyAddress, Cidr, ServiceTag
from netwatch.model.unresolved import Unresolved
from tests.unit.formats.arm import Json, arm_id, ids, only, problems, read, resource, vnet

_ROOT = "networkManagers"
_GROUP = arm_id(_ROOT, "m") + "/networkGroups/all"
_FIELDS = {"priority": 10, "direction": "Inbound", "access": "Deny", "protocol": "Any"}


def _manager() -> Json:
    scopes = {
        "managementGroups": ["/providers/Microsoft.Management/managementGroups/top"],
        "subscriptions": ["/subscriptions/s"],
    }
    return resource(_ROOT, "m", networkManagerScopes=scopes)


def _group(*members: Json) -> Json:
    static = [{"name": f"n{n}", "properties": {"resourceId": each["id"]}} for n, each in enumerate(members)]
    return resource(f"{_ROOT}/networkGroups", "m/all", staticMembers=static)


def _configuration(policies: Any = None) -> Json:
    said = {} if policies is None else {"applyOnNetworkIntentPolicyBasedServices": policies}
    return resource(f"{_ROOT}/securityAdminConfigurations", "m/c", **said)


def _collection(*rules: Json) -> Json:
    kind = f"{_ROOT}/securityAdminConfigurations/ruleCollections"
    return resource(kind, "m/c/rc", appliesToGroups=[{"networkGroupId": _GROUP}], rules=list(rules))


def _rule(name: str = "r", /, **fields: Any) -> Json:
    """A rule as a resource of its own; a field given as None is left out."""
    said = {key: value for key, value in {**_FIELDS, **fields}.items() if value is not None}
    return resource(f"{_ROOT}/securityAdminConfigurations/ruleCollections/rules", f"m/c/rc/{name}", **said)


_ALL = (_manager(), _group(), _configuration(), _collection())


def test_a_manager_governs_its_scopes() -> None:
    manager = only(read(_manager()).network_managers)
    assert ids(manager.scopes) == ["top", "s"]
    assert manager.location == "westeurope"


def test_a_manager_governs_subscriptions_of_other_tenants() -> None:
    others = [{"tenantId": "t", "managementGroups": [], "subscriptions": ["/subscriptions/far"]}]
    scopes = {"subscriptions": ["/subscriptions/s"], "crossTenantScopes": others}
    manager = only(read(resource(_ROOT, "m", networkManagerScopes=scopes)).network_managers)
    assert ids(manager.scopes) == ["s", "far"]


def test_members_stand_in_the_group_or_alone() -> None:
    kind = f"{_ROOT}/networkGroups/staticMembers"
    alone = resource(kind, "m/all/x", resourceId=vnet("vnet-b", 1)["id"])
    topology = read(vnet(), vnet("vnet-b", 1), _manager(), alone, _group(vnet()))
    assert set(ids(only(topology.network_groups).members)) == {"vnet-a", "vnet-b"}


def test_a_member_outside_the_input_is_left_open() -> None:
    group = only(read(_manager(), _group(vnet())).network_groups)
    assert ids(group.members) == ["virtual network vnet-a is not in the input"]


def test_a_rule_with_every_field() -> None:
    rule = _rule(
        access="AlwaysAllow",
        protocol="Tcp",
        sources=[{"addressPrefix": "Internet", "addressPrefixType": "ServiceTag"}],
        destinations=[{"addressPrefix": "10.0.0.0/8", "addressPrefixType": "IPPrefix"}],
        sourcePortRanges=["0-65535"],
        destinationPortRanges=["22", "3389"],
        description="a remark",
    )
    found = only(read(*_ALL, rule).admin_rule_collections)
    assert ids(found.groups) == ["all"]
    (held,) = found.rules
    assert (held.name, held.priority, held.direction) == ("r", 10, Direction.INBOUND)
    assert (held.access, held.protocol) == (Access.ALWAYS_ALLOW, Protocol.TCP)
    assert held.sources.terms == (ServiceTag("Internet"),)
    assert held.destinations.terms == (Cidr(parse_prefix("10.0.0.0/8"), "10.0.0.0/8"),)
    assert held.source_ports.ranges == (ALL_PORTS,)
    assert held.destination_ports.ranges == (PortRange(22, 22), PortRange(3389, 3389))
    assert held.where.pointer == "resources/4"


def test_what_a_rule_leaves_out_is_everything() -> None:
    (rule,) = only(read(*_ALL, _rule()).admin_rule_collections).rules
    assert (rule.protocol, rule.protocol_text) == (Protocol.ANY, "Any")
    assert rule.sources.terms == rule.destinations.terms == (AnyAddress("*"),)
    assert rule.source_ports.ranges == rule.destination_ports.ranges == (ALL_PORTS,)


@pytest.mark.parametrize("field", list(_FIELDS))
def test_what_a_rule_must_say(field: str) -> None:
    assert problems(*_ALL, _rule("r", **{field: None})) == [
        f"net.json resources/4/properties: r: {field} is missing. Azure requires it in every security admin rule."
    ]


def test_rules_may_stand_in_their_collection() -> None:
    topology = read(*_ALL[:3], _collection({"name": "in", "properties": _FIELDS}))
    assert [rule.name for rule in only(topology.admin_rule_collections).rules] == ["in"]


def test_a_rule_that_stands_twice_must_be_the_same() -> None:
    inside = _collection({"name": "r", "properties": _FIELDS})
    assert len(only(read(*_ALL[:3], inside, _rule()).admin_rule_collections).rules) == 1
    assert "is declared twice" in problems(*_ALL[:3], inside, _rule(priority=11))[0]


def test_priorities_of_a_collection() -> None:
    found = problems(*_ALL, _rule(), _rule("s"), _rule("t", priority=0))
    assert found == [
        "net.json resources/5: rc/s: priority 10 is already that of r. Priorities are unique in one rule collection.",
        "net.json resources/6: rc/t: priority 0 is not in 1 to 4096. Lower numbers are asked first.",
    ]


def _of_group(id: str = _GROUP) -> Json:
    return _rule(sources=[{"addressPrefix": id, "addressPrefixType": "NetworkGroup"}])


def test_a_group_in_a_rule_means_the_ranges_of_its_members() -> None:
    b = vnet("vnet-b", 1)
    subnet = {"id": b["id"] + "/subnets/web"}
    topology = read(_of_group(), _collection(), _configuration(), _group(vnet(), subnet), _manager(), vnet(), b)
    (rule,) = only(topology.admin_rule_collections).rules
    assert [str(term.prefix) for term in rule.sources.terms] == ["10.0.0.0/16", "10.1.1.0/24"]


def test_a_group_whose_members_are_not_known_leaves_the_rule_open() -> None:
    topology = read(_manager(), _group(vnet()), _configuration(), _collection(), _of_group())
    (rule,) = only(topology.admin_rule_collections).rules
    assert isinstance(rule.sources.terms[0], Unresolved)
    topology = read(*_ALL, _of_group(_GROUP + "-other"))
    (rule,) = only(topology.admin_rule_collections).rules
    assert ids(rule.sources.terms) == ["its network group is not in the input"]


@pytest.mark.parametrize(
    ("said", "word"), [(None, "None"), (["None"], "None"), (["allowRulesOnly"], "AllowRulesOnly"), ("All", "All")]
)
def test_what_intent_policies_do(said: Any, word: str) -> None:
    configuration = only(read(_manager(), _configuration(said)).security_admin_configurations)
    assert configuration.applies_on_intent_policies == word


def _connectivity(topology: str, group: Json | None = None, **fields: Any) -> Json:
    groups = [{"networkGroupId": _GROUP, **(group or {})}]
    kind = f"{_ROOT}/connectivityConfigurations"
    return resource(kind, "m/mesh", connectivityTopology=topology, appliesToGroups=groups, **fields)


@pytest.mark.parametrize(
    ("configuration", "groups", "is_global"),
    [
        (_connectivity("Mesh", isGlobal="False"), ["all"], False),
        (_connectivity("Mesh", isGlobal="True"), ["all"], True),
        (_connectivity("HubAndSpoke", {"groupConnectivity": "None"}), [], False),
        (_connectivity("HubAndSpoke", {"groupConnectivity": "DirectlyConnected", "isGlobal": "True"}), ["all"], True),
    ],
)
def test_meshes(configuration: Json, groups: list[str], is_global: bool) -> None:
    found = only(read(_manager(), _group(), configuration).connectivity_configurations)
    assert (ids(found.mesh_groups), found.is_global) == (groups, is_global)


def test_a_hub_and_its_spokes() -> None:
    hub = [{"resourceId": vnet()["id"], "resourceType": "Microsoft.Network/virtualNetworks"}]
    configuration = _connectivity("HubAndSpoke", {"groupConnectivity": "None", "useHubGateway": "True"}, hubs=hub)
    found = only(read(vnet(), _manager(), _group(), configuration).connectivity_configurations)
    assert (ids(found.hubs), ids(found.spoke_groups), ids(found.gateway_groups)) == (["vnet-a"], ["all"], ["all"])


def test_what_applies_to_no_group_is_a_problem() -> None:
    collection = _collection()
    collection["properties"]["appliesToGroups"] = [{}]
    assert "networkGroupId is not the id of a network group." in problems(*_ALL[:3], collection)[0]


def test_parents_must_be_in_the_input() -> None:
    assert "all: network manager" in problems(_group())[0]
    assert "rc: security admin configuration" in problems(_manager(), _group(), _collection())[0]
    assert "rc: network group" in problems(_manager(), _configuration(), _collection())[0]
    assert "r: its rule collection" in problems(*_ALL[:3], _rule())[0]


def test_a_recording_without_the_manager_gets_one_of_unknown_scope() -> None:
    topology = read(_collection(), dangling="unresolved")
    assert [manager.id.name for manager in topology.network_managers.values()] == ["m"]
    assert [each.id.name for each in topology.security_admin_configurations.values()] == ["c"]
    assert list(read(_rule(), dangling="unresolved").others) == [_rule()["id"].lower()]


def test_a_type_that_is_not_that_of_the_id() -> None:
    odd = {**vnet(), "type": "Microsoft.Network/networkManagers"}
    assert problems(odd) == [
        "net.json resources/0: vnet-a: its id is that of a Microsoft.Network/virtualNetworks, its type another."
    ]
