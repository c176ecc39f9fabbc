"""Security rules and admin rules in ARM's form."""

from __future__ import annotations

from typing import Any

from netwatch.model.flow import Protocol
from netwatch.model.rules import AddressField, Asg, PortField, SecurityRule, ServiceTag
from netwatch.model.unresolved import Unresolved
from netwatch.render.arm_form.form import ArmForm

__all__ = ["admin_rule", "security_rule"]

Body = dict[str, Any]

NO_TERMS = Unresolved("it matches nothing, which ARM cannot say")


def security_rule(form: ArmForm, rule: SecurityRule) -> Body:
    """The properties of a rule of a network security group."""
    properties = _head(form, rule, any_protocol="*")
    properties |= _ports(form, rule, "source", rule.source_ports) | _side(form, rule, "source", rule.sources)
    properties |= _ports(form, rule, "destination", rule.destination_ports)
    return properties | _side(form, rule, "destination", rule.destinations)


def admin_rule(form: ArmForm, rule: SecurityRule) -> Body:
    """The properties of a security admin rule: everything is in the plural."""
    properties = _head(form, rule, any_protocol="Any")
    for side, field in (("source", rule.sources), ("destination", rule.destinations)):
        terms = field.terms or (form.known(NO_TERMS, rule.id, f"{side}s"),)
        properties[f"{side}s"] = [
            {
                "addressPrefixType": "ServiceTag" if isinstance(term, ServiceTag) else "IPPrefix",
                "addressPrefix": _text(form, rule, f"{side}s", term),
            }
            for term in terms
        ]
    properties["sourcePortRanges"] = _texts(form, rule, "sourcePortRanges", rule.source_ports)
    properties["destinationPortRanges"] = _texts(form, rule, "destinationPortRanges", rule.destination_ports)
    return properties


def _head(form: ArmForm, rule: SecurityRule, *, any_protocol: str) -> Body:
    protocol = form.known(rule.protocol, rule.id, "protocol")
    if isinstance(protocol, Protocol):
        protocol = rule.protocol_text or (any_protocol if protocol is Protocol.ANY else protocol.value)
    properties: Body = {
        "priority": form.known(rule.priority, rule.id, "priority"),
        "direction": _word(form.known(rule.direction, rule.id, "direction")),
        "access": _word(form.known(rule.access, rule.id, "access")),
        "protocol": protocol,
    }
    return properties | ({"description": rule.description} if rule.description else {})


def _word(value: Any) -> str:
    return value if isinstance(value, str) else str(value.value)


def _side(form: ArmForm, rule: SecurityRule, side: str, field: AddressField) -> Body:
    """The prefix, the prefixes, or the groups."""
    key = f"{side}AddressPrefix"
    if not field.terms:
        return {key: form.known(NO_TERMS, rule.id, key)}
    if any(isinstance(term, Asg) for term in field.terms):
        groups = f"{side}ApplicationSecurityGroups"
        ids = [term.id if isinstance(term, Asg) else term for term in field.terms]
        return {groups: [form.referred(groups, id, rule.id) for id in ids]}
    texts = [_text(form, rule, key, term) for term in field.terms]
    return {key: texts[0]} if field.singular and len(texts) == 1 else {f"{key}es": texts}


def _text(form: ArmForm, rule: SecurityRule, key: str, term: Any) -> str:
    known = form.known(term, rule.id, key)
    return known if isinstance(known, str) else str(known.text)


def _ports(form: ArmForm, rule: SecurityRule, side: str, field: PortField) -> Body:
    key = f"{side}PortRange"
    texts = _texts(form, rule, key, field)
    return {key: texts[0]} if field.singular and len(texts) == 1 else {f"{key}s": texts}


def _texts(form: ArmForm, rule: SecurityRule, key: str, field: PortField) -> list[str]:
    """Ranges as they were written."""
    pairs = zip(field.ranges, field.texts, strict=True)
    return [form.known(each, rule.id, key) if isinstance(each, Unresolved) else text for each, text in pairs]
