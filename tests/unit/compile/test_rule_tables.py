from __future__ import annotations

from dataclasses import replace

import pytest

from netwatch.compile import rule_tables
from netwatch.compile.rule_tables import CompiledRules, compile_rules, flow_point
from netwatch.errors import InvalidFlowError, UnsupportedError
from netwatch.matcher.reference import first_match
from netwatch.matcher.tables import NO_ROW
from netwatch.model.answers import EffectiveRule
from netwatch.model.unresolved import Unresolved
from tests.build import effective, flow, port_field, prefixes, rule

OPEN = Unresolved("a parameter has no value")


def matched(compiled: CompiledRules, protocol: str, source: str, destination: str) -> int:
    """The index of the rule that takes the flow, NO_ROW for none."""
    row = first_match(compiled.table, flow_point(flow(protocol, source, destination)))
    return NO_ROW if row == NO_ROW else compiled.rule_of[row]


def compiled(*rules: EffectiveRule, version: int = 4) -> CompiledRules:
    return compile_rules(rules, version)


def test_a_rule_is_one_row_for_each_combination_of_its_fields() -> None:
    sources, destinations = prefixes("10.0.0.0/24", "10.9.0.0/24"), prefixes("10.1.0.4", "10.2.0.4", "10.3.0.4")
    made = compiled(effective(rule(protocol="Tcp", sports="1 3", dports="80 443"), sources, destinations))
    assert len(made.table.rows) == 2 * 3 * 2 * 2
    assert set(made.rule_of) == {0}
    assert made.table.rows[0] == (
        (0x0A000000, 0x0A0000FF), (0x0A010004, 0x0A010004), (1, 1), (80, 80), (6, 6),
    )  # fmt: skip


def test_rows_keep_the_order_of_rules_and_remember_them() -> None:
    made = compiled(
        effective(rule(protocol="Tcp", dports="80 443")), effective(rule(protocol="Udp")), effective(rule())
    )
    assert made.rule_of == (0, 0, 1, 2)
    assert matched(made, "Tcp", "10.0.0.4 1", "10.0.1.4 443") == 0
    assert matched(made, "Udp", "10.0.0.4 1", "10.0.1.4 443") == 1
    assert matched(made, "Tcp", "10.0.0.4 1", "10.0.1.4 444") == 2


def test_touching_and_overlapping_ranges_become_one() -> None:
    sources = prefixes("10.0.1.0/24", "10.0.0.0/24", "10.0.0.128/25", "10.0.2.1")
    made = compiled(effective(rule(protocol="Tcp", dports="80-90 91 85-100 200"), sources))
    assert {row[0] for row in made.table.rows} == {(0x0A000000, 0x0A0001FF), (0x0A000201, 0x0A000201)}
    assert {row[3] for row in made.table.rows} == {(80, 100), (200, 200)}


def test_prefixes_of_the_other_family_do_not_appear() -> None:
    own = effective(rule(), prefixes("10.0.0.0/8", "fd00::/8"), prefixes("::/0"))
    assert compiled(own, version=4).table.rows == ()
    (row,) = compiled(own, version=6).table.rows
    assert row[:2] == ((0xFD << 120, (0xFE << 120) - 1), (0, 2**128 - 1))


@pytest.mark.parametrize(("sources", "destinations"), [((), prefixes("0.0.0.0/0")), (prefixes("0.0.0.0/0"), ())])
def test_a_rule_on_a_group_without_members_matches_nothing(sources: tuple[()], destinations: tuple[()]) -> None:
    made = compiled(effective(rule(), sources, destinations), effective(rule()))
    assert made.rule_of == (1,)


def test_a_rule_without_ports_matches_nothing() -> None:
    assert compiled(effective(rule(protocol="Tcp", dports=""))).table.rows == ()


@pytest.mark.parametrize(("protocol", "number"), [("Tcp", 6), ("UDP", 17), ("Icmp", 1), ("Esp", 50), ("Ah", 51)])
def test_a_protocol_is_its_iana_number(protocol: str, number: int) -> None:
    (row,) = compiled(effective(rule(protocol=protocol))).table.rows
    assert row[4] == (number, number)


