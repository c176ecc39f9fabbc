"""Rows gathered into bricks: blocks of consecutive rows that are every combination of a few ranges of each field.

A rule with four sources, three destinations and two ports is 24 rows and one brick. Searching bricks instead of rows
makes every table smaller by the same factor, and the row is found again by counting:

    row = base + (source's place in its list · destinations + destination's place) · services + service's place

Where rows follow another plan, a brick is a single row, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from netwatch.matcher.tables import Range, RuleTable

__all__ = ["Bricks", "Service", "bricks_of", "row_of"]

Service = tuple[Range, Range, Range]
"""Ranges of source port, destination port and protocol, taken together as the third field of a brick."""


_Lists = dict[tuple[int, ...], int]
"""Lists of ranges, numbered."""

_Part = tuple[int, tuple[int, int], int]
"""A range, what stands beside it, and the first row."""

_BEYOND = 1 << 128
"""Behind every address: after a range of nothing no other is known to ascend."""


class Bricks(NamedTuple):
    """The bricks of a table, in the order of their rows.

    ``addresses`` are the distinct ranges of sources and of destinations, ``services`` those of the third axis;
    ``lists[axis]`` are the distinct lists of them, as indices. Address lists ascend and do not overlap, so that an
    address is in one range of a list at most; of a service list the first service that matches counts.
    ``members[axis][brick]`` is the index of its list, and ``bases[brick]`` its first row.
    """

    version: int
    addresses: tuple[Sequence[Range], Sequence[Range]]
    services: Sequence[Service]
    lists: tuple[Sequence[tuple[int, ...]], ...]
    members: tuple[Sequence[int], ...]
    bases: Sequence[int]


def bricks_of(table: RuleTable) -> Bricks:
    """The fewest bricks that a single walk over the rows finds.

    >>> every, few = (0, 9), [(1, 2), (4, 5)]
    >>> rows = tuple((src, dst, every, every, (6, 6)) for src in few for dst in few)
    >>> bricks = bricks_of(RuleTable(4, (*rows, (every,) * 5), (False,) * 5))
    >>> bricks.bases, bricks.lists[0], bricks.members[0]
    ([0, 4], [(0, 1), (2,)], [0, 1])
    """
    src, dst, *rest = zip(*table.rows, strict=True) if table.rows else ((),) * 5
    ranges: list[Any] = []
    ids = []
    for column in (src, dst, zip(*rest, strict=True)):
        distinct, of_row = _numbered(column)
        ranges.append(distinct)
        ids.append(of_row)
    lists, members, bases = _gathered(ids, (ranges[0], ranges[1]))
    return Bricks(table.version, (ranges[0], ranges[1]), ranges[2], lists, members, bases)


def row_of(bricks: Bricks, brick: int, places: tuple[int, int, int]) -> int:
    """The row of ``brick`` where its lists are taken at ``places``."""
    _, destinations, services = (len(bricks.lists[axis][bricks.members[axis][brick]]) for axis in range(3))
    return bricks.bases[brick] + (places[0] * destinations + places[1]) * services + places[2]


def _numbered(values: Iterable[Hashable]) -> tuple[list[Any], list[int]]:
    """The distinct values in the order of their first appearance, and the index of each value among them."""
    column = list(values)
    seen = {value: index for index, value in enumerate(dict.fromkeys(column))}
    return list(seen), list(map(seen.__getitem__, column))


def _gathered(
    ids: Sequence[Sequence[int]], addresses: tuple[Sequence[Range], Sequence[Range]]
) -> tuple[tuple[list[tuple[int, ...]], ...], tuple[list[int], ...], list[int]]:
    """Rows with equal addresses first, then those that differ in the destination alone, then in the source alone."""
    lists: tuple[_Lists, ...] = ({}, {}, {})
    sources, destinations, services = lists
    parts = _services_together(ids, services)
    parts = [
        (key[0], (destinations.setdefault(tuple(own), len(destinations)), key[1]), row)
        for own, key, row in _together(parts, addresses[1])
    ]
    members: tuple[list[int], ...] = ([], [], [])
    bases: list[int] = []
    for own, key, row in _together(parts, addresses[0]):
        for axis, index in enumerate((sources.setdefault(tuple(own), len(sources)), *key)):
            members[axis].append(index)
        bases.append(row)
    return tuple(list(found) for found in lists), members, bases


def _services_together(ids: Sequence[Sequence[int]], lists: _Lists) -> list[_Part]:
    """For each run of rows with equal addresses its destination, its source and list of services, and its first row."""
    runs: list[tuple[int, int, list[int], int]] = []
    last = (-1, -1)
    own: list[int] = []
    for row, (src, dst, service) in enumerate(zip(*ids, strict=True)):
        if (src, dst) == last:
            own.append(service)
        else:
            last, own = (src, dst), [service]
            runs.append((src, dst, own, row))
    return [(dst, (src, lists.setdefault(tuple(some), len(lists))), row) for src, dst, some, row in runs]


def _together(parts: Iterable[_Part], ranges: Sequence[Range]) -> list[tuple[list[int], tuple[int, int], int]]:
    """Parts that follow one another, equal but for their ranges, which ascend and do not overlap, as one."""
    out: list[tuple[list[int], tuple[int, int], int]] = []
    last, own, reach = (-1, -1), [], 0
    for one, key, row in parts:
        low, high = ranges[one]
        if key == last and reach < low:
            own.append(one)
        else:
            last, own = key, [one]
            out.append((own, key, row))
        reach = high if low <= high else _BEYOND
    return out
