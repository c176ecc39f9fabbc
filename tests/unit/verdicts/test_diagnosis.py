"""A query through every rule list at one NIC."""

from __future__ import annotations

import dataclasses

import pytest

from netwatch.compile.compiled_topology import CompiledTopology
from netwatch.effective.defaults import ANY_PREFIXES
from netwatch.formats.service_tag_file import load_shipped
from netwatch.model.addresses import parse_port_range
from netwatch.model.flow import Direction, Level, Outcome, Protocol
from netwatch.model.rules import SecurityRule
from netwatch.model.topology import Topology
from netwatch.model.unresolved import Unresolved
from netwatch.verdicts.conditions import AddressSet, DiagnosticQuery
from netwatch.verdicts.diagnosis import Diagnosis, diagnose
from tests.build import port_field, prefixes, rule
from tests.unit.verdicts.test_single import net, with_admin

IN, OUT = Direction.INBOUND, Direction.OUTBOUND
OPEN = Unresolved("a parameter without a value")
ANYWHERE = AddressSet(ANY_PREFIXES[:1], is_any=True)


def ask(topology: Topology, direction: Direction = IN, port: str = "22") -> Diagnosis:
    own, other = AddressSet(prefixes("10.0.1.4")), AddressSet(prefixes("8.8.8.8"))
    ends = (other, own) if direction is IN else (own, other)
    nic = next(iter(topology.nics.values()))
    query = DiagnosticQuery(direction, Protocol.TCP, *ends, parse_port_range(port))
    return diagnose(CompiledTopology(topology, load_shipped), nic, query)


def steps(found: Diagnosis) -> list[tuple[Level, str, str]]:
    return [(nsg.level, nsg.outcome.value, nsg.matched.name if nsg.matched else "") for nsg in found.evaluated]


def maybe(name: str, **fields: str) -> SecurityRule:
    """A rule that may or may not be about the port asked about."""
    return dataclasses.replace(rule(name, **fields), destination_ports=port_field((OPEN,)))  # type: ignore[arg-type]


def test_inbound_the_subnet_is_asked_first_and_it_goes_on_after_an_allow() -> None:
    found = ask(net([rule("all")], [rule("ssh", dports="22")]))
    assert steps(found) == [(Level.SUBNET, "Allow", "all"), (Level.NIC, "Allow", "ssh")]
    assert found.outcome is Outcome.ALLOW


def test_outbound_the_nic_is_asked_first_and_a_deny_ends_it() -> None:
    found = ask(net([rule("all", direction="Outbound")], [rule("no", direction="Outbound", access="Deny")]), OUT)
    assert steps(found) == [(Level.NIC, "Deny", "no")]
    assert found.outcome is Outcome.DENY


def test_rules_are_listed_up_to_the_match() -> None:
    found = ask(net([rule("late", priority=300), rule("ssh", dports="22", priority=200), rule("web", dports="443")]))
    assert [each.rule.name for each in found.evaluated[0].evaluations] == ["web", "ssh"]
    assert [each.matched for each in found.evaluated[0].evaluations] == [False, True]


def test_without_any_list_there_is_nothing() -> None:
    assert ask(net()) == Diagnosis(Outcome.NOT_APPLICABLE, ())


class TestAdminRules:
    def test_a_deny_ends_it(self) -> None:
        found = ask(with_admin(net([rule("all")]), rule("no-ssh", access="Deny", dports="22")))
        assert steps(found) == [(Level.ADMIN, "Deny", "no-ssh")]

    def test_an_allow_hands_on(self) -> None:
        found = ask(with_admin(net([]), rule("ssh", dports="22")))
        assert steps(found) == [(Level.ADMIN, "Allow", "ssh"), (Level.SUBNET, "Deny", "DenyAllInBound")]
        assert found.outcome is Outcome.DENY

    def test_always_allow_skips_the_groups(self) -> None:
        found = ask(with_admin(net([]), rule("ssh", access="AlwaysAllow", dports="22")))
        assert steps(found) == [(Level.ADMIN, "Allow", "ssh")]
        assert found.outcome is Outcome.ALLOW

    def test_the_place_is_the_network_and_the_owner_the_manager(self) -> None:
        (admin, _) = ask(with_admin(net([]), rule("ssh", dports="22"))).evaluated
        assert "/networkManagers/" in admin.owner.text
        assert admin.applied_to.text.endswith("/virtualNetworks/v")

    def test_a_list_without_a_match_says_nothing(self) -> None:
        found = ask(with_admin(net([]), rule("rdp", access="Deny", dports="3389")))
        assert steps(found) == [(Level.ADMIN, "NotApplicable", ""), (Level.SUBNET, "Deny", "DenyAllInBound")]
        alone = ask(with_admin(net(), rule("rdp", access="Deny", dports="3389")))
        assert (alone.outcome, steps(alone)) == (Outcome.NOT_APPLICABLE, [(Level.ADMIN, "NotApplicable", "")])


class TestOpenValues:
    def test_a_rule_that_may_match_makes_it_unknown(self) -> None:
        found = ask(net([maybe("ssh")]))
        assert (found.outcome, steps(found)) == (Outcome.UNKNOWN, [(Level.SUBNET, "Unknown", "")])
        assert found.evaluated[0].unresolved == (OPEN,)

    def test_unless_all_that_may_match_say_the_same(self) -> None:
        found = ask(net([maybe("ssh", access="Deny")]))
        assert (found.outcome, steps(found)) == (Outcome.DENY, [(Level.SUBNET, "Deny", "DenyAllInBound")])
        assert found.evaluated[0].unresolved == (OPEN,)

    def test_a_deny_further_on_settles_it(self) -> None:
        found = ask(net([maybe("ssh")], []))
        assert steps(found) == [(Level.SUBNET, "Unknown", ""), (Level.NIC, "Deny", "DenyAllInBound")]
        assert found.outcome is Outcome.DENY

    def test_an_open_access_is_unknown(self) -> None:
        found = ask(net([dataclasses.replace(rule("ssh"), access=OPEN)]))
        assert steps(found) == [(Level.SUBNET, "Unknown", "")]

    def test_a_group_the_input_does_not_hold_is_unknown(self) -> None:
        found = ask(net(nic_nsg=OPEN))
        assert (found.outcome, found.evaluated[0].unresolved) == (Outcome.UNKNOWN, (OPEN,))

    @pytest.mark.parametrize(
        ("access", "groups", "outcome"),
        [
            ("Allow", [], Outcome.DENY),
            ("Deny", [], Outcome.DENY),
            ("AlwaysAllow", [], Outcome.UNKNOWN),
            ("AlwaysAllow", [rule("all")], Outcome.ALLOW),
            ("Deny", [rule("all")], Outcome.UNKNOWN),
        ],
    )
    def test_an_admin_rule_that_may_match(self, access: str, groups: list[SecurityRule], outcome: Outcome) -> None:
        assert ask(with_admin(net(groups), maybe("admin", access=access))).outcome is outcome
