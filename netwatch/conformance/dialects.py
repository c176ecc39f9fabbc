"""Older dialects: how Azure used to write an answer, applied to ours before the two are compared.

netwatch writes the newest shape on record. A recorded answer older than a change of shape is met by writing *our*
answer the old way; nothing is taken out of the recorded one, so nothing in it can go unseen. ``DIALECTS`` is the only
table that maps ages to shapes. Source of every line: recorded answers of the real service, 2017 to 2025.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from netwatch.conformance import connectivity_dialects as connectivity
from netwatch.conformance.cases import Age, Json

__all__ = ["DIALECTS", "AskConfiguration", "AskRules", "Dialect", "in_dialect_of"]

AskRules = Callable[[str], Json]
"""Gives the effectiveNetworkSecurityGroups body of a NIC, by its id."""

AskConfiguration = Callable[[str, str], str]
"""Gives the id of the ip configuration of a machine, by the machine's id and the address."""


class Asides(NamedTuple):
    """What an old answer says that ours does not, to be asked for."""

    rules: AskRules
    configuration: AskConfiguration


class Dialect(NamedTuple):
    """One old way of writing: ``rewrite`` turns our body of ``operation`` into it, for answers that ``spoke`` it."""

    name: str
    operation: str
    when: str
    spoke: Callable[[Age], bool]
    rewrite: Callable[[Json, Asides], Json]


def in_dialect_of(
    age: Age,
    operation: str,
    body: Json,
    *,
    ask_rules: AskRules,
    ask_configuration: AskConfiguration = lambda machine, address: machine,
) -> Json:
    """Our ``body`` as an answer of that age would have been written; ``body`` itself is left alone."""
    for dialect in DIALECTS:
        if dialect.operation == operation and dialect.spoke(age):
            body = dialect.rewrite(body, Asides(ask_rules, ask_configuration))
    return body


def _api_before(version: str) -> Callable[[Age], bool]:
    return lambda age: "" < age.api_version < version


def _api_until(version: str) -> Callable[[Age], bool]:
    return lambda age: "" < age.api_version <= version


def _api_between(first: str, last: str) -> Callable[[Age], bool]:
    return lambda age: first <= age.api_version < last


def _dated_before(date: str) -> Callable[[Age], bool]:
    return lambda age: "" < age.date < date


def _dated_between(first: str, last: str) -> Callable[[Age], bool]:
    return lambda age: first <= age.date < last


def _without_rule_id(body: Json, _: Asides) -> Json:
    return _without(body, "ruleId")


def _backstop_name(body: Json, _: Asides) -> Json:
    if body.get("ruleName") == "defaultSecurityRules/DenyAllInBound":
        return {**body, "ruleName": "defaultSecurityRules/DefaultInboundDenyAll"}
    return body


def _traffic_query(body: Json, _: Asides) -> Json:
    return {**body, "results": [_as_traffic_query(result) for result in body["results"]]}


def _as_traffic_query(result: Json) -> Json:
    verdict = result["networkSecurityGroupResult"]
    groups = [_without(group, "appliedTo") for group in verdict["evaluatedNetworkSecurityGroups"]]
    return {
        "trafficQuery": result["profile"],
        "networkSecurityGroupResult": {**verdict, "evaluatedNetworkSecurityGroups": groups},
    }


def _vnet_local(body: Json, _: Asides) -> Json:
    return {**body, "nextHopType": "VnetLocal"} if body.get("nextHopType") == "VirtualNetwork" else body


def _empty_properties(body: Json, _: Asides) -> Json:
    return {**body, "resources": [{**resource, "properties": {}} for resource in body["resources"]]}


def _with_backstops(body: Json, _: Asides) -> Json:
    return {**body, "value": [_entry_with_backstops(entry) for entry in body["value"]]}


def _entry_with_backstops(entry: Json) -> Json:
    rules = list(entry["effectiveSecurityRules"])
    for direction in ("Inbound", "Outbound"):
        name = f"defaultSecurityRules/Deny{'AllInBound' if direction == 'Inbound' else 'AllOutBound'}"
        deny_all = next((rule for rule in rules if rule["name"] == name), None)
        if deny_all is not None:
            backstop = {**deny_all, "name": f"defaultSecurityRules/Default{direction}DenyAll"}
            rules.append({**backstop, "sourceAddressPrefix": "*", "destinationAddressPrefix": "*"})
    return {**entry, "effectiveSecurityRules": rules}


def _rows_without_plurals(body: Json, _: Asides) -> Json:
    entries = [
        {**entry, "effectiveSecurityRules": [_without(rule, *_PLURALS) for rule in entry["effectiveSecurityRules"]]}
        for entry in body["value"]
    ]
    return {**body, "value": entries}


