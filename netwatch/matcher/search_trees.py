"""Number to value in a few comparisons of sixteen at a time: a search tree whose nodes are lines of the cache.

A node is a line of 64 bytes: sixteen keys of 32 bits, or eight of 64. How many of them lie below a number says which
child comes next, and a processor with wide registers finds that in three instructions. NumPy has no such comparison; it
looks into ``tries``.

A number of 32 bits first learns which of 256 **parts** it is in, from 255 keys that all nodes above the parts would
hold. Where registers are wide enough to look things up in (AVX-512) these keys stay in registers, and many numbers at
a time are halved eight times, each against a key of its own (``instructions``); else two nodes are asked. Three
thousand five hundred intervals are that step and one node more: 30 kB with their values, which the first cache holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["HALVING_LINES", "LINE", "PARTS", "Tree", "aligned", "tree"]

LINE = 64
"""The bytes of a node."""

HALVINGS = 8
PARTS = 1 << HALVINGS

_SIDE = 16
"""Children of a node above the parts: its last key is never reached."""

HALVING_LINES = tuple(max(1, (1 << halving) // _SIDE) for halving in range(HALVINGS))
"""The lines of the keys of each halving."""


class Tree(NamedTuple):
    """The tree of ascending starts. Node i is ``keys[n * i]`` to below ``keys[n * (i + 1)]``, n being 16 or 8.

    ``levels[d]`` is the first node of depth d below the parts. From node ``levels[d] + p``, p being its part at
    first, a number goes to ``p * (n + 1) + (how many of the node's keys are below it)``, which behind the last level
    is its interval. The key of a start is one less than the start, so that "below" means "from the start on", and a
    node is filled up with keys that nothing is above.

    ``values`` are the intervals' values: of node p of the last level from ``2 * n * p`` on, where it costs one
    instruction to be and mostly in one line; of part p at p where there is no level.

    ``parts`` is empty for numbers of 64 bits, which are all in part 0 and have a level at least. For 32 bits it holds
    the keys between parts twice. First by halvings: those of the first four in a line each, repeated, then those of the
    fifth to the eighth in 1, 2, 4 and 8 lines; the key that a number needs next stands where the bits say that it has
    so far, the first bit being the lowest. Then as 17 nodes of 15 keys and one that nothing is above: the root, and its
    children.
    """

    parts: Array
    keys: Array
    levels: Array
    values: Array


def tree(starts: Array, values: Array) -> Tree:
    """The tree of intervals that begin at ``starts``, ascending, the first at 0, in their own unsigned type."""
    import numpy as np

    width = LINE // starts.itemsize
    fan, count = width + 1, len(starts)
    top, depth = (PARTS, 0) if starts.itemsize == 4 else (1, 1)
    while top * fan**depth < count:
        depth += 1
    nodes = [np.arange(-(-count // fan ** (depth - level))) * fan ** (depth - level) for level in range(depth)]
    below = [
        _keys(starts, own[:, None] + np.arange(1, fan) * fan ** (depth - level - 1)) for level, own in enumerate(nodes)
    ]
    sizes = [len(own) for own in nodes]
    levels = np.cumsum([0, *sizes], dtype=np.uint64)[:-1]
    parts = _parts(starts, fan**depth) if starts.itemsize == 4 else starts[:0]
    narrow = np.uint16 if int(values.max()) < 1 << 16 else np.uint32
    found = _spaced(values.astype(narrow), fan) if depth else values.astype(narrow)
    return Tree(aligned(parts), aligned(np.concatenate([starts[:0], *below])), levels, aligned(found))


def aligned(lines: Array) -> Array:
    """``lines``, or a copy of them, such that each lies in one line of the cache."""
    import numpy as np

    if lines.ctypes.data % LINE == 0:
        return lines
    room = np.empty(lines.nbytes + LINE, np.uint8)
    begin = -room.ctypes.data % LINE
    found: Array = room[begin : begin + lines.nbytes].view(lines.dtype)
    found[:] = lines
    return found


def _spaced(values: Array, fan: int) -> Array:
    """The values of every ``fan`` intervals at the beginning of a room for twice as many as a node has keys."""
    import numpy as np

    nodes = -(-len(values) // fan)
    out = np.zeros((nodes, 2 * (fan - 1)), values.dtype)
    out[:, :fan] = np.pad(values, (0, nodes * fan - len(values))).reshape(nodes, fan)
    return out.reshape(-1)


def _keys(starts: Array, which: Array) -> Array:
    """The keys of some starts, in one row; behind the last start keys that nothing is above."""
    import numpy as np

    keys = np.full(which.shape, np.iinfo(starts.dtype).max, starts.dtype)
    there = which < len(starts)
    keys[there] = starts[which[there]] - starts.dtype.type(1)
    return keys.reshape(-1)


def _parts(starts: Array, size: int) -> Array:
    """The keys between parts of ``size`` intervals each, by halvings and as nodes."""
    import numpy as np

    ends = _keys(starts, np.arange(1, PARTS + 1) * size)  # nothing is above the last
    halvings = [np.resize(ends[_middles(n) - 1], _SIDE * lines) for n, lines in enumerate(HALVING_LINES)]
    children = ends.copy()
    children[_SIDE - 1 :: _SIDE] = ends[-1]
    return np.concatenate([*halvings, ends[_SIDE - 1 :: _SIDE], children])


def _middles(n: int) -> Array:
    """The part that begins in the middle of each of 2**n stretches, ordered by the stretch's number read backwards."""
    import numpy as np

    order = np.zeros(1, np.int64)
    for _ in range(n):
        order = np.concatenate((order * 2, order * 2 + 1))
    return (2 * order + 1) * (PARTS >> n + 1)
