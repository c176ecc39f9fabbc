"""ClassBench filter files, read into a table and written from one.

ClassBench is the customary benchmark of packet classifiers (D. Taylor, J. Turner, "ClassBench: a packet classification
benchmark", IEEE/ACM Transactions on Networking 15:3, 2007). A line is a rule, the first that matches counts:

    @<source> <destination> <low> : <high source port> <low> : <high destination port> <protocol/mask> <flags/mask>

Addresses are prefixes; fields are parted by blanks or tabs. The protocol's mask is 0xFF for
that protocol alone and 0x00 for every protocol.
The last field, TCP flags, is optional; netwatch has no flags in a flow, so it is checked for its form and passed over,
and none is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product

from netwatch.errors import TopologyErrors, TopologySchemaError, UnsupportedError
from netwatch.formats.text_file import read_text
from netwatch.matcher.tables import Range, Row, RuleTable
from netwatch.model.addresses import Prefix, parse_prefix
from netwatch.model.where import Where

__all__ = ["MAX_FILTERS", "classbench_lines", "filters", "read_classbench"]

MAX_FILTERS = 2_000_000
"""The most lines that ``filters`` makes of a table."""

_SHAPE = "@SOURCE DESTINATION LOW : HIGH LOW : HIGH PROTOCOL/MASK [FLAGS/MASK]"
_MOST_PROBLEMS = 20


def read_classbench(path: str | os.PathLike[str]) -> RuleTable:
    """The rules of a ClassBench filter file, one row for each, in the file's order. Empty lines are passed over.

    A range of all source ports also takes a flow whose source port is open. Flags are passed over. Raises
    TopologyErrors with each malformed line (the first twenty), and TopologySyntaxError where there is no text to read.
    """
    source = os.fspath(path)
    rows: list[Row] = []
    problems: list[TopologySchemaError] = []
    bits = 0
    for number, line in enumerate(read_text(source).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row, own_bits = _row(line)
            if bits not in (0, own_bits):
                raise ValueError("an address of another family than the lines before")
            bits = own_bits
            rows.append(row)
        except ValueError as error:
            where = Where(source, number)
            problems.append(TopologySchemaError(f"{error}.", where=where, hint=f"Expected {_SHAPE}."))
            if len(problems) == _MOST_PROBLEMS:
                break
    if not rows and not problems:
        problems.append(TopologySchemaError("no filter in this file.", where=Where(source), hint=f"Expected {_SHAPE}."))
    if problems:
        raise TopologyErrors(problems)
    return RuleTable(6 if bits == 128 else 4, tuple(rows), (False,) * len(rows))


def classbench_lines(table: RuleTable) -> Iterator[str]:
    """The lines of a ClassBench filter file that reads back as ``table``, each with its newline, without flags.

    Raises UnsupportedError for a row that the format cannot hold: addresses that are no prefix, a range of several
    protocols that is not all of them, or a source port that is left open.

    >>> row = ((0x0A000000, 0x0AFFFFFF), (0, 2**32 - 1), (-1, 65535), (80, 80), (6, 6))
    >>> "".join(classbench_lines(RuleTable(4, (row,), (False,)))).split()
    ['@10.0.0.0/8', '0.0.0.0/0', '0', ':', '65535', '80', ':', '80', '0x06/0xFF']
    """
    bits = 32 if table.version == 4 else 128
    for index, (src, dst, sport, dport, protocol) in enumerate(table.rows):
        try:
            fields = (_prefix_text(src, bits), _prefix_text(dst, bits), _protocol_text(protocol))
        except ValueError as error:
            raise UnsupportedError(f"row {index} holds {error}, which a ClassBench filter cannot.") from None
        ports = f"{max(sport[0], 0)} : {sport[1]}\t{dport[0]} : {dport[1]}"
        yield f"@{fields[0]}\t{fields[1]}\t{ports}\t{fields[2]}\n"


def filters(table: RuleTable) -> RuleTable:
    """``table`` in rows that a ClassBench file can hold, in the same order: each a prefix, a prefix and a protocol.

    A row whose addresses are no prefix becomes several, and so does one of several protocols that are not all. Raises
    UnsupportedError beyond MAX_FILTERS.

    >>> row = ((1, 2), (0, 2**32 - 1), (-1, 65535), (80, 80), (6, 7))
    >>> [(src, protocol) for src, _, _, _, protocol in filters(RuleTable(4, (row,), (False,))).rows]
    [((1, 1), (6, 6)), ((1, 1), (7, 7)), ((2, 2), (6, 6)), ((2, 2), (7, 7))]
    """
    rows: list[Row] = []
    maybe: list[bool] = []
    for (src, dst, sport, dport, protocol), open_value in zip(table.rows, table.maybe, strict=True):
        own = product(_prefixes(src, table.version), _prefixes(dst, table.version), _protocols(protocol))
        rows += [(one, other, sport, dport, number) for one, other, number in own]
        maybe += [open_value] * (len(rows) - len(maybe))
        if len(rows) > MAX_FILTERS:
            raise UnsupportedError(
                f"these rules are more than {MAX_FILTERS:,} filters.", hint="Name one NIC with --nic."
            )
    return RuleTable(table.version, tuple(rows), tuple(maybe))


def _prefixes(addresses: Range, version: int) -> list[Range]:
    """The fewest prefixes that hold the addresses, ascending."""
    from ipaddress import IPv4Address, IPv6Address, summarize_address_range

    if version == 4:
        blocks = summarize_address_range(IPv4Address(addresses[0]), IPv4Address(addresses[1]))
        return [(int(each[0]), int(each[-1])) for each in blocks]
    wide = summarize_address_range(IPv6Address(addresses[0]), IPv6Address(addresses[1]))
    return [(int(each[0]), int(each[-1])) for each in wide]


def _protocols(numbers: Range) -> list[Range]:
    return [numbers] if numbers == (0, 255) else [(each, each) for each in range(numbers[0], numbers[1] + 1)]


def _row(line: str) -> tuple[Row, int]:
    """The row of one line, and the width of its addresses; ValueError with what is wrong."""
    if not line.startswith("@"):
        raise ValueError("a filter that does not begin with @")
    words = line[1:].split()
    if len(words) not in (9, 10) or words[3] != ":" or words[6] != ":":
        raise ValueError(f"{len(words)} words that are not those of a filter")
    source, destination = parse_prefix(words[0]), parse_prefix(words[1])
    if source.version != destination.version:
        raise ValueError("two addresses of different families")
    sport, dport = _ports(words[2], words[4]), _ports(words[5], words[7])
    if len(words) == 10:
        _masked(words[9], "flags", 0xFFFF)
    open_too = (-1, 65535) if sport == (0, 65535) else sport
    return (
        _range(source),
        _range(destination),
        open_too,
        dport,
        _protocol(words[8]),
    ), 32 if source.version == 4 else 128


def _range(prefix: Prefix) -> Range:
    return prefix.low, prefix.high


def _ports(low: str, high: str) -> Range:
    if not (low.isdecimal() and high.isdecimal() and int(low) <= int(high) <= 65535):
        raise ValueError(f'"{low} : {high}" is no range of ports')
    return int(low), int(high)


def _protocol(text: str) -> Range:
    value, mask = _masked(text, "protocol", 0xFF)
    if mask not in (0, 0xFF):
        raise ValueError(f'the protocol\'s mask in "{text}" is neither 0x00 nor 0xFF')
    return (value, value) if mask else (0, 255)


def _masked(text: str, field: str, most: int) -> tuple[int, int]:
    try:
        value, mask = (int(part, 16) for part in text.split("/"))
    except ValueError:
        raise ValueError(f'"{text}" is no {field}') from None
    if not (0 <= value <= most and 0 <= mask <= most):
        raise ValueError(f'"{text}" is no {field}')
    return value, mask


def _prefix_text(addresses: Range, bits: int) -> str:
    low, high = addresses
    free = (high - low).bit_length()
    if high - low + 1 != 1 << free or low & (high - low):
        raise ValueError("addresses that are no prefix")
    return str(Prefix(4 if bits == 32 else 6, low, bits - free))


def _protocol_text(protocol: Range) -> str:
    low, high = protocol
    if (low, high) == (0, 255):
        return "0x00/0x00"
    if low != high:
        raise ValueError(f"protocols {low} to {high}")
    return f"0x{low:02x}/0xFF"
