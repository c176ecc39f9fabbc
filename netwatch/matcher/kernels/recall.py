"""Memories looked into many places at a time, in LLVM's language. For ``combinations`` and ``repeats``.

Both do the same: numbers are made of columns, and say a place each; what stands there is compared, the rows of what is
known are written, and what is new is put side by side for a search. One number after the other that is two to three
times slower, which is as slow as many a search.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import alloca_once_value, for_range_slice, unpack_tuple
from numba.extending import intrinsic

from netwatch.matcher.kernels.registers import (
    INT,
    LONG,
    WIDTH,
    array,
    arrays,
    compressed,
    everywhere,
    fetch,
    gathered,
    gathered_twos,
    is_wide,
    loaded,
    resized,
    store,
)

__all__ = ["FLOW_MIX", "MIX_SHIFT", "ODD", "ROW_BITS", "recalled", "recalled_flows"]

ODD = 0x9E3779B97F4A7C15
"""What combinations are multiplied by."""

FLOW_MIX, MIX_SHIFT = (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35), 15
"""How flows are mixed (see ``slots_of``)."""

_COUNTS = types.UniTuple(types.uint64, 2)
_FLOWS = ir.VectorType(LONG, WIDTH // LONG.width)
_HALVES = ir.VectorType(INT, _FLOWS.count)
_NOBODY = LONG(0), LONG(0)

ROW_BITS = 24
"""Of the second word of a flow that is remembered; the others are ports and protocol."""


@intrinsic
def recalled(context: Any, places: Any, classes: Any, which: Any, out: Any) -> Any:
    """What ``known_rows`` does, for whole registers of flows: how many of them are new, and how many they are in all.

    None where the processor cannot look up many places at once, or where something is between one row and the next.
    """
    table = places[0]
    vector = ir.VectorType(ir.IntType(table.dtype.bitwidth), WIDTH // table.dtype.bitwidth)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        memory, bits, moved = unpack_tuple(builder, args[0])
        memory = array(context, builder, table, memory).data
        columns = [one.data for one in arrays(context, builder, classes, unpack_tuple(builder, args[1]))]
        bits = resized(builder, bits, vector.element)

        def look_up(at: Any) -> Any:
            product = _product(builder, columns, unpack_tuple(builder, moved), at, vector)
            place = builder.lshr(product, everywhere(builder, builder.sub(bits.type(bits.type.width), bits), vector))
            told = builder.shl(product, everywhere(builder, bits, vector))
            twos = gathered_twos(builder, memory, place)
            return _known(builder, [builder.xor(one, told) for one in twos], bits)

        room = arrays(context, builder, (which, out), args[2:])
        counts = _answered(builder, look_up, room, vector.count) if is_wide(context) and out.layout == "C" else _NOBODY
        return context.make_tuple(builder, _COUNTS, counts)

    return _COUNTS(places, classes, which, out), generate


@intrinsic
def recalled_flows(context: Any, flows: Any, begin: Any, memory: Any, out: Any) -> Any:
    """What ``known_flows`` does, for whole registers of flows: how many of them are new, and how many they are in all.

    None where the processor cannot look up many places at once, or where something is between one number and the next.
    """
    kinds = [column for columns in flows for column in columns]

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        values = [one for columns in unpack_tuple(builder, args[0]) for one in unpack_tuple(builder, columns)]
        columns = [one.data for one in arrays(context, builder, kinds, values)]
        table, *room = arrays(context, builder, (*memory, out), (*unpack_tuple(builder, args[2]), args[3]))

        def look_up(at: Any) -> Any:
            fields = [_column(builder, data, builder.add(args[1], at)) for data in columns]
            addresses, ports = _words(builder, fields)
            slot = _slots(builder, fields, table.nitems)
            found = gathered(builder, table.data, builder.or_(slot, _FLOWS([1] * _FLOWS.count)))
            told = builder.shl(ports, _FLOWS([ROW_BITS] * _FLOWS.count))
            found, new = _known(builder, [builder.xor(found, told)], LONG(ROW_BITS))
            other = builder.icmp_unsigned("!=", gathered(builder, table.data, slot), addresses)
            return found, builder.or_(new, other)

        whole = is_wide(context) and all(one.layout == "C" for one in (*kinds, out))
        counts = _answered(builder, look_up, room, _FLOWS.count) if whole else _NOBODY
        return context.make_tuple(builder, _COUNTS, counts)

    return _COUNTS(flows, begin, memory, out), generate


def _answered(builder: Any, look_up: Callable[[Any], Any], room: list[Any], count: int) -> tuple[Any, Any]:
    """The loop over a block, ``count`` flows at a time: how many are new, and how many there were."""
    which, out = room
    left = alloca_once_value(builder, LONG(0))
    end = builder.and_(out.nitems, LONG(-count))
    small = ir.VectorType(INT, count)
    with for_range_slice(builder, LONG(0), end, LONG(count), LONG) as (at, _):
        found, new = look_up(at)
        rows = builder.sub(found, found.type([1] * count))
        store(builder, resized(builder, rows, small), out.data, at)
        fetch(builder, out.data, builder.add(at, out.nitems), to_write=True)
        here = builder.add(everywhere(builder, builder.trunc(at, INT), small), small(list(range(count))))
        behind = builder.load(left)
        store(builder, compressed(builder, here, new), which.data, behind)
        more = builder.ctpop(builder.bitcast(new, ir.IntType(count)))
        builder.store(builder.add(behind, resized(builder, more, LONG)), left)
    return builder.load(left), end


def _known(builder: Any, places: list[Any], bits: Any) -> tuple[Any, Any]:
    """From what is left of places a row and one, and whether it is none: more than ``bits`` hold, or all are empty."""
    vector, lane = places[0].type, places[0].type.element
    found, *others = (builder.sub(place, vector([1] * vector.count)) for place in places)
    for other in others:
        found = builder.select(builder.icmp_unsigned("<", other, found), other, found)
    most = builder.sub(builder.shl(lane(1), bits), lane(1))
    return found, builder.icmp_unsigned(">=", found, everywhere(builder, most, vector))


def _product(builder: Any, columns: list[Any], moved: Any, at: Any, vector: Any) -> Any:
    """The products of a register of combinations."""
    small = ir.VectorType(INT, vector.count)
    parts = [resized(builder, loaded(builder, data, at, small), vector) for data in columns]
    for place, bits in enumerate(moved):
        parts[place] = builder.shl(parts[place], everywhere(builder, resized(builder, bits, vector.element), vector))
    whole = builder.or_(builder.or_(parts[0], parts[1]), parts[2])
    return builder.mul(whole, vector([ODD & ((1 << vector.element.width) - 1)] * vector.count))


def _column(builder: Any, data: Any, at: Any) -> Any:
    """A register of a column, in 32 bits."""
    some = loaded(builder, data, at, ir.VectorType(data.type.pointee, _FLOWS.count))
    return resized(builder, some, _HALVES)


def _words(builder: Any, fields: list[Any]) -> tuple[Any, Any]:
    """Both words of a register of flows (see ``words``)."""
    src, dst, sport, dport, protocol = (resized(builder, field, _FLOWS) for field in fields)
    ports = builder.or_(_moved(builder, sport, 16), dport)
    return builder.or_(_moved(builder, src, 32), dst), builder.or_(_moved(builder, ports, 8), protocol)


def _slots(builder: Any, fields: list[Any], size: Any) -> Any:
    """The slots of a register of flows (see ``slots_of``)."""
    src, dst, sport, dport, protocol = fields
    ports = builder.xor(builder.or_(_moved(builder, sport, 16), dport), protocol)
    times = [builder.mul(*one) for one in zip((src, dst, ports), map(_numbers, FLOW_MIX), strict=True)]
    mixed = builder.add(builder.add(times[0], times[1]), times[2])
    mixed = builder.xor(mixed, builder.lshr(mixed, _numbers(MIX_SHIFT)))
    mixed = builder.mul(mixed, _numbers(FLOW_MIX[0]))
    bits = builder.sub(INT(32 + 1), builder.trunc(builder.ctpop(builder.sub(size, LONG(1))), INT))
    return _moved(builder, resized(builder, builder.lshr(mixed, everywhere(builder, bits, _HALVES)), _FLOWS), 1)


def _numbers(number: int) -> Any:
    return _HALVES([number] * _HALVES.count)


def _moved(builder: Any, some: Any, bits: int) -> Any:
    return builder.shl(some, some.type([bits] * some.type.count))
