"""Marks of older dialects: what in a recorded answer shows that it was written an old way.

The age of a recording is that of its publication, so it only says which dialects are possible; the answer itself says
which one was spoken. Every function takes any JSON value and gives False where it is not such an answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from netwatch.conformance.cases import Json

__all__ = [
    "backstops_beside_default_rules",
    "default_ids_blank",
    "default_rules_without_plurals",
    "default_rules_without_type",
    "effective_any_twice",
    "effective_rows_without_plurals",
    "groups_without_place",
    "hops_without_back_references",
    "hops_without_links",
    "internet_is_destination",
    "internet_is_its_own_resource",
    "internet_without_resource",
    "links_named_twice",
    "links_of_numbers",
    "links_say_where_only",
    "links_without_entries",
    "names_the_backstop",
    "resources_have_properties",
    "rows_with_expansions",
    "rows_without_plurals",
    "says_rule_without_id",
    "says_traffic_query",
    "says_view_names",
    "says_vnet_local",
    "source_is_configuration",
    "source_is_machine",
    "view_any_once",
]

_BACKSTOPS = ("DefaultInboundDenyAll", "DefaultOutboundDenyAll")
_TWICE = ["0.0.0.0/0", "0.0.0.0/0"]
_PLURALS = ("sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes", "destinationAddressPrefixes")


def says_rule_without_id(answer: Json) -> bool:
    """ipFlowVerify: it names a rule and has no ruleId."""
    return isinstance(answer, dict) and "ruleName" in answer and "ruleId" not in answer


def says_view_names(answer: Json) -> bool:
    """ipFlowVerify: it names the rule as a security group view does."""
    return _text(answer, "ruleName").startswith(("UserRule_", "DefaultRule_"))


def names_the_backstop(answer: Json) -> bool:
    """ipFlowVerify: it names the backstop beneath the default rules."""
    return _text(answer, "ruleName").endswith(_BACKSTOPS)


def says_traffic_query(answer: Json) -> bool:
    """networkConfigurationDiagnostic: a result echoes a trafficQuery."""
    return any("trafficQuery" in result for result in _each(answer, "results"))


def groups_without_place(answer: Json) -> bool:
    """networkConfigurationDiagnostic: no group says what it is applied to."""
    path = ("results", "networkSecurityGroupResult", "evaluatedNetworkSecurityGroups")
    return _all_without(_each(answer, *path), "appliedTo")


def says_vnet_local(answer: Json) -> bool:
    """nextHop: the type reads VnetLocal."""
    return _text(answer, "nextHopType") == "VnetLocal"


def resources_have_properties(answer: Json) -> bool:
    """topology: a resource has properties."""
    return any("properties" in resource for resource in _each(answer, "resources"))


def backstops_beside_default_rules(answer: Json) -> bool:
    """effectiveNetworkSecurityGroups: the backstops are listed."""
    return any(_text(row, "name").endswith(_BACKSTOPS) for row in _each(answer, "value", "effectiveSecurityRules"))


def effective_rows_without_plurals(answer: Json) -> bool:
    """effectiveNetworkSecurityGroups: no rule has a plural field."""
    return _all_without(_each(answer, "value", "effectiveSecurityRules"), *_PLURALS)


def effective_any_twice(answer: Json) -> bool:
    """effectiveNetworkSecurityGroups: a plural field holds 0.0.0.0/0 twice."""
    return _holds_twice(_each(answer, "value", "effectiveSecurityRules"))


def default_ids_blank(answer: Json) -> bool:
    """securityGroupView: ids of default rules end in a blank name."""
    return any(_text(rule, "id").endswith("/") for rule in _default_rules(answer))


def default_rules_without_type(answer: Json) -> bool:
    """securityGroupView: no default rule has a type."""
    return _all_without(_default_rules(answer), "type")


def default_rules_without_plurals(answer: Json) -> bool:
    """securityGroupView: no default rule has a plural field."""
    return _all_without(_each_of(_default_rules(answer), "properties"), *_PLURALS)


def view_any_once(answer: Json) -> bool:
    """securityGroupView: no plural field holds 0.0.0.0/0 twice."""
    rows = _rows(answer)
    return bool(rows) and not _holds_twice(rows)


def rows_without_plurals(answer: Json) -> bool:
    """securityGroupView: no row has a plural field."""
    return _all_without(_rows(answer), *_PLURALS)


def rows_with_expansions(answer: Json) -> bool:
    """securityGroupView: a row holds the prefixes of its tag."""
    return any(row.get(f"expanded{side}AddressPrefix") for row in _rows(answer) for side in ("Source", "Destination"))


def internet_is_destination(answer: Json) -> bool:
    """connectivityCheck: the path ends in a Destination without a resource, and its link has no type."""
    hops = _each(answer, "hops")
    named = [hop for hop in hops if hop.get("type") == "Destination" and "resourceId" not in hop]
    return bool(named) and not any(hop.get("type") == "Internet" for hop in hops)


def links_of_numbers(answer: Json) -> bool:
    """connectivityCheck: a link has a type and no linkType."""
    return any("type" in link and "linkType" not in link for link in _links(answer))


def links_named_twice(answer: Json) -> bool:
    """connectivityCheck: a link has both a type and a linkType."""
    return any("type" in link and "linkType" in link for link in _links(answer))


def links_say_where_only(answer: Json) -> bool:
    """connectivityCheck: links have neither a type nor issues."""
    return _all_without(_links(answer), "linkType", "type", "issues")


def links_without_entries(answer: Json) -> bool:
    """connectivityCheck: hops lead to others, and their lists of links are empty."""
    hops = _each(answer, "hops")
    return any(hop.get("nextHopIds") and hop.get("links") == [] for hop in hops) and not _links(answer)


def hops_without_links(answer: Json) -> bool:
    """connectivityCheck: hops have no list of links."""
    return _all_without(_each(answer, "hops"), "links")


def hops_without_back_references(answer: Json) -> bool:
    """connectivityCheck: hops do not name those before them."""
    return _all_without(_each(answer, "hops"), "previousHopIds")


def source_is_machine(answer: Json) -> bool:
    """connectivityCheck: the first hop has the type VirtualMachine."""
    hops = _each(answer, "hops")
    return bool(hops) and hops[0].get("type") == "VirtualMachine"


def source_is_configuration(answer: Json) -> bool:
    """connectivityCheck: the first hop names an ip configuration."""
    hops = _each(answer, "hops")
    return bool(hops) and "/ipconfigurations/" in _text(hops[0], "resourceId").lower()


def internet_without_resource(answer: Json) -> bool:
    """connectivityCheck: the Internet has an empty resourceId."""
    return any(hop.get("type") == "Internet" and hop.get("resourceId") == "" for hop in _each(answer, "hops"))


def internet_is_its_own_resource(answer: Json) -> bool:
    """connectivityCheck: the Internet has the resourceId Internet."""
    return any(hop.get("type") == "Internet" and hop.get("resourceId") == "Internet" for hop in _each(answer, "hops"))


def _default_rules(answer: Json) -> list[dict[str, Json]]:
    return _each(answer, "networkInterfaces", "securityRuleAssociations", "defaultSecurityRules")


def _rows(answer: Json) -> list[dict[str, Json]]:
    return _each(answer, "networkInterfaces", "securityRuleAssociations", "effectiveSecurityRules")


def _links(answer: Json) -> list[dict[str, Json]]:
    return _each(answer, "hops", "links")


def _each(body: Json, *path: str) -> list[dict[str, Json]]:
    """Every object at ``path`` below ``body``; lists on the way are gone through."""
    return _each_of([body], *path)


def _each_of(objects: list[Json], *path: str) -> list[dict[str, Json]]:
    for key in path:
        objects = [member for value in objects if isinstance(value, dict) for member in _flat(value.get(key))]
    return [value for value in objects if isinstance(value, dict)]


def _flat(value: Json) -> Iterator[Json]:
    yield from value if isinstance(value, list) else [value]


def _all_without(objects: list[dict[str, Json]], *names: str) -> bool:
    """Whether there are objects and none has one of the members."""
    return bool(objects) and not any(name in member for member in objects for name in names)


def _holds_twice(rows: list[dict[str, Json]]) -> bool:
    return any(row.get(name) == _TWICE for row in rows for name in _PLURALS)


def _text(body: Json, key: str) -> str:
    value = body.get(key) if isinstance(body, dict) else None
    return value if isinstance(value, str) else ""
