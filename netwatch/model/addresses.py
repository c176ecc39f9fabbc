"""Addresses, prefixes and port ranges as integers: host order, inclusive, one family at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = [
    "ALL_PORTS",
    "ANY_PORT",
    "Address",
    "PortRange",
    "Prefix",
    "collapse",
    "parse_address",
    "parse_port_range",
    "parse_prefix",
]

ANY_PORT = -1
"""The opener's port when a question leaves it open (Azure's ``*``): it lies only in the range of all ports."""

_BITS = {4: 32, 6: 128}
_OCTETS = {str(value): value for value in range(256)}


class Address(NamedTuple):
    """One IP address: ``version`` 4 or 6, ``value`` as an unsigned host-order integer.

    >>> str(parse_address("10.0.0.4")), str(parse_address("FD00::1"))
    ('10.0.0.4', 'fd00::1')
    """

    version: int
    value: int

    def __str__(self) -> str:
        if self.version == 4:
            value = self.value
            return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"
        import ipaddress

        return str(ipaddress.IPv6Address(self.value))


class Prefix(NamedTuple):
    """A CIDR block: ``network`` is its first address as an integer, ``length`` its prefix length.

    ``low`` and ``high`` are its first and last address, both inside.

    >>> p = parse_prefix("10.1.0.0/16")
    >>> str(p), p.holds(parse_address("10.1.2.3")), p.holds(parse_prefix("10.1.4.0/24"))
    ('10.1.0.0/16', True, True)
    """

    version: int
    network: int
    length: int

    @property
    def low(self) -> int:
        return self.network

    @property
    def high(self) -> int:
        return self.network | ((1 << (_BITS[self.version] - self.length)) - 1)

    @property
    def first(self) -> Address:
        return Address(self.version, self.network)

    def holds(self, other: Address | Prefix) -> bool:
        """Whether an address, or the whole of another prefix, lies inside."""
        if isinstance(other, Address):
            return other.version == self.version and self.low <= other.value <= self.high
        return other.version == self.version and self.length <= other.length and self.low <= other.low <= self.high

    def overlaps(self, other: Prefix) -> bool:
        """Whether some address lies in both."""
        return self.version == other.version and self.low <= other.high and other.low <= self.high

    def __str__(self) -> str:
        return f"{Address(self.version, self.network)}/{self.length}"


class PortRange(NamedTuple):
    """Ports ``low`` to ``high``, both inside.

    >>> parse_port_range("80"), parse_port_range("*") == ALL_PORTS, parse_port_range("400-500").holds(443)
    (PortRange(low=80, high=80), True, True)
    """

    low: int
    high: int

    def holds(self, port: int) -> bool:
        """Whether ``port`` lies inside; ANY_PORT lies only in the range of all ports."""
        return self.low <= port <= self.high or (port == ANY_PORT and self == ALL_PORTS)

    def __str__(self) -> str:
        return f"{self.low}-{self.high}"


ALL_PORTS = PortRange(0, 65535)


def parse_address(text: str) -> Address:
    """The address that ``text`` spells, IPv4 dotted quad or IPv6; ValueError for anything else.

    Octal and short forms (``010.1.1.1``, ``10.1``) are refused: tools disagree on what they mean. So are IPv6 scopes.
    """
    if ":" in text:
        return _parse_v6(text)
    parts = text.split(".")
    if len(parts) != 4:
        raise ValueError(f"{text!r} is not an IP address")
    try:
        a, b, c, d = (_OCTETS[part] for part in parts)
    except KeyError as error:
        octet = str(error.args[0])
        large = octet.isascii() and octet.isdigit() and octet[0] != "0"
        reason = f": {octet} is larger than 255" if large and len(octet) < 4 else ""
        raise ValueError(f"{text!r} is not an IP address{reason}") from None
    return Address(4, a << 24 | b << 16 | c << 8 | d)


def _parse_v6(text: str) -> Address:
    import ipaddress

    if "%" in text:
        raise ValueError(f"{text!r} is not an IP address: it has a scope")
    try:
        return Address(6, int(ipaddress.IPv6Address(text)))
    except ValueError:
        raise ValueError(f"{text!r} is not an IP address") from None


def parse_prefix(text: str, *, strict: bool = False) -> Prefix:
    """The prefix that ``text`` spells; an address alone is its /32 or /128; ValueError for anything else.

    With ``strict``, bits to the right of the length are an error; without, they are cut off, as security rules do.
    """
    head, slash, tail = text.partition("/")
    address = parse_address(head)
    bits = _BITS[address.version]
    if not slash:
        return Prefix(address.version, address.value, bits)
    if not (tail.isascii() and tail.isdigit()) or int(tail) > bits or (len(tail) > 1 and tail[0] == "0"):
        raise ValueError(f"{text!r} is not a prefix: its length must be 0 to {bits}")
    length = int(tail)
    network = address.value >> (bits - length) << (bits - length)
    if strict and network != address.value:
        fixed = Prefix(address.version, network, length)
        raise ValueError(f"{text!r} has bits set to the right of its length; the network is {fixed}")
    return Prefix(address.version, network, length)


def parse_port_range(text: str) -> PortRange:
    """The ports that ``text`` spells: ``80``, ``1000-2000`` or ``*``; ValueError for anything else."""
    if text == "*":
        return ALL_PORTS
    low, dash, high = text.partition("-")
    try:
        ports = PortRange(_port(low), _port(high) if dash else _port(low))
    except ValueError:
        raise ValueError(f"{text!r} is not a port, a range such as 1000-2000, or *") from None
    if ports.low > ports.high:
        raise ValueError(f"{text!r} is not a port range: it runs backwards")
    return ports


def _port(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit()) or int(text) > 65535:
        raise ValueError(text)
    return int(text)


def collapse(prefixes: Iterable[Prefix]) -> tuple[Prefix, ...]:
    """The same addresses in as few prefixes as possible, IPv4 before IPv6, ascending.

    >>> [str(p) for p in collapse([parse_prefix("10.0.1.0/24"), parse_prefix("10.0.0.0/24"), parse_prefix("10.0.0.7")])]
    ['10.0.0.0/23']
    """
    out: list[Prefix] = []
    for prefix in sorted(set(prefixes), key=lambda p: (p.version, p.network, p.length)):
        if out and out[-1].holds(prefix):
            continue
        out.append(prefix)
        while len(out) > 1 and _are_halves(out[-2], out[-1]):
            half = out.pop()
            out[-1] = Prefix(half.version, out[-1].network, half.length - 1)
    return tuple(out)


def _are_halves(low: Prefix, high: Prefix) -> bool:
    size = 1 << (_BITS[low.version] - low.length)
    return (
        low.version == high.version
        and low.length == high.length
        and low.network % (2 * size) == 0
        and high.network == low.network + size
    )
