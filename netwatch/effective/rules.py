"""Effective rules: a group's rules and the default rules, with tags and groups as prefixes, in Azure's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from netwatch.effective.context_tags import TagExpansion
from netwatch.effective.defaults import ANY_PREFIXES
from netwatch.model.addresses import Address, Prefix
from netwatch.model.answers import EffectiveRule
from netwatch.model.flow import Direction
from netwatch.model.ids import ResourceId
from netwatch.model.resources import IpConfiguration
from netwatch.model.rules import AddressField, AnyAddress, Asg, Cidr, SecurityRule, ServiceTag
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved

__all__ = ["asg_members", "certain_part", "certain_prefixes", "effective_rules", "in_direction", "in_order"]

Expand = Callable[[SecurityRule, ServiceTag], TagExpansion]
Members = Mapping[str, tuple[IpConfiguration, ...]]


class _Expanded(NamedTuple):
    prefixes: tuple[Prefix, ...]
    expansion: tuple[Prefix, ...] | None
    unresolved: tuple[Unresolved, ...]


def effective_rules(
    own: Iterable[SecurityRule], expand_tag: Expand, members: Members, topology: Topology
) -> tuple[EffectiveRule, ...]:
    """A list of rules with their prefixes, in the order Azure asks them; default rules are for the caller to add.

    ``expand_tag`` gives what a tag holds where the group is bound, no prefix twice; ``members`` is
    ``asg_members(topology)``.
    Order: by priority, lower first; own rules come before default rules, which stand at 65000 and up.
    Source: "How network security groups filter network traffic".
    """
    return tuple(_effective(rule, expand_tag, members, topology) for rule in in_order(own))


def in_order(rules: Iterable[SecurityRule]) -> list[SecurityRule]:
    """``rules`` in the order in which Azure asks them."""
    return sorted(rules, key=_order)


def _order(rule: SecurityRule) -> int:
    """A rule whose priority is open could stand anywhere, so it is asked first, and only ever as a possibility."""
    return rule.priority if isinstance(rule.priority, int) else 0


def in_direction(rules: Iterable[EffectiveRule], direction: Direction) -> tuple[EffectiveRule, ...]:
    """The rules that can apply to flows in ``direction``, order kept; a rule with an open direction is in both."""
    return tuple(r for r in rules if r.rule.direction is direction or isinstance(r.rule.direction, Unresolved))


def certain_part(rule: EffectiveRule) -> EffectiveRule | None:
    """What a rule with open values holds whatever those are; None where there is nothing of the kind.

    Where nothing but its addresses is open: a tag may hold more than is known, and holds what is known.
    """
    written = rule.rule
    plain = (written.direction, written.priority, written.access, written.protocol)
    ports = (*written.source_ports.ranges, *written.destination_ports.ranges)
    if not rule.unresolved or any(isinstance(each, Unresolved) for each in (*plain, *ports)):
        return None
    sources = certain_prefixes(written.sources, rule.expanded_sources or ())
    destinations = certain_prefixes(written.destinations, rule.expanded_destinations or ())
    if not sources or not destinations:
        return None
    return replace(rule, sources=sources, destinations=destinations, unresolved=())


def certain_prefixes(field: AddressField, expansion: tuple[Prefix, ...]) -> tuple[Prefix, ...]:
    """What ``field`` holds whatever its open values are; a group may owe its prefixes to an open address."""
    if any(isinstance(term, AnyAddress) for term in field.terms):
        return ANY_PREFIXES
    known = tuple(term.prefix for term in field.terms if isinstance(term, Cidr))
    return known if any(isinstance(term, Asg) for term in field.terms) else (*known, *expansion)


def _effective(rule: SecurityRule, expand_tag: Expand, members: Members, topology: Topology) -> EffectiveRule:
    def expand(field: AddressField) -> _Expanded:
        return _expand_field(field, lambda tag: expand_tag(rule, tag), members, topology)

    sources, destinations = expand(rule.sources), expand(rule.destinations)
    plain = (rule.direction, rule.priority, rule.access, rule.protocol)
    ports = (*rule.source_ports.ranges, *rule.destination_ports.ranges)
    return EffectiveRule(
        rule,
        sources.prefixes,
        destinations.prefixes,
        sources.expansion,
        destinations.expansion,
        (
            *(value for value in (*plain, *ports) if isinstance(value, Unresolved)),
            *sources.unresolved,
            *destinations.unresolved,
        ),
    )


def _expand_field(
    field: AddressField,
    expand_tag: Callable[[ServiceTag], TagExpansion],
    members: Members,
    topology: Topology,
) -> _Expanded:
    prefixes: list[tuple[Prefix, ...]] = []
    expansion: list[tuple[Prefix, ...]] = []
    unresolved: list[Unresolved] = []
    for term in field.terms:
        if isinstance(term, AnyAddress):
            prefixes.append(ANY_PREFIXES)
        elif isinstance(term, Cidr):
            prefixes.append((term.prefix,))
        elif isinstance(term, Unresolved):
            prefixes.append(ANY_PREFIXES)
            unresolved.append(term)
        else:
            found = expand_tag(term) if isinstance(term, ServiceTag) else _members_of(term, members, topology)
            expansion.append(found.prefixes)
            unresolved.extend(found.unresolved)
            prefixes.append(ANY_PREFIXES if found.unresolved and isinstance(term, ServiceTag) else found.prefixes)
    disables = topology.semantics.empty_group == "disables"
    if disables and any(isinstance(term, Asg) and not members.get(term.id.key) for term in field.terms):
        # A group of nobody disables the whole field, its other groups too: azure-docs issue 77328, reproduced by
        # Microsoft in 2021, with no word of a change since.
        return _Expanded((), (), ())
    # Azure shows an expansion only where a tag or a group stands in the field.
    return _Expanded(_distinct(prefixes), _distinct(expansion) if expansion else None, tuple(unresolved))


def _distinct(parts: Sequence[tuple[Prefix, ...]]) -> tuple[Prefix, ...]:
    """Each prefix once. A part alone is given back itself: what a thousand rules name by one tag is one tuple."""
    return parts[0] if len(parts) == 1 else tuple(dict.fromkeys(chain.from_iterable(parts)))


def asg_members(topology: Topology) -> Members:
    """Application security group key → the ip configurations that name it."""
    members: dict[str, list[IpConfiguration]] = {}
    for nic in topology.nics.values():
        for config in nic.ip_configurations:
            for asg in config.asgs:
                if isinstance(asg, ResourceId):
                    members.setdefault(asg.key, []).append(config)
    return {key: tuple(configs) for key, configs in members.items()}


def _members_of(asg: Asg, members: Members, topology: Topology) -> TagExpansion:
    """A group's members as host prefixes. A member whose address is open could have any address of its subnet."""
    prefixes: list[Prefix] = []
    unresolved: list[Unresolved] = []
    for config in members.get(asg.id.key, ()):
        if isinstance(config.private_ip, Address):
            bits = 32 if config.private_ip.version == 4 else 128
            prefixes.append(Prefix(config.private_ip.version, config.private_ip.value, bits))
        elif isinstance(config.private_ip, Unresolved):
            unresolved.append(config.private_ip)
            prefixes.extend(_subnet_prefixes(config, topology))
    return TagExpansion(tuple(dict.fromkeys(prefixes)), tuple(unresolved))


def _subnet_prefixes(config: IpConfiguration, topology: Topology) -> tuple[Prefix, ...]:
    if not isinstance(config.subnet, ResourceId):
        return ANY_PREFIXES
    found = topology.subnets[config.subnet.key].prefixes
    known = tuple(prefix for prefix in found if isinstance(prefix, Prefix))
    return known if len(known) == len(found) else ANY_PREFIXES
