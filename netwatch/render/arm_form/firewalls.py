"""Azure firewalls in ARM's form: with rules of their own, one collection for each, so that their order is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from netwatch.model.addresses import PortRange
from netwatch.model.firewalls import PRIVATE_RANGES, Firewall, FirewallRule, NatRule
from netwatch.model.flow import Access, Protocol
from netwatch.model.rules import AddressField, PortField
from netwatch.model.unresolved import Unresolved
from netwatch.render.arm_form.form import ArmForm

__all__ = ["firewall"]

Body = dict[str, Any]

_FIRST = 100
"""The lowest priority that a rule collection may have."""


def firewall(form: ArmForm, each: Firewall) -> Body:
    """The properties of a firewall. What is not known of its rules stands in place of its policy."""
    addresses = each.public_ips or (None,)
    first = form.field("privateIPAddress", each.private_ip, each.id) | form.reference("subnet", each.subnet, each.id)
    configs = [
        {
            "name": f"ipconfig{at}",
            "properties": (first if at == 1 else {}) | form.reference("publicIPAddress", public, each.id),
        }
        for at, public in enumerate(addresses, 1)
    ]
    body: Body = {"ipConfigurations": configs} if each.hub is None else _in_hub(form, each)
    if each.private_ranges != PRIVATE_RANGES:
        ranges = ",".join(map(str, each.private_ranges))
        body["additionalProperties"] = {"Network.SNAT.PrivateRanges": ranges}
    for reason in each.unresolved[:1]:
        body["firewallPolicy"] = form.known(reason, each.id, "firewallPolicy")
    body["natRuleCollections"] = [_collection(form, each, rule, _nat) for rule in _numbered(each.nat_rules)]
    body["networkRuleCollections"] = [_collection(form, each, rule, _network) for rule in _numbered(each.network_rules)]
    applications = _numbered(each.application_rules)
    body["applicationRuleCollections"] = [_collection(form, each, rule, _application) for rule in applications]
    return {key: value for key, value in body.items() if value}


def _in_hub(form: ArmForm, each: Firewall) -> Body:
    """Where one in a hub of a virtual WAN stands, with its address and the public ones that are resources."""
    body = form.reference("virtualHub", each.hub, each.id)
    if address := form.field("privateIPAddress", each.private_ip, each.id):
        body["hubIPAddresses"] = address
    public = [form.reference("publicIPAddress", one, each.id) for one in each.public_ips]
    configs = [{"name": f"ipconfig{at}", "properties": one} for at, one in enumerate(public, 1)]
    return body | {"ipConfigurations": configs}


def _numbered(rules: Iterable[Any]) -> list[tuple[int, Any]]:
    return list(enumerate(rules, _FIRST))


def _collection(form: ArmForm, holder: Firewall, numbered: tuple[int, Any], fields: Any) -> Body:
    priority, rule = numbered
    collection, _, name = rule.name.rpartition(".")
    action = "Deny" if isinstance(rule, FirewallRule) and rule.access is Access.DENY else "Allow"
    body = {"name": name, "sourceAddresses": _terms(form, holder, rule.sources)} | fields(form, holder, rule)
    return {
        "name": collection,
        "properties": {"priority": priority, "action": {"type": action}, "rules": [body]},
    }


def _network(form: ArmForm, holder: Firewall, rule: FirewallRule) -> Body:
    return {
        "protocols": _protocols(form, holder, rule),
        "destinationAddresses": _terms(form, holder, rule.destinations),
        "destinationPorts": _ports(form, holder, rule.ports),
        "destinationFqdns": list(rule.fqdns),
    }


def _application(form: ArmForm, holder: Firewall, rule: FirewallRule) -> Body:
    ports = [
        each.low if isinstance(each, PortRange) else form.known(each, holder.id, "port") for each in rule.ports.ranges
    ]
    return {
        "protocols": [{"protocolType": "Https", "port": port} for port in ports],
        "targetFqdns": list(rule.fqdns),
        "fqdnTags": list(rule.other_names),
    }


def _nat(form: ArmForm, holder: Firewall, rule: NatRule) -> Body:
    body: Body = {
        "protocols": _protocols(form, holder, rule),
        "destinationAddresses": _terms(form, holder, rule.destinations),
        "destinationPorts": _ports(form, holder, rule.ports),
    }
    body |= form.field("translatedAddress", rule.translated_address, holder.id)
    return body | form.field("translatedPort", rule.translated_port, holder.id)


def _protocols(form: ArmForm, holder: Firewall, rule: FirewallRule | NatRule) -> list[str]:
    known = [form.known(each, holder.id, "protocols") for each in rule.protocols]
    return ["Any" if each is Protocol.ANY else each.value if isinstance(each, Protocol) else each for each in known]


def _terms(form: ArmForm, holder: Firewall, side: AddressField) -> list[str]:
    return [
        form.known(term, holder.id, "addresses") if isinstance(term, Unresolved) else getattr(term, "text", str(term))
        for term in side.terms
    ]


def _ports(form: ArmForm, holder: Firewall, ports: PortField) -> list[str]:
    pairs = zip(ports.ranges, ports.texts, strict=True)
    return [form.known(each, holder.id, "ports") if isinstance(each, Unresolved) else text for each, text in pairs]
