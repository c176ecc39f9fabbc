"""Every combination of classes worked out beforehand, where that is small: a flow is then two look-ups in two steps.

The first table takes (source class, destination class) to a pair class: pairs that leave the same rows to choose from,
in the same order, are one. The second takes (pair class, service class) to the row. Written out they would not fit into
any cache: 1,900 × 2,000 pairs for a thousand rules. But classes near one another are alike, so each table is cut into
blocks of sixteen cells along its second side, and equal blocks are kept once: a twentieth is left. The tables still
cannot be promised to be small, so ``pairs`` gives None where they outgrow their bounds, and ``groups`` does the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.axes import AddressAxis, ServiceAxis, keys, numbered
from netwatch.matcher.bricks import Bricks
from netwatch.matcher.clusters import incidences
from netwatch.matcher.groups import bit_rows
from netwatch.matcher.places import Places

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["BLOCK", "MAX_CELLS", "Pairs", "Table", "blocks_of", "pairs"]

BLOCK = 16
"""The cells of a block."""

MAX_CELLS = 1 << 23
"""The most cells of the table of pairs, and of the table of rows, while they are built."""

MAX_CLASSES = (1 << 16) - 1
"""The most pair classes: they are kept in 16 bits."""

_MAX_BITS = 1 << 28
_STRIP = 1 << 19


class Table(NamedTuple):
    """Cell (i, j) is ``cells[blocks[i * across + j // 16] * 16 + j % 16]``."""

    across: int
    blocks: Array
    cells: Array


class Pairs(NamedTuple):
    """``classes``: (source class, destination class) to pair class. ``rows``: (pair class, service class) to row."""

    classes: Table
    rows: Table


def pairs(bricks: Bricks, src: AddressAxis, dst: AddressAxis, service: ServiceAxis, *, places: Places) -> Pairs | None:
    """The pairs of ``bricks``; None where a table would be too large."""
    import numpy as np

    across = -(-dst.total // BLOCK)
    if src.total * across * BLOCK > MAX_CELLS or (src.total + dst.total) * len(bricks.bases) > _MAX_BITS:
        return None
    sums = _sums(bricks, src, dst)
    padded = np.pad(sums, ((0, 0), (0, across * BLOCK - dst.total)), mode="edge")
    blocks, cells = blocks_of(padded)
    classes, first = numbered(cells.reshape(-1))
    if len(first) > MAX_CLASSES or len(first) * service.total > MAX_CELLS:
        return None
    seen = _first_cells(blocks, first)
    table = Table(across, blocks, classes.astype(np.uint16))
    found = _rows(bricks, (src, dst, service), places, (seen // (across * BLOCK), seen % (across * BLOCK)))
    return Pairs(table, found)


def _sums(bricks: Bricks, src: AddressAxis, dst: AddressAxis) -> Array:
    """For each pair of classes the exclusive or of the keys of what holds it: a source and a destination of a brick.

    Each such rectangle toggles its key at its four corners; summing along both sides fills it. Strip by strip, so that
    no table of intervals times intervals is made.
    """
    import numpy as np

    where, first, second = _rectangles(bricks)
    word = keys(len(where), 3)
    begins = np.concatenate((src.low[first], src.high[first]))
    word, second = np.concatenate((word, word)), np.concatenate((second, second))
    order = np.argsort(begins, kind="stable")
    begins, word, second = begins[order], word[order], second[order]
    out = np.empty((src.total, dst.total), np.uint64)
    wide = len(dst.starts) + 1
    carried = np.zeros(wide, np.uint64)
    height = max(1, _STRIP // wide)
    for low in range(0, len(src.starts), height):
        high = min(low + height, len(src.starts))
        strip = np.zeros((high - low, wide), np.uint64)
        some = slice(*np.searchsorted(begins, (low, high)))
        for edge in (dst.low, dst.high):
            np.bitwise_xor.at(strip, (begins[some] - low, edge[second[some]]), word[some])
        strip[0] ^= carried
        np.bitwise_xor.accumulate(strip, axis=0, out=strip)
        carried = strip[-1].copy()
        own = slice(*np.searchsorted(src.first, (low, high)))
        lines = strip[src.first[own] - low]
        out[own] = np.bitwise_xor.accumulate(lines, axis=1)[:, dst.first]
    return out


def _rectangles(bricks: Bricks) -> tuple[Array, Array, Array]:
    """Brick, source range and destination range of everything that is a source and a destination of one brick."""
    import numpy as np

    own = np.arange(len(bricks.bases))
    brick_s, ranges_s = incidences(bricks, 0, own)
    brick_d, ranges_d = incidences(bricks, 1, own)
    many = np.bincount(brick_d, minlength=len(own))
    begins = np.cumsum(many) - many
    times = many[brick_s]
    inside = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    return (
        np.repeat(brick_s, times),
        np.repeat(ranges_s, times),
        ranges_d[np.repeat(begins[brick_s], times) + inside],
    )


def blocks_of(cells: Array) -> tuple[Array, Array]:
    """The number of every sixteen cells' block, and the cells of each distinct block: one row of sixteen."""
    import numpy as np

    parts = cells.reshape(-1, BLOCK)
    weights = keys(BLOCK, 4) | np.uint64(1)
    mixed = (parts.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)) * weights
    sums = np.bitwise_xor.reduce(mixed ^ (mixed >> np.uint64(29)), axis=1)
    ids, first = numbered(sums)
    return ids.astype(np.uint16 if len(first) <= 1 << 16 else np.uint32), parts[first]


def _first_cells(blocks: Array, first: Array) -> Array:
    """Where in the whole table each class appears first, from where it does among the distinct blocks."""
    import numpy as np

    _, at = np.unique(blocks, return_index=True)
    found: Array = at[first // BLOCK] * BLOCK + first % BLOCK
    return found


def _rows(
    bricks: Bricks, axes: tuple[AddressAxis, AddressAxis, ServiceAxis], places: Places, seen: tuple[Array, Array]
) -> Table:
    """The table of rows, from one pair of classes for each pair class."""
    import numpy as np

    src, dst, service = axes
    # The padding behind the last destination class repeats it; no flow ever gets there.
    seen = seen[0], np.minimum(seen[1], dst.total - 1)
    pair, brick = _candidates(bricks, (src, dst), seen)
    held = _held(bricks, service)
    member = np.array(bricks.members[2], np.int64)[brick]
    numbers = places.bricks.reshape(-1, 8)[brick].astype(np.int64)
    base: Array = numbers[:, 0]
    base = base + places.src[numbers[:, 1] + seen[0][pair]] * numbers[:, 2]
    base = base + places.dst[numbers[:, 3] + seen[1][pair]] * numbers[:, 4]
    nth = np.arange(len(pair)) - np.searchsorted(pair, pair)
    out = np.full((len(seen[0]), -(-service.total // BLOCK) * BLOCK), -1, np.int32)
    for layer in range(int(nth.max(initial=-1)), -1, -1):
        some = np.nonzero(nth == layer)[0]
        place = held[member[some]]
        before = out[pair[some], : service.total]
        out[pair[some], : service.total] = np.where(place >= 0, base[some, None].astype(np.int32) + place, before)
    narrow = np.int16 if out.max() < 1 << 15 else np.int32
    blocks, cells = blocks_of(out.astype(narrow))
    return Table(out.shape[1] // BLOCK, blocks, np.ascontiguousarray(cells.reshape(-1)))


def _candidates(
    bricks: Bricks, axes: tuple[AddressAxis, AddressAxis], seen: tuple[Array, Array]
) -> tuple[Array, Array]:
    """For each pair class the bricks that hold it, in their order: two columns, pair classes ascending."""
    import numpy as np

    own = np.arange(len(bricks.bases))
    count = max(1, -(-len(own) // 64))
    first, second = (bit_rows(bricks, number, axis, place=own, count=count) for number, axis in enumerate(axes))
    height = max(1, _STRIP // count)
    found = []
    for low in range(0, len(seen[0]), height):
        both = first[seen[0][low : low + height]] & second[seen[1][low : low + height]]
        pair, word = np.nonzero(both)
        bits = np.unpackbits(both[pair, word].view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
        which, bit = np.nonzero(bits)
        found.append((pair[which] + low, word[which] * 64 + bit))
    return np.concatenate([pair for pair, _ in found]), np.concatenate([brick for _, brick in found])


def _held(bricks: Bricks, service: ServiceAxis) -> Array:
    """The place of every service class in every list, -1 where a list does not hold it."""
    import numpy as np

    out = np.full((len(bricks.lists[2]), service.total), -1, np.int32)
    for index, some in enumerate(bricks.lists[2]):
        for place in range(len(some) - 1, -1, -1):
            out[index, service.covers[some[place]]] = place
    return out
