"""The words of a flow: read in any casing, written in ARM's."""

from __future__ import annotations

import pytest

from netwatch.model.addresses import ANY_PORT, parse_address
from netwatch.model.flow import Access, Direction, Flow, Protocol


@pytest.mark.parametrize(
    ("text", "protocol", "number", "has_ports"),
    [
        ("TCP", Protocol.TCP, 6, True),
        ("udp", Protocol.UDP, 17, True),
        ("Icmp", Protocol.ICMP, 1, False),
        ("esp", Protocol.ESP, 50, False),
        ("AH", Protocol.AH, 51, False),
        ("*", Protocol.ANY, -1, False),
        ("Any", Protocol.ANY, -1, False),
    ],
)
def test_protocols(text: str, protocol: Protocol, number: int, has_ports: bool) -> None:
    found = Protocol.parse(text)
    assert (found, found.number, found.has_ports) == (protocol, number, has_ports)


@pytest.mark.parametrize("direction", Direction)
def test_directions_in_any_casing(direction: Direction) -> None:
    assert Direction.parse(direction.value.upper()) is direction
    assert Direction.parse(direction.value.lower()) is direction


@pytest.mark.parametrize("access", Access)
def test_accesses_in_any_casing(access: Access) -> None:
    assert Access.parse(access.value.swapcase()) is access


@pytest.mark.parametrize(
    ("parse", "message"),
    [
        (Protocol.parse, "'sctp' is not a protocol: Tcp, Udp, Icmp, Esp, Ah or *"),
        (Direction.parse, "'sctp' is not a direction: Inbound or Outbound"),
        (Access.parse, "'sctp' is not an access: Allow or Deny"),
    ],
)
def test_other_words_are_refused_with_the_ones_there_are(
    parse: type[Protocol] | type[Direction] | type[Access], message: str
) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011, the whole message is compared
        parse("sctp")
    assert str(refused.value) == message


def test_a_flow_is_written_from_its_opener() -> None:
    flow = Flow(Protocol.TCP, parse_address("10.0.0.4"), ANY_PORT, parse_address("203.0.113.7"), 443)
    assert str(flow) == "Tcp 10.0.0.4:* → 203.0.113.7:443"


def test_ipv6_stands_in_brackets() -> None:
    flow = Flow(Protocol.UDP, parse_address("fd00::4"), 5000, parse_address("fd00::5"), 53)
    assert str(flow) == "Udp [fd00::4]:5000 → [fd00::5]:53"
