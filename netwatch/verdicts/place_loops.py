"""What stands between look-ups, in numba: from two NICs to one, from NICs to tables of routes and next hops.

Only kernels named numba import this file: it takes half a second. Each loop is one pass where columns would be several.
"""

from __future__ import annotations

import numpy as np

from netwatch.matcher.kernels.compiled import compiled

__all__ = ["chosen", "either", "found", "hops", "marked", "route_tables"]

u8, u32, u64 = np.uint8, np.uint32, np.uint64


@compiled
def either(near, far, nic, way):
    """The NIC of the source, outbound, or else that of the destination; -1 is none."""
    for i in range(u64(len(nic))):
        way[i] = u8(near[i] != -1)
        nic[i] = near[i] if near[i] != -1 else far[i]


@compiled
def chosen(which, one, other, out):
    """``one`` where ``which`` is 1, else ``other``."""
    for i in range(u64(len(out))):
        out[i] = one[i] if which[i] else other[i]


@compiled
def found(values, few):
    """The places of values that are among a few."""
    many = 0
    for one in few:
        for i in range(u64(len(values))):
            many += values[i] == one
    places = np.empty(many, np.int64)
    if many:
        many = 0
        for i in range(u64(len(values))):
            for one in few:
                if values[i] == one:
                    places[many] = i
                    many += 1
    return places


@compiled
def marked(nic, way, ways, pair, seen):
    """NIC and way of each flow as one number, -1 without a NIC; and those that are met, the last standing for -1."""
    last = u64(len(seen) - 1)
    for i in range(u64(len(nic))):
        pair[i] = nic[i] * ways + way[i] if nic[i] >= 0 else -1
        seen[u64(pair[i]) if pair[i] >= 0 else last] = True


@compiled
def route_tables(nics, tables, out):
    """The table of routes of each NIC, any where it has none; the last of ``tables`` is for no NIC."""
    last = u64(len(tables) - 1)
    for i in range(u64(len(nics))):
        table = tables[u64(nics[i]) if nics[i] >= 0 else last]
        out[i] = u32(table if table >= 0 else 0)


@compiled
def hops(nics, selections, columns, out):
    """The next hop of each flow by its selection, -1 where its NIC has no table."""
    tables, shifts, hop_of = columns
    last = u64(len(tables) - 1)
    for i in range(u64(len(nics))):
        nic = u64(nics[i]) if nics[i] >= 0 else last
        out[i] = hop_of[u64(selections[i] + shifts[nic])] if tables[nic] >= 0 else -1
