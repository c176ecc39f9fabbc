"""Bricks by the 64 in groups, so that an AND of a few words finds the groups worth looking at.

The usual bit vectors keep rules in the order in which they are asked: a bit for each in every class, and thousands of
bits to AND for each flow. A summary of them (which words are not empty) says little, since a rule on everyone sets a
bit in every class. Here the order is free: bricks that take about the same addresses stand together, wide ones with
wide ones, so a class is in few groups, and source and destination together are in three or four of a hundred. Only
words that are not empty are stored; where one lies is told by how many come before it. Within a group bricks keep
their order, so its lowest bit is its best, and the best of a few groups is the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.axes import AddressAxis, ServiceAxis
from netwatch.matcher.bricks import Bricks
from netwatch.matcher.clusters import clustered, incidences

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["Groups", "bit_rows", "group_bytes", "groups"]

GROUP = 64


class Groups(NamedTuple):
    """All bit words in one array, and which brick stands where.

    For class c of axis x (0 source, 1 destination, 2 service) and k below ``across`` two words stand at
    ``words[begins[x] + 2 * (c * across + k)]``: which of groups 64·k to 64·k + 63 have a word for c (bit g for group
    64·k + g), and where in ``words`` the first of these is; they follow one another. ``order[64 * group + bit]`` is the
    brick of a bit. ``classes`` are the numbers of classes.
    """

    across: int
    begins: tuple[int, int, int]
    words: Array
    order: Array
    classes: tuple[int, int, int]


def groups(bricks: Bricks, src: AddressAxis, dst: AddressAxis, service: ServiceAxis) -> Groups:
    """The groups of ``bricks``."""
    import numpy as np

    order = clustered(bricks, src, dst, size=GROUP)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    across = max(1, -(-len(order) // (64 * GROUP)))
    rows = (
        bit_rows(bricks, 0, src, place=place, count=across * 64),
        bit_rows(bricks, 1, dst, place=place, count=across * 64),
        _service_rows(bricks, service, place, across * 64),
    )
    padded = np.zeros(across * 64 * GROUP, np.uint32)
    padded[: len(order)] = order
    begins, words = _joined([_compressed(dense) for dense in rows])
    return Groups(across, begins, words, padded, (src.total, dst.total, service.total))


def group_bytes(bricks: Bricks, src: AddressAxis, dst: AddressAxis, service: ServiceAxis) -> int:
    """How many bytes building ``groups`` takes at most, for one axis at a time."""
    widest = max(len(src.starts), len(dst.starts), service.total)
    return widest * (-(-len(bricks.bases) // (64 * GROUP)) * 64) * 8


def bit_rows(bricks: Bricks, number: int, axis: AddressAxis, *, place: Array, count: int) -> Array:
    """``count`` words for each class of an address axis: bit ``place[b]`` is set where brick b takes the class."""
    import numpy as np

    at, ranges = incidences(bricks, number, place)
    rows = np.zeros((len(axis.starts) + 1, count), np.uint64)
    bit = np.left_shift(np.uint64(1), (at % GROUP).astype(np.uint64))
    for edge in (axis.low, axis.high):
        np.bitwise_xor.at(rows, (edge[ranges], at // GROUP), bit)
    np.bitwise_xor.accumulate(rows, axis=0, out=rows)
    return rows[axis.first]


def _service_rows(bricks: Bricks, axis: ServiceAxis, place: Array, count: int) -> Array:
    import numpy as np

    dense = np.zeros((axis.total, count), np.uint64)
    at, ranges = incidences(bricks, 2, place)
    order = np.argsort(ranges, kind="stable")
    at, ranges = at[order], ranges[order]
    edges = np.searchsorted(ranges, np.arange(len(axis.covers) + 1))
    for number, classes in enumerate(axis.covers):
        own = np.zeros(count, np.uint64)
        some = at[edges[number] : edges[number + 1]]
        np.bitwise_or.at(own, some // GROUP, np.left_shift(np.uint64(1), (some % GROUP).astype(np.uint64)))
        dense[classes] |= own
    return dense


def _compressed(dense: Array) -> tuple[Array, Array]:
    """Heads (classes × across × 2, as in Groups, but counted from the axis's own first word), and words not empty."""
    import numpy as np

    there = dense != 0
    bits = np.packbits(there, axis=1, bitorder="little").view(np.uint64)
    counts = there.reshape(len(dense), -1, 64).sum(axis=2)
    first = (np.cumsum(counts) - counts.reshape(-1)).reshape(counts.shape)
    return np.stack((bits, first.astype(np.uint64)), axis=2), dense[there]


def _joined(axes: list[tuple[Array, Array]]) -> tuple[tuple[int, int, int], Array]:
    """Heads and words of all axes one behind the other, with a word more that may be read and never counts."""
    import numpy as np

    at, begins, parts = 0, [], []
    for heads, words in axes:
        begins.append(at)
        heads[:, :, 1] += np.uint64(at + heads.size)
        parts += [heads.reshape(-1), words]
        at += heads.size + len(words)
    return (begins[0], begins[1], begins[2]), np.concatenate([*parts, np.zeros(1, np.uint64)])
