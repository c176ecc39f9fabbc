"""Azure firewalls with their policies, rules and IP groups: azurerm's words into ARM's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netwatch.formats.arm_resources.fields import PlacedObject
from netwatch.formats.terraform.attributes import Attributes, attributes_of
from netwatch.formats.terraform.others import other
from netwatch.formats.terraform.plan import Instance
from netwatch.formats.terraform.translation import Resources, Words, filled, given, place
from netwatch.formats.terraform.virtual_hubs import in_hub
from netwatch.model.unresolved import Unresolved

__all__ = ["CLASSIC", "classic_collection", "firewall", "ip_group", "policy", "rule_collection_group"]

_POLICY, _IP_GROUP = "azurerm_firewall_policy", "azurerm_ip_group"

CLASSIC = {
    "azurerm_firewall_nat_rule_collection": "natRuleCollections",
    "azurerm_firewall_network_rule_collection": "networkRuleCollections",
    "azurerm_firewall_application_rule_collection": "applicationRuleCollections",
}
"""Collections of a firewall without a policy → the list of the firewall that they stand in."""


def firewall(words: Words, instance: Instance) -> PlacedObject:
    """A firewall; its rules stand in its policy, or in collections that name it. One in a virtual hub has no subnet."""
    fields = attributes_of(words.plan, instance)
    configs = [
        place(block, {"name": block.text("name"), "properties": given(_configuration(words, block, number))})
        for number, block in enumerate(fields.blocks("ip_configuration"))
    ]
    ranges = filled(fields.items("private_ip_ranges"))
    properties = {
        "ipConfigurations": configs,
        "firewallPolicy": words.reference(fields, "firewall_policy_id", to=(_POLICY,)),
        "threatIntelMode": fields.text("threat_intel_mode") or None,
        "additionalProperties": {"Network.SNAT.PrivateRanges": ",".join(map(str, ranges))} if ranges else None,
    }
    return other(words, instance, given(properties | in_hub(words, fields)))


def _configuration(words: Words, block: Attributes, number: int) -> dict[str, Any]:
    return {
        "privateIPAddress": words.address(block, "private_ip_address", number),
        "subnet": words.reference(block, "subnet_id", to=("azurerm_subnet",)),
        "publicIPAddress": words.reference(block, "public_ip_address_id", to=("azurerm_public_ip",)),
    }


def policy(words: Words, instance: Instance) -> PlacedObject:
    """A firewall policy; its rules stand in groups of their own."""
    fields = attributes_of(words.plan, instance)
    ranges = filled(fields.items("private_ip_ranges"))
    properties = {
        "basePolicy": words.reference(fields, "base_policy_id", to=(_POLICY,)),
        "snat": {"privateRanges": ranges} if ranges else None,
        "threatIntelMode": fields.text("threat_intelligence_mode") or None,
        "intrusionDetection": next(
            ({"mode": each.text("mode")} for each in fields.blocks("intrusion_detection")), None
        ),
        "transportSecurity": next(({"certificateAuthority": {}} for _ in fields.blocks("tls_certificate")), None),
    }
    return other(words, instance, given(properties))


def ip_group(words: Words, instance: Instance) -> PlacedObject:
    """Addresses under one name."""
    fields = attributes_of(words.plan, instance)
    return other(words, instance, {"ipAddresses": filled(fields.items("cidrs"))})


_KINDS = (
    ("nat_rule_collection", "Nat"),
    ("network_rule_collection", "Network"),
    ("application_rule_collection", "Application"),
)


def rule_collection_group(words: Words, instance: Instance) -> PlacedObject:
    """A group of collections of a policy."""
    fields = attributes_of(words.plan, instance)
    collections = [
        place(block, {**_collection(words, block, f"{kind}Rule"), "ruleCollectionType": f"FirewallPolicy{kind}"})
        for name, kind in _KINDS
        for block in fields.blocks(name)
    ]
    return other(words, instance, given({"priority": fields.value("priority"), "ruleCollections": collections}))


def classic_collection(words: Words, instance: Instance, resources: Resources) -> None:
    """A collection of a firewall without a policy: into each firewall that it may be of, open where that is several."""
    fields = attributes_of(words.plan, instance)
    made = place(fields, {"name": words.ids.name_of(instance), "properties": _collection(words, fields, "")})
    parents = words.ids.parents_of(instance)
    found = [held for held in map(resources.properties, parents.ids) if held is not None]
    for properties in found:
        if parents.open is None:
            properties.setdefault(CLASSIC[instance.type], []).append(made)
        else:
            properties["firewallPolicy"] = parents.open
    if not found:
        words.ignore(fields, "azure_firewall_name", "the firewall that it is of is not in the plan")


def _collection(words: Words, block: Attributes, sort: str) -> dict[str, Any]:
    """Name, priority, action and rules; the sort of a rule is said in policies only."""
    rules = [place(rule, given({"ruleType": sort or None, **_rule(words, rule)})) for rule in block.blocks("rule")]
    action = block.value("action")
    known = {"type": action} if action is not None else None
    return given({"name": block.text("name"), "priority": block.value("priority"), "action": known, "rules": rules})


def _rule(words: Words, rule: Attributes) -> dict[str, Any]:
    """The fields of every sort of rule; each has those that it is for."""
    lists = {
        "sourceAddresses": ("source_addresses",),
        "destinationAddresses": ("destination_addresses", "destination_address"),
        "destinationPorts": ("destination_ports",),
        "fqdnTags": ("destination_fqdn_tags", "fqdn_tags"),
        "targetUrls": ("destination_urls",),
        "webCategories": ("web_categories",),
    }
    made: dict[str, Any] = {"name": rule.value("name")}
    for field, names in lists.items():
        made[field] = [each for name in names for each in filled(rule.items(name))] or None
    fqdns = filled(rule.items("destination_fqdns")) or filled(rule.items("target_fqdns"))
    made |= {"destinationFqdns": fqdns or None, "targetFqdns": fqdns or None}
    for side in ("source", "destination"):
        made[f"{side}IpGroups"] = list(_groups(words, rule, f"{side}_ip_groups")) or None
    translated = {"translatedAddress": "translated_address", "translatedFqdn": "translated_fqdn"}
    made |= {field: rule.value(name) for field, name in translated.items()}
    port = rule.value("translated_port")
    made["translatedPort"] = int(port) if isinstance(port, str) and port.isdecimal() else port
    return made | _protocols(rule)


def _protocols(rule: Attributes) -> dict[str, Any]:
    """Texts in network and NAT rules; in application rules blocks with a port, under either name."""
    blocks = [*rule.blocks("protocols"), *rule.blocks("protocol")]
    named = [each for each in blocks if each.value("type") is not None or each.value("port") is not None]
    if named:
        return {
            "protocols": [given({"protocolType": each.value("type"), "port": each.value("port")}) for each in named]
        }
    return {"ipProtocols": filled(rule.items("protocols")) or None}


def _groups(words: Words, rule: Attributes, name: str) -> Iterator[str | Unresolved]:
    for each in words.ids.references(rule, name, to=(_IP_GROUP,)):
        yield each["id"] if isinstance(each, dict) else each
