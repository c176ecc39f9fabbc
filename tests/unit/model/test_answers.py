"""Answers: which decision settled a verdict, and a repr that explains it on one line."""

from __future__ import annotations

import pytest

from netwatch.model.addresses import ALL_PORTS, parse_address
from netwatch.model.answers import Decision, Verdict
from netwatch.model.flow import Access, Direction, Flow, Level, Outcome, Protocol
from netwatch.model.ids import ResourceId
from netwatch.model.rules import AddressField, AnyAddress, PortField, SecurityRule
from netwatch.model.unresolved import Unresolved

GROUP = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
NIC = ResourceId(f"{GROUP}/networkInterfaces/web-0-nic")
FLOW = Flow(Protocol.TCP, parse_address("203.0.113.7"), 50123, parse_address("10.0.1.4"), 443)


def _decision(outcome: Outcome, *, level: Level = Level.SUBNET, name: str = "rule", why: str = "") -> Decision:
    nsg = ResourceId(f"{GROUP}/networkSecurityGroups/nsg-{name}")
    unresolved = (Unresolved(why),) if why else ()
    return Decision(level, nsg, outcome, None if why else _rule(nsg, name), unresolved=unresolved)


def _rule(nsg: ResourceId, name: str) -> SecurityRule:
    addresses, ports = AddressField((AnyAddress(),)), PortField((ALL_PORTS,), ("*",))
    return SecurityRule(
        id=nsg.child("securityRules", name),
        name=name,
        direction=Direction.INBOUND,
        priority=100,
        access=Access.ALLOW,
        protocol=Protocol.TCP,
        sources=addresses,
        source_ports=ports,
        destinations=addresses,
        destination_ports=ports,
    )


def _verdict(*decisions: Decision, outcome: Outcome = Outcome.ALLOW, flow: Flow = FLOW) -> Verdict:
    return Verdict(NIC, Direction.INBOUND, flow, decisions, outcome)


ALLOW = _decision(Outcome.ALLOW, name="allow")
ALLOW_NIC = _decision(Outcome.ALLOW, level=Level.NIC, name="allow-nic")
DENY = _decision(Outcome.DENY, name="deny")
DENY_NIC = _decision(Outcome.DENY, level=Level.NIC, name="deny-nic")
UNKNOWN = _decision(Outcome.UNKNOWN, why="the prefix is a parameter")


@pytest.mark.parametrize(
    ("outcome", "decisions", "settled"),
    [
        (Outcome.NOT_APPLICABLE, (), None),
        (Outcome.ALLOW, (ALLOW,), ALLOW),
        (Outcome.ALLOW, (ALLOW, ALLOW_NIC), ALLOW_NIC),
        (Outcome.DENY, (DENY, ALLOW_NIC), DENY),
        (Outcome.DENY, (ALLOW, DENY_NIC), DENY_NIC),
        (Outcome.DENY, (DENY, DENY_NIC), DENY),
        (Outcome.DENY, (UNKNOWN, DENY_NIC), DENY_NIC),
        (Outcome.UNKNOWN, (UNKNOWN, ALLOW_NIC), UNKNOWN),
    ],
)
def test_the_last_allow_settles_an_allow_and_the_first_deny_a_deny(
    outcome: Outcome, decisions: tuple[Decision, ...], settled: Decision | None
) -> None:
    assert _verdict(*decisions, outcome=outcome).settled is settled


def test_the_repr_names_flow_rule_and_level() -> None:
    assert repr(_verdict(DENY, outcome=Outcome.DENY)) == (
        "<Verdict Deny Inbound at web-0-nic: Tcp 203.0.113.7:50123 → 10.0.1.4:443 by nsg-deny/deny (subnet)>"
    )


def test_the_repr_without_a_rule_list() -> None:
    assert repr(_verdict(outcome=Outcome.NOT_APPLICABLE)) == (
        "<Verdict NotApplicable Inbound at web-0-nic: Tcp 203.0.113.7:50123 → 10.0.1.4:443>"
    )


def test_the_repr_stays_short_with_long_names_and_addresses() -> None:
    long = parse_address("2001:db8:1111:2222:3333:4444:5555:6666")
    flow = Flow(Protocol.TCP, long, 50123, long, 50123)
    text = repr(_verdict(_decision(Outcome.DENY, level=Level.ADMIN, name="r" * 35), outcome=Outcome.DENY, flow=flow))
    assert len(text) < 240


def test_what_is_unresolved_is_gathered_from_every_decision() -> None:
    second = _decision(Outcome.UNKNOWN, level=Level.NIC, why="the port is a parameter")
    verdict = _verdict(UNKNOWN, ALLOW, second, outcome=Outcome.UNKNOWN)
    assert [reason.reason for reason in verdict.unresolved] == ["the prefix is a parameter", "the port is a parameter"]


def test_verdicts_are_values() -> None:
    assert len({_verdict(ALLOW), _verdict(ALLOW), _verdict(DENY, outcome=Outcome.DENY)}) == 2
