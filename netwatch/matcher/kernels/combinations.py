"""Combinations of classes that came a moment ago, whose row is known. Only ``loops`` imports this file, for numba.

Flows that differ in all five numbers are alike to the rules where their source, destination and service are in the same
classes. Traffic that keeps to the rules meets few of all combinations: of a million flows drawn from a thousand rules
nine in ten are of the same six thousand. One look-up then stands for a search of groups, or for four in pairs.

A combination is a number, and its product with an odd number is as good as itself: no two have the same. The product's
high bits are its place. There stand its other bits, and in the room of the high ones, which the place tells, the row;
so four bytes hold a combination of 32 bits and its row. A place is for two, the one that came last and the one before:
of what a thousand rules let through 2 in 100 are new then, where one for each place leaves 7. Every batch begins with
an empty memory.
"""

from __future__ import annotations

import numpy as np

from netwatch.matcher.kernels.compiled import compiled, inlined
from netwatch.matcher.kernels.instructions import ones, width
from netwatch.matcher.kernels.recall import ODD, recalled
from netwatch.matcher.kernels.spells import clock, never

__all__ = ["class_memory", "keep_combinations", "new_combinations"]

SHARE = 4
"""One in so many of what can be remembered is how many flows a spell has: what comes often has come by then."""

i32, u32, u64 = np.int32, np.uint32, np.uint64
NOTHING, ONE, TWO = u64(0), u64(1), u64(2)


@inlined
def class_memory(size, memory):
    """A memory, and room for what is not in it of a block of ``size`` flows.

    ``memory`` are the places, 2**n zeros of 32 or 64 bits, two to a place, or none where nothing is to be remembered;
    how far a source class and a destination class are moved to make room for the others in a combination; and how many
    eighths of a block may be new before asking costs more than a search.
    """
    table, moved, most = memory
    bits = ones(u64(len(table)) - ONE) - ONE
    columns = np.empty(size, np.uint32), np.empty(size, np.uint32), np.empty(size, np.uint32)
    room = np.empty(size + 16, np.uint32), columns, np.empty(size, np.int32)
    times = clock(max(2, len(table) // (SHARE * size))) if len(table) else never()
    return (table, bits, moved), room, times, most


@inlined
def product(classes, i, places):
    """The product of a combination, in as many bits as a place has."""
    s, d, v = classes
    table, _, (src, dst) = places
    every = ~NOTHING >> (u64(64) - width(table))
    return (u64(s[i]) << src | u64(d[i]) << dst | u64(v[i])) * u64(ODD) & every


@inlined
def known_rows(places, classes, which, out):
    """The rows of the combinations that are known; how many are not, and ``which`` they are.

    What stands there is a product without its high bits, and in their room the row and 2: 1 is no row, 0 is nobody.
    """
    table, bits, _ = places
    every = ~NOTHING >> (u64(64) - width(table))
    left, done = recalled(places, classes, which, out)
    for i in range(done, u64(len(out))):
        own = product(classes, i, places)
        at, told = own >> (width(table) - bits) << ONE, own << bits
        found = min((table[at] ^ told) - ONE & every, (table[at | ONE] ^ told) - ONE & every)
        out[i] = i32(found) - i32(1)
        which[left] = i
        left += u64(found >= (ONE << bits) - ONE)
    return left


@compiled
def new_combinations(classes, memory, out):
    """Answer what is known of a block; how many are left. Their classes and places stand in ``memory`` then."""
    places, (which, (s, d, v), _), _, _ = memory
    left = known_rows(places, classes, which, out)
    for i in range(left):
        at = u64(which[i])
        s[i], d[i], v[i] = classes[0][at], classes[1][at], classes[2][at]
    return left


@compiled
def keep_combinations(memory, left, out):
    """Put the rows that were found for what was left into the block and into the memory."""
    places, (which, columns, rows), _, _ = memory
    table, bits, _ = places
    every = ~NOTHING >> (u64(64) - width(table))
    for i in range(left):
        own = product(columns, i, places)
        at, place = own >> (width(table) - bits) << ONE, own << bits & every | (u64(rows[i]) + TWO)
        out[which[i]] = rows[i]
        if table[at] != place:
            table[at | ONE], table[at] = table[at], place
