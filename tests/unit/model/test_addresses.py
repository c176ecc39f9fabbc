"""Addresses, prefixes and port ranges, held against the standard library's ``ipaddress``."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.model.addresses import (
    ALL_PORTS,
    ANY_PORT,
    Address,
    PortRange,
    Prefix,
    collapse,
    parse_address,
    parse_port_range,
    parse_prefix,
)

AnyNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

addresses = st.ip_addresses()
ports = st.integers(0, 65535)


@st.composite
def networks(draw: st.DrawFn) -> AnyNetwork:
    """Networks of both families, crowded into few addresses so that they meet."""
    version = draw(st.sampled_from((4, 6)))
    bits = 32 if version == 4 else 128
    length = draw(st.integers(0, bits))
    value = draw(st.one_of(st.integers(0, (1 << bits) - 1), st.integers(0, 1023)))
    network = (value >> (bits - length)) << (bits - length)
    kind = ipaddress.IPv4Network if version == 4 else ipaddress.IPv6Network
    return kind((network, length))


@given(addresses)
def test_an_address_is_read_and_written_as_ipaddress_does(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    parsed = parse_address(str(address))
    assert parsed == Address(address.version, int(address))
    assert str(parsed) == str(address)


@given(st.text("0123456789abcdefx.:/% ", max_size=20))
def test_what_ipaddress_refuses_is_refused(text: str) -> None:
    try:
        expected = ipaddress.ip_address(text)
    except ValueError:
        with pytest.raises(ValueError, match="is not an IP address"):
            parse_address(text)
    else:
        if "%" not in text:
            assert str(parse_address(text)) == str(expected)


@pytest.mark.parametrize(
    "text", ["", "10.1", "010.1.1.1", "10.0.0.256", "10.0.0.4\n", "1.2.3.4.5", "fe80::1%eth0", "١.1.1.1"]
)
def test_forms_that_tools_disagree_on_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an IP address"):
        parse_address(text)


@given(networks())
def test_a_prefix_is_read_and_written_as_ipaddress_does(network: AnyNetwork) -> None:
    prefix = parse_prefix(str(network), strict=True)
    assert str(prefix) == str(network)
    assert (prefix.low, prefix.high) == (int(network[0]), int(network[-1]))
    assert str(prefix.first) == str(network[0])


@given(addresses, st.integers(0, 32))
def test_bits_beyond_the_length_are_cut_off_or_refused(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, length: int
) -> None:
    text = f"{address}/{length}"
    network = ipaddress.ip_network(text, strict=False)
    assert str(parse_prefix(text)) == str(network)
    if network[0] != address:
        with pytest.raises(ValueError, match=f"the network is {network}"):
            parse_prefix(text, strict=True)


def test_an_address_alone_is_a_prefix_of_one() -> None:
    assert parse_prefix("10.0.0.4") == Prefix(4, (10 << 24) + 4, 32)
    assert parse_prefix("fd00::1").length == 128


@pytest.mark.parametrize(
    "text", ["10.0.0.0/33", "fd00::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/255.0.0.0"]
)
def test_a_length_that_is_none_is_refused_with_its_bounds(text: str) -> None:
    with pytest.raises(ValueError, match="its length must be 0 to"):
        parse_prefix(text)


@given(networks(), addresses)
def test_holds_an_address(network: AnyNetwork, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert parse_prefix(str(network)).holds(parse_address(str(address))) == (address in network)


@given(networks())
def test_holds_its_own_ends_and_nothing_beyond(network: AnyNetwork) -> None:
    prefix = parse_prefix(str(network))
    assert prefix.holds(Address(prefix.version, prefix.low))
    assert prefix.holds(Address(prefix.version, prefix.high))
    assert not prefix.holds(Address(prefix.version, prefix.low - 1))
    assert not prefix.holds(Address(prefix.version, prefix.high + 1))


@given(networks(), networks())
def test_holds_and_overlaps_a_prefix(one: AnyNetwork, other: AnyNetwork) -> None:
    left, right = parse_prefix(str(one)), parse_prefix(str(other))
    same_family = one.version == other.version
    assert left.overlaps(right) == (same_family and one.overlaps(other))
    assert left.holds(right) == (same_family and int(one[0]) <= int(other[0]) and int(other[-1]) <= int(one[-1]))


@given(st.lists(networks(), max_size=12))
def test_collapse_is_that_of_ipaddress(found: list[AnyNetwork]) -> None:
    v4 = [network for network in found if isinstance(network, ipaddress.IPv4Network)]
    v6 = [network for network in found if isinstance(network, ipaddress.IPv6Network)]
    expected = [*map(str, ipaddress.collapse_addresses(v4)), *map(str, ipaddress.collapse_addresses(v6))]
    assert [str(prefix) for prefix in collapse(parse_prefix(str(network)) for network in found)] == expected


@given(ports, ports)
def test_a_port_range_is_read_and_written(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert parse_port_range(f"{low}-{high}") == PortRange(low, high)
    assert parse_port_range(str(PortRange(low, high))) == PortRange(low, high)
    assert parse_port_range(str(low)) == PortRange(low, low)


@given(ports, ports, ports)
def test_a_port_range_holds_both_its_ends(one: int, other: int, port: int) -> None:
    low, high = sorted((one, other))
    assert PortRange(low, high).holds(port) == (low <= port <= high)
    assert PortRange(low, high).holds(low)
    assert PortRange(low, high).holds(high)


def test_an_open_port_lies_only_in_all_ports() -> None:
    assert ALL_PORTS.holds(ANY_PORT)
    assert not PortRange(1, 65535).holds(ANY_PORT)
    assert not PortRange(0, 0).holds(ANY_PORT)


@pytest.mark.parametrize("text", ["", "http", "65536", "-1", "80-", "-80", "1-2-3", "80,443", "8 0"])
def test_what_is_not_a_port_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a port, a range such as 1000-2000, or"):
        parse_port_range(text)


def test_a_range_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="runs backwards"):
        parse_port_range("2000-1000")
