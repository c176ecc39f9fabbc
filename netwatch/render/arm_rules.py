"""ARM's bodies for rules: effectiveNetworkSecurityGroups and securityGroupView.

Both list the same rules; they differ in names (``securityRules/x`` and ``UserRule_x``), order and fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from netwatch.model.addresses import PortRange, Prefix
from netwatch.model.answers import (
    EffectiveNsg,
    EffectiveRule,
    EffectiveRulesAnswer,
    NicSecurityView,
    SecurityGroupViewAnswer,
)
from netwatch.model.flow import Access, Direction, Level
from netwatch.model.resources import NetworkSecurityGroup
from netwatch.model.rules import AddressField, AnyAddress, Asg, Cidr, PortField, SecurityRule, ServiceTag
from netwatch.model.unresolved import Unresolved
from netwatch.render.words import effective_protocol, flow_rule_name, open_text, view_rule_name

__all__ = ["effective_rules", "security_group_view"]

Body = dict[str, Any]

ANY_PREFIX = "0.0.0.0/0"
"""How effective rules write ``*``."""

_EMPTY_NSG_ID = "/subscriptions//resourceGroups//providers/Microsoft.Network/networkSecurityGroups/"


def effective_rules(answer: EffectiveRulesAnswer) -> Body:
    """The body of effectiveNetworkSecurityGroups: the NIC's group first, then the subnet's (recorded, 2017 and 2018).

    Expansions stand only at rules with a tag or a group. Plural fields repeat the singular ones, which hold the first
    value (a body quoted in azure-powershell issue 4972, 2017; "Diagnose a virtual machine network traffic filter
    problem"). ``tagMap`` of the SDK's model was never seen in a body.
    """
    return {"value": [_bound(nsg) for nsg in answer.nsgs]}


def _bound(bound: EffectiveNsg) -> Body:
    if bound.level is Level.ADMIN:  # no answer with one is on record; the shape is the REST specification's
        rules = [_effective_rule(rule, name=rule.rule.name) for rule in bound.rules]
        return {"association": {"networkManager": {"id": bound.nsg.id.text}}, "effectiveSecurityRules": rules}
    kind = "subnet" if bound.level is Level.SUBNET else "networkInterface"
    return {
        "networkSecurityGroup": {"id": bound.nsg.id.text},
        "association": {kind: {"id": bound.bound_to.text}},
        "effectiveSecurityRules": [_effective_rule(rule) for rule in _as_listed(bound.rules)],
    }


def _as_listed(rules: Iterable[EffectiveRule]) -> list[EffectiveRule]:
    """Own rules by direction and priority, then the default rules, inbound before outbound, as recorded."""
    return sorted(rules, key=lambda r: (r.rule.is_default, r.rule.direction is Direction.OUTBOUND))


def _effective_rule(effective: EffectiveRule, *, name: str = "") -> Body:
    rule = effective.rule
    sources, destinations = _prefixes(rule.sources, effective), _prefixes(rule.destinations, effective)
    source_ports, destination_ports = _ports(rule.source_ports), _ports(rule.destination_ports)
    out: Body = {"name": name or flow_rule_name(rule), "protocol": effective_protocol(rule.protocol)}
    out |= _first("sourcePortRange", source_ports) | _first("destinationPortRange", destination_ports)
    out |= {"sourcePortRanges": source_ports, "destinationPortRanges": destination_ports}
    out |= _first("sourceAddressPrefix", sources) | _first("destinationAddressPrefix", destinations)
    out |= {"sourceAddressPrefixes": sources, "destinationAddressPrefixes": destinations}
    out |= _expanded("expandedSourceAddressPrefix", effective.expanded_sources)
    out |= _expanded("expandedDestinationAddressPrefix", effective.expanded_destinations)
    return out | _access(rule)


def _first(name: str, texts: list[str]) -> Body:
    return {name: texts[0]} if texts else {}


def _expanded(name: str, prefixes: tuple[Prefix, ...] | None) -> Body:
    return {} if prefixes is None else {name: [str(prefix) for prefix in prefixes]}


def _access(rule: SecurityRule) -> Body:
    return {"access": _word(rule.access), "priority": _number(rule.priority), "direction": _word(rule.direction)}


def _word(value: Access | Direction | Unresolved) -> str:
    return open_text(value) if isinstance(value, Unresolved) else value.value


def _number(value: int | Unresolved) -> int | str:
    return open_text(value) if isinstance(value, Unresolved) else value


def _prefixes(field: AddressField, effective: EffectiveRule) -> list[str]:
    """What the field names, as effective rules write it: ``*`` as 0.0.0.0/0, tags by name, groups by their members."""
    texts: list[str] = []
    for term in field.terms:
        if isinstance(term, Asg):
            members = effective.sources if field is effective.rule.sources else effective.destinations
            texts += [str(prefix) for prefix in members if str(prefix) not in texts]
        else:
            texts.append(_term(term))
    return texts


def _term(term: AnyAddress | Cidr | ServiceTag | Unresolved) -> str:
    if isinstance(term, AnyAddress):
        return ANY_PREFIX
    if isinstance(term, Cidr):
        return str(term.prefix)
    return open_text(term) if isinstance(term, Unresolved) else term.text


def _ports(field: PortField) -> list[str]:
    """The ranges as ``80-80`` or ``0-65535``."""
    return [str(ports) if isinstance(ports, PortRange) else open_text(ports) for ports in field.ranges]


def security_group_view(answer: SecurityGroupViewAnswer) -> Body:
    """The body of securityGroupView, shape of 2025; an association stands only where a group is bound at that level."""
    return {"networkInterfaces": [_view(view) for view in answer.views]}


def _view(view: NicSecurityView) -> Body:
    associations: Body = {}
    if view.nic_nsg is not None:
        associations["networkInterfaceAssociation"] = _association(view.nic_nsg)
    if view.subnet_nsg is not None:
        associations["subnetAssociation"] = _association(view.subnet_nsg)
    bound = [nsg for nsg in (view.nic_nsg, view.subnet_nsg) if nsg is not None]
    associations["defaultSecurityRules"] = [_default_rule(rule) for rule in _defaults(bound)]
    associations["effectiveSecurityRules"] = [rule for nsg in bound for rule in _group_view(nsg)]
    return {"id": view.nic.id.text, "securityRuleAssociations": associations}


def _association(bound: EffectiveNsg) -> Body:
    return {"id": bound.bound_to.text, "securityRules": [_own_rule(rule, bound.nsg) for rule in bound.nsg.rules]}


def _own_rule(rule: SecurityRule, nsg: NetworkSecurityGroup) -> Body:
    return {
        "name": rule.name,
        "id": rule.id.text,
        "etag": _etag(nsg),
        "type": "Microsoft.Network/networkSecurityGroups/securityRules",
        "properties": _properties(rule),
    }


def _etag(nsg: NetworkSecurityGroup) -> str:
    """One etag for all rules of a group, as recorded; worked out from the group's id."""
    from uuid import NAMESPACE_URL, uuid5

    return f'W/"{uuid5(NAMESPACE_URL, nsg.id.key)}"'


def _defaults(bound: list[EffectiveNsg]) -> list[SecurityRule]:
    """The default rules once, inbound first: one list serves all groups of a NIC."""
    rules = [effective.rule for effective in bound[0].rules if effective.rule.is_default] if bound else []
    return sorted(rules, key=lambda rule: rule.direction is Direction.OUTBOUND)


def _default_rule(rule: SecurityRule) -> Body:
    """Its id has empty segments and ends in its name, and it has no etag (recorded, 2020 to 2025)."""
    return {
        "name": rule.name,
        "id": f"{_EMPTY_NSG_ID}/defaultSecurityRules/{rule.name}",
        "type": "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
        "properties": _properties(rule),
    }


def _properties(rule: SecurityRule) -> Body:
    """The rule as a GET returns it: the property that was used is echoed, its plural is empty, not absent."""
    out: Body = {"provisioningState": "Succeeded"}
    if rule.description:
        out["description"] = rule.description
    out["protocol"] = rule.protocol_text or effective_protocol(rule.protocol).replace("All", "*")
    out |= _singular("sourcePortRange", rule.source_ports) | _singular("destinationPortRange", rule.destination_ports)
    out |= _singular("sourceAddressPrefix", rule.sources) | _singular("destinationAddressPrefix", rule.destinations)
    out |= _access(rule)
    out |= {
        "sourcePortRanges": _plural(rule.source_ports),
        "destinationPortRanges": _plural(rule.destination_ports),
        "sourceAddressPrefixes": _plural(rule.sources),
        "destinationAddressPrefixes": _plural(rule.destinations),
    }
    out |= _groups("sourceApplicationSecurityGroups", rule.sources)
    return out | _groups("destinationApplicationSecurityGroups", rule.destinations)


def _written(field: AddressField | PortField) -> list[str]:
    """The values as the input wrote them, groups left out: those have a property of their own."""
    if isinstance(field, PortField):
        return list(field.texts)
    terms = (term for term in field.terms if not isinstance(term, Asg))
    return [open_text(term) if isinstance(term, Unresolved) else term.text for term in terms]


def _singular(name: str, field: AddressField | PortField) -> Body:
    return _first(name, _written(field)) if field.singular else {}


def _plural(field: AddressField | PortField) -> list[str]:
    return [] if field.singular else _written(field)


def _groups(name: str, field: AddressField) -> Body:
    ids = [{"id": term.id.text} for term in field.terms if isinstance(term, Asg)]
    return {name: ids} if ids else {}


def _group_view(bound: EffectiveNsg) -> Iterator[Body]:
    """One group's rules in the service's order (recorded, 2017 to 2025): outbound, then inbound.

    Each direction begins with the backstop, then come the default rules, then the group's own as the group lists
    them: not by priority (recorded, 2018 and 2019).
    """
    place = {rule.id: index for index, rule in enumerate(bound.nsg.rules)}
    for direction in (Direction.OUTBOUND, Direction.INBOUND):
        yield _backstop(direction)
        ours = (rule for rule in bound.rules if rule.rule.direction is direction or _has_open_direction(rule))
        for rule in sorted(ours, key=lambda r: place.get(r.rule.id, -1)):
            yield _viewed_rule(rule)


def _has_open_direction(rule: EffectiveRule) -> bool:
    return isinstance(rule.rule.direction, Unresolved)


def _backstop(direction: Direction) -> Body:
    """The rule that the service adds beneath each direction; it alone writes ``*`` as ``*``."""
    every_port, every_address = "0-65535", "*"
    return {
        "name": f"Default{direction.value}DenyAll",
        "protocol": "All",
        "sourcePortRange": every_port,
        "destinationPortRange": every_port,
        "sourcePortRanges": [every_port],
        "destinationPortRanges": [every_port],
        "sourceAddressPrefix": every_address,
        "destinationAddressPrefix": every_address,
        "sourceAddressPrefixes": [every_address],
        "destinationAddressPrefixes": [every_address],
        "access": "Deny",
        "priority": 65500,
        "direction": direction.value,
    }


def _viewed_rule(effective: EffectiveRule) -> Body:
    rule = effective.rule
    sources, destinations = _prefixes(rule.sources, effective), _prefixes(rule.destinations, effective)
    source_ports, destination_ports = _ports(rule.source_ports), _ports(rule.destination_ports)
    out: Body = {"name": view_rule_name(rule), "protocol": effective_protocol(rule.protocol)}
    out |= _first("sourcePortRange", source_ports) | _first("destinationPortRange", destination_ports)
    out |= {"sourcePortRanges": source_ports, "destinationPortRanges": destination_ports}
    out |= _first("sourceAddressPrefix", sources) | _first("destinationAddressPrefix", destinations)
    out |= {"sourceAddressPrefixes": _doubled(sources), "destinationAddressPrefixes": _doubled(destinations)}
    return out | _access(rule)


def _doubled(texts: list[str]) -> list[str]:
    """The plural addresses: every address stands twice when written as ``*`` (recorded since November 2019)."""
    return [ANY_PREFIX, ANY_PREFIX] if texts == [ANY_PREFIX] else texts
