"""The inner loops of the ``numba`` kernel. Only that kernel imports this file: numba takes half a second.

A block of flows goes through one short loop after the other: source addresses to classes, destinations to classes,
services to classes, classes to rows. What lies between them stays in the cache. Short loops without branches beat a
long one: the processor has more flows under way, and waits for the caches on behalf of all of them at once.

Numbers that index are unsigned throughout, since numba would ask of each signed one whether it counts from the end.
"""

from __future__ import annotations

import numpy as np
from numba.extending import overload

from netwatch.matcher.kernels.combinations import class_memory, keep_combinations, new_combinations
from netwatch.matcher.kernels.compiled import compiled, inlined
from netwatch.matcher.kernels.instructions import below, halved, ones, taken, two_fields, width
from netwatch.matcher.kernels.repeats import flow_memory, keep_flows, new_flows
from netwatch.matcher.kernels.spells import judge, left_alone
from netwatch.matcher.search_trees import HALVING_LINES, LINE

__all__ = ["prefixes_v4", "prefixes_v6", "rows_v4", "rows_v6"]

BLOCK = 4096
"""Flows under way together: long blocks keep one table at a time in the first cache."""

SPAN = 8 * BLOCK
"""Flows that a thread takes at a time."""

HALF = 4
"""Of the eighths of a block that may be new flows."""

i64, u32, u64 = np.int64, np.uint32, np.uint64
ONE, TWO, THREE, FOUR, SIX, EIGHT, BITS = u64(1), u64(2), u64(3), u64(4), u64(6), u64(8), u64(63)
NOTHING = u64(0)
ROOT = u64(sum(HALVING_LINES))
"""The line of a tree's parts from which on they are nodes."""
LINE_BITS = u64(8 * LINE)
NO_BRICK = u64(0xFFFFFFFF)


@inlined
def fan(keys):
    """How many children a node of keys of this type has."""
    return LINE_BITS // width(keys) + ONE


@inlined
def sides(numbers, parts, begin, out):
    """The child of the root that each number goes to, but for as many as are halved, which get their part instead."""
    done = halved(parts, numbers, u64(begin), out)
    for i in range(done, u64(len(out))):
        out[i] = below(parts, ROOT, numbers[u64(begin) + i])
    return done


@inlined
def part_of(number, parts, side):
    """The part of a number that goes to a child of the root."""
    return (u64(side) << FOUR) + below(parts, ROOT + ONE + u64(side), number)


@inlined
def parts_of(numbers, parts, begin, out):
    """The part of each number from ``begin`` on (see ``Tree``), as many as ``out`` has room for."""
    if not len(parts):
        out[:] = 0
        return
    for i in range(sides(numbers, parts, begin, out), u64(len(out))):
        out[i] = part_of(numbers[u64(begin) + i], parts, out[i])


@inlined
def part_values(numbers, parts, values, begin, out):
    """The value of each number from ``begin`` on where parts are single intervals: ``tree_values`` in a step less."""
    done = sides(numbers, parts, begin, out)
    for i in range(done):
        out[i] = values[out[i]]
    for i in range(done, u64(len(out))):
        out[i] = values[part_of(numbers[u64(begin) + i], parts, out[i])]


@compiled
def tree_values(numbers, tree, begin, out):
    """The value of each number from ``begin`` on, as many as ``out`` has room for (see ``Tree``).

    Level by level for all of them: what a number meets in one level it needs in the next, so numbers are better taken
    side by side.
    """
    parts, keys, levels, values = tree
    if not len(levels):
        part_values(numbers, parts, values, begin, out)
        return
    parts_of(numbers, parts, begin, out)
    for level in range(len(levels) - 1):
        first = levels[level]
        for i in range(u64(len(out))):
            place = u64(out[i])
            out[i] = place * fan(keys) + below(keys, first + place, numbers[u64(begin) + i])
    # The last level's keys by themselves: a node of theirs begins as far from the first as its values from the first's.
    own = keys[levels[len(levels) - 1] * (fan(keys) - ONE) :]
    for i in range(u64(len(out))):
        place = u64(out[i])
        out[i] = values[place * (fan(keys) - ONE) * TWO + below(own, place, numbers[u64(begin) + i])]


@compiled
def halves_classes(addresses, halves, begin, out):
    """The class of each IPv6 address from ``begin`` on: the high half in the tree, the low half in its lines."""
    highs, low_halves = addresses
    tree, firsts, lasts, bases, keys, classes, step = halves
    tree_values(highs, tree, begin, out)
    for i in range(u64(len(out))):
        low, high = low_halves[u64(begin) + i], u64(out[i])
        first = u64(firsts[high])
        line = last_line_below(keys, first, u64(lasts[high]), step, low)
        out[i] = classes[u64(bases[high]) + (line - first) * fan(keys) + below(keys, line, low)]


