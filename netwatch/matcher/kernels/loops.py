"""The inner loops of the ``numba`` kernel. Only that kernel imports this file: numba takes half a second.

A block of flows goes through three loops: addresses and ports to classes, classes to bricks (or pair classes), and on
to rows. What lies between them stays in the first-level cache. Short loops without branches beat one long one: the
processor has more flows under way at a time, and waits for the second-level cache on behalf of all of them at once.

Numbers that index are unsigned throughout: numba would else test each for being counted from the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

__all__ = ["compiled", "groups_v4", "groups_v6", "pairs_v4", "pairs_v6", "prefixes_v4", "prefixes_v6"]

BLOCK = 1024
PAIRS_BLOCK = 4096
"""Flows under way together. Where the tables are large, long blocks keep one of them at a time in the cache."""

i64, u32, u64 = np.int64, np.uint32, np.uint64
ONE, TWO, SIX, EIGHT, BITS = u64(1), u64(2), u64(6), u64(8), u64(63)
NOTHING = u64(0)
NO_BRICK = u64(0xFFFFFFFF)


def compiled(function: Any) -> Any:
    """``function`` compiled when first called, from then on read from a file; it runs without the interpreter's lock.

    The file lies beside this one, else where NUMBA_CACHE_DIR says, else in the user's cache directory. Where nothing of
    that can be written it is compiled anew in every process: slow to begin, but an answer.
    """
    try:
        return njit(nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:
        return njit(nogil=True, error_model="numpy")(function)


@intrinsic
def ones(context: Any, word: Any) -> Any:
    """How many bits of a word are set: one instruction, which numba has no name for."""
    return types.uint64(types.uint64), lambda context, builder, signature, args: builder.ctpop(args[0])


@compiled
def deeper(cell, count, level, byte):
    below = ((cell - count) << u32(8)) + byte + count
    return u32(level[cell if cell < count else below])


@compiled
def trie_class(address, trie):
    count, (top, middle, leaf) = trie
    cell = deeper(u32(top[address >> u32(16)]), count, middle, (address >> u32(8)) & u32(255))
    return deeper(cell, count, leaf, address & u32(255))


@compiled
def last_at_or_below(numbers, at, end, step, number):
    """The last place before ``end`` with a number not above ``number``: ``at`` or behind it, by less than 2 * step.

    There are 2 * step numbers more than are searched.

    The same steps for every flow, however few numbers it chooses from: a loop that ends early would be guessed wrong.
    """
    while step:
        probe = at + step
        known = numbers[probe]
        # 1 where number < known, and all ones where probe < end: sums, since a comparison would become a branch,
        # and half of its guesses would be wrong.
        above = ((~number & known) | ((~number | known) & (number - known))) >> BITS
        inside = u64(i64(probe - end) >> i64(63))
        at += step & (above - ONE) & inside
        step >>= ONE
    return at


@compiled
def halves_classes(highs, lows_, halves, begin, size, out):
    (count, (top, one, two, three, four, five, six)), begins, ends, lows, classes, step = halves
    for i in range(u64(size)):
        high = highs[u64(begin) + i]
        upper, lower = u32(high >> u64(32)), u32(high)
        cell = deeper(u32(top[upper >> u32(16)]), count, one, (upper >> u32(8)) & u32(255))
        cell = deeper(cell, count, two, upper & u32(255))
        cell = deeper(cell, count, three, lower >> u32(24))
        cell = deeper(cell, count, four, (lower >> u32(16)) & u32(255))
        cell = deeper(cell, count, five, (lower >> u32(8)) & u32(255))
        out[i] = deeper(cell, count, six, lower & u32(255))
    for i in range(u64(size)):
        cell = out[i]
        low = lows_[u64(begin) + i]
        out[i] = classes[last_at_or_below(lows, u64(begins[cell]) - ONE, u64(ends[cell]), step, low)]


@compiled
def service_classes(ports, tables, begin, size, out):
    sports, dports, protocols = ports
    shift, sport, protocol, dport, classes = tables
    for i in range(u64(size)):
        j = u64(begin) + i
        cell = u32(sport[u32(sports[j]) >> shift]) + u32(protocol[protocols[j]]) + u32(dport[dports[j]])
        out[i] = classes[cell]


@compiled
def classes_v4(flows, tables, begin, size, out):
    (srcs, dsts), ports = flows
    src, dst, service = tables
    s, d, v = out
    for i in range(u64(size)):
        j = u64(begin) + i
        s[i] = trie_class(srcs[j], src)
    for i in range(u64(size)):
        j = u64(begin) + i
        d[i] = trie_class(dsts[j], dst)
    service_classes(ports, service, begin, size, v)


@compiled
def classes_v6(flows, tables, begin, size, out):
    (src_highs, src_lows, dst_highs, dst_lows), ports = flows
    src, dst, service = tables
    s, d, v = out
    halves_classes(src_highs, src_lows, src, begin, size, s)
    halves_classes(dst_highs, dst_lows, dst, begin, size, d)
    service_classes(ports, service, begin, size, v)


@compiled
def group_brick(s, d, v, groups):
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
            # A word in which nothing is left gives bit 64, and then every bit is set: no branch to be guessed wrong.
            best = min(best, brick | ((NOTHING - (bit >> SIX)) & NO_BRICK))
            left &= left - ONE
    return best


@compiled
def group_rows(classes, tables, begin, size, best, out):
    s, d, v = classes
    groups, (bricks, src, dst, service) = tables
    for i in range(u64(size)):
        best[i] = group_brick(s[i], d[i], v[i], groups)
    for i in range(u64(size)):
        brick = u64(best[i])
        none = brick == NO_BRICK
        at = (NOTHING if none else brick) * EIGHT
        row = bricks[at]
        row += src[u64(bricks[at + u64(1)]) + u64(s[i])] * bricks[at + u64(2)]
        row += dst[u64(bricks[at + u64(3)]) + u64(d[i])] * bricks[at + u64(4)]
        row += service[u64(bricks[at + u64(5)]) + u64(v[i])] * bricks[at + u64(6)]
        out[u64(begin) + i] = -1 if none else np.int32(row)


@compiled
def pair_rows(classes, tables, begin, size, out):
    s, d, v = classes
    (wide, blocks, cells), (wide_r, blocks_r, cells_r) = tables
    low, four = u32(15), u32(4)
    for i in range(u64(size)):
        block = u32(blocks[u32(s[i] * wide) + (d[i] >> four)])
        s[i] = u32(cells[u32(block << four) + (d[i] & low)])
    for i in range(u64(size)):
        block = u32(blocks_r[u32(s[i] * wide_r) + (v[i] >> four)])
        out[u64(begin) + i] = cells_r[u32(block << four) + (v[i] & low)]


@compiled
def groups_v4(flows, classes, tables, begin, end, out):
    """The rows of the IPv4 flows from ``begin`` to before ``end`` into ``out``, by clustered bit rows."""
    own = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    best = np.empty(BLOCK, np.uint32)
    for at in range(begin, end, BLOCK):
        size = min(BLOCK, end - at)
        classes_v4(flows, classes, at, size, own)
        group_rows(own, tables, at, size, best, out)


@compiled
def groups_v6(flows, classes, tables, begin, end, out):
    """The rows of the IPv6 flows from ``begin`` to before ``end`` into ``out``, by clustered bit rows."""
    own = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    best = np.empty(BLOCK, np.uint32)
    for at in range(begin, end, BLOCK):
        size = min(BLOCK, end - at)
        classes_v6(flows, classes, at, size, own)
        group_rows(own, tables, at, size, best, out)


@compiled
def pairs_v4(flows, classes, tables, begin, end, out):
    """The rows of the IPv4 flows from ``begin`` to before ``end`` into ``out``, by pair tables."""
    own = np.empty(PAIRS_BLOCK, np.uint32), np.empty(PAIRS_BLOCK, np.uint32), np.empty(PAIRS_BLOCK, np.uint32)
    for at in range(begin, end, PAIRS_BLOCK):
        size = min(PAIRS_BLOCK, end - at)
        classes_v4(flows, classes, at, size, own)
        pair_rows(own, tables, at, size, out)


@compiled
def pairs_v6(flows, classes, tables, begin, end, out):
    """The rows of the IPv6 flows from ``begin`` to before ``end`` into ``out``, by pair tables."""
    own = np.empty(PAIRS_BLOCK, np.uint32), np.empty(PAIRS_BLOCK, np.uint32), np.empty(PAIRS_BLOCK, np.uint32)
    for at in range(begin, end, PAIRS_BLOCK):
        size = min(PAIRS_BLOCK, end - at)
        classes_v6(flows, classes, at, size, own)
        pair_rows(own, tables, at, size, out)


@compiled
def values(tables, classes, cells_, begin, size, out):
    wide, blocks, cells = cells_
    for i in range(u64(size)):
        block = u32(blocks[u32(tables[u64(begin) + i] * wide) + (classes[i] >> u32(4))])
        out[u64(begin) + i] = cells[u32(block << u32(4)) + (classes[i] & u32(15))]


@compiled
def prefixes_v4(columns, classes, cells, begin, end, out):
    tables, addresses = columns
    own = np.empty(PAIRS_BLOCK, np.uint32)
    for at in range(begin, end, PAIRS_BLOCK):
        size = min(PAIRS_BLOCK, end - at)
        for i in range(u64(size)):
            own[i] = trie_class(addresses[u64(at) + i], classes)
        values(tables, own, cells, at, size, out)


@compiled
def prefixes_v6(columns, classes, cells, begin, end, out):
    tables, highs, lows = columns
    own = np.empty(PAIRS_BLOCK, np.uint32)
    for at in range(begin, end, PAIRS_BLOCK):
        size = min(PAIRS_BLOCK, end - at)
        halves_classes(highs, lows, classes, at, size, own)
        values(tables, own, cells, at, size, out)