def _view(body: Json, change: Callable[[Json, str], Json]) -> Json:
    """A security group view with ``change(associations, nic id)`` applied to the associations of each NIC."""
    nics = [
        {**nic, "securityRuleAssociations": change(nic["securityRuleAssociations"], nic["id"])}
        for nic in body["networkInterfaces"]
    ]
    return {**body, "networkInterfaces": nics}


def _default_ids_blank(body: Json, _: Asides) -> Json:
    def change(associations: Json, _nic: str) -> Json:
        rules = [{**rule, "id": rule["id"].rpartition("/")[0] + "/"} for rule in associations["defaultSecurityRules"]]
        return {**associations, "defaultSecurityRules": rules}

    return _view(body, change)


def _single_any(body: Json, _: Asides) -> Json:
    def change(rule: Json) -> Json:
        return {
            key: list(dict.fromkeys(value)) if key.endswith("AddressPrefixes") else value for key, value in rule.items()
        }

    return _effective(body, change)


def _effective_without_plurals(body: Json, _: Asides) -> Json:
    return _effective(body, lambda rule: _without(rule, *_PLURALS))


def _effective(body: Json, change: Callable[[Json], Json]) -> Json:
    return _view(
        body,
        lambda associations, _nic: {
            **associations,
            "effectiveSecurityRules": [change(rule) for rule in associations["effectiveSecurityRules"]],
        },
    )


def _rules_without_type(body: Json, _: Asides) -> Json:
    return _view(body, lambda associations, _nic: _each_arm_rule(associations, lambda rule: _without(rule, "type")))


def _rules_without_plurals(body: Json, _: Asides) -> Json:
    def change(rule: Json) -> Json:
        return {**rule, "properties": _without(rule["properties"], *_PLURALS)}

    return _view(body, lambda associations, _nic: _each_arm_rule(associations, change))


def _each_arm_rule(associations: Json, change: Callable[[Json], Json]) -> Json:
    """Associations with ``change`` applied to every rule that is written as an ARM resource."""
    changed = {**associations, "defaultSecurityRules": [change(r) for r in associations["defaultSecurityRules"]]}
    for level in ("networkInterfaceAssociation", "subnetAssociation"):
        if level in associations:
            rules = [change(rule) for rule in associations[level]["securityRules"]]
            changed[level] = {**associations[level], "securityRules": rules}
    return changed


def _with_expansions(body: Json, asides: Asides) -> Json:
    """Rows of a view with the prefixes of their tags, which the NIC's effective rules hold under another name."""

    def change(associations: Json, nic: str) -> Json:
        expansions: dict[str, dict[str, Json]] = {}
        for entry in asides.rules(nic)["value"]:
            for rule in entry["effectiveSecurityRules"]:
                held = {key: value for key, value in rule.items() if key.startswith("expanded") and value}
                expansions.setdefault(rule["name"], held)
        rows = [
            {**row, **expansions.get(_rule_name(row["name"]), {})} for row in associations["effectiveSecurityRules"]
        ]
        return {**associations, "effectiveSecurityRules": rows}

    return _view(body, change)


def _rule_name(view_name: str) -> str:
    name = view_name.removeprefix("UserRule_")
    if name != view_name:
        return f"securityRules/{name}"
    return f"defaultSecurityRules/{view_name.removeprefix('DefaultRule_')}"


def _plain(rewrite: Callable[[Json], Json]) -> Callable[[Json, Asides], Json]:
    """A rewrite that asks for nothing."""
    return lambda body, _: rewrite(body)


def _spoken(api: Callable[[Age], bool], date: Callable[[Age], bool]) -> Callable[[Age], bool]:
    return lambda age: api(age) and date(age)


def _source_configuration(body: Json, asides: Asides) -> Json:
    return connectivity.source_configuration(body, asides.configuration)


def _without(members: Json, *names: str) -> Json:
    return {key: value for key, value in members.items() if key not in names}


_PLURALS = ("sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes", "destinationAddressPrefixes")

