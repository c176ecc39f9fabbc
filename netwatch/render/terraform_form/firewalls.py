"""Azure firewalls with their rules as resources of the azurerm provider.

Rules whose names have three parts stand in groups of a policy, those of two in classic collections. Azure draws a
firewall's private address, so that it cannot be written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from netwatch.model.addresses import PortRange
from netwatch.model.firewalls import PRIVATE_RANGES, Firewall, FirewallRule, NatRule
from netwatch.model.flow import Access
from netwatch.model.ids import ResourceId
from netwatch.model.rules import AddressField
from netwatch.model.unresolved import Unresolved
from netwatch.render.terraform_form.blocks import Body, filled
from netwatch.render.terraform_form.networks import port_texts

if TYPE_CHECKING:
    from netwatch.render.terraform_form.form import TerraformForm

__all__ = ["as_required", "firewalls"]

_FIREWALL, _POLICY, _GROUP = (
    "azurerm_firewall",
    "azurerm_firewall_policy",
    "azurerm_firewall_policy_rule_collection_group",
)
_Rule = FirewallRule | NatRule


def firewalls(form: TerraformForm) -> None:
    """Every firewall, and where its rules stand."""
    for firewall in form.topology.firewalls.values():
        rules = _rules(firewall)
        body = _firewall(form, firewall)
        ranges = [] if firewall.private_ranges == PRIVATE_RANGES else [str(each) for each in firewall.private_ranges]
        is_of_policy = any(rule.name.count(".") > 1 for held in rules.values() for rule in held)
        if firewall.unresolved:
            body["firewall_policy_id"] = form.blocks.variable(firewall.unresolved[0], f"{firewall.id.name}_policy")
        elif is_of_policy:
            body["firewall_policy_id"] = _policy(form, firewall, rules, ranges)
        else:
            body |= filled(private_ip_ranges=ranges)
        form.blocks.add(_FIREWALL, firewall.id, body)
        if not firewall.unresolved and not is_of_policy:
            _classic(form, firewall, rules)


def _rules(firewall: Firewall) -> dict[str, Sequence[_Rule]]:
    """The rules by kind. Those of a firewall in a hub can stand in a policy alone, so that each has a group there."""
    held: dict[str, Sequence[_Rule]] = {
        "nat": firewall.nat_rules,
        "network": firewall.network_rules,
        "application": firewall.application_rules,
    }
    if firewall.hub is None:
        return held
    return {kind: [replace(rule, name=".".join(_in_policy(rule))) for rule in rules] for kind, rules in held.items()}


def _in_policy(rule: _Rule) -> tuple[str, str, str]:
    group, collection, name = _parts(rule)
    return group or "rules", collection, name


def _firewall(form: TerraformForm, firewall: Firewall) -> Body:
    stem = firewall.id.name
    if firewall.hub is not None:
        hub = {
            "virtual_hub_id": form.id("virtual_hubs", firewall.hub, f"{stem}_hub"),
            "public_ip_count": max(1, len(firewall.public_ips)),
        }
        sku = {"sku_name": "AZFW_Hub", "sku_tier": "Standard"}
        return form.base(firewall.id, firewall.location) | sku | {"virtual_hub": [hub]}
    configs: list[Body] = [{"name": f"ipconfig{at + 1}"} for at in range(max(1, len(firewall.public_ips)))]
    if firewall.subnet is not None:
        configs[0]["subnet_id"] = form.id("subnets", firewall.subnet, f"{stem}_subnet")
    for config, public in zip(configs, firewall.public_ips, strict=False):
        config["public_ip_address_id"] = form.id("public_ips", public, f"{stem}_public_ip")
    sku = {"sku_name": "AZFW_VNet", "sku_tier": "Standard"}
    return form.base(firewall.id, firewall.location) | sku | {"ip_configuration": configs}


def _policy(form: TerraformForm, firewall: Firewall, rules: dict[str, Sequence[_Rule]], ranges: list[str]) -> str:
    """A policy of its own, with a group for each first part of a name."""
    id = firewall.id.parent.child("firewallPolicies", f"{firewall.id.name}-policy")
    body = form.base(firewall.id, firewall.location) | {"name": id.name}
    form.blocks.add(_POLICY, id, body | filled(private_ip_ranges=ranges))
    policy = form.blocks.reference(_POLICY, id)
    names = dict.fromkeys(_parts(rule)[0] for held in rules.values() for rule in held)
    for at, name in enumerate(names):
        blocks: Body = {"name": name, "firewall_policy_id": policy, "priority": 100 + at}
        for kind, held in rules.items():
            own = [rule for rule in held if _parts(rule)[0] == name]
            blocks |= filled(**{f"{kind}_rule_collection": _collections(form, kind, own, firewall.id)})
        form.blocks.add(_GROUP, id.child("groups", name), blocks, label=f"{firewall.id.name}_{name}")
    return policy


def _classic(form: TerraformForm, firewall: Firewall, rules: dict[str, Sequence[_Rule]]) -> None:
    own = {"azure_firewall_name": form.blocks.reference(_FIREWALL, firewall.id, "name")}
    own |= {"resource_group_name": form.child(firewall.id)["resource_group_name"]}
    for kind, held in rules.items():
        for at, collection in enumerate(_collections(form, kind, held, firewall.id)):
            id = firewall.id.child(f"{kind}RuleCollections", str(at))
            label = f"{firewall.id.name}_{collection['name']}"
            form.blocks.add(f"azurerm_firewall_{kind}_rule_collection", id, own | collection, label=label)


def _parts(rule: _Rule) -> tuple[str, str, str]:
    """Group, collection and name of a rule."""
    rest, _, name = rule.name.rpartition(".")
    group, _, collection = rest.rpartition(".")
    return group, collection or "rules", name


def _collections(form: TerraformForm, kind: str, rules: Sequence[_Rule], id: ResourceId) -> list[Body]:
    """Rules that follow each other in one collection, each run with a priority behind the one before."""
    runs = [list(run) for _, run in groupby(rules, lambda rule: (_parts(rule)[1], _action(rule)))]
    return [
        {
            "name": _parts(run[0])[1],
            "priority": 100 + at,
            "action": _action(run[0]),
            "rule": [_rule(form, kind, rule, f"{id.name}_{_parts(rule)[2]}") for rule in run],
        }
        for at, run in enumerate(runs)
    ]


def _action(rule: _Rule) -> str:
    if isinstance(rule, NatRule):
        return "Dnat"
    return "Deny" if rule.access is Access.DENY else "Allow"


def _rule(form: TerraformForm, kind: str, rule: _Rule, stem: str) -> Body:
    body: Body = {"name": _parts(rule)[2]} | filled(source_addresses=_terms(form, rule.sources, f"{stem}_source"))
    ports = port_texts(form, rule.ports, f"{stem}_port")
    if isinstance(rule, FirewallRule) and kind == "application":
        protocols = [{"type": "Https" if port == "443" else "Http", "port": port} for port in ports]
        key = "protocols" if rule.name.count(".") > 1 else "protocol"
        names = {"destination_fqdns" if key == "protocols" else "target_fqdns": list(rule.fqdns)}
        tags = {"destination_fqdn_tags" if key == "protocols" else "fqdn_tags": list(rule.other_names)}
        return body | {key: protocols} | filled(**names, **tags)
    words = [
        form.text(each, f"{stem}_protocol") if isinstance(each, Unresolved) else _word(each) for each in rule.protocols
    ]
    addresses = _terms(form, rule.destinations, f"{stem}_destination")
    body |= {"protocols": words, "destination_ports": ports} | filled(destination_addresses=addresses)
    return body | (
        _translated(form, rule, stem) if isinstance(rule, NatRule) else filled(destination_fqdns=list(rule.fqdns))
    )


def _word(protocol: Any) -> str:
    return "Any" if protocol.value == "*" else str(protocol.value).upper()


def _terms(form: TerraformForm, field: AddressField, stem: str) -> list[str]:
    terms: tuple[Any, ...] = field.terms
    return [form.text(each, stem) if isinstance(each, Unresolved) else each.text for each in terms]


def _translated(form: TerraformForm, rule: NatRule, stem: str) -> Body:
    whole = as_required(rule)
    address: Any = whole.translated_address
    port: Any = whole.translated_port
    if port is None:  # several ports that stay as they are: the provider has no form for them
        port = Unresolved("it is not said which port it is sent on to")
    return {
        "translated_address": form.text(address, f"{stem}_translated_address"),
        "translated_port": form.text(port, f"{stem}_translated_port", "number"),
    }


def as_required(rule: NatRule) -> NatRule:
    """The rule with what the provider requires and it does not say: an open address, the one port that it keeps."""
    address = rule.translated_address or Unresolved("it is not said where it is sent on")
    port = rule.translated_port
    held = rule.ports.ranges[0] if len(rule.ports.ranges) == 1 else None
    if port is None and isinstance(held, PortRange) and held.low == held.high:
        port = held.low
    return replace(rule, translated_address=address, translated_port=port)
