"""Longest prefixes, as a batch: which value a table of address ranges gives an address, for many tables at once.

All tables are cut at the ends of the ranges of all of them, so an address has one class whichever table is asked, and
is found as ``classify`` finds it. A second look-up, (table, class), gives the value; its blocks of sixteen cells are
kept once where they are equal, and tables of one network differ in a few blocks only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    from netwatch.matcher.halves import ByTree, ByTrie
    from netwatch.matcher.pairs import Table

    Array = np.ndarray[Any, Any]

__all__ = ["Cuts", "PrefixTables", "prefix_tables"]

_STRIP = 1 << 22


class Cuts(NamedTuple):
    """One table: ``values[i]`` holds from address ``starts[i]`` to below the next start. Starts ascend, the first is 0.

    Values are numbers from -2**31 to 2**31 - 1. Which prefix is the longest has been decided before.
    """

    starts: Sequence[int]
    values: Sequence[int]


class PrefixTables(NamedTuple):
    """Tables of one address family, ready to be looked up, by tries or by trees. It pickles."""

    version: int
    many: int
    tries: ByTrie
    trees: ByTree
    values: Table


def prefix_tables(version: int, tables: Sequence[Cuts]) -> PrefixTables:
    """``tables`` made ready; a table is called by its place among them. Equal tables should be given once."""
    import numpy as np

    from netwatch.matcher.axes import AddressAxis
    from netwatch.matcher.halves import by_tree, by_trie
    from netwatch.matcher.pairs import BLOCK, blocks_of

    starts = sorted({0}.union(*(table.starts for table in tables)))
    own = np.arange(len(starts))
    axis = AddressAxis(starts, own, own, own[:0], own[:0])
    across = -(-len(starts) // BLOCK)
    place = {start: index for index, start in enumerate(starts)}
    parts = []
    height = max(1, _STRIP // (across * BLOCK))
    for low in range(0, len(tables), height):
        some = np.empty((min(height, len(tables) - low), across * BLOCK), np.int32)
        for row, table in zip(some, tables[low : low + height], strict=True):
            edges = [place[start] for start in table.starts]
            row[:] = np.repeat(table.values, np.diff([*edges, len(row)]))
        parts.append(blocks_of(some))
    values = _joined(across, parts)
    return PrefixTables(version, len(tables), by_trie(axis, version), by_tree(axis, version), values)


def _joined(across: int, parts: Sequence[tuple[Array, Array]]) -> Table:
    """One table of several strips; blocks that are equal in two of them are kept once again."""
    import numpy as np

    from netwatch.matcher.pairs import Table, blocks_of

    sizes = np.cumsum([0, *(len(cells) for _, cells in parts)])
    cells = np.concatenate([np.zeros((0, 16), np.int32), *(cells for _, cells in parts)])
    ids = [blocks.astype(np.int64) + begin for (blocks, _), begin in zip(parts, sizes, strict=False)]
    again, distinct = blocks_of(cells)
    every = np.concatenate([np.zeros(0, np.int64), *ids])
    return Table(across, again[every], np.ascontiguousarray(distinct.reshape(-1)))
