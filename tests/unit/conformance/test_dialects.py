"""Older dialects: our answer written as an answer of that age was."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.conformance.cases import Age
from netwatch.conformance.dialects import DIALECTS, in_dialect_of

NOW = Age("2024-05-01", "2025-04-02")
PLURALS = ["sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes", "destinationAddressPrefixes"]


def spoken(age: Age, operation: str, body: Any) -> Any:
    rules = [
        {"name": "defaultSecurityRules/AllowVnetInBound", "expandedSourceAddressPrefix": ["10.0.0.0/16"]},
        {"name": "securityRules/web", "expandedSourceAddressPrefix": ["1.0.0.0/8"]},
    ]
    return in_dialect_of(age, operation, body, ask_rules=lambda nic: {"value": [{"effectiveSecurityRules": rules}]})


def rule(name: str, **fields: Any) -> dict[str, Any]:
    plurals = {key: ["0.0.0.0/0", "0.0.0.0/0"] if key.endswith("Prefixes") else ["0-65535"] for key in PLURALS}
    return {"name": name, "sourceAddressPrefix": "0.0.0.0/0", **plurals, **fields}


def arm_rule(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "id": f"/x//defaultSecurityRules/{name}",
        "type": "T",
        "properties": {key: [] for key in PLURALS},
    }


def view() -> dict[str, Any]:
    associations = {
        "networkInterfaceAssociation": {"id": "n", "securityRules": [arm_rule("web")]},
        "defaultSecurityRules": [arm_rule("AllowVnetInBound")],
        "effectiveSecurityRules": [rule("DefaultRule_AllowVnetInBound"), rule("UserRule_web")],
    }
    return {"networkInterfaces": [{"id": "nic", "securityRuleAssociations": associations}]}


@pytest.mark.parametrize("operation", sorted({dialect.operation for dialect in DIALECTS}))
def test_today_nothing_is_rewritten(operation: str) -> None:
    assert not [d.name for d in DIALECTS if d.operation == operation and d.spoke(NOW)]
    assert not [d.name for d in DIALECTS if d.operation == operation and d.spoke(Age("", ""))]


def test_the_body_given_is_left_alone() -> None:
    body = view()
    spoken(Age("2017-03-01", "2017-05-22"), "securityGroupView", body)
    assert body == view()


def test_ip_flow_verify_had_no_rule_id() -> None:
    body = {"access": "Allow", "ruleName": "securityRules/a", "ruleId": "/x"}
    assert spoken(Age("2017-08-01", ""), "ipFlowVerify", body) == {"access": "Allow", "ruleName": "securityRules/a"}
    assert spoken(Age("2017-09-01", ""), "ipFlowVerify", body) == body


def test_nsg_diagnostics_had_traffic_queries_and_no_place() -> None:
    groups = [{"networkSecurityGroupId": "/g", "appliedTo": "/s", "matchedRule": {"ruleName": "r", "action": "Deny"}}]
    result = {"securityRuleAccessResult": "Deny", "evaluatedNetworkSecurityGroups": groups}
    body = {"results": [{"profile": {"source": "*"}, "networkSecurityGroupResult": result}]}
    old = spoken(Age("2018-08-01", "2018-10-02"), "networkConfigurationDiagnostic", body)
    bare = [{"networkSecurityGroupId": "/g", "matchedRule": {"ruleName": "r", "action": "Deny"}}]
    assert old == {
        "results": [
            {
                "trafficQuery": {"source": "*"},
                "networkSecurityGroupResult": {**result, "evaluatedNetworkSecurityGroups": bare},
            }
        ]
    }
    assert spoken(Age("2018-12-01", "2019-04-17"), "networkConfigurationDiagnostic", body) == body


def test_ip_flow_verify_named_the_backstop() -> None:
    body = {"access": "Deny", "ruleName": "defaultSecurityRules/DenyAllInBound", "ruleId": ""}
    old = spoken(Age("2018-01-01", "2018-03-13"), "ipFlowVerify", body)
    assert old == {**body, "ruleName": "defaultSecurityRules/DefaultInboundDenyAll"}
    outbound = {**body, "ruleName": "defaultSecurityRules/DenyAllOutBound"}
    assert spoken(Age("2018-01-01", "2018-03-13"), "ipFlowVerify", outbound) == outbound


def test_next_hop_said_vnet_local() -> None:
    body = {"nextHopType": "VirtualNetwork", "routeTableId": "System Route"}
    assert spoken(Age("2017-08-01", ""), "nextHop", body) == {**body, "nextHopType": "VnetLocal"}
    assert spoken(Age("2017-09-01", ""), "nextHop", body) == body
    assert spoken(Age("2017-08-01", ""), "nextHop", {"nextHopType": "Internet"}) == {"nextHopType": "Internet"}


@pytest.mark.parametrize(
    ("date", "is_said"), [("2018-02-01", False), ("2018-03-07", True), ("2022-11-23", True), ("2023-02-24", False)]
)
def test_topology_gave_every_resource_empty_properties(date: str, is_said: bool) -> None:
    (resource,) = spoken(Age("2022-01-01", date), "topology", {"resources": [{"id": "a"}]})["resources"]
    assert ("properties" in resource) is is_said


def test_effective_rules_held_two_backstops() -> None:
    rules = [
        {"name": f"defaultSecurityRules/DenyAll{way}Bound", "access": "Deny", "sourceAddressPrefix": "0.0.0.0/0"}
        for way in ("In", "Out")
    ]
    body = {"value": [{"effectiveSecurityRules": rules}]}
    (entry,) = spoken(Age("2017-03-01", "2017-04-21"), "effectiveNetworkSecurityGroups", body)["value"]
    added = entry["effectiveSecurityRules"][2:]
    assert [rule["name"].rpartition("/")[2] for rule in added] == ["DefaultInboundDenyAll", "DefaultOutboundDenyAll"]
    assert all(rule["access"] == "Deny" and rule["sourceAddressPrefix"] == "*" for rule in added)


def test_effective_rules_had_no_plural_fields() -> None:
    body = {"value": [{"effectiveSecurityRules": [rule("securityRules/web")]}]}
    (old,) = spoken(Age("2018-07-01", "2019-08-24"), "effectiveNetworkSecurityGroups", body)["value"]
    assert old["effectiveSecurityRules"] == [{"name": "securityRules/web", "sourceAddressPrefix": "0.0.0.0/0"}]
    assert spoken(Age("2019-04-01", "2019-08-24"), "effectiveNetworkSecurityGroups", body) == body


def test_a_security_group_view_of_2019() -> None:
    (nic,) = spoken(Age("2019-04-01", "2019-09-02"), "securityGroupView", view())["networkInterfaces"]
    associations = nic["securityRuleAssociations"]
    assert associations["defaultSecurityRules"][0]["id"] == "/x//defaultSecurityRules/"
    assert associations["networkInterfaceAssociation"]["securityRules"][0]["id"].endswith("/web")
    assert associations["effectiveSecurityRules"][0]["sourceAddressPrefixes"] == ["0.0.0.0/0"]
    assert associations["defaultSecurityRules"][0]["type"] == "T"


def test_a_security_group_view_of_early_2018_has_no_types() -> None:
    (nic,) = spoken(Age("2018-01-01", "2018-03-13"), "securityGroupView", view())["networkInterfaces"]
    associations = nic["securityRuleAssociations"]
    assert "type" not in associations["defaultSecurityRules"][0]
    assert "type" not in associations["networkInterfaceAssociation"]["securityRules"][0]
    assert "expandedSourceAddressPrefix" not in associations["effectiveSecurityRules"][0]


def test_a_security_group_view_of_2017_expands_tags_and_has_no_plurals() -> None:
    (nic,) = spoken(Age("2017-03-01", "2017-05-22"), "securityGroupView", view())["networkInterfaces"]
    associations = nic["securityRuleAssociations"]
    vnet, web = associations["effectiveSecurityRules"]
    assert vnet["expandedSourceAddressPrefix"] == ["10.0.0.0/16"]
    assert web["expandedSourceAddressPrefix"] == ["1.0.0.0/8"]
    assert not set(PLURALS) & set(vnet)
    assert associations["defaultSecurityRules"][0]["properties"] == {}
    assert "subnetAssociation" not in associations
