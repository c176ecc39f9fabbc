"""Security rules and admin rules in the words of the native file."""

from __future__ import annotations

from typing import Any

from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.rules import AddressField, Asg, PortField, SecurityRule
from netwatch.model.unresolved import Unresolved
from netwatch.render.native_form.form import NativeForm
from netwatch.render.native_form.words import open_value, text

__all__ = ["admin_rule", "security_rule"]

Fields = dict[str, Any]

_ANY_PORTS = ("*",)


def security_rule(form: NativeForm, rule: SecurityRule) -> Fields:
    """A rule of a network security group; Inbound, Allow and everything are left out."""
    fields = _head(rule)
    if rule.access is not Access.ALLOW:
        fields["access"] = text(rule.access)
    return fields | _rest(form, rule, any_protocol="*")


def admin_rule(form: NativeForm, rule: SecurityRule) -> Fields:
    """A security admin rule, which always says its access."""
    return _head(rule) | {"access": text(rule.access)} | _rest(form, rule, any_protocol="Any")


def _head(rule: SecurityRule) -> Fields:
    fields: Fields = {"priority": rule.priority if isinstance(rule.priority, int) else text(rule.priority)}
    return fields if rule.direction is Direction.INBOUND else fields | {"direction": text(rule.direction)}


def _rest(form: NativeForm, rule: SecurityRule, *, any_protocol: str) -> Fields:
    fields: Fields = {}
    if rule.protocol is not Protocol.ANY:
        fields["protocol"] = rule.protocol_text or text(rule.protocol)
    elif rule.protocol_text not in ("", any_protocol) and any_protocol == "Any":
        fields["protocol"] = rule.protocol_text
    fields |= _side(form, "source", rule.sources) | _ports("sourcePortRanges", rule.source_ports)
    fields |= _side(form, "destination", rule.destinations)
    fields |= _ports("destinationPortRanges", rule.destination_ports)
    return fields | ({"description": rule.description} if rule.description else {})


def _side(form: NativeForm, side: str, field: AddressField) -> Fields:
    """Addresses as they were written, or groups by name; every address is left out."""
    if any(isinstance(term, Asg) for term in field.terms):
        ids = [term.id if isinstance(term, Asg) else term for term in field.terms]
        names = [form.reference("applicationSecurityGroups", id) for id in ids]
        return {f"{side}ApplicationSecurityGroups": names[0] if len(names) == 1 else names}
    texts = [_term(term) for term in field.terms]
    if field.singular and texts == ["*"]:
        return {}
    return {side: texts[0] if field.singular and len(texts) == 1 else texts}


def _term(term: Any) -> Any:
    return open_value(term) if isinstance(term, Unresolved) else term.text


def _ports(key: str, field: PortField) -> Fields:
    if field.singular and field.texts == _ANY_PORTS:
        return {}
    pairs = zip(field.ranges, field.texts, strict=True)
    texts = [open_value(each) if isinstance(each, Unresolved) else _port(written) for each, written in pairs]
    return {key: texts[0] if field.singular and len(texts) == 1 else texts}


def _port(text: str) -> int | str:
    return int(text) if text.isdecimal() and str(int(text)) == text else text
