"""One query against one rule: what lies wholly inside, what only touches, and what hangs on open values."""

from __future__ import annotations

import dataclasses

import pytest

from netwatch.effective.defaults import ANY_PREFIXES
from netwatch.model.addresses import ALL_PORTS, parse_port_range
from netwatch.model.flow import Direction, Protocol
from netwatch.model.rules import AnyAddress, Cidr, SecurityRule, ServiceTag
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.conditions import AddressSet, DiagnosticQuery, hold
from tests.build import address_field, effective, port_field, prefixes, rule

OPEN = Unresolved("a parameter without a value")
ANY = AddressSet(ANY_PREFIXES, is_any=True)
QUERY = DiagnosticQuery(Direction.INBOUND, Protocol.TCP, ANY, ANY, parse_port_range("443"))


def asked(*texts: str, tag: str = "", unresolved: tuple[Unresolved, ...] = ()) -> AddressSet:
    return AddressSet(prefixes(*texts), tag=tag, unresolved=unresolved)


@pytest.mark.parametrize(
    ("query", "named", "holds"),
    [("Tcp", "Tcp", True), ("Tcp", "*", True), ("*", "*", True), ("*", "Tcp", False), ("Udp", "Tcp", False)],
)
def test_a_protocol_is_inside_its_own_and_inside_every_protocol(query: str, named: str, *, holds: bool) -> None:
    evaluation, _ = hold(effective(rule(protocol=named)), QUERY._replace(protocol=Protocol.parse(query)))
    assert evaluation.protocol is holds


@pytest.mark.parametrize(
    ("query", "named", "inside", "touching"),
    [
        ("443", "443", True, True),
        ("443", "*", True, True),
        ("80-90", "80-85 86-95", True, True),
        ("80-90", "86-95 80-85", True, True),
        ("80-90", "80-85 87-95", False, True),
        ("80-90", "81-95", False, True),
        ("80-90", "91-95", False, False),
        ("*", "0-1023 1024-65535", True, True),
        ("*", "443", False, True),
    ],
)
def test_ports(query: str, named: str, *, inside: bool, touching: bool) -> None:
    wanted = QUERY._replace(ports=parse_port_range(query))
    for takes_overlap, holds in ((False, inside), (True, touching)):
        evaluation, is_certain = hold(effective(rule(dports=named)), wanted._replace(takes_overlap=takes_overlap))
        assert (evaluation.destination_port, is_certain) == (holds, True)


@pytest.mark.parametrize(("named", "holds"), [("*", True), ("0-65535", True), ("1024-65535", False), ("80", False)])
@pytest.mark.parametrize("takes_overlap", [True, False])
def test_a_query_has_every_source_port(named: str, *, holds: bool, takes_overlap: bool) -> None:
    evaluation, _ = hold(effective(rule(sports=named)), QUERY._replace(takes_overlap=takes_overlap))
    assert evaluation.source_port is holds


def test_the_ports_of_a_rule_for_icmp_say_nothing() -> None:
    query = QUERY._replace(protocol=Protocol.ICMP, ports=ALL_PORTS)
    assert hold(effective(rule(protocol="Icmp", sports="1-2", dports="443")), query).evaluation.matched
    other = hold(effective(rule(protocol="*", dports="443")), query).evaluation
    assert (other.protocol, other.destination_port) == (True, False)


@pytest.mark.parametrize(
    ("query", "named", "inside", "touching"),
    [
        ("10.0.1.4", "10.0.1.0/24", True, True),
        ("10.0.1.0/25", "10.0.1.0/24", True, True),
        ("10.0.0.0/23", "10.0.1.0/24", False, True),
        ("10.0.0.0/23", "10.0.0.0/24 10.0.1.0/24", True, True),
        ("10.0.0.0/23", "10.0.0.0/25 10.0.0.128/25 10.0.1.0/24", True, True),
        ("10.0.0.0/23", "10.0.0.0/24 10.0.1.0/25", False, True),
        ("10.0.1.4", "10.0.2.0/24", False, False),
        ("fd00::4", "10.0.0.0/8", False, False),
        ("10.0.1.4", "fd00::/8", False, False),
    ],
)
def test_addresses(query: str, named: str, *, inside: bool, touching: bool) -> None:
    one = effective(rule(source=named), sources=prefixes(*named.split()))
    wanted = QUERY._replace(source=asked(query))
    for takes_overlap, holds in ((False, inside), (True, touching)):
        evaluation, is_certain = hold(one, wanted._replace(takes_overlap=takes_overlap))
        assert (evaluation.source, evaluation.destination, is_certain) == (holds, True, True)


def test_a_star_and_a_tag_never_count_as_touching() -> None:
    one = effective(rule(destination="10.0.0.0/8"), destinations=prefixes("10.0.0.0/8"))
    lenient = QUERY._replace(takes_overlap=True)
    assert not hold(one, lenient).evaluation.destination
    tag = asked("10.0.0.0/16", "20.0.0.0/16", tag="storage")
    assert not hold(one, lenient._replace(destination=tag)).evaluation.destination
    assert hold(one, lenient._replace(destination=tag._replace(tag=""))).evaluation.destination


