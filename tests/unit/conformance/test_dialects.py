"""Older dialects: our answer written as an answer of that age was."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.conformance.cases import Age
from netwatch.conformance.dialects import ANY_AGE, DIALECTS, Asides, Dialect, in_dialect_of

NOW = "2024-05-01"
PLURALS = ["sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes", "destinationAddressPrefixes"]


def spoken(api_version: str, operation: str, body: Any, recorded: Any) -> Any:
    """Our ``body`` as the ``recorded`` answer of that api-version is written."""
    rules = [
        {"name": "defaultSecurityRules/AllowVnetInBound", "expandedSourceAddressPrefix": ["10.0.0.0/16"]},
        {"name": "securityRules/web", "expandedSourceAddressPrefix": ["1.0.0.0/8"]},
    ]
    return in_dialect_of(
        Age(api_version, ""),
        operation,
        body,
        recorded=recorded,
        asides=Asides(
            lambda nic: {"value": [{"effectiveSecurityRules": rules}]}, lambda machine, address: f"{machine}/{address}"
        ),
    )


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


@pytest.mark.parametrize("dialect", DIALECTS, ids=[f"{each.operation}: {each.name}" for each in DIALECTS])
def test_a_dialect_needs_its_age_and_its_mark(dialect: Dialect) -> None:
    shown = dialect._replace(marked=lambda answer: True)
    assert shown.is_spoken(Age("2017-01-01", ""), {})
    assert not shown.is_spoken(Age(dialect.until, ""), {})
    assert not shown.is_spoken(Age("", ""), {})
    assert not dialect._replace(marked=lambda answer: False).is_spoken(Age("2017-01-01", ""), {})


def test_an_answer_of_today_is_not_rewritten_but_for_any_twice() -> None:
    spoken_now = [dialect for dialect in DIALECTS if dialect.until > NOW]
    assert [dialect.name for dialect in spoken_now] == ["0.0.0.0/0 stands twice in the plural fields"]
    assert spoken_now[0].until == ANY_AGE


def test_the_body_given_is_left_alone() -> None:
    body = view()
    spoken("2017-03-01", "securityGroupView", body, OLDEST_VIEW)
    assert body == view()


def test_ip_flow_verify_had_no_rule_id() -> None:
    body = {"access": "Allow", "ruleName": "securityRules/a", "ruleId": "/x"}
    old = {"access": "Allow", "ruleName": "securityRules/a"}
    assert spoken("2017-08-01", "ipFlowVerify", body, old) == old
    assert spoken("2017-08-01", "ipFlowVerify", body, body) == body
    assert spoken("2020-05-01", "ipFlowVerify", body, old) == body


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("defaultSecurityRules/DenyAllInBound", "defaultSecurityRules/DefaultInboundDenyAll"),
        ("defaultSecurityRules/DenyAllOutBound", "defaultSecurityRules/DefaultOutboundDenyAll"),
        ("securityRules/web", "UserRule_web"),
        ("defaultSecurityRules/AllowVnetInBound", "DefaultRule_AllowVnetInBound"),
    ],
)
def test_ip_flow_verify_named_rules_otherwise(ours: str, theirs: str) -> None:
    body = {"access": "Deny", "ruleName": ours, "ruleId": ""}
    recorded = {**body, "ruleName": theirs}
    assert spoken("2017-09-01", "ipFlowVerify", body, recorded) == recorded


def test_another_rule_stays_another_rule() -> None:
    body = {"access": "Allow", "ruleName": "defaultSecurityRules/AllowVnetInBound", "ruleId": ""}
    recorded = {"access": "Deny", "ruleName": "defaultSecurityRules/DefaultInboundDenyAll", "ruleId": ""}
    assert spoken("2018-01-01", "ipFlowVerify", body, recorded) == body


def test_nsg_diagnostics_had_traffic_queries_and_no_place() -> None:
    groups = [{"networkSecurityGroupId": "/g", "appliedTo": "/s", "matchedRule": {"ruleName": "r", "action": "Deny"}}]
    result = {"securityRuleAccessResult": "Deny", "evaluatedNetworkSecurityGroups": groups}
    body = {"results": [{"profile": {"source": "*"}, "networkSecurityGroupResult": result}]}
    bare = [{"networkSecurityGroupId": "/g", "matchedRule": {"ruleName": "r", "action": "Deny"}}]
    old_result = {**result, "evaluatedNetworkSecurityGroups": bare}
    old = {"results": [{"trafficQuery": {"source": "*"}, "networkSecurityGroupResult": old_result}]}
    assert spoken("2018-08-01", "networkConfigurationDiagnostic", body, old) == old
    assert spoken("2018-08-01", "networkConfigurationDiagnostic", body, body) == body
    assert spoken("2018-11-01", "networkConfigurationDiagnostic", body, old) == body


def test_next_hop_said_vnet_local() -> None:
    body, old = ({"nextHopType": word, "routeTableId": "System Route"} for word in ("VirtualNetwork", "VnetLocal"))
    assert spoken("2017-08-01", "nextHop", body, old) == old
    assert spoken("2017-11-01", "nextHop", body, old) == body
    assert spoken("2017-08-01", "nextHop", {"nextHopType": "Internet"}, old) == {"nextHopType": "Internet"}


def test_topology_gave_every_resource_empty_properties() -> None:
    body, old = {"resources": [{"id": "a"}]}, {"resources": [{"id": "a", "properties": {}}]}
    assert spoken("2022-01-01", "topology", body, old) == old
    assert spoken("2022-01-01", "topology", body, body) == body


def test_effective_rules_held_two_backstops() -> None:
    rules = [
        {"name": f"defaultSecurityRules/DenyAll{way}Bound", "access": "Deny", "sourceAddressPrefix": "0.0.0.0/0"}
        for way in ("In", "Out")
    ]
    body = {"value": [{"effectiveSecurityRules": rules}]}
    recorded = {"value": [{"effectiveSecurityRules": [{"name": "defaultSecurityRules/DefaultInboundDenyAll"}]}]}
    (entry,) = spoken("2017-03-01", "effectiveNetworkSecurityGroups", body, recorded)["value"]
    added = entry["effectiveSecurityRules"][2:]
    assert [rule["name"].rpartition("/")[2] for rule in added] == ["DefaultInboundDenyAll", "DefaultOutboundDenyAll"]
    assert all(rule["access"] == "Deny" and rule["sourceAddressPrefix"] == "*" for rule in added)


def test_effective_rules_had_no_plural_fields_or_any_twice_in_them() -> None:
    body = {"value": [{"effectiveSecurityRules": [rule("securityRules/web", sourceAddressPrefixes=["0.0.0.0/0"])]}]}
    old = {"value": [{"effectiveSecurityRules": [{"name": "securityRules/web", "sourceAddressPrefix": "0.0.0.0/0"}]}]}
    assert spoken("2018-07-01", "effectiveNetworkSecurityGroups", body, old) == old
    assert spoken("2019-04-01", "effectiveNetworkSecurityGroups", body, old) == body
    twice = {"value": [{"effectiveSecurityRules": [rule("securityRules/web")]}]}
    assert spoken(NOW, "effectiveNetworkSecurityGroups", body, twice) == twice


OLDEST_VIEW = {
    "networkInterfaces": [
        {
            "securityRuleAssociations": {
                "defaultSecurityRules": [{"id": "/x//defaultSecurityRules/", "properties": {"access": "Deny"}}],
                "effectiveSecurityRules": [{"name": "r", "expandedSourceAddressPrefix": ["10.0.0.0/8"]}],
            }
        }
    ]
}
"""Blank ids, no types, no plurals, expansions."""


def viewed(api_version: str, **default_rule: Any) -> dict[str, Any]:
    """Our view as one is written whose default rule is ``default_rule`` and whose rows have any once."""
    row = rule("r", sourceAddressPrefixes=["0.0.0.0/0"], destinationAddressPrefixes=["0.0.0.0/0"])
    associations = {"defaultSecurityRules": [default_rule], "effectiveSecurityRules": [row]}
    recorded = {"networkInterfaces": [{"securityRuleAssociations": associations}]}
    (nic,) = spoken(api_version, "securityGroupView", view(), recorded)["networkInterfaces"]
    found: dict[str, Any] = nic["securityRuleAssociations"]
    return found


def test_a_security_group_view_of_2019() -> None:
    associations = viewed("2019-02-01", id="/x//defaultSecurityRules/", type="T")
    assert associations["defaultSecurityRules"][0]["id"] == "/x//defaultSecurityRules/"
    assert associations["networkInterfaceAssociation"]["securityRules"][0]["id"].endswith("/web")
    assert associations["effectiveSecurityRules"][0]["sourceAddressPrefixes"] == ["0.0.0.0/0"]
    assert associations["defaultSecurityRules"][0]["type"] == "T"


def test_a_security_group_view_of_early_2018_has_no_types() -> None:
    associations = viewed("2018-01-01", id="/x//defaultSecurityRules/")
    assert "type" not in associations["defaultSecurityRules"][0]
    assert "type" not in associations["networkInterfaceAssociation"]["securityRules"][0]
    assert "expandedSourceAddressPrefix" not in associations["effectiveSecurityRules"][0]


def test_a_security_group_view_of_2017_expands_tags_and_has_no_plurals() -> None:
    (nic,) = spoken("2017-03-01", "securityGroupView", view(), OLDEST_VIEW)["networkInterfaces"]
    associations = nic["securityRuleAssociations"]
    vnet, web = associations["effectiveSecurityRules"]
    assert vnet["expandedSourceAddressPrefix"] == ["10.0.0.0/16"]
    assert web["expandedSourceAddressPrefix"] == ["1.0.0.0/8"]
    assert not set(PLURALS) & set(vnet)
    assert associations["defaultSecurityRules"][0]["properties"] == {}
    assert "subnetAssociation" not in associations
