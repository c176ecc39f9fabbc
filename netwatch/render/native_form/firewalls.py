"""Azure firewalls in the words of the native file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from netwatch.formats.topology_file.values import is_name
from netwatch.model.firewalls import PRIVATE_RANGES, Firewall, FirewallRule, NatRule
from netwatch.model.flow import Access, Protocol
from netwatch.model.rules import AddressField, PortField
from netwatch.model.unresolved import Unresolved
from netwatch.render.native_form.form import NativeForm
from netwatch.render.native_form.words import address, one_or_list, open_value, texts

__all__ = ["firewall"]

Fields = dict[str, Any]


def firewall(form: NativeForm, each: Firewall) -> Fields:
    """A firewall with its rules, each kind in the order in which they are asked."""
    fields = form.named("subnets", each.subnet, "subnet") | form.named("virtualHubs", each.hub, "virtualHub")
    fields |= address("privateIPAddress", each.private_ip)
    public = [form.reference("publicIPAddresses", one) for one in each.public_ips]
    fields |= {"publicIPAddress": one_or_list(public)} if public else {}
    if each.private_ranges != PRIVATE_RANGES:
        fields["privateRanges"] = texts(each.private_ranges)
    fields |= {"firewallPolicy": open_value(each.unresolved[0])} if each.unresolved else {}
    kinds: dict[str, tuple[Any, ...]] = {
        "natRules": each.nat_rules,
        "networkRules": each.network_rules,
        "applicationRules": each.application_rules,
    }
    return fields | {key: dict(_keyed(rules)) for key, rules in kinds.items() if rules}


def _keyed(rules: Iterable[FirewallRule | NatRule]) -> Iterable[tuple[str, Fields]]:
    """Each rule under its name, or, where that is no name that a file takes or one of its own, under a number."""
    taken: set[str] = set()
    for number, rule in enumerate(rules):
        key = rule.name if is_name(rule.name) and rule.name.lower() not in taken else f"rule-{number}"
        taken.add(key.lower())
        yield key, _nat(rule) if isinstance(rule, NatRule) else _filter(rule)


def _filter(rule: FirewallRule) -> Fields:
    fields = _common(rule)
    fields |= {"access": "Deny"} if rule.access is Access.DENY else {}
    fields |= {"fqdns": list(rule.fqdns)} if rule.fqdns else {}
    return fields | ({"otherNames": list(rule.other_names)} if rule.other_names else {})


def _nat(rule: NatRule) -> Fields:
    fields = _common(rule) | address("translatedAddress", rule.translated_address)
    if rule.translated_port is not None:
        port = rule.translated_port
        fields["translatedPort"] = open_value(port) if isinstance(port, Unresolved) else port
    return fields


def _common(rule: FirewallRule | NatRule) -> Fields:
    words = [_protocol(each) for each in rule.protocols]
    fields: Fields = {"protocol": words} if words else {}
    fields |= {"source": _terms(rule.sources)} if rule.sources.terms else {}
    fields |= {"destination": _terms(rule.destinations)} if rule.destinations.terms else {}
    return fields | ({"destinationPortRanges": _ports(rule.ports)} if rule.ports.ranges else {})


def _protocol(protocol: Protocol | Unresolved) -> Any:
    if isinstance(protocol, Unresolved):
        return open_value(protocol)
    return "Any" if protocol is Protocol.ANY else protocol.value


def _terms(side: AddressField) -> list[Any]:
    return [open_value(term) if isinstance(term, Unresolved) else getattr(term, "text", "") for term in side.terms]


def _ports(ports: PortField) -> list[Any]:
    pairs = zip(ports.ranges, ports.texts, strict=True)
    return [open_value(each) if isinstance(each, Unresolved) else text for each, text in pairs]
