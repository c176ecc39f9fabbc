"""The order in which bricks stand side by side: those that take about the same addresses together.

A pile of bricks is cut in two, again and again, until the pieces fit a group. Each cut is the best of four: by where
the sources lie, where the destinations lie, or how wide either is. Best is where the two halves are looked into least:
the share of sources that any brick of a half takes, times the share of destinations, times its groups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.axes import AddressAxis
from netwatch.matcher.bricks import Bricks

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["clustered", "incidences"]


class _Side(NamedTuple):
    """What bricks take of one axis, as spans of intervals: brick b has ``counts[b]`` of them, from ``begins[b]`` on."""

    begins: Array
    counts: Array
    low: Array
    high: Array


def clustered(bricks: Bricks, src: AddressAxis, dst: AddressAxis, *, size: int) -> Array:
    """All bricks, in pieces of ``size`` that belong together; each piece in the bricks' own order."""
    import numpy as np

    sides = [_side(bricks, number, axis) for number, axis in enumerate((src, dst))]
    keys = [key for side in sides for key in _keys(side)]
    waiting, done = [np.arange(len(bricks.bases))], []
    while waiting:
        pile = waiting.pop()
        if len(pile) <= size:
            done.append(np.sort(pile))
        else:
            waiting += _cut(pile, keys, sides, size)[::-1]
    return np.concatenate(done)


def incidences(bricks: Bricks, number: int, place: Array) -> tuple[Array, Array]:
    """For each range of each brick on an axis: ``place`` of the brick, and the range; bricks in their own order."""
    import numpy as np

    lists = bricks.lists[number]
    sizes = np.array([len(some) for some in lists], np.int64)
    flat = np.fromiter((index for some in lists for index in some), np.int64, int(sizes.sum()))
    member = np.array(bricks.members[number], np.int64)
    begins = np.cumsum(sizes) - sizes
    return np.repeat(place, sizes[member]), flat[_spans(begins[member], sizes[member])]


def _side(bricks: Bricks, number: int, axis: AddressAxis) -> _Side:
    import numpy as np

    brick, ranges = incidences(bricks, number, np.arange(len(bricks.bases)))
    counts = np.bincount(brick, minlength=len(bricks.bases))
    return _Side(np.cumsum(counts) - counts, counts, axis.low[ranges], axis.high[ranges])


def _keys(side: _Side) -> tuple[Array, Array]:
    """Where a brick's addresses lie, and how many intervals they are."""
    import numpy as np

    if not len(side.begins):
        return side.begins, side.begins
    low = np.minimum.reduceat(side.low, side.begins)
    high = np.maximum.reduceat(side.high, side.begins)
    return low + high, np.add.reduceat(side.high - side.low, side.begins)


def _cut(pile: Array, keys: list[Array], sides: list[_Side], size: int) -> list[Array]:
    """The two halves of the best cut; the first is whole groups."""
    import numpy as np

    middle = (-(-len(pile) // size) + 1) // 2 * size
    orders = [pile[np.argsort(key[pile], kind="stable")] for key in keys]
    cuts = [[order[:middle], order[middle:]] for order in orders]
    return min(cuts, key=lambda halves: sum(_cost(half, sides, size) for half in halves))


def _cost(pile: Array, sides: list[_Side], size: int) -> float:
    cost = float(-(-len(pile) // size))
    for side in sides:
        at = _spans(side.begins[pile], side.counts[pile])
        cost *= _covered(side.low[at], side.high[at])
    return cost


def _covered(low: Array, high: Array) -> int:
    """How many intervals lie in any of the spans."""
    import numpy as np

    order = np.argsort(low)
    low, reach = low[order], np.maximum.accumulate(high[order])
    before = np.concatenate((low[:1], reach[:-1]))
    return int(np.maximum(reach - np.maximum(low, before), 0).sum())


def _spans(begins: Array, counts: Array) -> Array:
    """The numbers from each begin on, as many as its count, in a row."""
    import numpy as np

    offsets: Array = np.repeat(begins - (np.cumsum(counts) - counts), counts)
    return offsets + np.arange(len(offsets))
