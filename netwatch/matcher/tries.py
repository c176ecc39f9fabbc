"""Address to class in steps that never branch: the high 16 bits, then eight at a time.

A cell of a step names the block to look into next, or it is a class already: then the later steps look at the cell of
that number, in front of the blocks, which names itself. So every address takes the same path, and the processor waits
for the tables on behalf of many addresses at once. Only what differs within a block's addresses has a block, so the
tables follow the rules and stay in the second-level cache; cells of 16 bits keep them half as large where they can.

An IPv6 address takes seven such steps through its high half. Where rules tell low halves apart, a search among the few
of that high half follows; it takes as many steps for every address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.axes import AddressAxis

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["Halves", "Trie", "halves", "trie", "trie_cells"]

_LOW = (1 << 64) - 1
_STEPS = {32: ((1 << 16, 16), (256, 8), (256, 0)), 64: ((1 << 16, 48), *((256, bits) for bits in range(40, -8, -8)))}


class Trie(NamedTuple):
    """``cell = levels[0][the high 16 bits]``, then in each further level the place

    ``cell`` where it is below ``total``, else ``total + (cell - total) * 256 + (the next eight bits)``. The last cell
    is the class, or for a high half the number of its interval.
    """

    total: int
    levels: tuple[Array, ...]


class Halves(NamedTuple):
    """The trie of the high halves, and for each of its intervals the classes that low halves choose from.

    High interval h has the classes from ``begins[h]`` to below ``ends[h]``, which begin at the low halves ``lows``; an
    address below all of them has the class before. Where ``begins[h] == ends[h]`` it is always that one. ``step`` is
    the power of two to begin a search with; ``lows`` has 2 * step numbers more than there are classes.
    """

    trie: Trie
    begins: Array
    ends: Array
    lows: Array
    classes: Array
    step: int


def trie(axis: AddressAxis) -> Trie:
    """The trie of a 32-bit axis."""
    import numpy as np

    return _trie(np.array(axis.starts, np.uint64), axis.classes, axis.total, bits=32)


def halves(axis: AddressAxis) -> Halves:
    """The tables of a 128-bit axis."""
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
        _trie(starts[order], np.arange(len(starts)), len(starts), bits=64),
        begins[order].astype(np.uint32),
        ends[order].astype(np.uint32),
        np.concatenate((low, np.zeros(2 * step + 1, np.uint64))),
        axis.classes.astype(np.uint32),
        step,
    )


def trie_cells(axis: AddressAxis) -> int:
    """About how many cells the tables of ``axis`` will have, and not fewer."""
    bits, depth = (32, 8) if axis.starts[-1] >> 32 == 0 else (128, 64)
    levels = range(depth, bits - 8, 8) if bits == 32 else range(72, 120, 8)
    return sum(256 * len({start >> level for start in axis.starts}) for level in levels) + (1 << 16)


def _trie(starts: Array, values: Array, count: int, *, bits: int) -> Trie:
    import numpy as np

    begins = np.zeros(1, np.uint64)
    levels: list[Array] = []
    for step in _STEPS[bits]:
        cells, begins = _cells(starts, begins, values, count, step)
        levels.append(cells if not levels else np.concatenate((np.arange(count), cells)))
    narrow = np.uint16 if max(int(cells.max()) for cells in levels) < 1 << 16 else np.uint32
    return Trie(count, tuple(cells.astype(narrow) for cells in levels))


def _cells(starts: Array, begins: Array, values: Array, count: int, step: tuple[int, int]) -> tuple[Array, Array]:
    """A cell for each part of the blocks that begin at ``begins``, and where those begin that need blocks of their own.

    A block is ``step[0]`` cells of 2**step[1] addresses. The interval of a cell's first address is that of the block's,
    and one more for each start since; a start inside a cell makes it one that needs a block.
    """
    import numpy as np

    fan, bits = step
    width, rest = np.uint64(bits), np.uint64((1 << bits) - 1)
    before = np.searchsorted(starts, begins, side="right") - 1
    block = np.searchsorted(begins, starts, side="right") - 1
    offset = starts - begins[block] if len(begins) else starts
    inside = (block >= 0) & (offset >> width < fan)
    block, offset = block[inside], offset[inside]
    cell, unaligned = (offset >> width).astype(np.int64), offset & rest > 0
    places = (block * (fan + 1) + cell + unaligned)[offset > 0]
    since = np.bincount(places, minlength=len(begins) * (fan + 1)).reshape(len(begins), fan + 1)
    intervals = before[:, None] + np.add.accumulate(since[:, :-1], axis=1)
    cells = values[intervals.reshape(-1)].astype(np.int64)
    split = np.unique((block * fan + cell)[unaligned])
    cells[split] = count + np.arange(len(split))
    return cells, begins[split // fan] + ((split % fan).astype(np.uint64) << width)
