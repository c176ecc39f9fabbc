"""NSG diagnostics: a set of flows held against every rule of every list, condition by condition.

A condition holds where what is asked lies wholly inside what the rule says (recorded). By the other reading, a prefix
or a range of ports that only overlaps counts too; ``*`` as an address and service tags never do.
"""

from __future__ import annotations

from collections.abc import Set
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import NamedTuple

from netwatch.model.addresses import Address
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.resources import NetworkInterface, Subnet
from netwatch.model.rules import AddressField, AnyAddress, PortField, SecurityRule, ServiceTag
from netwatch.model.topology import Topology
from tests.oracle.around import Network, Tags, subnet_of
from tests.oracle.fields import EVERYONE, oracle_field, ranges_of, takes_ports
from tests.oracle.lists import rule_lists
from tests.oracle.tags import oracle_tag

__all__ = ["Evaluated", "Profile", "oracle_diagnosis"]

Conditions = tuple[str, bool, bool, bool, bool, bool]


class Profile(NamedTuple):
    """What is asked: addresses are ``*``, an address, a prefix or a tag; ``port`` is ``*``, a port or a range."""

    direction: Direction
    protocol: Protocol
    source: str
    destination: str
    port: str


class Evaluated(NamedTuple):
    """One list: its owner, the rule that matched or an empty name, and each rule up to it with its five conditions."""

    owner: str
    matched: str
    rules: list[Conditions]


class _Side(NamedTuple):
    networks: list[Network]
    is_any: bool
    tag: str


def oracle_diagnosis(
    topology: Topology, nic: NetworkInterface, profile: Profile, tags: Tags
) -> tuple[str, list[Evaluated]]:
    """The outcome, and what each list made of it; NotApplicable where no rule of any list matches."""
    subnet, outcome = subnet_of(topology, nic), "NotApplicable"
    sides = _sides(topology, nic, profile, tags)
    evaluated: list[Evaluated] = []
    managers_spoke = False
    for each in rule_lists(topology, nic, profile.direction):
        if each.is_admin and managers_spoke:
            continue
        conditions, taken = [], None
        for rule in each.rules:
            conditions.append(_hold(topology, subnet, rule, profile, sides, tags))
            if all(conditions[-1][1:]):
                taken = rule
                break
        evaluated.append(Evaluated(each.owner, taken.name if taken else "", conditions))
        if taken is not None:
            managers_spoke = managers_spoke or each.is_admin
            outcome = "Deny" if taken.access is Access.DENY else "Allow"
            if taken.access is not Access.ALLOW:
                break
    return outcome, evaluated


def _sides(topology: Topology, nic: NetworkInterface, profile: Profile, tags: Tags) -> tuple[_Side, _Side]:
    """Both sides, in the families that both have, else in those of the NIC."""
    subnet = subnet_of(topology, nic)
    source, destination = (_side(topology, subnet, text, tags) for text in (profile.source, profile.destination))
    families: Set[int] = {each.version for each in source.networks} & {each.version for each in destination.networks}
    if len(families) > 1:
        own = (config.private_ip for config in nic.ip_configurations)
        families = {address.version for address in own if isinstance(address, Address)}
    return _of(source, families), _of(destination, families)


def _of(side: _Side, families: Set[int]) -> _Side:
    return side._replace(networks=[each for each in side.networks if each.version in families])


def _side(topology: Topology, subnet: Subnet, text: str, tags: Tags) -> _Side:
    if text == "*":
        return _Side(list(EVERYONE), True, "")
    if text[0].isalpha() and ":" not in text:
        return _Side(oracle_tag(topology, subnet, text, tags), False, text.lower())
    asked = ip_network(text, strict=False)
    return _Side([asked], asked.prefixlen == 0, "")


def _hold(
    topology: Topology, subnet: Subnet, rule: SecurityRule, profile: Profile, sides: tuple[_Side, _Side], tags: Tags
) -> Conditions:
    overlaps = topology.semantics.partial_overlap == "match"
    ports = (0, 65535) if profile.port == "*" or profile.protocol is Protocol.ICMP else _ports(profile.port)
    is_icmp = rule.protocol is Protocol.ICMP and profile.protocol is Protocol.ICMP

    def addresses(side: _Side, field: AddressField) -> bool:
        return _addresses(side, field, oracle_field(topology, subnet, field, tags), overlaps=overlaps)

    return (
        rule.name,
        rule.protocol in (Protocol.ANY, profile.protocol),
        addresses(sides[0], rule.sources),
        is_icmp or takes_ports(rule.source_ports, 0, 65535),
        addresses(sides[1], rule.destinations),
        is_icmp or takes_ports(rule.destination_ports, *ports) or (overlaps and _meets(rule.destination_ports, *ports)),
    )


def _ports(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def _meets(field: PortField, low: int, high: int) -> bool:
    return any(ports.low <= high and low <= ports.high for ports in ranges_of(field))


def _addresses(asked: _Side, field: AddressField, held: list[Network], *, overlaps: bool) -> bool:
    if any(isinstance(term, AnyAddress) for term in field.terms):
        return True
    if held and any(isinstance(term, ServiceTag) and term.text.lower() == asked.tag for term in field.terms):
        return True
    if held and all(_is_inside(each, held) for each in asked.networks):
        return True
    plain = overlaps and not asked.is_any and not asked.tag
    return plain and any(
        one.version == other.version and one.overlaps(other) for one in asked.networks for other in held
    )


def _is_inside(asked: Network, held: list[Network]) -> bool:
    """Whether what is held, taken together, holds all of it."""
    if isinstance(asked, IPv4Network):
        return any(asked.subnet_of(each) for each in collapse_addresses(n for n in held if isinstance(n, IPv4Network)))
    return any(asked.subnet_of(each) for each in collapse_addresses(n for n in held if isinstance(n, IPv6Network)))
