"""Registers of 512 bits in LLVM's language: filled, looked up with, put together. For ``instructions`` and ``recall``.

``builder`` and ``context`` are numba's; ``vector`` is the type of a register, as many numbers as fill one.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core.cgutils import create_struct_proxy, get_or_insert_function
from numba.core.registry import cpu_target

__all__ = [
    "BYTE",
    "INT",
    "LONG",
    "SHORT",
    "WIDTH",
    "array",
    "arrays",
    "call",
    "compressed",
    "everywhere",
    "fetch",
    "gathered",
    "gathered_twos",
    "is_wide",
    "loaded",
    "resized",
    "store",
    "wide_registers",
]

WIDTH = 512
BYTE, SHORT, INT, LONG = ir.IntType(8), ir.IntType(16), ir.IntType(32), ir.IntType(64)


def is_wide(context: Any) -> bool:
    """Whether the processor that code is made for has such registers, and can look up with them (AVX-512)."""
    return {"+avx512f", "+avx512bw", "+avx512dq", "+avx512vl"} <= set(context.codegen().magic_tuple()[2].split(","))


def wide_registers() -> bool:
    """Whether this processor does."""
    return is_wide(cpu_target.target_context)


def array(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """An array's parts, of which ``data`` and ``nitems`` are of use."""
    return create_struct_proxy(kind)(context, builder, value=value)


def arrays(context: Any, builder: Any, kinds: Any, values: Any) -> list[Any]:
    """The parts of several arrays."""
    return [array(context, builder, kind, value) for kind, value in zip(kinds, values, strict=True)]


def call(builder: Any, name: str, result: Any, *args: Any) -> Any:
    """What one of LLVM's own functions gives."""
    kind = ir.FunctionType(result, [one.type for one in args])
    return builder.call(get_or_insert_function(builder.module, kind, name), args)


def everywhere(builder: Any, number: Any, vector: Any) -> Any:
    """A register of one number."""
    first = builder.insert_element(vector(ir.Undefined), number, INT(0))
    return builder.shuffle_vector(first, vector(ir.Undefined), ir.VectorType(INT, vector.count)([0] * vector.count))


def loaded(builder: Any, data: Any, at: Any, vector: Any) -> Any:
    """The numbers of ``data`` from the ``at``-th on."""
    place = builder.bitcast(builder.gep(data, [at]), vector.as_pointer())
    return builder.load(place, align=vector.element.width // 8)


def store(builder: Any, some: Any, data: Any, at: Any) -> None:
    """Write numbers to ``data`` from the ``at``-th on."""
    place = builder.bitcast(builder.gep(data, [at]), some.type.as_pointer())
    builder.store(some, place, align=some.type.element.width // 8)


def fetch(builder: Any, data: Any, at: Any, *, to_write: bool = False) -> None:
    """Ask for the line of the cache that the ``at``-th number of ``data`` lies in, or would if there were one.

    It comes to the second-level cache.
    """
    place = builder.bitcast(builder.gep(data, [at]), BYTE.as_pointer())
    second_cache, data_cache = INT(2), INT(1)
    call(builder, "llvm.prefetch.p0", ir.VoidType(), place, INT(int(to_write)), second_cache, data_cache)


def resized(builder: Any, some: Any, kind: Any) -> Any:
    """Unsigned numbers, or one, in another width; what does not fit is lost."""
    old, new = (getattr(one, "element", one).width for one in (some.type, kind))
    if old == new:
        return some
    return builder.zext(some, kind) if old < new else builder.trunc(some, kind)


def gathered(builder: Any, table: Any, places: Any) -> Any:
    """What stands in eight places of a table of 64 bits each; ``places`` have 32 bits, or 64."""
    kind = ir.VectorType(LONG, places.type.count)
    every = ir.VectorType(ir.IntType(1), kind.count)([1] * kind.count)
    name = "llvm.x86.avx512.mask.gather." + {32: "dpq.512", 64: "qpq.512"}[places.type.element.width]
    base = builder.bitcast(table, BYTE.as_pointer())
    return call(builder, name, kind, kind(ir.Undefined), base, places, every, INT(LONG.width // 8))


def gathered_twos(builder: Any, table: Any, places: Any) -> tuple[Any, Any]:
    """The first and the second number of some twos of a table, whose numbers are as wide as ``places``."""
    vector = places.type
    if vector.element.width == LONG.width:
        first = builder.shl(places, vector([1] * vector.count))
        second = builder.or_(first, vector([1] * vector.count))
        return gathered(builder, table, first), gathered(builder, table, second)
    halves = [_picked(builder, places, places, range(begin, begin + 8)) for begin in (0, 8)]
    left, right = (builder.bitcast(gathered(builder, table, half), vector) for half in halves)
    first, second = (_picked(builder, left, right, range(begin, 2 * vector.count, 2)) for begin in (0, 1))
    return first, second


def _picked(builder: Any, one: Any, other: Any, which: range) -> Any:
    return builder.shuffle_vector(one, other, ir.VectorType(INT, len(which))(list(which)))


def compressed(builder: Any, some: Any, which: Any) -> Any:
    """The numbers that are meant, side by side; what stands behind them means nothing.

    To be written as a whole register: written as many as they are, they take a hundred times as long on a Zen 4.
    """
    name = f"llvm.x86.avx512.mask.compress.v{some.type.count}i{some.type.element.width}"
    return call(builder, name, some.type, some, some, which)
