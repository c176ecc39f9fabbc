"""How rules used to be listed: our bodies of securityGroupView and effectiveNetworkSecurityGroups, written older ways.

Source of every function: recorded answers of the real service, 2017 to 2025.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from netwatch.conformance.cases import Json

__all__ = [
    "Asides",
    "AskConfiguration",
    "AskRules",
    "any_twice",
    "default_ids_blank",
    "effective_without_plurals",
    "rows_without_plurals",
    "rules_without_plurals",
    "rules_without_type",
    "single_any",
    "with_backstops",
    "with_expansions",
]

AskRules = Callable[[str], Json]
"""Gives the effectiveNetworkSecurityGroups body of a NIC, by its id."""

AskConfiguration = Callable[[str, str], str]
"""Gives the id of the ip configuration of a machine, by the machine's id and the address."""


class Asides(NamedTuple):
    """What an old answer says that ours does not, to be asked for."""

    rules: AskRules
    configuration: AskConfiguration


def with_backstops(body: Json, _: Asides) -> Json:
    """The backstops are listed beside the rules that deny all."""
    return {**body, "value": [_entry_with_backstops(entry) for entry in body["value"]]}


def _entry_with_backstops(entry: Json) -> Json:
    rules = list(entry["effectiveSecurityRules"])
    for direction in ("Inbound", "Outbound"):
        name = f"defaultSecurityRules/Deny{'AllInBound' if direction == 'Inbound' else 'AllOutBound'}"
        deny_all = next((rule for rule in rules if rule["name"] == name), None)
        if deny_all is not None:
            backstop = {**deny_all, "name": f"defaultSecurityRules/Default{direction}DenyAll"}
            any_address = {f"{side}AddressPrefix": "*" for side in ("source", "destination")}
            rules.append({**backstop, **any_address, **{f"{key}es": ["*"] for key in any_address}})
    return {**entry, "effectiveSecurityRules": rules}


def rows_without_plurals(body: Json, _: Asides) -> Json:
    """Effective rules have no plural fields."""
    return _each_row(body, lambda rule: _without(rule, *_PLURALS))


def any_twice(body: Json, _: Asides) -> Json:
    """0.0.0.0/0 stands twice in the plural fields of effective rules."""

    def change(rule: Json) -> Json:
        return {key: value * 2 if value == ["0.0.0.0/0"] else value for key, value in rule.items()}

    return _each_row(body, change)


def _each_row(body: Json, change: Callable[[Json], Json]) -> Json:
    entries = [
        {**entry, "effectiveSecurityRules": [change(rule) for rule in entry["effectiveSecurityRules"]]}
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


def default_ids_blank(body: Json, _: Asides) -> Json:
    """Ids of default rules end in a blank name."""

    def change(associations: Json, _nic: str) -> Json:
        rules = [{**rule, "id": rule["id"].rpartition("/")[0] + "/"} for rule in associations["defaultSecurityRules"]]
        return {**associations, "defaultSecurityRules": rules}

    return _view(body, change)


def single_any(body: Json, _: Asides) -> Json:
    """0.0.0.0/0 stands once in the plural fields of a view."""

    def change(rule: Json) -> Json:
        return {
            key: list(dict.fromkeys(value)) if key.endswith("AddressPrefixes") else value for key, value in rule.items()
        }

    return _effective(body, change)


def effective_without_plurals(body: Json, _: Asides) -> Json:
    """Rows of a view have no plural fields."""
    return _effective(body, lambda rule: _without(rule, *_PLURALS))


def _effective(body: Json, change: Callable[[Json], Json]) -> Json:
    return _view(
        body,
        lambda associations, _nic: {
            **associations,
            "effectiveSecurityRules": [change(rule) for rule in associations["effectiveSecurityRules"]],
        },
    )


def rules_without_type(body: Json, _: Asides) -> Json:
    """Rules of a view have no type."""
    return _view(body, lambda associations, _nic: _each_arm_rule(associations, lambda rule: _without(rule, "type")))


def rules_without_plurals(body: Json, _: Asides) -> Json:
    """Rules of a view have no plural fields in their properties."""

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


def with_expansions(body: Json, asides: Asides) -> Json:
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


def _without(members: Json, *names: str) -> Json:
    return {key: value for key, value in members.items() if key not in names}


_PLURALS = ("sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes", "destinationAddressPrefixes")
