"""What processors do at once and numba has no name for: bits counted, keys compared, numbers halved inside registers.

Only ``loops`` imports this file, for numba. Each function here writes the code of one step in LLVM's language.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import for_range_slice
from numba.extending import intrinsic

from netwatch.matcher.kernels.registers import (
    BYTE,
    INT,
    LONG,
    WIDTH,
    array,
    call,
    everywhere,
    fetch,
    is_wide,
    loaded,
    store,
)
from netwatch.matcher.search_trees import HALVING_LINES

__all__ = ["below", "fan", "halved", "ones"]

LANES = 16
REGISTERS = 8
"""Registers of numbers that are halved together: what each waits for comes while the others are at work."""

_WIDE = ir.VectorType(INT, LANES)


@intrinsic
def ones(context: Any, word: Any) -> Any:
    """How many bits of a word are set."""
    return types.uint64(types.uint64), lambda context, builder, signature, args: builder.ctpop(args[0])


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
def fan(context: Any, keys: Any) -> Any:
    """How many children a node of keys of this type has, known while compiling."""
    count = WIDTH // keys.dtype.bitwidth + 1
    return types.uint64(keys), lambda context, builder, signature, args: LONG(count)


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
