"""From a brick back to its row: the place of each class in the lists of ranges that bricks are made of.

A list of addresses is its numbers, sixteen to a line of the cache. A byte for each list and class would be looked up in
one step, but be twelve megabytes for 4,000 rules, which wait in far memory; the lines are a hundredth of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.axes import AddressAxis, ServiceAxis
from netwatch.matcher.bricks import Bricks

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["LINE", "MAX_PLACES", "WIDTH", "Lines", "Places", "address_places", "place_cells", "places"]

MAX_PLACES = 1 << 24
"""The most cells of the places of services. Beyond, no table is made of the rules as a whole."""

WIDTH = 8
"""The numbers that stand for one brick in ``Places.bricks``."""

LINE = 16
"""The numbers of a line of addresses' places."""

_NEVER = (1 << 32) - 1


class Lines(NamedTuple):
    """The numbers of all lists of addresses, and for each line the first line of its list.

    How many numbers of a list's lines are below the class of an address is the place of the range that holds it, since
    lists ascend and classes are numbered in the order of their first interval.
    """

    numbers: Array
    first: Array


class Places(NamedTuple):
    """How rows are counted. For brick b the eight numbers from ``bricks[8 * b]`` on are

    its first row; for source and destination in turn the first line of its list in ``src`` or ``dst`` and how many rows
    one place is worth; where the places of its services begin in ``service`` and how many rows one is worth; and the
    lines of the source list, plus 65,536 times those of the destination list. The row of a flow is the sum of its
    places' rows. A list of a single range has no lines, and its places are worth 0 rows. Behind the last brick stands
    one of zeros, which may be read and never counts.
    """

    bricks: Array
    src: Lines
    dst: Lines
    service: Array


def place_cells(bricks: Bricks, service: ServiceAxis) -> int:
    """How many cells the places of services will need."""
    return sum(len(some) > 1 for some in bricks.lists[2]) * service.total


def places(bricks: Bricks, src: AddressAxis, dst: AddressAxis, service: ServiceAxis) -> Places:
    """The places of all lists."""
    import numpy as np

    sizes = [np.array([len(some) for some in lists], np.uint32) for lists in bricks.lists]
    member = [np.array(some, np.int64) for some in bricks.members]
    own = [sizes[axis][member[axis]] for axis in range(3)]
    many = [(some + np.uint32(LINE - 2)) // np.uint32(LINE) for some in sizes[:2]]
    sides = [_lines(bricks.lists[number], axis, many[number]) for number, axis in enumerate((src, dst))]
    begins, service_places = _service_places(bricks.lists[2], service)
    worth = (own[1] * own[2], own[2], np.ones(len(bricks.bases), np.uint32))
    out = np.zeros((len(bricks.bases) + 1, WIDTH), np.uint32)
    out[:-1, 0] = bricks.bases
    for axis, begin in enumerate((sides[0][0], sides[1][0], begins)):
        out[:-1, 1 + 2 * axis] = begin[member[axis]]
        out[:-1, 2 + 2 * axis] = np.where(own[axis] > 1, worth[axis], 0)
    out[:-1, 7] = many[0][member[0]] | many[1][member[1]] << np.uint32(16)
    return Places(out.reshape(-1), sides[0][1], sides[1][1], service_places)


def address_places(lines: Lines, first: Array, classes: Array) -> Array:
    """The place of each class in the list with the given first line; any number where that list has no lines."""
    import numpy as np

    flat = (lines.first.astype(np.uint64).repeat(LINE) << np.uint64(32)) | lines.numbers
    asked = (first.astype(np.uint64) << np.uint64(32)) | classes.astype(np.uint64)
    return np.searchsorted(flat, asked) - LINE * first.astype(np.int64)


def _lines(lists: Sequence[tuple[int, ...]], axis: AddressAxis, many: Array) -> tuple[Array, Lines]:
    """The first line of each list, and the lines of all. A number is the class before the first that a range can hold;

    the first range of a list has none. A range that holds nothing comes last in its list, and nothing reaches it.
    """
    import numpy as np

    first = np.cumsum(many, dtype=np.uint32) - many
    sizes = np.array([len(some) for some in lists], np.int64)
    ranges = np.fromiter((index for some in lists for index in some), np.int64, int(sizes.sum()))
    nth = np.arange(len(ranges)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    low = axis.low[ranges]
    numbers = np.where(low < axis.high[ranges], np.searchsorted(axis.first, low) - 1, _NEVER)
    out = np.full(int(many.sum()) * LINE, _NEVER, np.uint32)
    later = nth > 0
    out[(first.astype(np.int64).repeat(sizes) * LINE + nth - 1)[later]] = numbers[later]
    return first, Lines(out, first.repeat(many))


def _service_places(lists: Sequence[tuple[int, ...]], axis: ServiceAxis) -> tuple[Array, Array]:
    """Where each list's places begin, and the places; a row more than there are, for lists that need none."""
    import numpy as np

    several = sum(len(some) > 1 for some in lists)
    longest = max((len(some) for some in lists), default=0)
    narrow = np.uint8 if longest <= 1 << 8 else np.uint16 if longest <= 1 << 16 else np.uint32
    out = np.zeros((several + 1, axis.total), narrow)
    begins, row = np.zeros(len(lists), np.uint32), 0
    for index, some in enumerate(lists):
        if len(some) > 1:
            row += 1
            begins[index] = row * axis.total
            for place in range(len(some) - 1, -1, -1):
                out[row, axis.covers[some[place]]] = place
    return begins, out.reshape(-1)
