"""Address to class in steps that never branch: the high 16 bits, then eight at a time.

A cell of a step says where the block begins to look into next, or it is a class already: then the later steps look at
the cell of that number, in front of the blocks, which names itself. So all addresses of a chunk take the same steps, as
NumPy wants it. Only what differs within a block's addresses has a block, so the tables follow the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.axes import AddressAxis

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["Trie", "trie", "trie_cells"]

_LAST = (1 << 64) - 1
_STEPS = {4: ((1 << 16, 16), (256, 8), (256, 0)), 8: ((1 << 16, 48), *((256, bits) for bits in range(40, -8, -8)))}


class Trie(NamedTuple):
    """``cell = levels[0][the high 16 bits]``, then in each further level the cell at

    ``cell`` where it is below ``total``, else at ``cell + (the next eight bits)``. The last cell is the value of the
    number's interval.
    """

    total: int
    levels: tuple[Array, ...]


def trie(starts: Array, values: Array) -> Trie:
    """The trie of intervals that begin at ``starts``, ascending, the first at 0: numbers of 32 or 64 bits."""
    import numpy as np

    steps, count = _STEPS[starts.dtype.itemsize], int(values.max()) + 1
    starts, begins = starts.astype(np.uint64), np.zeros(1, np.uint64)
    levels: list[Array] = []
    for step in steps:
        cells, begins = _cells(starts, begins, values, count, step)
        cells[cells > count] += 255 * (cells[cells > count] - count)
        levels.append(cells if not levels else np.concatenate((np.arange(count), cells)))
    return Trie(count, tuple(cells.astype(np.uint16 if cells.max() < 1 << 16 else np.uint32) for cells in levels))


def trie_cells(axis: AddressAxis) -> int:
    """How many cells the blocks of ``axis`` will have: a block for each part of a step in which an interval begins."""
    import numpy as np

    wide = axis.starts[-1] >> 32 > 0
    # Where low halves are told apart, the next high half begins an interval too.
    high = {(start >> 64) + step for start in axis.starts for step in (0, 1)} if wide else axis.starts
    starts = np.array([start for start in high if start <= _LAST], np.uint64)
    levels = [np.uint64(level) for level in (range(8, 56, 8) if wide else range(8, 24, 8))]
    inside = [starts[starts & ((np.uint64(1) << level) - np.uint64(1)) > 0] >> level for level in levels]
    return sum(256 * len(np.unique(some)) for some in inside) + (1 << 16)


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
