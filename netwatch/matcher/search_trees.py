"""Number to value in a few comparisons of sixteen at a time: a search tree whose nodes are lines of the cache.

A node is a line of 64 bytes: sixteen keys of 32 bits, or eight of 64. How many of them lie below a number says which
child comes next, and a processor with wide registers finds that in three instructions. Three thousand five hundred
intervals are three nodes deep and take 14 kB, which stays in the first cache whatever else a flow touches. NumPy has
no such comparison; it looks into ``tries``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["LINE", "Tree", "tree"]

LINE = 64
"""The bytes of a node."""


class Tree(NamedTuple):
    """The tree of ascending starts. Node i is ``keys[n * i]`` to below ``keys[n * (i + 1)]``, n being 16 or 8.

    ``levels[d]`` is the first node of depth d; depth 0 is the root, ``levels[0] == 0``; there are two levels at least.
    From node ``levels[d] + p`` a number goes to ``p * (n + 1) + (how many of the node's keys are below it)``, which
    behind the last level is its interval. ``values`` are the intervals' values. The key of a start is one less than
    the start, so that "below" means "from the start on", and a node is filled up with keys that nothing is above.
    """

    keys: Array
    levels: Array
    values: Array


def tree(starts: Array, values: Array) -> Tree:
    """The tree of intervals that begin at ``starts``, ascending, the first at 0, in their own unsigned type."""
    import numpy as np

    width = LINE // starts.itemsize
    fan, count = width + 1, len(starts)
    depth = 2
    while fan**depth < count:
        depth += 1
    parts = []
    for level in range(depth):
        span = fan ** (depth - level - 1)
        nodes = (count - 1) // (span * fan) + 1
        which = (np.arange(nodes)[:, None] * fan + np.arange(1, fan)) * span
        keys = np.full(which.shape, np.iinfo(starts.dtype).max, starts.dtype)
        there = which < count
        keys[there] = starts[which[there]] - starts.dtype.type(1)
        parts.append(keys.reshape(-1))
    levels = np.cumsum([0, *(len(part) // width for part in parts[:-1])]).astype(np.uint64)
    narrow = np.uint16 if int(values.max()) < 1 << 16 else np.uint32
    return Tree(np.concatenate(parts), levels, values.astype(narrow))
