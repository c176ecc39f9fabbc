"""The inner loops of ``stacks`` in numba. Only its kernel imports this file: numba takes half a second.

Flows are first put in the order of their tables, so that a table's starts and rows are in the nearest cache while it is
asked. Each is one record then, of sixteen bytes: it goes to as many places as there are tables, and five columns would
be five times as many, more than the second cache follows; reading the columns in that order would miss it with every
flow. A field is searched for a block of flows step by step, each step for the whole block: the comparisons of one flow
wait for one another, those of a block do not. The starts of a table are first set out as a tree, which takes three
steps where halving takes nine.
"""

from __future__ import annotations

import numpy as np

from netwatch.matcher.kernels.compiled import compiled, inlined
from netwatch.matcher.kernels.instructions import below, ones

__all__ = ["products"]

BLOCK = 512
"""Flows searched together: what lies between two steps stays in the first cache."""

i32, i64, u32, u64 = np.int32, np.int64, np.uint32, np.uint64
ONE, SIX, BITS = u64(1), u64(6), u64(63)
ALL = u64(0xFFFFFFFFFFFFFFFF)
NOTHING = u64(0)
KEYS, FAN, DEPTHS = u64(16), u64(17), 8
HIGHEST = u32(0xFFFFFFFF)


@compiled
def by_table(tables, many, places):
    """A place for each flow that asks a table, those of one together; where each table's begin is given back."""
    begins = np.zeros(many + 1, np.int64)
    for i in range(u64(len(tables))):
        if tables[i] >= 0:
            begins[u64(tables[i]) + ONE] += 1
    for table in range(many):
        begins[table + 1] += begins[table]
    ends = begins.copy()
    for i in range(u64(len(tables))):
        if tables[i] >= 0:
            places[i] = ends[u64(tables[i])]
            ends[u64(tables[i])] += 1
    return begins


@compiled
def put(columns, asked, places, flows):
    """Each flow that asks a table as a record at its place: source, destination, both ports as one, protocol."""
    src, dst, sport, dport, protocol = columns
    which, tables = asked
    for i in range(u64(len(tables))):
        if tables[i] >= 0:
            at, flow = u64(places[i]), u64(which[i])
            flows[at, 0] = src[flow]
            flows[at, 1] = dst[flow]
            flows[at, 2] = u32(sport[flow]) << u32(16) | u32(dport[flow])
            flows[at, 3] = protocol[flow]


@compiled
def sorted_starts(starting, tables, places):
    """From which products on the flows that ask a table are answered, at their places; empty where all count."""
    some = np.empty(len(starting), np.int32)
    for i in range(u64(len(starting))):
        if tables[i] >= 0:
            some[places[i]] = starting[i]
    return some


@compiled
def fields_of(flows, out):
    """The columns of some records."""
    for i in range(u64(len(flows))):
        out[0, i] = flows[i, 0]
        out[1, i] = flows[i, 1]
        out[2, i] = flows[i, 2] >> u32(16)
        out[3, i] = flows[i, 2] & u32(0xFFFF)
        out[4, i] = flows[i, 3]


@compiled
def grown(starts, keys, levels):
    """Set out the tree of ``starts``: its depth, 1 at least.

    A node is sixteen keys, each one less than a start; ``levels[d]`` is the first node of depth d. From node
    ``levels[d] + p`` a value goes to ``p * 17 + (how many of the keys are below it)``, at last to its start. A node is
    filled up with keys that nothing is above.
    """
    count = u64(len(starts))
    span, depth, node = FAN, 1, NOTHING
    while span < count:
        span, depth = span * FAN, depth + 1
    for level in range(depth):
        span //= FAN
        levels[level] = node
        for own in range((count - ONE) // (span * FAN) + ONE):
            for key in range(KEYS):
                which = (own * FAN + key + ONE) * span
                keys[node * KEYS + key] = starts[which] - u32(1) if which < count else HIGHEST
            node += ONE
    return depth


@compiled
def find(tree, values, at):
    """Of each value the last start that is not above it."""
    keys, levels, depth = tree
    for i in range(u64(len(values))):
        at[i] = below(keys, NOTHING, values[i])
    for level in range(1, depth):
        first = levels[level]
        for i in range(u64(len(values))):
            place = u64(at[i])
            at[i] = place * FAN + below(keys, first + place, values[i])


@inlined
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
def room_for(fields):
    """Room for trees of five fields, and for the flows of a block and where they are found."""
    most = i64(0)
    for field in fields:
        for table in range(len(field[1]) - 1):
            most = max(most, field[1][table + 1] - field[1][table])
    size = (most // i64(FAN) + DEPTHS) * 2 * i64(KEYS)
    trees = np.empty((5, size), np.uint32), np.empty((5, DEPTHS), np.uint64)
    return trees, np.empty((5, BLOCK), np.uint32), np.empty((5, BLOCK), np.uint32)


@compiled
def table_products(flows, parts, room, starting, found):
    """The first products, by their bits in the rows, of all flows of one table, block by block."""
    (src, dst, sport, dport, protocol), rows, width = parts
    (keys, levels), values, at = room
    many = len(flows)
    s = keys[0], levels[0], grown(src, keys[0], levels[0])
    d = keys[1], levels[1], grown(dst, keys[1], levels[1])
    u = keys[2], levels[2], grown(sport, keys[2], levels[2])
    v = keys[3], levels[3], grown(dport, keys[3], levels[3])
    p = keys[4], levels[4], grown(protocol, keys[4], levels[4])
    for begin in range(0, many, BLOCK):
        end = min(begin + BLOCK, many)
        size = end - begin
        fields_of(flows[begin:end], values)
        find(s, values[0, :size], at[0])
        find(d, values[1, :size], at[1])
        find(u, values[2, :size], at[2])
        find(v, values[3, :size], at[3])
        find(p, values[4, :size], at[4])
        first_of(at, rows, width, starting[begin:end], found[begin:end])


@inlined
def parts_of(fields, table):
    """The starts and the rows of one table, for each field."""
    (s0, r0), (s1, r1) = part_of(fields[0], table), part_of(fields[1], table)
    (s2, r2), (s3, r3) = part_of(fields[2], table), part_of(fields[3], table)
    s4, r4 = part_of(fields[4], table)
    return (s0, s1, s2, s3, s4), (r0, r1, r2, r3, r4)


@compiled
def products(asked, columns, stack, room, out):
    """The first product of each flow (see ``first_products``).

    ``asked`` are the places of the flows in ``columns``, the table of each and the product to start from, or no such;
    ``room`` is for as many flows: their places among the sorted, the sorted, and what is found of those.
    """
    which, tables, starting = asked
    fields, widths, bases = stack
    places, flows, found = room
    begins = by_table(tables, len(widths), places)
    put(columns, (which, tables), places, flows)
    first, trees = sorted_starts(starting, tables, places), room_for(fields)
    for table in range(len(widths)):
        begin, end = begins[table], begins[table + 1]
        if begin < end:
            starts, rows = parts_of(fields, table)
            own = first[begin:end] - bases[table]  # empty where every product counts
            table_products(flows[begin:end], (starts, rows, u64(widths[table])), trees, own, found[begin:end])
            for i in range(begin, end):
                if found[i] >= 0:
                    found[i] += bases[table]
    for i in range(u64(len(out))):
        out[i] = found[places[i]] if tables[i] >= 0 else i32(-1)
