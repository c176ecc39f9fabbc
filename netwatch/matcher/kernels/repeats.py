"""Flows that came a moment ago, answered without a search. Only ``loops`` imports this file, for numba.

Traffic repeats itself: a few connections are most of a log. Flows of a pass stand in a table, two words each, where a
multiplication says; a flow that is there has its row at once, and only the others of a block are searched. Where more
than half of a block is new the table is left alone for a while (``spells``), so that traffic which never repeats loses
a hundredth and no more. Every call begins with an empty table.

IPv4 only: a flow of IPv6 is five words.
"""

from __future__ import annotations

import numpy as np

from netwatch.matcher.kernels.compiled import compiled, inlined
from netwatch.matcher.kernels.recall import FLOW_MIX, MIX_SHIFT, ROW_BITS, recalled_flows
from netwatch.matcher.kernels.spells import clock

__all__ = ["flow_memory", "keep_flows", "new_flows"]

SLOTS_BITS = 14
"""16,384 flows, 256 KB: as much as the second-level cache gives away beside the tables."""

SPELL = 2
"""Blocks of which the memory can learn whether flows repeat."""

i32, u32, u64 = np.int32, np.uint32, np.uint64
NOTHING, ONE, TWO, KEPT, EIGHT, SIXTEEN, HALF = u64(0), u64(1), u64(2), u64(4), u64(8), u64(16), u64(32)
ROW = u64(ROW_BITS)
ROWS = (ONE << ROW) - ONE
SHIFT = u32(32 - SLOTS_BITS)
MIX, MIX_TOO, MIX_PORTS = (u32(number) for number in FLOW_MIX)


@inlined
def flow_memory(size):
    """An empty table, and room for a block of ``size`` flows: slots; of what is not known places, columns and rows."""
    addresses = np.empty(size, np.uint32), np.empty(size, np.uint32)
    ports = np.empty(size, np.uint16), np.empty(size, np.uint16), np.empty(size, np.uint8)
    slots, which, rows = np.empty(size, np.uint32), np.empty(size + 16, np.uint32), np.empty(size, np.int32)
    return (np.zeros(2 << SLOTS_BITS, np.uint64), slots), which, (addresses, ports), rows, clock(SPELL)


@inlined
def words(flow):
    """A flow as two words: both addresses, and ports and protocol, 40 bits."""
    src, dst, sport, dport, protocol = flow
    return u64(src) << HALF | u64(dst), (u64(sport) << SIXTEEN | u64(dport)) << EIGHT | u64(protocol)


@inlined
def slots_of(flows, begin, out):
    """Where the words of each flow from ``begin`` on stand. In 32 bits: many of these are multiplied at once."""
    (srcs, dsts), (sports, dports, protocols) = flows
    for i in range(u64(len(out))):
        j = u64(begin) + i
        ports = u32(u32(u32(sports[j]) << u32(16)) | u32(dports[j])) ^ u32(protocols[j])
        mixed = u32(u32(srcs[j] * MIX) + u32(dsts[j] * MIX_TOO) + u32(ports * MIX_PORTS))
        mixed = u32(mixed ^ (mixed >> u32(MIX_SHIFT)))
        out[i] = u32(u32(mixed * MIX) >> SHIFT) << u32(1)


@inlined
def known_flows(flows, begin, memory, out):
    """The rows of the flows from ``begin`` on that are known; how many are not. ``memory`` says which.

    Behind the ports in the second word stands the row and 2: 1 is no row, 0 an empty slot.
    """
    (srcs, dsts), (sports, dports, protocols) = flows
    (table, slots), which, _, _, _ = memory
    left, done = recalled_flows(flows, u64(begin), (table, which), out)
    slots_of(flows, u64(begin) + done, slots[done : len(out)])
    for i in range(done, u64(len(out))):
        j = u64(begin) + i
        addresses, ports = words((srcs[j], dsts[j], sports[j], dports[j], protocols[j]))
        at = u64(slots[i])
        found = (table[at | ONE] ^ ports << ROW) - ONE
        out[i] = i32(found) - i32(1)
        which[left] = i
        left += u64((found >= ROWS) | (table[at] != addresses))
    return left


@compiled
def new_flows(flows, begin, memory, out):
    """Answer what is known of the block of flows from ``begin`` on; how many are left.

    Their columns and their places in the block stand in ``memory`` then.
    """
    (srcs, dsts), (sports, dports, protocols) = flows
    _, which, ((s, d), (u, v, p)), _, _ = memory
    left = known_flows(flows, begin, memory, out)
    for i in range(left):
        j = u64(begin) + which[i]
        s[i], d[i], u[i], v[i], p[i] = srcs[j], dsts[j], sports[j], dports[j], protocols[j]
    return left


@compiled
def keep_flows(memory, left, out):
    """Put the rows that were found for the flows that were left into the block, and some of the flows into the table.

    Where few are left, most of what often comes is known, and every fourth flow is kept. One that comes often is soon
    among these, and it is seldom driven out by one that comes once, which would cost it the rest of the next block.
    Row and 2 are 24 bits there: a prepared table has 2**18 rows at most.
    """
    (table, slots), which, columns, rows, _ = memory
    (s, d), (u, v, p) = columns
    slots_of(columns, 0, slots[:left])
    for i in range(left):
        out[which[i]] = rows[i]
    step = KEPT if left * KEPT <= u64(len(out)) else ONE
    for i in range(NOTHING, left, step):
        addresses, ports = words((s[i], d[i], u[i], v[i], p[i]))
        at = u64(slots[i])
        table[at] = addresses
        table[at | ONE] = ports << ROW | (u64(rows[i]) + TWO)
