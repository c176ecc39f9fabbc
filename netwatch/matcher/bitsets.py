"""First match for one question at a time, with nothing but the standard library.

Each field is cut at the ends of all its ranges; between two cuts the same bricks can match, and one integer has a bit
for each of them, the first brick in the lowest bit. A question is five binary searches, four ANDs and the lowest bit
that is left. NumPy would take longer to import than a thousand questions take here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from operator import xor
from typing import NamedTuple

from netwatch.matcher.bricks import Bricks, bricks_of
from netwatch.matcher.tables import FIELDS, NO_ROW, Point, Range, RuleTable

__all__ = ["BitSets", "bit_sets", "first_match"]

_SERVICE = 2
"""The axis of ports and protocol, and the first field of it."""


class BitSets(NamedTuple):
    """Ready for single questions: ``bits[field][i]`` holds from ``cuts[field][i - 1]`` to below the next cut."""

    bricks: Bricks
    single: Sequence[bool]
    cuts: tuple[Sequence[int], ...]
    bits: tuple[Sequence[int], ...]


def bit_sets(table: RuleTable) -> BitSets:
    """``table`` made ready; about 20 ms for a thousand rules."""
    bricks = bricks_of(table)
    single = [end - base == 1 for base, end in pairwise([*bricks.bases, len(table.rows)])]
    fields = [_cut(_holders(bricks, field)) for field in range(len(FIELDS))]
    return BitSets(bricks, single, tuple(cuts for cuts, _ in fields), tuple(bits for _, bits in fields))


def first_match(sets: BitSets, point: Point, *, start: int = 0) -> int:
    """As ``reference.first_match`` of the same table: the first row from ``start`` on that holds ``point``, or NO_ROW.

    The source port may be open (-1).

    >>> table = RuleTable(4, (((0, 9), (0, 9), (-1, 65535), (80, 80), (6, 6)), ((0, 9),) * 5), (False, False))
    >>> sets = bit_sets(table)
    >>> first_match(sets, (1, 2, -1, 80, 6)), first_match(sets, (1, 2, 3, 4, 5)), first_match(sets, (1, 2, -1, 4, 5))
    (0, 1, -1)
    """
    src, dst, sport, dport, protocol = sets.cuts
    bits = sets.bits
    found = (
        bits[0][bisect_right(src, point[0])]
        & bits[1][bisect_right(dst, point[1])]
        & bits[3][bisect_right(dport, point[3])]
        & bits[4][bisect_right(protocol, point[4])]
        & bits[2][bisect_right(sport, point[2])]
    )
    if start > 0:
        begun = max(bisect_right(sets.bricks.bases, start) - 1, 0)
        found = found >> begun << begun
    while found:
        brick = (found & -found).bit_length() - 1
        row = sets.bricks.bases[brick]
        if not sets.single[brick]:
            row = _row(sets.bricks, brick, point, start)
        if row >= start:
            return row
        found &= found - 1
    return NO_ROW


def _row(bricks: Bricks, brick: int, point: Point, start: int) -> int:
    """The row of ``brick`` that matches, from ``start`` on. Each field fits one of its services, maybe not the same."""
    sources, destinations, services = (bricks.lists[axis][bricks.members[axis][brick]] for axis in range(3))
    places = _place(bricks.addresses[0], sources, point[0]), _place(bricks.addresses[1], destinations, point[1])
    row = bricks.bases[brick] + (places[0] * len(destinations) + places[1]) * len(services)
    for place, service in enumerate(services):
        fits = zip(point[2:], bricks.services[service], strict=True)
        if row + place >= start and all(low <= value <= high for value, (low, high) in fits):
            return row + place
    return NO_ROW


def _place(ranges: Sequence[Range], chosen: Sequence[int], address: int) -> int:
    """Which of the chosen ranges, which ascend, holds ``address``; it is known that one does."""
    if len(chosen) == 1:
        return 0
    return bisect_right(chosen, address, key=lambda index: ranges[index][0]) - 1


def _holders(bricks: Bricks, field: int) -> dict[Range, int]:
    """For each range of a field, the bricks that take it; a brick's own ranges are apart from one another."""
    axis = min(field, _SERVICE)
    services = [service[max(field - _SERVICE, 0)] for service in bricks.services]
    every = bricks.addresses[axis] if axis < _SERVICE else services
    ranges = [_merged(every[index] for index in some) for some in bricks.lists[axis]]
    held: dict[Range, int] = {}
    for brick, member in enumerate(bricks.members[axis]):
        for one in ranges[member]:
            held[one] = held.get(one, 0) | 1 << brick
    return held


def _merged(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers in ranges that are apart."""
    out: list[Range] = []
    for low, high in sorted(one for one in ranges if one[0] <= one[1]):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return out


def _cut(held: dict[Range, int]) -> tuple[list[int], list[int]]:
    """Where the set of bricks changes, and the sets before, between and behind these cuts."""
    changes: dict[int, int] = {}
    for (low, high), bricks in held.items():
        changes[low] = changes.get(low, 0) ^ bricks
        changes[high + 1] = changes.get(high + 1, 0) ^ bricks
    cuts = sorted(changes)
    return cuts, [0, *accumulate((changes[cut] for cut in cuts), xor)]