@inlined
def last_line_below(keys, at, last, step, number):
    """The last line from ``at`` to ``last`` whose first key is below ``number``, or ``at``; by less than 2 * step.

    There are 2 * step lines more than are searched. The same steps for every flow, however few lines it chooses from: a
    loop that ends early would be guessed wrong.
    """
    while step:
        probe = at + step
        known = keys[probe << THREE]
        # 1 where known < number, and all ones where probe <= last: sums, since a comparison would become a branch,
        # and half of its guesses would be wrong.
        is_below = ((~known & number) | ((~known | number) & (known - number))) >> BITS
        inside = u64(i64(probe - last - ONE) >> i64(63))
        at += step & (NOTHING - is_below) & inside
        step >>= ONE
    return at


@compiled
def service_classes(ports, tables, begin, out):
    """The class of source port, protocol and destination port of each flow from ``begin`` on (see ``ServiceAxis``)."""
    sports, dports, protocols = ports
    shift, sport, protocol, dport, classes = tables
    done = two_fields(ports, u64(begin), (shift, sport, protocol), out)
    for i in range(done):
        out[i] = classes[out[i] + u32(dport[dports[u64(begin) + i]])]
    for i in range(done, u64(len(out))):
        j = u64(begin) + i
        out[i] = classes[u32(sport[u32(sports[j]) >> shift]) + u32(protocol[protocols[j]]) + u32(dport[dports[j]])]


@compiled
def group_brick(classes, groups):
    """The first brick that takes a flow of these classes, or NO_BRICK (see ``Groups``)."""
    s, d, v = classes
    across, begin_s, begin_d, begin_v, words, order = groups
    best = NO_BRICK
    for k in range(across):
        at_s = begin_s + TWO * (u64(s) * across + k)
        at_d = begin_d + TWO * (u64(d) * across + k)
        at_v = begin_v + TWO * (u64(v) * across + k)
        in_s, in_d, in_v = words[at_s], words[at_d], words[at_v]
        left = in_s & in_d & in_v
        while left:
            below = (left & (NOTHING - left)) - ONE
            found = words[words[at_s + ONE] + ones(in_s & below)]
            found &= words[words[at_d + ONE] + ones(in_d & below)]
            found &= words[words[at_v + ONE] + ones(in_v & below)]
            bit = ones((found & (NOTHING - found)) - ONE)
            brick = u64(order[((k << SIX) + ones(below)) << SIX | (bit & BITS)])
            # Where nothing is left in the word, bit is 64 and every bit of brick is set: no branch to be guessed wrong.
            best = min(best, brick | ((NOTHING - (bit >> SIX)) & NO_BRICK))
            left &= left - ONE
    return best


@compiled
def group_rows(classes, tables, best, out):
    """The row of each flow of a block, by bricks in groups."""
    s, d, v = classes
    groups, (bricks, src, dst, service) = tables
    for i in range(u64(len(out))):
        best[i] = group_brick((s[i], d[i], v[i]), groups)
    for i in range(u64(len(out))):
        brick = u64(best[i])
        none = brick == NO_BRICK
        at = (NOTHING if none else brick) * EIGHT
        row = bricks[at]
        row += src[u64(bricks[at + u64(1)]) + u64(s[i])] * bricks[at + u64(2)]
        row += dst[u64(bricks[at + u64(3)]) + u64(d[i])] * bricks[at + u64(4)]
        row += service[u64(bricks[at + u64(5)]) + u64(v[i])] * bricks[at + u64(6)]
        out[i] = -1 if none else np.int32(row)


@inlined
def cell_of(table, line, column):
    """A cell of a table in blocks (see ``Table``)."""
    across, blocks, cells = table
    block = u32(blocks[u32(line * across) + (column >> u32(4))])
    return cells[u32(block << u32(4)) + (column & u32(15))]


@inlined
def pair_rows(classes, tables, pair, out):
    """The row of each flow of a block, by pairs."""
    s, d, v = classes
    pairs, rows = tables
    for i in range(u64(len(out))):
        pair[i] = cell_of(pairs, s[i], d[i])
    for i in range(u64(len(out))):
        out[i] = cell_of(rows, pair[i], v[i])


def found_rows(classes, tables, room, out):
    """The row of each flow of a block, by pairs or by groups, as the tables are."""


@overload(found_rows)
def _found_rows(classes, tables, room, out):
    if len(tables[0]) == 3:
        return lambda classes, tables, room, out: pair_rows(classes, tables, room, out)
    return lambda classes, tables, room, out: group_rows(classes, tables, room, out)


