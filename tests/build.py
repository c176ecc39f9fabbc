"""Short ways to write a rule, a flow or an effective rule in a test."""

from __future__ import annotations

from collections.abc import Iterable

from netwatch.model.addresses import ANY_PORT, PortRange, Prefix, parse_address, parse_port_range, parse_prefix
from netwatch.model.answers import EffectiveRule
from netwatch.model.flow import Access, Direction, Flow, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.rules import (
    AddressField,
    AddressTerm,
    AnyAddress,
    Asg,
    Cidr,
    PortField,
    SecurityRule,
    ServiceTag,
)
from netwatch.model.unresolved import Unresolved

__all__ = ["GROUP", "address_field", "effective", "flow", "port_field", "prefixes", "rule"]

GROUP = ResourceId("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg")


def prefixes(*texts: str) -> tuple[Prefix, ...]:
    return tuple(parse_prefix(text) for text in texts)


def flow(protocol: str, source: str, destination: str) -> Flow:
    """``flow("Tcp", "10.0.0.4 50000", "10.0.1.4 443")``; a port left out is 0, ``*`` leaves it open."""
    src, sport = _endpoint(source)
    dst, dport = _endpoint(destination)
    return Flow(Protocol.parse(protocol), parse_address(src), sport, parse_address(dst), dport)


def _endpoint(text: str) -> tuple[str, int]:
    host, _, port = text.partition(" ")
    return host, ANY_PORT if port == "*" else int(port or 0)


def address_field(terms: Iterable[AddressTerm | str]) -> AddressField:
    return AddressField(tuple(_term(term) if isinstance(term, str) else term for term in terms))


def _term(text: str) -> AddressTerm:
    if text == "*":
        return AnyAddress()
    if text.startswith("/"):
        return Asg(ResourceId(text))
    return Cidr(parse_prefix(text), text) if text[0].isdigit() or ":" in text else ServiceTag(text)


def port_field(texts: Iterable[str | Unresolved]) -> PortField:
    ranges: tuple[PortRange | Unresolved, ...] = tuple(
        parse_port_range(text) if isinstance(text, str) else text for text in texts
    )
    return PortField(ranges, tuple(map(str, texts)))


def rule(
    name: str = "rule",
    protocol: str | Unresolved = "*",
    *,
    source: str = "*",
    sports: str = "*",
    destination: str = "*",
    dports: str = "*",
    priority: int = 100,
    access: str = "Allow",
    direction: str = "Inbound",
    nsg: ResourceId = GROUP,
) -> SecurityRule:
    """A rule; several terms or ports are separated by spaces."""
    return SecurityRule(
        id=nsg.child("securityRules", name),
        name=name,
        direction=Direction.parse(direction),
        priority=priority,
        access=Access.parse(access),
        protocol=Protocol.parse(protocol) if isinstance(protocol, str) else protocol,
        sources=address_field(source.split()),
        source_ports=port_field(sports.split()),
        destinations=address_field(destination.split()),
        destination_ports=port_field(dports.split()),
    )


def effective(
    own: SecurityRule,
    sources: tuple[Prefix, ...] = prefixes("0.0.0.0/0", "::/0"),
    destinations: tuple[Prefix, ...] = prefixes("0.0.0.0/0", "::/0"),
    *,
    unresolved: tuple[Unresolved, ...] = (),
) -> EffectiveRule:
    return EffectiveRule(own, sources, destinations, unresolved=unresolved)
