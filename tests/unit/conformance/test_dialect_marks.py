"""Marks: what in a recorded answer shows an older dialect, and that no answer whatever trips them up."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.conformance import dialect_marks as marks

TWICE = ["0.0.0.0/0", "0.0.0.0/0"]


def view(rule: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    associations = {"defaultSecurityRules": [rule], "effectiveSecurityRules": [row]}
    return {"networkInterfaces": [{"securityRuleAssociations": associations}]}


def rows(row: dict[str, Any]) -> dict[str, Any]:
    return {"value": [{"effectiveSecurityRules": [row]}]}


def hops(*found: dict[str, Any]) -> dict[str, Any]:
    return {"hops": list(found)}


NEW_RULE = {"id": "/x//defaultSecurityRules/A", "type": "T", "properties": {"sourcePortRanges": []}}
NEW_ROW = {"name": "DefaultRule_A", "sourceAddressPrefixes": TWICE}
NEW_LINK = {"nextHopId": "b", "linkType": "Internet", "issues": []}
SOURCE = {"type": "Source", "resourceId": "/s/virtualMachines/v", "nextHopIds": ["b"], "previousHopIds": []}
NEW_HOPS = hops({**SOURCE, "links": [NEW_LINK]}, {"type": "Internet", "links": [], "previousHopIds": ["a"]})
DIAGNOSED = {"evaluatedNetworkSecurityGroups": [{"appliedTo": "/s"}]}

OLD_AND_NEW: list[tuple[str, Any, Any]] = [
    ("says_rule_without_id", {"ruleName": "r"}, {"ruleName": "r", "ruleId": ""}),
    ("says_view_names", {"ruleName": "DefaultRule_A"}, {"ruleName": "defaultSecurityRules/A"}),
    ("names_the_backstop", {"ruleName": "d/DefaultOutboundDenyAll"}, {"ruleName": "d/DenyAllOutBound"}),
    ("says_traffic_query", {"results": [{"trafficQuery": {}}]}, {"results": [{"profile": {}}]}),
    (
        "groups_without_place",
        {"results": [{"networkSecurityGroupResult": {"evaluatedNetworkSecurityGroups": [{"matchedRule": {}}]}}]},
        {"results": [{"networkSecurityGroupResult": DIAGNOSED}]},
    ),
    ("says_vnet_local", {"nextHopType": "VnetLocal"}, {"nextHopType": "VirtualNetwork"}),
    ("resources_have_properties", {"resources": [{"properties": {}}]}, {"resources": [{"id": "a"}]}),
    ("backstops_beside_default_rules", rows({"name": "d/DefaultInboundDenyAll"}), rows({"name": "d/DenyAllInBound"})),
    ("effective_rows_without_plurals", rows({"name": "r"}), rows({"name": "r", "sourcePortRanges": ["0-65535"]})),
    ("effective_any_twice", rows({"sourceAddressPrefixes": TWICE}), rows({"sourceAddressPrefixes": ["0.0.0.0/0"]})),
    ("default_ids_blank", view({"id": "/x//defaultSecurityRules/"}, NEW_ROW), view(NEW_RULE, NEW_ROW)),
    ("default_rules_without_type", view({"id": "a"}, NEW_ROW), view(NEW_RULE, NEW_ROW)),
    ("default_rules_without_plurals", view({"properties": {"access": "Deny"}}, NEW_ROW), view(NEW_RULE, NEW_ROW)),
    ("view_any_once", view(NEW_RULE, {"sourceAddressPrefixes": ["0.0.0.0/0"]}), view(NEW_RULE, NEW_ROW)),
    ("rows_without_plurals", view(NEW_RULE, {"name": "r"}), view(NEW_RULE, NEW_ROW)),
    ("rows_with_expansions", view(NEW_RULE, {"expandedSourceAddressPrefix": ["10.0.0.0/8"]}), view(NEW_RULE, NEW_ROW)),
    ("internet_is_destination", hops(SOURCE, {"type": "Destination"}), NEW_HOPS),
    (
        "internet_is_destination",
        hops(SOURCE, {"type": "Destination"}),
        hops({"type": "Destination", "resourceId": "x"}),
    ),
    ("links_of_numbers", hops({"links": [{"type": "5"}]}), NEW_HOPS),
    ("links_named_twice", hops({"links": [{"type": "Internet", "linkType": "Internet"}]}), NEW_HOPS),
    ("links_say_where_only", hops({"links": [{"nextHopId": "b", "properties": {}}]}), NEW_HOPS),
    ("links_without_entries", hops({"nextHopIds": ["b"], "links": []}, {"links": []}), NEW_HOPS),
    ("hops_without_links", hops({"type": "Source"}), NEW_HOPS),
    ("hops_without_back_references", hops({"type": "Source", "links": []}), NEW_HOPS),
    ("source_is_machine", hops({"type": "VirtualMachine"}), NEW_HOPS),
    ("source_is_configuration", hops({"resourceId": "/s/networkInterfaces/n/ipConfigurations/c"}), NEW_HOPS),
    ("internet_without_resource", hops(SOURCE, {"type": "Internet", "resourceId": ""}), NEW_HOPS),
    ("internet_is_its_own_resource", hops(SOURCE, {"type": "Internet", "resourceId": "Internet"}), NEW_HOPS),
]


@pytest.mark.parametrize(("mark", "old", "new"), OLD_AND_NEW, ids=[name for name, _, _ in OLD_AND_NEW])
def test_a_mark_is_in_the_old_answer_and_not_in_the_new(mark: str, old: Any, new: Any) -> None:
    assert getattr(marks, mark)(old)
    assert not getattr(marks, mark)(new)


def test_every_mark_has_its_example() -> None:
    assert {name for name, _, _ in OLD_AND_NEW} == set(marks.__all__)


@pytest.mark.parametrize("mark", marks.__all__)
@pytest.mark.parametrize(
    "answer", [None, "", 0, [], {}, [1], {"hops": 3}, {"hops": [None, {"links": 7}]}, {"value": [[]]}]
)
def test_what_is_no_answer_shows_no_dialect(mark: str, answer: Any) -> None:
    found = getattr(marks, mark)(answer)
    assert found is False or answer == {"hops": [None, {"links": 7}]}
