"""Rule tables and the reference against a scan that looks at rules as people write them, with ``ipaddress``."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from netwatch.compile.rule_tables import compile_rules, flow_point
from netwatch.matcher.reference import first_match
from netwatch.matcher.tables import NO_ROW
from netwatch.model.addresses import ANY_PORT, Address, PortRange, Prefix
from netwatch.model.answers import EffectiveRule
from netwatch.model.flow import Flow, Protocol
from netwatch.model.resources import NetworkSecurityGroup
from netwatch.model.rules import AddressField, AnyAddress, Cidr, PortField, SecurityRule
from netwatch.model.topology import Topology
from tests.build import GROUP, effective, prefixes
from tests.strategies import addresses_near, flows_between, security_rules

EVERYBODY = prefixes("0.0.0.0/0", "::/0")


def expanded(rule: SecurityRule) -> EffectiveRule:
    return effective(rule, _prefixes(rule.sources), _prefixes(rule.destinations))


def _prefixes(field: AddressField) -> tuple[Prefix, ...]:
    return tuple(p for term in field.terms for p in ((term.prefix,) if isinstance(term, Cidr) else EVERYBODY))


def holds(field: AddressField, address: Address) -> bool:
    host = ip_address(str(address))
    return any(
        isinstance(t, AnyAddress) or (isinstance(t, Cidr) and host in ip_network(str(t.prefix))) for t in field.terms
    )


def takes(field: PortField, port: int) -> bool:
    ranges = [set(range(ports.low, ports.high + 1)) for ports in field.ranges if isinstance(ports, PortRange)]
    taken = set().union(*ranges)
    return len(taken) == 65536 if port == ANY_PORT else port in taken


def matches(rule: SecurityRule, flow: Flow) -> bool:
    if not (holds(rule.sources, flow.src_ip) and holds(rule.destinations, flow.dst_ip)):
        return False
    if not flow.protocol.has_ports:
        every_port = takes(rule.source_ports, ANY_PORT) and takes(rule.destination_ports, ANY_PORT)
        return rule.protocol is flow.protocol or (rule.protocol is Protocol.ANY and every_port)
    right = rule.protocol in (flow.protocol, Protocol.ANY)
    return right and takes(rule.source_ports, flow.src_port) and takes(rule.destination_ports, flow.dst_port)


@st.composite
def rules_and_flows(draw: st.DrawFn) -> tuple[tuple[SecurityRule, ...], Flow]:
    rules = draw(security_rules(tags=False))
    topology = Topology(nsgs={GROUP.key: NetworkSecurityGroup(GROUP, "westeurope", rules)})
    src = draw(addresses_near(topology))
    dst = draw(addresses_near(topology).filter(lambda address: address.version == src.version))
    return rules, draw(flows_between(topology, src, dst))


@given(rules_and_flows())
def test_the_first_row_that_matches_is_of_the_first_rule_that_matches(
    case: tuple[tuple[SecurityRule, ...], Flow],
) -> None:
    rules, flow = case
    compiled = compile_rules([expanded(rule) for rule in rules], flow.src_ip.version)
    row = first_match(compiled.table, flow_point(flow))
    by_table = NO_ROW if row == NO_ROW else compiled.rule_of[row]
    by_scan = next((index for index, rule in enumerate(rules) if matches(rule, flow)), NO_ROW)
    assert by_table == by_scan


@given(rules_and_flows())
def test_a_search_that_goes_on_finds_every_rule_that_matches(case: tuple[tuple[SecurityRule, ...], Flow]) -> None:
    rules, flow = case
    compiled = compile_rules([expanded(rule) for rule in rules], flow.src_ip.version)
    found = []
    row = first_match(compiled.table, flow_point(flow))
    while row != NO_ROW:
        found.append(compiled.rule_of[row])
        row = first_match(compiled.table, flow_point(flow), start=row + 1)
    assert sorted(set(found)) == [index for index, rule in enumerate(rules) if matches(rule, flow)]