def test_every_protocol_on_all_ports_is_one_row() -> None:
    (row,) = compiled(effective(rule())).table.rows
    assert row[2:] == ((-1, 65535), (0, 65535), (0, 255))


@pytest.mark.parametrize("protocol", ["Icmp", "Esp", "Ah"])
@pytest.mark.parametrize(("sports", "dports"), [("*", "443"), ("*", "0-443"), ("0-1000", "*")])
def test_every_protocol_on_some_ports_is_not_asked_about_flows_without_ports(
    protocol: str, sports: str, dports: str
) -> None:
    made = compiled(effective(rule(sports=sports, dports=dports)))
    assert matched(made, protocol, "10.0.0.4", "10.0.1.4") == NO_ROW
    assert matched(made, "Tcp", "10.0.0.4 443", "10.0.1.4 443") == 0
    assert matched(made, "Udp", "10.0.0.4 443", "10.0.1.4 443") == 0


def test_the_ports_of_a_rule_on_a_protocol_without_ports_do_not_count() -> None:
    made = compiled(effective(rule(protocol="Icmp", sports="1", dports="8")))
    assert matched(made, "Icmp", "10.0.0.4", "10.0.1.4") == 0


@pytest.mark.parametrize(
    ("sports", "matches"), [("*", True), ("0-65535", True), ("0-99 100-65535", True), ("1-65535", False), ("80", False)]
)
def test_an_open_source_port_needs_a_rule_that_takes_every_source_port(sports: str, matches: bool) -> None:
    made = compiled(effective(rule(protocol="Tcp", sports=sports)))
    assert (matched(made, "Tcp", "10.0.0.4 *", "10.0.1.4 443") == 0) is matches


def test_rows_of_a_rule_with_open_values_are_marked() -> None:
    made = compiled(effective(rule()), effective(rule(dports="1 3", protocol="Tcp"), unresolved=(OPEN,)))
    assert made.table.maybe == (False, True, True)


def test_open_ports_could_be_all_of_them() -> None:
    ports = port_field(["80", OPEN])
    own = replace(rule(protocol="Tcp"), source_ports=ports, destination_ports=ports)
    made = compiled(effective(own, unresolved=(OPEN,)))
    assert [row[2:4] for row in made.table.rows] == [((-1, 65535), (0, 65535))]


@pytest.mark.parametrize(
    ("protocol", "port", "matches"),
    [("Tcp", 443, True), ("Udp", 443, True), ("Tcp", 80, False), ("Icmp", 0, True), ("Esp", 0, True), ("Ah", 0, True)],
)
def test_an_open_protocol_could_be_one_that_asks_for_no_ports(protocol: str, port: int, matches: bool) -> None:
    made = compiled(effective(rule(protocol=OPEN, dports="443"), unresolved=(OPEN,)))
    found = matched(made, protocol, "10.0.0.4 1", f"10.0.1.4 {port}")
    assert (found == 0) is matches
    assert all(made.table.maybe)


def test_a_cross_product_that_is_too_large_is_refused_with_its_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_tables, "MAX_ROWS", 5)
    wide = effective(rule("wide", "Tcp", dports="1 3 5"), prefixes("10.0.0.0/24", "10.9.0.0/24"))
    with pytest.raises(UnsupportedError, match="'wide' joins 2 source ranges with 1 destination ranges"):
        compiled(wide)


def test_a_point_is_five_integers() -> None:
    point = flow_point(flow("Tcp", "10.0.0.4 50000", "10.0.1.4 443"))
    assert point == (0x0A000004, 0x0A000104, 50000, 443, 6)


def test_the_point_of_a_flow_without_ports_has_none() -> None:
    assert flow_point(flow("Icmp", "fd00::1 7", "fd00::2 8")) == ((0xFD << 120) + 1, (0xFD << 120) + 2, 0, 0, 1)


def test_a_flow_of_every_protocol_has_no_point() -> None:
    with pytest.raises(InvalidFlowError, match="one protocol"):
        flow_point(flow("*", "10.0.0.4 1", "10.0.1.4 2"))