@inlined
def class_rows(classes, finish, memory, room, out):
    """The row of each flow of a block: by a combination of classes that is known, or found."""
    _, (_, (s, d, v), rows), clock, most = memory
    if left_alone(clock):
        found_rows(classes, finish, room, out)
        return
    left = new_combinations(classes, memory, out)
    found_rows((s[:left], d[:left], v[:left]), finish, room, rows[:left])
    keep_combinations(memory, left, out)
    judge(clock, left, len(out), most)


@inlined
def three_columns(size):
    """Room for the classes of a block: source, destination, service."""
    return np.empty(size, np.uint32), np.empty(size, np.uint32), np.empty(size, np.uint32)


@compiled
def classes_v4(flows, tables, begin, out):
    """The classes of a block of IPv4 flows from ``begin`` on."""
    (srcs, dsts), ports = flows
    src, dst, service = tables
    s, d, v = out
    tree_values(srcs, src, begin, s)
    tree_values(dsts, dst, begin, d)
    service_classes(ports, service, begin, v)


@compiled
def classes_v6(flows, tables, begin, out):
    """The classes of a block of IPv6 flows from ``begin`` on."""
    (src_highs, src_lows, dst_highs, dst_lows), ports = flows
    src, dst, service = tables
    s, d, v = out
    halves_classes((src_highs, src_lows), src, begin, s)
    halves_classes((dst_highs, dst_lows), dst, begin, d)
    service_classes(ports, service, begin, v)


@inlined
def block_v4(flows, tables, begin, room, out):
    """The rows of a block of IPv4 flows from ``begin`` on."""
    classes, finish = tables
    (s, d, v), more, memory = room
    some = s[: len(out)], d[: len(out)], v[: len(out)]
    classes_v4(flows, classes, begin, some)
    class_rows(some, finish, memory, more, out)


@compiled
def rows_v4(flows, tables, memory, begun, out):
    """The rows of IPv4 flows, span by span as ``begun`` gives them out; ``memory`` is one of combinations."""
    room = three_columns(BLOCK), np.empty(BLOCK, np.uint32), class_memory(BLOCK, memory)
    repeats = flow_memory(BLOCK)
    _, _, columns, rows, clock = repeats
    begin = taken(begun, SPAN)
    while begin < len(out):
        for at in range(begin, min(begin + SPAN, len(out)), BLOCK):
            block = out[at : at + BLOCK]
            if left_alone(clock):
                block_v4(flows, tables, at, room, block)
                continue
            left = new_flows(flows, at, repeats, block)
            block_v4(columns, tables, 0, room, rows[:left])
            keep_flows(repeats, left, block)
            judge(clock, left, len(block), HALF)
        begin = taken(begun, SPAN)


@compiled
def rows_v6(flows, tables, memory, begun, out):
    """The rows of IPv6 flows, span by span as ``begun`` gives them out; ``memory`` is one of combinations."""
    classes, finish = tables
    (s, d, v), more, known = three_columns(BLOCK), np.empty(BLOCK, np.uint32), class_memory(BLOCK, memory)
    begin = taken(begun, SPAN)
    while begin < len(out):
        for at in range(begin, min(begin + SPAN, len(out)), BLOCK):
            block = out[at : at + BLOCK]
            some = s[: len(block)], d[: len(block)], v[: len(block)]
            classes_v6(flows, classes, at, some)
            class_rows(some, finish, known, more, block)
        begin = taken(begun, SPAN)


@compiled
def values(tables, classes, cells, out):
    """The value of each class in its table."""
    for i in range(u64(len(out))):
        out[i] = cell_of(cells, tables[i], classes[i])


@compiled
def prefixes_v4(columns, tables, span, out):
    """What tables of prefixes give IPv4 addresses from ``span[0]`` to below ``span[1]``."""
    numbers, addresses = columns
    classes, cells = tables
    own = np.empty(BLOCK, np.uint32)
    for at in range(span[0], span[1], BLOCK):
        end = min(at + BLOCK, span[1])
        some = own[: end - at]
        tree_values(addresses, classes, at, some)
        values(numbers[at:end], some, cells, out[at:end])


@compiled
def prefixes_v6(columns, tables, span, out):
    """What tables of prefixes give IPv6 addresses from ``span[0]`` to below ``span[1]``."""
    numbers, highs, lows = columns
    classes, cells = tables
    own = np.empty(BLOCK, np.uint32)
    for at in range(span[0], span[1], BLOCK):
        end = min(at + BLOCK, span[1])
        some = own[: end - at]
        halves_classes((highs, lows), classes, at, some)
        values(numbers[at:end], some, cells, out[at:end])
