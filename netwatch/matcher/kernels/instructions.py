"""What processors do at once and numba has no name for: bits counted, keys compared, numbers halved inside registers.

Only ``loops`` imports this file, for numba. Each function here writes the code of one step in LLVM's language.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import for_range_slice, unpack_tuple
from numba.extending import intrinsic

from netwatch.matcher.kernels.registers import (
    BYTE,
    INT,
    LONG,
    SHORT,
    WIDTH,
    array,
    arrays,
    call,
    everywhere,
    fetch,
    is_wide,
    loaded,
    resized,
    store,
)
from netwatch.matcher.prepared import FEW_PORTS
from netwatch.matcher.search_trees import HALVING_LINES

__all__ = ["below", "halved", "ones", "taken", "two_fields", "width"]

LANES = 16
REGISTERS = 8
"""Registers of numbers that are halved together: what each waits for comes while the others are at work."""

_WIDE = ir.VectorType(INT, LANES)

_FLOWS = ir.VectorType(SHORT, WIDTH // SHORT.width)


@intrinsic
def ones(context: Any, word: Any) -> Any:
    """How many bits of a word are set."""
    return types.uint64(types.uint64), lambda context, builder, signature, args: builder.ctpop(args[0])


@intrinsic
def taken(context: Any, count: Any, more: Any) -> Any:
    """What stands first in an array, which is ``more`` from then on: no two threads get the same."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.atomic_rmw("add", array(context, builder, count, args[0]).data, args[1], "monotonic")

    return types.int64(count, types.int64), generate


@intrinsic
def below(context: Any, keys: Any, line: Any, number: Any) -> Any:
    """How many keys of a line of 64 bytes are below ``number``: all of them compared at once."""
    lane = ir.IntType(keys.dtype.bitwidth)
    count = WIDTH // lane.width
    vector = ir.VectorType(lane, count)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = array(context, builder, keys, args[0]).data
        line = loaded(builder, data, builder.mul(args[1], LONG(count)), vector)
        bits = builder.icmp_unsigned("<", line, everywhere(builder, args[2], vector))
        return builder.zext(builder.ctpop(builder.bitcast(bits, ir.IntType(count))), LONG)

    return types.uint64(keys, types.uint64, keys.dtype), generate


@intrinsic
def width(context: Any, numbers: Any) -> Any:
    """How many bits a number of an array has, known while compiling."""
    bits = numbers.dtype.bitwidth
    return types.uint64(numbers), lambda context, builder, signature, args: LONG(bits)


