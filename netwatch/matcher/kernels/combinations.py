"""Combinations of classes that came a moment ago, whose row is known. Only ``loops`` imports this file, for numba.

Flows that differ in all five numbers are alike to the rules where their source, destination and service are in the same
classes. Traffic that keeps to the rules meets few of all combinations, and one look-up of eight bytes then stands for a
search of groups. A combination has its place where a multiplication says, and its row beside it. Pairs answer as
quickly, so they have no memory. Every call begins with an empty one.
"""

from __future__ import annotations

import numpy as np

from netwatch.matcher.kernels.compiled import compiled, inlined
from netwatch.matcher.kernels.spells import clock, never

__all__ = ["MOST", "ROW_BITS", "class_memory", "keep_combinations", "new_combinations"]

ROW_BITS = 20
"""Bits of a row and one: a prepared table has 2¹⁸ rows at most. The others are for the classes."""

MOST = 7
"""Of the eighths of a block that may be new before asking costs more than a search of groups."""

i32, u32, u64 = np.int32, np.uint32, np.uint64
ROW = u64((1 << ROW_BITS) - 1)
ROW_SHIFT = u64(ROW_BITS)
ONE = i32(1)
MIX = u64(0x9E3779B97F4A7C15)


@inlined
def class_memory(size, shape):
    """An empty memory, and room for what is not in it of a block of ``size`` flows.

    ``shape`` are the bits of a destination class, of a service class, and of a place; zeros mean that the memory is
    never looked into. An empty place looks like the combination of three zeros, which belongs into place 0; so that
    one holds another.
    """
    dst_bits, service_bits, place_bits = shape
    table = np.zeros(1 << place_bits, np.uint64)
    table[0] = u64(1 << ROW_BITS)
    columns = np.empty(size, np.uint32), np.empty(size, np.uint32), np.empty(size, np.uint32)
    widths = u64(dst_bits), u64(service_bits), u64(64 - place_bits)
    times = clock(max(2, len(table) // (2 * size))) if place_bits else never()
    return (table, widths), np.empty(size, np.uint32), columns, np.empty(size, np.int32), times


@inlined
def combination(classes, i, widths):
    """A combination as one number, and its place."""
    s, d, v = classes
    dst_bits, service_bits, shift = widths
    number = (u64(s[i]) << dst_bits | u64(d[i])) << service_bits | u64(v[i])
    return number, (number * MIX) >> shift


@compiled
def new_combinations(classes, memory, out):
    """Answer what is known of a block; how many are left. Their classes and places stand in ``memory`` then."""
    (table, widths), places, (s, d, v), _, _ = memory
    left = u64(0)
    for i in range(u64(len(out))):
        number, at = combination(classes, i, widths)
        known = table[at]
        out[i] = i32(known & ROW) - ONE
        places[left] = i
        left += u64((known >> ROW_SHIFT) != number)
    for i in range(left):
        at = u64(places[i])
        s[i], d[i], v[i] = classes[0][at], classes[1][at], classes[2][at]
    return left


@compiled
def keep_combinations(memory, left, out):
    """Put the rows that were found for what was left into the block and into the memory."""
    (table, widths), places, columns, rows, _ = memory
    for i in range(left):
        number, at = combination(columns, i, widths)
        table[at] = number << ROW_SHIFT | u64(rows[i] + ONE)
        out[places[i]] = rows[i]