DIALECTS: tuple[Dialect, ...] = (
    Dialect("no ruleId", "ipFlowVerify", "api-version before 2017-09-01", _api_before("2017-09-01"), _without_rule_id),
    Dialect(
        "DenyAllInBound reads DefaultInboundDenyAll",
        "ipFlowVerify",
        "answers before 2019",
        _dated_before("2019-01-01"),
        _backstop_name,
    ),
    Dialect(
        "profile reads trafficQuery, and groups have no appliedTo",
        "networkConfigurationDiagnostic",
        "api-version up to 2018-08-01",
        _api_until("2018-08-01"),
        _traffic_query,
    ),
    Dialect(
        "VirtualNetwork reads VnetLocal",
        "nextHop",
        "api-version before 2017-09-01",
        _api_before("2017-09-01"),
        _vnet_local,
    ),
    Dialect(
        "every resource has properties: {}",
        "topology",
        "answers of 2018-02-15 to 2022",
        _dated_between("2018-02-15", "2023-01-01"),
        _empty_properties,
    ),
    Dialect(
        "DefaultInboundDenyAll and DefaultOutboundDenyAll stand beside DenyAllInBound and DenyAllOutBound",
        "effectiveNetworkSecurityGroups",
        "answers before 2018",
        _dated_before("2018-01-01"),
        _with_backstops,
    ),
    Dialect(
        "rules have no plural fields, the singular ones hold the first value",
        "effectiveNetworkSecurityGroups",
        "api-version up to 2018-07-01",
        _api_until("2018-07-01"),
        _rows_without_plurals,
    ),
    Dialect(
        "default-rule ids end in a blank name",
        "securityGroupView",
        "answers before 2020",
        _dated_before("2020-01-01"),
        _default_ids_blank,
    ),
    Dialect(
        "0.0.0.0/0 stands once in the plural fields",
        "securityGroupView",
        "api-version before 2019-06-01",
        _api_before("2019-06-01"),
        _single_any,
    ),
    Dialect(
        "rules have no type",
        "securityGroupView",
        "api-version before 2018-08-01",
        _api_before("2018-08-01"),
        _rules_without_type,
    ),
    Dialect(
        "rows carry the prefixes of their tags",
        "securityGroupView",
        "api-version up to 2017-09-01",
        _api_until("2017-09-01"),
        _with_expansions,
    ),
    Dialect(
        "rows have no plural fields",
        "securityGroupView",
        "answers before 2017-09-01",
        _dated_before("2017-09-01"),
        _effective_without_plurals,
    ),
    Dialect(
        "rules have no plural fields",
        "securityGroupView",
        "api-version before 2017-08-01",
        _api_before("2017-08-01"),
        _rules_without_plurals,
    ),
    Dialect(
        "the Internet reads Destination, without a link type",
        "connectivityCheck",
        "answers of 2021 until April",
        _spoken(_api_between("2020-07-01", "2020-12-01"), _dated_between("2021-01-01", "2021-04-01")),
        _plain(connectivity.reached_destination),
    ),
    Dialect(
        "links have a number for a type",
        "connectivityCheck",
        "answers of October 2018",
        _spoken(_api_between("2018-08-01", "2018-10-01"), _dated_between("2018-08-01", "2018-11-01")),
        _plain(connectivity.links_of_numbers),
    ),
    Dialect(
        "links have type beside linkType",
        "connectivityCheck",
        "api-version 2018-08-01 to 2020-04-01",
        _spoken(_api_between("2018-08-01", "2020-05-01"), lambda age: age.date >= "2018-11-01"),
        _plain(connectivity.links_named_twice),
    ),
    Dialect(
        "the source hop has the type VirtualMachine",
        "connectivityCheck",
        "answers of November 2018 to August 2019",
        _spoken(_api_between("2018-08-01", "2019-04-01"), _dated_between("2018-11-01", "2019-09-01")),
        _plain(connectivity.source_is_machine),
    ),
    Dialect(
        "the Internet has an empty resourceId",
        "connectivityCheck",
        "api-version 2017-11-01 to 2020-03-01",
        _api_between("2017-11-01", "2020-04-01"),
        _plain(connectivity.end_without_resource),
    ),
    Dialect(
        "hops do not name those before them, and links say only where they lead",
        "connectivityCheck",
        "api-version before 2018-08-01",
        _api_before("2018-08-01"),
        _plain(lambda body: connectivity.without_back_references(connectivity.without_link_types(body))),
    ),
    Dialect(
        "the source hop names its ip configuration",
        "connectivityCheck",
        "api-version before 2018-08-01",
        _api_before("2018-08-01"),
        _source_configuration,
    ),
    Dialect(
        "links are empty, and the Internet has the resourceId Internet",
        "connectivityCheck",
        "api-version up to 2017-09-01",
        _api_until("2017-09-01"),
        _plain(lambda body: connectivity.resource_internet(connectivity.without_link_entries(body))),
    ),
    Dialect(
        "hops have no links",
        "connectivityCheck",
        "api-version before 2017-09-01",
        _api_before("2017-09-01"),
        _plain(connectivity.without_links),
    ),
)
"""Every change of shape on record, in the order it is undone."""
