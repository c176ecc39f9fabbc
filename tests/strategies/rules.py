"""Security rules, of groups and of network managers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations

from hypothesis import strategies as st

from netwatch.model.addresses import parse_prefix
from netwatch.model.flow import Access, Direction, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.rules import AddressField, AddressTerm, AnyAddress, Asg, Cidr, PortField, SecurityRule, ServiceTag
from tests.build import port_field
from tests.strategies.pools import CIDRS, CONTEXT_TAGS, GROUP, PLATFORM_TAGS, PORTS, TAGS

__all__ = ["ADMIN", "OWN", "address_fields", "port_fields", "protocols", "security_rules"]

OWN = (Access.ALLOW, Access.DENY)
"""What a rule of a group may say."""

ADMIN = (Access.ALLOW, Access.DENY, Access.ALWAYS_ALLOW)
"""What a rule of a network manager may say."""


def protocols() -> st.SearchStrategy[Protocol]:
    """What a rule may name; every protocol more often than the rest."""
    return st.sampled_from([Protocol.ANY, Protocol.TCP, Protocol.ANY, *Protocol, Protocol.ICMP])


@cache
def port_fields() -> st.SearchStrategy[PortField]:
    """All ports half of the time, else one to three ranges."""
    some = [list(texts) for size in (1, 2, 3) for texts in combinations(PORTS, size)]
    return st.just(port_field(["*"])) | st.sampled_from([port_field(texts) for texts in some])


@cache
def address_fields(asgs: tuple[ResourceId, ...] = (), *, tags: bool = True) -> st.SearchStrategy[AddressField]:
    """Everybody half of the time, else one or two addresses, prefixes and tags, or one or two groups (never mixed)."""
    terms: list[AddressTerm] = [Cidr(parse_prefix(text), text) for text in CIDRS]
    if tags:
        terms += [ServiceTag(name) for name in (*CONTEXT_TAGS, *CONTEXT_TAGS, *PLATFORM_TAGS, *TAGS)]
    groups: list[AddressTerm] = [Asg(asg) for asg in asgs]
    chosen = [pair for pool in (terms, *30 * [groups]) for size in (1, 2) for pair in combinations(pool, size)]
    some = [AddressField(pair, len(pair) == 1) for pair in chosen]
    anyone = [AddressField((AnyAddress(),)), AddressField((AnyAddress("Any"),))]
    return st.sampled_from(anyone) | st.sampled_from(some)


@st.composite
def security_rules(
    draw: st.DrawFn,
    nsg: ResourceId = GROUP,
    *,
    asgs: Sequence[ResourceId] = (),
    tags: bool = True,
    max_size: int = 12,
    accesses: tuple[Access, ...] = OWN,
) -> tuple[SecurityRule, ...]:
    """Rules of one list, in an order that is not that of their priorities, which are unique in each direction."""
    least = draw(st.sampled_from([max_size // 2, 0, max_size // 3]))
    priorities = draw(st.lists(st.integers(100, 4096), min_size=least, max_size=max_size, unique=True))
    fields = address_fields(tuple(asgs), tags=tags)
    rules = []
    for number, priority in enumerate(priorities):
        direction, access = draw(_effects(accesses))
        rules.append(
            SecurityRule(
                id=nsg.child("securityRules", f"r{number}"),
                name=f"r{number}",
                direction=direction,
                priority=priority,
                access=access,
                protocol=draw(protocols()),
                sources=draw(fields),
                source_ports=draw(port_fields()),
                destinations=draw(fields),
                destination_ports=draw(port_fields()),
            )
        )
    return tuple(rules)


@cache
def _effects(accesses: tuple[Access, ...]) -> st.SearchStrategy[tuple[Direction, Access]]:
    return st.sampled_from([(direction, access) for direction in Direction for access in accesses])
