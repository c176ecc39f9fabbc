"""Rows gathered into bricks: blocks of consecutive rows that are every combination of a few ranges of each field.

A rule with four sources, three destinations and two ports is 24 rows and one brick. Searching bricks instead of rows
makes every table smaller by the same factor, and the row is found again by counting:

    row = base + (source's place in its list · destinations + destination's place) · services + service's place

Where rows follow another plan, a brick is a single row, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from netwatch.matcher.tables import Range, RuleTable

__all__ = ["AXES", "Bricks", "Service", "bricks_of", "row_of"]

AXES = ("src", "dst", "service")
"""What a brick is the product of. A service is a source port, a destination port and a protocol taken together."""

Service = tuple[Range, Range, Range]
"""Ranges of source port, destination port and protocol."""


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
    seen: dict[Hashable, int] = {}
    of_value = [seen.setdefault(value, len(seen)) for value in values]
    return list(seen), of_value


def _gathered(
    ids: Sequence[Sequence[int]], addresses: tuple[Sequence[Range], Sequence[Range]]
) -> tuple[tuple[list[tuple[int, ...]], ...], tuple[list[int], ...], list[int]]:
    """Rows with equal addresses first, then those that differ in the destination alone, then in the source alone."""
    first: list[tuple[int, int, tuple[int, ...], int]] = []
    place = 0
    for (src, dst), run in groupby(zip(*ids, strict=True), key=lambda row: row[:2]):
        services = tuple(row[2] for row in run)
        first.append((src, dst, services, place))
        place += len(services)
    second: list[tuple[int, tuple[int, ...], tuple[int, ...], int]] = []
    for (src, services), run_2 in groupby(first, key=lambda part: (part[0], part[2])):
        parts = list(run_2)
        for some in _ascending([part[1] for part in parts], addresses[1]):
            dsts = tuple(parts[i][1] for i in some)
            second += [(src, dsts, services, parts[some.start][3])]
    lists: tuple[dict[tuple[int, ...], int], ...] = ({}, {}, {})
    members: tuple[list[int], ...] = ([], [], [])
    bases: list[int] = []
    for (dsts, services), run_3 in groupby(second, key=lambda part: (part[1], part[2])):
        wholes = list(run_3)
        for some in _ascending([part[0] for part in wholes], addresses[0]):
            brick = (tuple(wholes[i][0] for i in some), dsts, services)
            for axis, chosen in enumerate(brick):
                members[axis].append(lists[axis].setdefault(chosen, len(lists[axis])))
            bases.append(wholes[some.start][3])
    return tuple(list(found) for found in lists), members, bases


def _ascending(ids: Sequence[int], ranges: Sequence[Range]) -> list[range]:
    """Where to cut ``ids`` so that the ranges of each piece ascend and do not overlap."""
    if len(ids) == 1:  # nearly all of them
        return [range(1)]
    cuts = [0]
    cuts += [i for i in range(1, len(ids)) if not ranges[ids[i - 1]][0] <= ranges[ids[i - 1]][1] < ranges[ids[i]][0]]
    return [range(begin, end) for begin, end in zip(cuts, [*cuts[1:], len(ids)], strict=True)]
