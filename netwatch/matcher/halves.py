"""From addresses to classes: an address of IPv4 as one number, of IPv6 as two halves.

A trie or a search tree finds the interval of a number. Of an IPv6 address that is the high half; where rules tell low
halves apart, a search among the few of that high half follows, which takes as many steps for every address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.axes import AddressAxis
from netwatch.matcher.search_trees import LINE, Tree, aligned, tree
from netwatch.matcher.tries import Trie, trie

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["ByTree", "ByTrie", "Halves", "LineHalves", "by_tree", "by_trie"]

_LOW = (1 << 64) - 1
_KEYS = LINE // 8
"""Keys of 64 bits in a line."""


class Halves(NamedTuple):
    """What finds the interval of a high half, and for each interval the classes that low halves choose from.

    High interval h has the classes from ``begins[h]`` to below ``ends[h]``, which begin at the low halves ``lows``; an
    address below all of them has the class before. Where ``begins[h] == ends[h]`` it is always that one. ``step`` is
    the power of two to begin a search with; ``lows`` has 2 * step numbers more than there are classes.
    """

    highs: Trie
    begins: Array
    ends: Array
    lows: Array
    classes: Array
    step: int


class LineHalves(NamedTuple):
    """``Halves`` whose low halves stand in lines of eight keys, compared all at once as in a ``Tree``.

    High interval h has the lines from ``firsts[h]`` to ``lasts[h]``, most of them one; those that need none share line
    0, which nothing is above. A line is chosen by its first key, in steps from ``step`` down, and may be sought 2 *
    step behind the last. Of line l, c of whose keys are below a low half, the class is ``classes[bases[h] + 9 * (l -
    firsts[h]) + c]``.
    """

    highs: Tree
    firsts: Array
    lasts: Array
    bases: Array
    keys: Array
    classes: Array
    step: int


class _Highs(NamedTuple):
    """``starts`` of high intervals, ascending; h has the intervals ``begins[h]`` to below ``ends[h]`` of the axis."""

    starts: Array
    begins: Array
    ends: Array
    lows: Array


ByTrie = Trie | Halves
ByTree = Tree | LineHalves
"""What gives an address its class, by looking up or by comparing."""


def by_trie(axis: AddressAxis, version: int) -> ByTrie:
    """The classes of an axis, for addresses to be looked up."""
    import numpy as np

    if version == 4:
        return trie(np.array(axis.starts, np.uint32), axis.classes)
    highs = _highs(axis)
    step = _power(int((highs.ends - highs.begins).max()))
    return Halves(
        trie(highs.starts, np.arange(len(highs.starts))),
        highs.begins.astype(np.uint32),
        highs.ends.astype(np.uint32),
        np.concatenate((highs.lows, np.zeros(2 * step + 1, np.uint64))),
        axis.classes.astype(np.uint32),
        step,
    )


def by_tree(axis: AddressAxis, version: int) -> ByTree:
    """The classes of an axis, for addresses to be compared."""
    import numpy as np

    if version == 4:
        return tree(np.array(axis.starts, np.uint32), axis.classes)
    highs = _highs(axis)
    return LineHalves(tree(highs.starts, np.arange(len(highs.starts))), *_lines(axis.classes, highs))


def _lines(classes: Array, highs: _Highs) -> tuple[Array, Array, Array, Array, Array, int]:
    """All that ``LineHalves`` has beside the tree."""
    import numpy as np

    # A low half of 0 needs no key: nothing of its high half is below it.
    searched = highs.ends > highs.begins
    begins = highs.begins + (searched & (highs.lows.take(highs.begins, mode="clip") == 0))
    many = highs.ends - begins
    lines = -(-many // _KEYS)
    firsts = np.where(lines, 1 + np.cumsum(lines) - lines, 0)
    step = _power(int(lines.max()) - 1)
    which = np.repeat(np.arange(len(many)), many)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(many) - many, many)
    keys = np.full((1 + int(lines.sum()) + 2 * step + 1) * _KEYS, _LOW, np.uint64)
    keys[firsts[which] * _KEYS + nth] = highs.lows[begins[which] + nth] - np.uint64(1)
    bases, found = _line_classes(classes, begins, many)
    lasts = firsts + np.maximum(lines, 1) - 1
    return firsts.astype(np.uint32), lasts.astype(np.uint32), bases, aligned(keys), found, step


def _line_classes(classes: Array, begins: Array, many: Array) -> tuple[Array, Array]:
    """Where the classes of each high interval begin, and these: nine of a line, the first is that before its keys."""
    import numpy as np

    sizes = np.maximum(-(-many // _KEYS), 1) * (_KEYS + 1)
    bases = np.cumsum(sizes) - sizes
    which = np.repeat(np.arange(len(sizes)), sizes)
    cell = np.arange(len(which)) - bases[which]
    keys_before = np.minimum(cell // (_KEYS + 1) * _KEYS + cell % (_KEYS + 1), many[which])
    return bases.astype(np.uint32), classes[begins[which] - 1 + keys_before].astype(np.uint32)


def _power(number: int) -> int:
    """The largest power of two that is no larger than ``number``; 0 for 0."""
    return 1 << number.bit_length() - 1 if number else 0


def _highs(axis: AddressAxis) -> _Highs:
    """An IPv6 axis by high halves. Those whose low halves no rule tells apart have no intervals, but the one before."""
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
    return _Highs(starts[order], begins[order], ends[order], low)
