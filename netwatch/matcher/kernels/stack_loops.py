"""The inner loops of ``stacks`` in numba. Only its kernel imports this file: numba takes half a second.

Flows are first put in the order of their tables, column by column, so that a table's starts and rows are in the
nearest cache while it is asked; the columns are written in as many places as there are tables, which the second cache
follows, where reading them in that order would miss it with every flow. A field is searched for a block of flows step
by step, each step for the whole block: the comparisons of one flow wait for one another, those of a block do not.
"""

from __future__ import annotations

import numpy as np

from netwatch.matcher.kernels.compiled import compiled
from netwatch.matcher.kernels.instructions import ones

__all__ = ["products"]

BLOCK = 512
"""Flows searched together: what lies between two steps stays in the first cache."""

i32, i64, u32, u64 = np.int32, np.int64, np.uint32, np.uint64
ONE, SIX, BITS = u64(1), u64(6), u64(63)
ALL = u64(0xFFFFFFFFFFFFFFFF)
NOTHING = u64(0)


@compiled
def by_table(tables, many):
    """A place for each flow, those of one table together and those of none last; and where each table's begin."""
    begins = np.zeros(many + 2, np.int64)
    for i in range(len(tables)):
        begins[u64(tables[i] if tables[i] >= 0 else many) + ONE] += 1
    for table in range(many + 1):
        begins[table + 1] += begins[table]
    ends = begins.copy()
    places = np.empty(len(tables), np.uint32)
    for i in range(u64(len(tables))):
        table = u64(tables[i] if tables[i] >= 0 else many)
        places[i] = ends[table]
        ends[table] += 1
    return places, begins


@compiled
def put(column, places, out):
    """Each value at its place."""
    for i in range(u64(len(column))):
        out[places[i]] = column[i]


@compiled
def search(starts, values, at):
    """Of each value the last start that is not above it."""
    left = u32(len(starts))
    for i in range(u64(len(values))):
        at[i] = u32(0)
    while left > u32(1):
        half = left >> u32(1)
        for i in range(u64(len(values))):
            probe = at[i] + half
            at[i] = probe if starts[probe] <= values[i] else at[i]
        left -= half


@compiled
def part_of(field, table):
    """The starts of one table, and the rows of it and those behind it."""
    starts, begins, rows, words = field
    return starts[begins[table] : begins[table + 1]], rows[words[table] :]


@compiled
def first_of(at, rows, width, begins, found):
    """The first product, by its bit in the rows, of each flow of a block, or -1."""
    src, dst, sport, dport, protocol = rows
    some = len(begins) == len(found)
    for i in range(u64(len(found))):
        s, d, v = u64(at[0, i]) * width, u64(at[1, i]) * width, u64(at[3, i]) * width
        u, p = u64(at[2, i]) * width, u64(at[4, i]) * width
        word, mask = NOTHING, ALL
        found[i] = -1
        if some and begins[i] > 0:
            word, mask = u64(begins[i]) >> SIX, ALL << (u64(begins[i]) & BITS)
        while word < width:
            bits = src[s + word] & dst[d + word] & dport[v + word] & sport[u + word] & protocol[p + word] & mask
            if bits:
                found[i] = i32((word << SIX) + ones((bits & (NOTHING - bits)) - ONE))
                break
            word, mask = word + ONE, ALL


@compiled
def table_products(flows, fields, width, starting, found):
    """``first_of`` for all flows of one table, block by block."""
    (src, r0), (dst, r1), (sport, r2), (dport, r3), (protocol, r4) = fields
    at = np.empty((5, BLOCK), np.uint32)
    for begin in range(0, len(found), BLOCK):
        end = min(begin + BLOCK, len(found))
        search(src, flows[0, begin:end], at[0])
        search(dst, flows[1, begin:end], at[1])
        search(sport, flows[2, begin:end], at[2])
        search(dport, flows[3, begin:end], at[3])
        search(protocol, flows[4, begin:end], at[4])
        first_of(at, (r0, r1, r2, r3, r4), width, starting[begin:end], found[begin:end])


@compiled
def sorted_flows(columns, places):
    """The columns in the order of the places."""
    src, dst, sport, dport, protocol = columns
    flows = np.empty((5, len(places)), np.uint32)
    put(src, places, flows[0])
    put(dst, places, flows[1])
    put(sport, places, flows[2])
    put(dport, places, flows[3])
    put(protocol, places, flows[4])
    return flows


@compiled
def products(asked, columns, stack, out):
    """The first product of each flow (see ``first_products``)."""
    tables, starting = asked
    (src, dst, sport, dport, protocol), widths, bases = stack
    places, begins = by_table(tables, len(widths))
    flows = sorted_flows(columns, places)
    first = np.empty(len(starting), np.int32)
    put(starting, places, first)
    found = np.empty(len(out), np.int32)
    for table in range(len(widths)):
        begin, end = begins[table], begins[table + 1]
        if begin < end:
            fields = (
                part_of(src, table),
                part_of(dst, table),
                part_of(sport, table),
                part_of(dport, table),
                part_of(protocol, table),
            )
            own = first[begin:end] - bases[table]  # empty where every product counts
            table_products(flows[:, begin:end], fields, u64(widths[table]), own, found[begin:end])
            for i in range(begin, end):
                if found[i] >= 0:
                    found[i] += bases[table]
    for i in range(begins[len(widths)], len(out)):
        found[i] = -1
    for i in range(u64(len(out))):
        out[i] = found[places[i]]
