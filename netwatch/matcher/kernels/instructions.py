"""What processors do at once and numba has no name for: bits counted, keys compared, numbers halved inside registers.

Only ``loops`` imports this file, for numba. Each function here writes the code of one step in LLVM's language.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import (
    alloca_once_value,
    create_struct_proxy,
    for_range_slice,
    get_or_insert_function,
    unpack_tuple,
)
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from netwatch.matcher.search_trees import HALVING_LINES

__all__ = ["below", "fan", "halved", "ones", "recalled", "wide_registers"]

LINE_BITS = 512
LANES = 16
ODD = 0x9E3779B97F4A7C15
"""What combinations are multiplied by."""

REGISTERS = 4
"""Registers of numbers that are halved together: what each waits for comes while the others are at work."""

_BYTE, _INT, _LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_WIDE = ir.VectorType(_INT, LANES)


@intrinsic
def ones(context: Any, word: Any) -> Any:
    """How many bits of a word are set."""
    return types.uint64(types.uint64), lambda context, builder, signature, args: builder.ctpop(args[0])


@intrinsic
def below(context: Any, keys: Any, line: Any, number: Any) -> Any:
    """How many keys of a line of 64 bytes are below ``number``: all of them compared at once."""
    lane = ir.IntType(keys.dtype.bitwidth)
    count = LINE_BITS // lane.width
    vector = ir.VectorType(lane, count)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = _data(context, builder, signature, args, 0)
        line = builder.load(builder.gep(builder.bitcast(data, vector.as_pointer()), [args[1]]))
        line.align = lane.width // 8
        bits = builder.icmp_unsigned("<", line, _everywhere(builder, args[2], vector))
        return builder.zext(builder.ctpop(builder.bitcast(bits, ir.IntType(count))), _LONG)

    return types.uint64(keys, types.uint64, keys.dtype), generate


@intrinsic
def fan(context: Any, keys: Any) -> Any:
    """How many children a node of keys of this type has, known while compiling."""
    count = LINE_BITS // keys.dtype.bitwidth + 1
    return types.uint64(keys), lambda context, builder, signature, args: _LONG(count)


@intrinsic
def halved(context: Any, parts: Any, numbers: Any, begin: Any, out: Any) -> Any:
    """The part of each number from ``begin`` on into ``out`` (see ``Tree``), for as many as are returned.

    That is all but 63 at most, or none where the processor cannot look up in registers, numbers have 64 bits, or there
    is something between one and the next.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if numbers.dtype.bitwidth != _INT.width or numbers.layout != "C" or not _wide(context):
            return _LONG(0)
        parts, numbers_at, out_at = (_data(context, builder, signature, args, place) for place in (0, 1, 3))
        size = _array(context, builder, signature, args, 3).nitems
        end = builder.and_(size, _LONG(-LANES * REGISTERS))
        keys = _lines(builder, parts)
        with for_range_slice(builder, _LONG(0), end, _LONG(LANES * REGISTERS), _LONG) as (at, _):
            offsets = [builder.add(at, _LONG(LANES * one)) for one in range(REGISTERS)]
            some = [_at(builder, numbers_at, builder.add(args[2], offset)) for offset in offsets]
            some = [builder.load(one, align=_INT.width // 8) for one in some]
            for offset, part in zip(offsets, _parts(builder, keys, some), strict=True):
                builder.store(part, _at(builder, out_at, offset), align=_INT.width // 8)
        return end

    return types.uint64(parts, numbers, types.uint64, out), generate


@intrinsic
def recalled(context: Any, places: Any, classes: Any, products: Any, which: Any, out: Any) -> Any:
    """What ``known_rows`` does, for whole registers of flows: how many of them are new, and how many they are in all.

    None where the processor cannot look up many places at once, or where something is between one row and the next.
    """
    table = places[0]

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        left, end = alloca_once_value(builder, _LONG(0)), _LONG(0)
        if _wide(context) and out.layout == "C":
            vector = ir.VectorType(ir.IntType(table.dtype.bitwidth), LINE_BITS // table.dtype.bitwidth)
            places, columns = (unpack_tuple(builder, one) for one in args[:2])
            places = _array_of(context, builder, table, places[0]).data, places[1], *unpack_tuple(builder, places[2])
            columns = [_array_of(context, builder, classes[0], one).data for one in columns]
            own = [_array(context, builder, signature, args, place) for place in (2, 3, 4)]
            end = builder.and_(own[2].nitems, _LONG(-vector.count))
            with for_range_slice(builder, _LONG(0), end, _LONG(vector.count), _LONG) as (at, _):
                product = _product(builder, columns, places[2:], at, vector)
                found, new = _found(builder, places[:2], product)
                _put(builder, (product, found, new), [one.data for one in own], at, left)
        return context.make_tuple(builder, signature.return_type, (builder.load(left), end))

    return types.UniTuple(types.uint64, 2)(places, classes, products, which, out), generate


def _product(builder: Any, columns: list[Any], moved: Any, at: Any, vector: Any) -> Any:
    """The products of a register of combinations."""
    small = ir.VectorType(_INT, vector.count)
    parts = [_widened(builder, _loaded(builder, data, at, small), vector) for data in columns]
    for place, bits in enumerate(moved):
        shift = _everywhere(builder, _cut(builder, bits, vector.element), vector)
        parts[place] = builder.shl(parts[place], shift)
    whole = builder.or_(builder.or_(parts[0], parts[1]), parts[2])
    return builder.mul(whole, vector([ODD & ((1 << vector.element.width) - 1)] * vector.count))


def _found(builder: Any, places: Any, product: Any) -> tuple[Any, Any]:
    """What stands in a register of places but for what products tell, less one, and which of them are new."""
    table, bits = places
    vector, lane = product.type, product.type.element
    bits = _cut(builder, bits, lane)
    place = builder.lshr(product, _everywhere(builder, builder.sub(lane(lane.width), bits), vector))
    told = builder.shl(product, _everywhere(builder, bits, vector))
    found = builder.sub(builder.xor(_gathered(builder, table, place), told), vector([1] * vector.count))
    most = builder.sub(builder.shl(lane(1), bits), lane(1))
    return found, builder.icmp_unsigned(">=", found, _everywhere(builder, most, vector))


def _put(builder: Any, looked_up: Any, room: list[Any], at: Any, left: Any) -> None:
    """The rows of a register of flows to where they belong; products and numbers of the new ones behind the others."""
    product, found, new = looked_up
    products, which, out = room
    small = ir.VectorType(_INT, new.type.count)
    one = found.type([1] * new.type.count)
    _store(builder, _narrowed(builder, builder.sub(found, one), small), out, at)
    here = builder.add(_everywhere(builder, builder.trunc(at, _INT), small), small(list(range(small.count))))
    behind = builder.load(left)
    _store(builder, _compressed(builder, product, new), products, behind)
    _store(builder, _compressed(builder, here, new), which, behind)
    more = builder.ctpop(builder.bitcast(new, ir.IntType(small.count)))
    builder.store(builder.add(behind, builder.zext(more, _LONG)), left)


def _widened(builder: Any, some: Any, vector: Any) -> Any:
    return some if some.type == vector else builder.zext(some, vector)


def _narrowed(builder: Any, some: Any, small: Any) -> Any:
    return some if some.type == small else builder.trunc(some, small)


def _cut(builder: Any, number: Any, lane: Any) -> Any:
    return number if number.type == lane else builder.trunc(number, lane)


def _gathered(builder: Any, table: Any, place: Any) -> Any:
    """What stands in some places of a table, as many as fill a register."""
    kind, lane = place.type, place.type.element
    every = ir.VectorType(ir.IntType(1), kind.count)([1] * kind.count)
    name = "llvm.x86.avx512.mask.gather." + {32: "dpi.512", 64: "qpq.512"}[lane.width]
    args = (kind(ir.Undefined), builder.bitcast(table, _BYTE.as_pointer()), place, every, _INT(lane.width // 8))
    return _call(builder, name, *args)


def _compressed(builder: Any, some: Any, which: Any) -> Any:
    """The lanes of ``some`` that are meant, side by side. Written to memory as a register: the other way is slow."""
    name = f"llvm.x86.avx512.mask.compress.v{some.type.count}i{some.type.element.width}"
    return _call(builder, name, some, some, which)


def _loaded(builder: Any, data: Any, at: Any, vector: Any) -> Any:
    place = builder.bitcast(builder.gep(data, [at]), vector.as_pointer())
    return builder.load(place, align=vector.element.width // 8)


def _store(builder: Any, some: Any, data: Any, at: Any) -> None:
    place = builder.bitcast(builder.gep(data, [at]), some.type.as_pointer())
    builder.store(some, place, align=some.type.element.width // 8)


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
        return _call(builder, "llvm.x86.avx512.permvar.si.512", lines[0], found)
    pairs = zip(lines[::2], lines[1::2], strict=True)
    keys = [_call(builder, "llvm.x86.avx512.vpermi2var.d.512", low, found, high) for low, high in pairs]
    for bits in reversed(above[5:]):
        half = len(keys) // 2
        keys = [builder.select(bits, *pair) for pair in zip(keys[half:], keys[:half], strict=True)]
    return keys[0]


def _turned(builder: Any, found: Any) -> Any:
    """The low eight bits of each lane the other way round."""
    small = ir.VectorType(_BYTE, LANES)
    return builder.zext(_call(builder, "llvm.bitreverse.v16i8", builder.trunc(found, small)), _WIDE)


def _call(builder: Any, name: str, *args: Any) -> Any:
    kind = ir.FunctionType(args[0].type, [one.type for one in args])
    return builder.call(get_or_insert_function(builder.module, kind, name), args)


def _everywhere(builder: Any, number: Any, vector: Any) -> Any:
    first = builder.insert_element(vector(ir.Undefined), number, _INT(0))
    return builder.shuffle_vector(first, vector(ir.Undefined), ir.VectorType(_INT, vector.count)([0] * vector.count))


def _array(context: Any, builder: Any, signature: Any, args: Any, place: int) -> Any:
    return _array_of(context, builder, signature.args[place], args[place])


def _array_of(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    return create_struct_proxy(kind)(context, builder, value=value)


def _data(context: Any, builder: Any, signature: Any, args: Any, place: int) -> Any:
    return _array(context, builder, signature, args, place).data


def _wide(context: Any) -> bool:
    """Whether the processor that code is made for looks up in registers of 512 bits, or many places at once."""
    features = context.codegen().magic_tuple()[2].split(",")
    return {"+avx512f", "+avx512vl"} <= set(features)


def wide_registers() -> bool:
    """Whether this processor has registers that many places are looked up with at once (AVX-512)."""
    return _wide(cpu_target.target_context)


def _at(builder: Any, data: Any, place: Any) -> Any:
    return builder.bitcast(builder.gep(data, [place]), _WIDE.as_pointer())


def _lines(builder: Any, parts: Any) -> list[Any]:
    """The lines of keys for halvings, in registers as far as there are."""
    places = [_at(builder, parts, _LONG(LANES * line)) for line in range(sum(HALVING_LINES))]
    return [builder.load(place, align=_INT.width // 8) for place in places]
