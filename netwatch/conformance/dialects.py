"""Older dialects: how Azure used to write an answer, applied to ours before the two are compared.

netwatch writes the newest shape on record. A recorded answer older than a change of shape is met by writing *our*
answer the old way; nothing is taken out of the recorded one, so nothing in it can go unseen. ``DIALECTS`` is the only
table that maps ages to shapes: the api-version says which shapes are possible, and a mark in the recorded answer which
one was written, since one api-version was answered in several and a recording may be published long after it was made.
Source of every line: recorded answers of the real service, 2017 to 2025.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from netwatch.conformance import connectivity_dialects as connectivity
from netwatch.conformance import dialect_marks as marks
from netwatch.conformance import rules_dialects as rules
from netwatch.conformance.cases import Age, Json
from netwatch.conformance.rules_dialects import Asides

__all__ = ["ANY_AGE", "DIALECTS", "Asides", "Dialect", "in_dialect_of"]

ANY_AGE = "9999"
"""Stands for an api-version that never comes: a way of writing that is spoken to this day beside another."""


class Dialect(NamedTuple):
    """One old way of writing: ``rewrite`` turns our body of ``operation`` into it.

    For answers of api-versions before ``until`` (a version that is not in it) whose recorded answer is ``marked``.
    """

    name: str
    operation: str
    until: str
    marked: Callable[[Json], bool]
    rewrite: Callable[[Json, Asides], Json]

    def is_spoken(self, age: Age, recorded: Json) -> bool:
        """Whether the ``recorded`` answer, asked in an api-version of that age, is written this way."""
        return "" < age.api_version < self.until and self.marked(recorded)


def in_dialect_of(age: Age, operation: str, body: Json, *, recorded: Json, asides: Asides) -> Json:
    """Our ``body`` written as the ``recorded`` answer of that age is; ``body`` itself is left alone."""
    for dialect in DIALECTS:
        if dialect.operation == operation and dialect.is_spoken(age, recorded):
            body = dialect.rewrite(body, asides)
    return body


def _without_rule_id(body: Json, _: Asides) -> Json:
    return _without(body, "ruleId")


def _backstop_name(body: Json, _: Asides) -> Json:
    name = body.get("ruleName")
    return {**body, "ruleName": _BACKSTOPS[name]} if name in _BACKSTOPS else body


def _view_name(body: Json, _: Asides) -> Json:
    name = str(body.get("ruleName", ""))
    user, default = name.removeprefix("securityRules/"), name.removeprefix("defaultSecurityRules/")
    if user != name:
        return {**body, "ruleName": f"UserRule_{user}"}
    return {**body, "ruleName": f"DefaultRule_{default}"} if default != name else body


def _traffic_query(body: Json, _: Asides) -> Json:
    return {**body, "results": [_renamed(result, "profile", "trafficQuery") for result in body["results"]]}


def _renamed(members: Json, old: str, new: str) -> Json:
    return {new if key == old else key: value for key, value in members.items()}


def _no_place(body: Json, _: Asides) -> Json:
    return {**body, "results": [_result_without_place(result) for result in body["results"]]}


def _result_without_place(result: Json) -> Json:
    verdict = result["networkSecurityGroupResult"]
    groups = [_without(group, "appliedTo") for group in verdict["evaluatedNetworkSecurityGroups"]]
    return {**result, "networkSecurityGroupResult": {**verdict, "evaluatedNetworkSecurityGroups": groups}}


def _vnet_local(body: Json, _: Asides) -> Json:
    return {**body, "nextHopType": "VnetLocal"} if body.get("nextHopType") == "VirtualNetwork" else body


def _empty_properties(body: Json, _: Asides) -> Json:
    return {**body, "resources": [{**resource, "properties": {}} for resource in body["resources"]]}


def _plain(rewrite: Callable[[Json], Json]) -> Callable[[Json, Asides], Json]:
    """A rewrite that asks for nothing."""
    return lambda body, _: rewrite(body)


def _source_configuration(body: Json, asides: Asides) -> Json:
    return connectivity.source_configuration(body, asides.configuration)


def _without(members: Json, *names: str) -> Json:
    return {key: value for key, value in members.items() if key not in names}


_BACKSTOPS = {
    "defaultSecurityRules/DenyAllInBound": "defaultSecurityRules/DefaultInboundDenyAll",
    "defaultSecurityRules/DenyAllOutBound": "defaultSecurityRules/DefaultOutboundDenyAll",
}
DIALECTS: tuple[Dialect, ...] = (
    Dialect("no ruleId", "ipFlowVerify", "2018-01-01", marks.says_rule_without_id, _without_rule_id),
    Dialect(
        "DenyAllInBound and DenyAllOutBound read DefaultInboundDenyAll and DefaultOutboundDenyAll",
        "ipFlowVerify",
        "2022-01-01",
        marks.names_the_backstop,
        _backstop_name,
    ),
    Dialect(
        "rules have the names of a security group view", "ipFlowVerify", "2018-01-01", marks.says_view_names, _view_name
    ),
    Dialect(
        "profile reads trafficQuery",
        "networkConfigurationDiagnostic",
        "2018-11-01",
        marks.says_traffic_query,
        _traffic_query,
    ),
    Dialect(
        "groups have no appliedTo",
        "networkConfigurationDiagnostic",
        "2018-11-01",
        marks.groups_without_place,
        _no_place,
    ),
    Dialect("VirtualNetwork reads VnetLocal", "nextHop", "2017-11-01", marks.says_vnet_local, _vnet_local),
    Dialect(
        "every resource has properties: {}",
        "topology",
        "2022-05-01",
        marks.resources_have_properties,
        _empty_properties,
    ),
    Dialect(
        "DefaultInboundDenyAll and DefaultOutboundDenyAll stand beside DenyAllInBound and DenyAllOutBound",
        "effectiveNetworkSecurityGroups",
        "2018-08-01",
        marks.backstops_beside_default_rules,
        rules.with_backstops,
    ),
    Dialect(
        "rules have no plural fields, the singular ones hold the first value",
        "effectiveNetworkSecurityGroups",
        "2019-04-01",
        marks.effective_rows_without_plurals,
        rules.rows_without_plurals,
    ),
    Dialect(
        "0.0.0.0/0 stands twice in the plural fields",
        "effectiveNetworkSecurityGroups",
        ANY_AGE,
        marks.effective_any_twice,
        rules.any_twice,
    ),
    Dialect(
        "default-rule ids end in a blank name",
        "securityGroupView",
        "2020-05-01",
        marks.default_ids_blank,
        rules.default_ids_blank,
    ),
    Dialect(
        "0.0.0.0/0 stands once in the plural fields",
        "securityGroupView",
        "2019-11-01",
        marks.view_any_once,
        rules.single_any,
    ),
    Dialect(
        "rules have no type",
        "securityGroupView",
        "2018-10-01",
        marks.default_rules_without_type,
        rules.rules_without_type,
    ),
    Dialect(
        "rows carry the prefixes of their tags",
        "securityGroupView",
        "2018-01-01",
        marks.rows_with_expansions,
        rules.with_expansions,
    ),
    Dialect(
        "rows have no plural fields",
        "securityGroupView",
        "2018-01-01",
        marks.rows_without_plurals,
        rules.effective_without_plurals,
    ),
    Dialect(
        "rules have no plural fields",
        "securityGroupView",
        "2018-01-01",
        marks.default_rules_without_plurals,
        rules.rules_without_plurals,
    ),
    Dialect(
        "the Internet reads Destination, without a link type",
        "connectivityCheck",
        "2021-02-01",
        marks.internet_is_destination,
        _plain(connectivity.reached_destination),
    ),
    Dialect(
        "links have a number for a type",
        "connectivityCheck",
        "2018-10-01",
        marks.links_of_numbers,
        _plain(connectivity.links_of_numbers),
    ),
    Dialect(
        "links have type beside linkType",
        "connectivityCheck",
        "2020-05-01",
        marks.links_named_twice,
        _plain(connectivity.links_named_twice),
    ),
    Dialect(
        "the source hop has the type VirtualMachine",
        "connectivityCheck",
        "2020-05-01",
        marks.source_is_machine,
        _plain(connectivity.source_is_machine),
    ),
    Dialect(
        "the Internet has an empty resourceId",
        "connectivityCheck",
        "2020-05-01",
        marks.internet_without_resource,
        _plain(connectivity.end_without_resource),
    ),
    Dialect(
        "hops do not name those before them",
        "connectivityCheck",
        "2018-10-01",
        marks.hops_without_back_references,
        _plain(connectivity.without_back_references),
    ),
    Dialect(
        "links say only where they lead",
        "connectivityCheck",
        "2018-10-01",
        marks.links_say_where_only,
        _plain(connectivity.without_link_types),
    ),
    Dialect(
        "the source hop names its ip configuration",
        "connectivityCheck",
        "2018-10-01",
        marks.source_is_configuration,
        _source_configuration,
    ),
    Dialect(
        "the Internet has the resourceId Internet",
        "connectivityCheck",
        "2018-01-01",
        marks.internet_is_its_own_resource,
        _plain(connectivity.resource_internet),
    ),
    Dialect(
        "lists of links are empty",
        "connectivityCheck",
        "2018-01-01",
        marks.links_without_entries,
        _plain(connectivity.without_link_entries),
    ),
    Dialect(
        "hops have no links",
        "connectivityCheck",
        "2018-01-01",
        marks.hops_without_links,
        _plain(connectivity.without_links),
    ),
)
"""Every change of shape on record, in the order it is undone."""