@intrinsic
def halved(context: Any, parts: Any, numbers: Any, begin: Any, out: Any) -> Any:
    """The part of each number from ``begin`` on into ``out`` (see ``Tree``), for as many as are returned.

    That is all but 127 at most, or none where the processor cannot look up in registers, numbers have 64 bits, or there
    is something between one and the next.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if numbers.dtype.bitwidth != INT.width or numbers.layout != "C" or not is_wide(context):
            return LONG(0)
        parts_at, numbers_at, out_at = (array(context, builder, signature.args[n], args[n]) for n in (0, 1, 3))
        end = builder.sub(out_at.nitems, builder.urem(out_at.nitems, LONG(LANES * REGISTERS)))
        keys = _lines(builder, parts_at.data)
        with for_range_slice(builder, LONG(0), end, LONG(LANES * REGISTERS), LONG) as (at, _):
            offsets = [builder.add(at, LONG(LANES * one)) for one in range(REGISTERS)]
            some = [loaded(builder, numbers_at.data, builder.add(args[2], offset), _WIDE) for offset in offsets]
            for offset in offsets:  # the next block's: by itself the processor begins to fetch when it is asked for
                fetch(builder, numbers_at.data, builder.add(builder.add(args[2], offset), out_at.nitems))
            for offset, part in zip(offsets, _parts(builder, keys, some), strict=True):
                store(builder, part, out_at.data, offset)
        return end

    return types.uint64(parts, numbers, types.uint64, out), generate


@intrinsic
def two_fields(context: Any, columns: Any, begin: Any, tables: Any, out: Any) -> Any:
    """What the tables of source ports and protocols say of each flow from ``begin`` on, added; for how many it did.

    That is all but 31 at most, or none where there are no wide registers, more than FEW_PORTS source ports to be told
    apart, numbers of more than 16 bits, or something between one number and the next.
    """
    whole = all(one.layout == "C" for one in columns) and all(one.dtype.bitwidth == SHORT.width for one in tables[1:])

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if not (whole and is_wide(context)):
            return LONG(0)
        fields = [one.data for one in arrays(context, builder, columns, unpack_tuple(builder, args[0]))]
        shift, *own = unpack_tuple(builder, args[2])
        sport_table, protocol_table = arrays(context, builder, tables[1:], own)
        rows = array(context, builder, out, args[3])
        sport_lines, protocol_lines = (
            [loaded(builder, one.data, LONG(begin), _FLOWS) for begin in range(0, size, _FLOWS.count)]
            for one, size in ((sport_table, FEW_PORTS), (protocol_table, 1 << BYTE.width))
        )
        is_few = builder.icmp_unsigned("<=", sport_table.nitems, LONG(FEW_PORTS))
        end = builder.select(is_few, builder.and_(rows.nitems, LONG(-_FLOWS.count)), LONG(0))
        half = builder.lshr(resized(builder, shift, SHORT), SHORT(1))  # all sixteen bits are too many for one shift
        shifts = [everywhere(builder, one, _FLOWS) for one in (half, builder.sub(resized(builder, shift, SHORT), half))]
        with for_range_slice(builder, LONG(0), end, LONG(_FLOWS.count), LONG) as (at, _):
            place = builder.add(args[1], at)
            for column in fields:
                fetch(builder, column, builder.add(place, rows.nitems))
            sport = loaded(builder, fields[0], place, _FLOWS)
            for some in shifts:
                sport = builder.lshr(sport, some)
            protocol = loaded(builder, fields[2], place, ir.VectorType(BYTE, _FLOWS.count))
            protocol = resized(builder, protocol, _FLOWS)
            said = builder.add(_short(builder, sport_lines, sport), _short(builder, protocol_lines, protocol))
            store(builder, resized(builder, said, ir.VectorType(INT, _FLOWS.count)), rows.data, at)
        return end

    return types.uint64(columns, begin, tables, out), generate


def _short(builder: Any, lines: list[Any], places: Any) -> Any:
    """What stands in some places of a table of 16 bits, which lies in registers: two of them at a time."""
    pairs = zip(lines[::2], lines[1::2], strict=True)
    found = [call(builder, "llvm.x86.avx512.vpermi2var.hi.512", _FLOWS, low, places, high) for low, high in pairs]
    size = 2 * _FLOWS.count
    while len(found) > 1:
        bit = builder.and_(places, _FLOWS([size] * _FLOWS.count))
        is_set = builder.icmp_unsigned("!=", bit, _FLOWS([0] * _FLOWS.count))
        found = [builder.select(is_set, high, low) for low, high in zip(found[::2], found[1::2], strict=True)]
        size *= 2
    return found[0]


def _parts(builder: Any, keys: list[Any], numbers: list[Any]) -> list[Any]:
    """The part of each number of each register: one bit after the other, the first being the lowest; then turned."""
    found = [_WIDE([0] * LANES)] * len(numbers)
    above: list[list[Any]] = []
    for level, count in enumerate(HALVING_LINES):
        lines, keys = keys[:count], keys[count:]
        next_keys = [_chosen(builder, lines, found[one], [bits[one] for bits in above]) for one in range(len(numbers))]
        above.append([builder.icmp_unsigned("<", *pair) for pair in zip(next_keys, numbers, strict=True)])
        more = _WIDE([1 << level] * LANES)
        found = [builder.select(bits, builder.or_(one, more), one) for bits, one in zip(above[-1], found, strict=True)]
    return [_turned(builder, one) for one in found]


def _chosen(builder: Any, lines: list[Any], found: Any, above: list[Any]) -> Any:
    """The key of each lane among ``lines``: by the low bits of ``found``, then by the answers ``above`` of higher ones.

    One instruction looks a lane up in one line, or in two, by four or five bits.
    """
    if len(lines) == 1:
        return call(builder, "llvm.x86.avx512.permvar.si.512", _WIDE, lines[0], found)
    pairs = zip(lines[::2], lines[1::2], strict=True)
    keys = [call(builder, "llvm.x86.avx512.vpermi2var.d.512", _WIDE, low, found, high) for low, high in pairs]
    for bits in reversed(above[5:]):
        half = len(keys) // 2
        keys = [builder.select(bits, *pair) for pair in zip(keys[half:], keys[:half], strict=True)]
    return keys[0]


def _turned(builder: Any, found: Any) -> Any:
    """The low eight bits of each lane the other way round."""
    small = ir.VectorType(BYTE, LANES)
    return builder.zext(call(builder, "llvm.bitreverse.v16i8", small, builder.trunc(found, small)), _WIDE)


def _lines(builder: Any, parts: Any) -> list[Any]:
    """The lines of keys for halvings, in registers as far as there are."""
    return [loaded(builder, parts, LONG(LANES * line), _WIDE) for line in range(sum(HALVING_LINES))]
