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
from netwatch.matcher.kernels.spells import clock

__all__ = ["flow_memory", "keep_flows", "new_flows"]

SLOTS_BITS = 14
"""16,384 flows, 256 KB: as much as the second-level cache gives away beside the tables."""

SPELL = 2
"""Blocks of which the memory can learn whether flows repeat."""

i32, u32, u64 = np.int32, np.uint32, np.uint64
ONE, EIGHT, SIXTEEN, ROW_BITS, HALF = u64(1), u64(8), u64(16), u64(24), u64(32)
ROW = u64((1 << 24) - 1)
SHIFT = u32(32 - SLOTS_BITS)
MIX, MIX_TOO, MIX_PORTS = u32(0x9E3779B1), u32(0x85EBCA6B), u32(0xC2B2AE35)


@compiled
def slots_of(flows, begin, out):
    """Where the words of each flow from ``begin`` on stand. In 32 bits, so that sixteen are multiplied at once."""
    (srcs, dsts), (sports, dports, protocols) = flows
    for i in range(u64(len(out))):
        j = u64(begin) + i
        ports = u32(u32(u32(sports[j]) << u32(16)) | u32(dports[j])) ^ u32(protocols[j])
        mixed = u32(u32(srcs[j] * MIX) + u32(dsts[j] * MIX_TOO) + u32(ports * MIX_PORTS))
        mixed = u32(mixed ^ (mixed >> u32(15)))
        out[i] = u32(u32(mixed * MIX) >> SHIFT) << u32(1)


@inlined
def flow_memory(size):
    """An empty table, and room for a block of ``size`` flows: slots; of what is not known places, columns and rows.

    An empty slot looks like the flow of nothing but zeros, which belongs into slot 0; so that one holds another.
    """
    table = np.zeros(2 << SLOTS_BITS, np.uint64)
    table[0] = ~u64(0)
    addresses = np.empty(size, np.uint32), np.empty(size, np.uint32)
    ports = np.empty(size, np.uint16), np.empty(size, np.uint16), np.empty(size, np.uint8)
    slots, places, rows = np.empty(size, np.uint32), np.empty(size, np.uint32), np.empty(size, np.int32)
    return (table, slots), places, (addresses, ports), rows, clock(SPELL)


@inlined
def words(flow):
    """A flow as two words: both addresses, and ports and protocol, 40 bits."""
    src, dst, sport, dport, protocol = flow
    return u64(src) << HALF | u64(dst), (u64(sport) << SIXTEEN | u64(dport)) << EIGHT | u64(protocol)


@compiled
def new_flows(flows, begin, memory, out):
    """Answer what is known of the block of flows from ``begin`` on; how many are left.

    Their columns and their places in the block stand in ``memory`` then. Nothing branches: many guesses would be wrong.
    """
    (srcs, dsts), (sports, dports, protocols) = flows
    (table, slots), places, ((s, d), (u, v, p)), _, _ = memory
    slots_of(flows, begin, slots[: len(out)])
    left = u64(0)
    for i in range(u64(len(out))):
        j = u64(begin) + i
        addresses, ports = words((srcs[j], dsts[j], sports[j], dports[j], protocols[j]))
        at = u64(slots[i])
        known = table[at | ONE]
        out[i] = i32(u32(known) << u32(8)) >> i32(8)
        places[left] = i
        left += u64((table[at] ^ addresses) | (known >> ROW_BITS ^ ports) != 0)
    for i in range(left):
        j = u64(begin) + places[i]
        s[i], d[i], u[i], v[i], p[i] = srcs[j], dsts[j], sports[j], dports[j], protocols[j]
    return left


@compiled
def keep_flows(memory, left, out):
    """Put the rows that were found for the flows that were left into the block and into the table.

    A row is 24 bits there: a prepared table has 2¹⁸ rows at most.
    """
    (table, slots), places, ((s, d), (u, v, p)), rows, _ = memory
    for i in range(left):
        addresses, ports = words((s[i], d[i], u[i], v[i], p[i]))
        at = u64(slots[places[i]])
        table[at] = addresses
        table[at | ONE] = ports << ROW_BITS | u64(rows[i]) & ROW
        out[places[i]] = rows[i]