def test_source_and_destination_are_not_mixed_up() -> None:
    both = prefixes("10.0.0.0/24")
    one = effective(rule(source="10.0.0.0/24", destination="10.0.0.0/24"), sources=both, destinations=both)
    evaluation, _ = hold(one, QUERY._replace(source=asked("10.0.0.4"), destination=asked("10.9.0.4")))
    assert (evaluation.source, evaluation.destination) == (True, False)


def test_a_field_that_was_disabled_holds_nothing() -> None:
    assert not hold(effective(rule(source="10.0.0.0/24"), sources=()), QUERY).evaluation.source


def test_a_tag_is_its_own_tag_whatever_it_holds() -> None:
    own = rule(source="VirtualNetwork")
    wanted = QUERY._replace(source=asked("10.0.0.0/16", tag="virtualnetwork", unresolved=(OPEN,)))
    open_rule = dataclasses.replace(effective(own), unresolved=(OPEN,))
    assert hold(open_rule, wanted) == (hold(effective(own), QUERY).evaluation, True)


def test_a_tag_with_open_parts_may_lie_inside_but_not_where_its_known_part_does_not() -> None:
    wanted = QUERY._replace(source=asked("10.0.0.0/16", tag="virtualnetwork", unresolved=(OPEN,)))
    wide = effective(rule(source="10.0.0.0/8"), sources=prefixes("10.0.0.0/8"))
    narrow = effective(rule(source="10.0.0.0/24"), sources=prefixes("10.0.0.0/24"))
    assert (hold(wide, wanted).evaluation.source, hold(wide, wanted).is_certain) == (True, False)
    assert (hold(narrow, wanted).evaluation.source, hold(narrow, wanted).is_certain) == (False, True)


class TestOpenRules:
    """A condition that hangs on an open value counts as true, and the rule is not certain."""

    def test_protocol(self) -> None:
        held = hold(effective(rule(protocol=OPEN), unresolved=(OPEN,)), QUERY)
        assert (held.evaluation.protocol, held.is_certain) == (True, False)

    def test_ports_that_are_known_to_hold_are_certain(self) -> None:
        for known, is_certain in (("443", True), ("80", False)):
            open_ports = dataclasses.replace(rule(), destination_ports=port_field((known, OPEN)))
            held = hold(effective(open_ports, unresolved=(OPEN,)), QUERY)
            assert (held.evaluation.destination_port, held.is_certain) == (True, is_certain)

    @pytest.mark.parametrize(
        ("term", "is_certain"),
        [(AnyAddress(), True), (Cidr(prefixes("10.0.0.0/24")[0], "10.0.0.0/24"), True), (ServiceTag("Sql"), False)],
    )
    def test_addresses_that_are_known_to_hold_are_certain(self, term: AnyAddress, *, is_certain: bool) -> None:
        own = dataclasses.replace(rule(), sources=address_field((OPEN, term)))
        open_rule = dataclasses.replace(effective(own, unresolved=(OPEN,)), expanded_sources=prefixes("20.0.0.0/24"))
        held = hold(open_rule, QUERY._replace(source=asked("10.0.0.4")))
        assert (held.evaluation.source, held.is_certain) == (True, is_certain)

    def test_the_known_part_of_a_tag_is_certain_and_the_members_of_a_group_are_not(self) -> None:
        wanted = QUERY._replace(source=asked("20.0.0.4"))
        for text, is_certain in (("Sql", True), ("/subscriptions/s/g", False)):
            own = dataclasses.replace(rule(), sources=address_field((OPEN, text)))
            tag = dataclasses.replace(effective(own, unresolved=(OPEN,)), expanded_sources=prefixes("20.0.0.0/24"))
            assert hold(tag, wanted).is_certain is is_certain

    def test_what_cannot_hold_is_certain_all_the_same(self) -> None:
        own = dataclasses.replace(rule(dports="80"), sources=address_field((OPEN,)))
        held = hold(effective(own, unresolved=(OPEN,)), QUERY._replace(source=asked("10.0.0.4")))
        assert held.evaluation.destination_port is False

    @pytest.mark.parametrize(
        "open_rule", [dataclasses.replace(rule(), direction=OPEN), dataclasses.replace(rule(), priority=OPEN)]
    )
    def test_a_rule_without_a_place_is_never_certain(self, open_rule: SecurityRule) -> None:
        held = hold(effective(open_rule, unresolved=(OPEN,)), QUERY)
        assert (held.evaluation.matched, held.is_certain) == (True, False)

    def test_an_open_access_leaves_the_match_certain(self) -> None:
        open_rule = dataclasses.replace(rule(), access=OPEN)
        assert hold(effective(open_rule, unresolved=(OPEN,)), QUERY).is_certain
