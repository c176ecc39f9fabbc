"""From addresses to classes: an address of IPv4 as one number, of IPv6 as two halves.

A trie or a search tree finds the interval of a number. Of an IPv6 address that is the high half; where rules tell low
halves apart, a search among the few of that high half follows, which takes as many steps for every address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.axes import AddressAxis
from netwatch.matcher.search_trees import Tree
from netwatch.matcher.tries import Trie

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["Addresses", "Find", "Halves", "addresses"]

_LOW = (1 << 64) - 1


class Halves(NamedTuple):
    """What finds the interval of a high half, and for each interval the classes that low halves choose from.

    High interval h has the classes from ``begins[h]`` to below ``ends[h]``, which begin at the low halves ``lows``; an
    address below all of them has the class before. Where ``begins[h] == ends[h]`` it is always that one. ``step`` is
    the power of two to begin a search with; ``lows`` has 2 * step numbers more than there are classes.
    """

    highs: Trie | Tree
    begins: Array
    ends: Array
    lows: Array
    classes: Array
    step: int


Addresses = Trie | Tree | Halves
"""What gives an address its class."""

Find = Callable[["Array", "Array"], Trie | Tree]
"""``trie`` or ``tree``: of ascending starts of intervals and their values."""


def addresses(axis: AddressAxis, version: int, find: Find) -> Addresses:
    """The tables of an axis, made with ``find``."""
    import numpy as np

    if version == 4:
        return find(np.array(axis.starts, np.uint32), axis.classes)
    return _halves(axis, find)


def _halves(axis: AddressAxis, find: Find) -> Halves:
    import numpy as np

    high = np.array([start >> 64 for start in axis.starts], np.uint64)
    low = np.array([start & _LOW for start in axis.starts], np.uint64)
    distinct, first = np.unique(high, return_index=True)
    end = np.append(first[1:], len(high))
    searched = low[end - 1] > 0
    after = searched & (distinct < np.uint64(_LOW)) & np.append(distinct[1:] > distinct[:-1] + np.uint64(1), True)
    starts = np.concatenate((distinct, distinct[after] + np.uint64(1)))
    begins = np.concatenate((np.where(searched, first, end), end[after]))
    ends = np.concatenate((end, end[after]))
    order = np.argsort(starts)
    longest = int((ends - begins).max())
    step = 1 << longest.bit_length() - 1 if longest else 0
    return Halves(
        find(starts[order], np.arange(len(starts))),
        begins[order].astype(np.uint32),
        ends[order].astype(np.uint32),
        np.concatenate((low, np.zeros(2 * step + 1, np.uint64))),
        axis.classes.astype(np.uint32),
        step,
    )
