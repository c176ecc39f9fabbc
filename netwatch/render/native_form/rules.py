"""Security rules and admin rules in the words of the native file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.rules import AddressField, Asg, PortField, SecurityRule
from netwatch.model.unresolved import Unresolved

if TYPE_CHECKING:
    from netwatch.render.native_form.whole import NativeForm

__all__ = ["admin_rule", "security_rule"]

Fields = dict[str, Any]

_ANY_PORTS = ("*",)


def security_rule(form: NativeForm, rule: SecurityRule) -> Fields:
    """A rule of a network security group; Inbound, Allow and everything are left out."""
    fields = _head(form, rule)
    if rule.access is not Access.ALLOW:
        fields["access"] = _word(form, rule, "access", rule.access)
    return fields | _rest(form, rule, any_protocol="*")


def admin_rule(form: NativeForm, rule: SecurityRule) -> Fields:
    """A security admin rule, which always says its access."""
    fields = _head(form, rule) | {"access": _word(form, rule, "access", rule.access)}
    return fields | _rest(form, rule, any_protocol="Any")


def _head(form: NativeForm, rule: SecurityRule) -> Fields:
    fields: Fields = {"priority": form.known(rule.priority, rule.id, "priority")}
    if rule.direction is not Direction.INBOUND:
        fields["direction"] = _word(form, rule, "direction", rule.direction)
    return fields


def _rest(form: NativeForm, rule: SecurityRule, *, any_protocol: str) -> Fields:
    fields: Fields = {}
    if rule.protocol is not Protocol.ANY:
        fields["protocol"] = rule.protocol_text or _word(form, rule, "protocol", rule.protocol)
    elif rule.protocol_text not in ("", any_protocol) and any_protocol == "Any":
        fields["protocol"] = rule.protocol_text
    fields |= _side(form, rule, "source", rule.sources) | _ports("sourcePortRanges", form, rule, rule.source_ports)
    fields |= _side(form, rule, "destination", rule.destinations)
    fields |= _ports("destinationPortRanges", form, rule, rule.destination_ports)
    return fields | ({"description": rule.description} if rule.description else {})


def _word(form: NativeForm, rule: SecurityRule, field: str, value: Any) -> Any:
    known = form.known(value, rule.id, field)
    return known if isinstance(known, str) else known.value


def _side(form: NativeForm, rule: SecurityRule, side: str, field: AddressField) -> Fields:
    """Addresses as they were written, or groups by name; every address is left out."""
    groups = [term for term in field.terms if isinstance(term, (Asg, Unresolved))]
    if any(isinstance(term, Asg) for term in groups):
        ids = [term.id if isinstance(term, Asg) else term for term in groups]
        key = f"{side}ApplicationSecurityGroups"
        names = [form.reference("applicationSecurityGroups", id, rule.id, key) for id in ids]
        return {key: names[0] if len(names) == 1 else names}
    texts = [_term(form, rule, side, term) for term in field.terms]
    if field.singular and texts == ["*"]:
        return {}
    return {side: texts[0] if field.singular and len(texts) == 1 else texts}


def _term(form: NativeForm, rule: SecurityRule, side: str, term: Any) -> str:
    known = form.known(term, rule.id, side)
    return known if isinstance(known, str) else str(known.text)


def _ports(key: str, form: NativeForm, rule: SecurityRule, field: PortField) -> Fields:
    for value in field.ranges:
        form.known(value, rule.id, key)
    if field.singular and field.texts == _ANY_PORTS:
        return {}
    texts = [int(text) if text.isdecimal() and str(int(text)) == text else text for text in field.texts]
    return {key: texts[0] if field.singular and len(texts) == 1 else texts}
