"""From effective rules to products and rows of ranges, and from a Flow to the point that is looked up in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from netwatch.errors import InvalidFlowError, UnsupportedError
from netwatch.matcher.products import Product
from netwatch.matcher.tables import Point, Range, Row, RuleTable
from netwatch.model.addresses import ANY_PORT, PortRange, Prefix
from netwatch.model.answers import EffectiveRule
from netwatch.model.flow import Flow, Protocol
from netwatch.model.rules import PortField, SecurityRule
from netwatch.model.unresolved import Unresolved

__all__ = ["MAX_ROWS", "CompiledRules", "compile_rules", "flow_point", "rule_products"]

MAX_ROWS = 2_000_000
"""The most rows of one table: about 200 MB. A rule becomes the cross product of its fields."""

_Ranges = tuple[Range, ...]

_PORTS: Range = (0, 65535)
_EVERY_SOURCE_PORT: Range = (ANY_PORT, 65535)
_EVERY_PORT: tuple[_Ranges, _Ranges] = ((_EVERY_SOURCE_PORT,), (_PORTS,))
_EVERY_PROTOCOL: Range = (0, 255)
_WITH_PORTS: _Ranges = ((6, 6), (17, 17))
_WITHOUT_PORTS: _Ranges = ((0, 5), (7, 16), (18, 255))


class CompiledRules(NamedTuple):
    """A table, and for each of its rows the index of the rule it comes from, ascending."""

    table: RuleTable
    rule_of: tuple[int, ...]


def compile_rules(rules: Sequence[EffectiveRule], version: int) -> CompiledRules:
    """The table of ``rules``, which are of one direction and in the order in which they are asked, for one family.

    A rule becomes one row for each combination of ranges in its products. The rows of a rule with open values are
    marked as maybe.

    Raises UnsupportedError where the table would have more than MAX_ROWS rows.
    """
    rows: list[Row] = []
    maybe: list[bool] = []
    rule_of: list[int] = []
    for index, (rule, products) in enumerate(zip(rules, rule_products(rules, version), strict=True)):
        own = _rows(rule.rule, products, room=MAX_ROWS - len(rows))
        rows += own
        maybe += [bool(rule.unresolved)] * len(own)
        rule_of += [index] * len(own)
    return CompiledRules(RuleTable(version, tuple(rows), tuple(maybe)), tuple(rule_of))


def flow_point(flow: Flow) -> Point:
    """The flow as five integers, to be looked up in a table of its address family.

    Ports are 0 for protocols without ports. A flow has one protocol: ``*`` raises InvalidFlowError.
    """
    if flow.protocol is Protocol.ANY:
        raise InvalidFlowError("a flow has one protocol, not *.", hint="Ask with Tcp, Udp, Icmp, Esp or Ah.")
    sport, dport = (flow.src_port, flow.dst_port) if flow.protocol.has_ports else (0, 0)
    return flow.src_ip.value, flow.dst_ip.value, sport, dport, flow.protocol.number


def rule_products(rules: Iterable[EffectiveRule], version: int) -> Iterator[tuple[Product, ...]]:
    """What each rule takes in one address family: mostly one product, of the widest where values are open.

    Touching ranges are merged. A rule without a source or a destination of this family gives none and matches nothing:
    so does one whose application security group has no members.

    Ports: a rule of a protocol without ports (Icmp, Esp, Ah) matches whatever its port fields say. A rule of every
    protocol (``*``) matches a flow without ports only when it takes all ports: ``*`` on port 443 is no rule on ICMP.
    Both are decided here. Microsoft's security rule reference asks for ``*`` ports with ICMP and says no more;
    azure-docs issue 51522 reports ports acting as ICMP types.
    """
    known: dict[int, tuple[tuple[Prefix, ...], _Ranges]] = {}

    def ranges(prefixes: tuple[Prefix, ...]) -> _Ranges:
        """A tag may hold thousands of prefixes, and be the very same tuple in all rules that name it."""
        if id(prefixes) not in known:
            known[id(prefixes)] = prefixes, _addresses(prefixes, version)
        return known[id(prefixes)][1]

    for rule in rules:
        sources, destinations = ranges(rule.sources), ranges(rule.destinations)
        services = _services(rule.rule) if sources and destinations else ()
        yield tuple((sources, destinations, *service) for service in services)


def _rows(rule: SecurityRule, products: Sequence[Product], *, room: int) -> list[Row]:
    if not products:
        return []
    sources, destinations = products[0][:2]
    services = [service for each in products for service in product(*each[2:])]
    if len(sources) * len(destinations) * len(services) > room:
        raise _too_many_rows(rule, len(sources), len(destinations))
    return [(src, dst, *service) for src, dst, service in product(sources, destinations, services)]


def _too_many_rows(rule: SecurityRule, sources: int, destinations: int) -> UnsupportedError:
    return UnsupportedError(
        f"rule {rule.name!r} joins {sources} source ranges with {destinations} destination ranges, "
        f"and its rule list would have more than {MAX_ROWS:,} rows.",
        where=rule.where,
        hint="Split the rule, or name fewer addresses on one side.",
    )


def _services(rule: SecurityRule) -> Iterator[tuple[_Ranges, _Ranges, _Ranges]]:
    """Source ports, destination ports and protocols that the rule takes together; the widest of what is open."""
    ports = _source_ports(rule.source_ports), _ports(rule.destination_ports)
    if rule.protocol is Protocol.ANY and ports == _EVERY_PORT:
        yield (*_EVERY_PORT, (_EVERY_PROTOCOL,))
        return
    with_ports, without_ports = _protocols(rule.protocol)
    if with_ports:
        yield (*ports, with_ports)
    if without_ports:
        yield (*_EVERY_PORT, without_ports)


def _protocols(protocol: Protocol | Unresolved) -> tuple[_Ranges, _Ranges]:
    """The protocols that the rule takes on its ports, and those that it takes whatever its ports are."""
    if isinstance(protocol, Unresolved):
        return _WITH_PORTS, _WITHOUT_PORTS
    if protocol is Protocol.ANY:
        return _WITH_PORTS, ()
    number = (protocol.number, protocol.number)
    return ((number,), ()) if protocol.has_ports else ((), (number,))


def _addresses(prefixes: Iterable[Prefix], version: int) -> _Ranges:
    return _merged((prefix.low, prefix.high) for prefix in prefixes if prefix.version == version)


def _ports(field: PortField) -> _Ranges:
    ranges = [ports for ports in field.ranges if isinstance(ports, PortRange)]
    return (_PORTS,) if len(ranges) < len(field.ranges) else _merged((ports.low, ports.high) for ports in ranges)


def _source_ports(field: PortField) -> _Ranges:
    ranges = _ports(field)
    return (_EVERY_SOURCE_PORT,) if ranges == (_PORTS,) else ranges


def _merged(ranges: Iterable[Range]) -> _Ranges:
    """The same numbers in as few ranges as possible, ascending."""
    out: list[Range] = []
    for low, high in sorted(ranges):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return tuple(out)
