"""From a brick back to its row: the place of each class in the lists of ranges that bricks are made of.

A list is asked about the classes it holds and no others, and it holds few. So lists that hold nothing in common share a
row of places: 51 rows do for the 850 lists of sources of 4,000 rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.axes import AddressAxis, ServiceAxis
from netwatch.matcher.bricks import Bricks

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["MAX_PLACES", "WIDTH", "Places", "place_cells", "places"]

MAX_PLACES = 1 << 24
"""The most cells of all place tables together. Beyond, bricks are single rows and need none."""

WIDTH = 8
"""The numbers that stand for one brick in ``Places.bricks``."""


class Places(NamedTuple):
    """How rows are counted. For brick b the eight numbers from ``bricks[8 * b]`` on are

    its first row, then for source, destination and service in turn where the places of its list begin in ``src``,
    ``dst`` or ``service`` and how many rows one place is worth, then 0. The row of a flow is the sum of its places'
    rows. A list of a single range has nothing to look up: its places are worth 0 rows, wherever they are read. Behind
    the last brick stands one of zeros, which may be read and never counts.
    """

    bricks: Array
    src: Array
    dst: Array
    service: Array


def place_cells(bricks: Bricks, src: AddressAxis, dst: AddressAxis, service: ServiceAxis) -> int:
    """How many cells ``places`` will need."""
    counts = (src.total, dst.total, service.total)
    return sum(_several(some) * count for some, count in zip(bricks.lists, counts, strict=True))


def places(bricks: Bricks, src: AddressAxis, dst: AddressAxis, service: ServiceAxis) -> Places:
    """The places of all lists."""
    import numpy as np

    sizes = [np.array([len(some) for some in lists], np.uint32) for lists in bricks.lists]
    member = [np.array(some, np.int64) for some in bricks.members]
    own = [sizes[axis][member[axis]] for axis in range(3)]
    tables = [
        _address_places(bricks.lists[0], src),
        _address_places(bricks.lists[1], dst),
        _service_places(bricks.lists[2], service),
    ]
    out = np.zeros((len(bricks.bases) + 1, WIDTH), np.uint32)
    out[:-1, 0] = bricks.bases
    worth = (own[1] * own[2], own[2], np.ones(len(bricks.bases), np.uint32))
    for axis in range(3):
        begins, _ = tables[axis]
        out[:-1, 1 + 2 * axis] = begins[member[axis]]
        out[:-1, 2 + 2 * axis] = np.where(own[axis] > 1, worth[axis], 0)
    return Places(out.reshape(-1), tables[0][1], tables[1][1], tables[2][1])


def _several(lists: Sequence[tuple[int, ...]]) -> int:
    return sum(len(some) > 1 for some in lists)


def _address_places(lists: Sequence[tuple[int, ...]], axis: AddressAxis) -> tuple[Array, Array]:
    """Where each list's places begin, and the places."""
    spans = list(zip(axis.low.tolist(), axis.high.tolist(), strict=True))
    return _shared(lists, lambda chosen: axis.classes[slice(*spans[chosen])], axis.total)


def _service_places(lists: Sequence[tuple[int, ...]], axis: ServiceAxis) -> tuple[Array, Array]:
    return _shared(lists, lambda chosen: axis.covers[chosen], axis.total)


def _shared(lists: Sequence[tuple[int, ...]], classes_of: Callable[[int], Array], total: int) -> tuple[Array, Array]:
    """Where each list's places begin, and the places. ``classes_of`` gives those of ``total`` classes a range holds.

    The list that holds most chooses its row first. Where two ranges of a list hold a class, the first of them counts.
    """
    import numpy as np

    longest = max((len(some) for some in lists), default=0)
    narrow = np.uint8 if longest <= 1 << 8 else np.uint16 if longest <= 1 << 16 else np.uint32
    several = [(index, [classes_of(one) for one in some]) for index, some in enumerate(lists) if len(some) > 1]
    begins, rows, taken = np.zeros(len(lists), np.uint32), [np.zeros(total, narrow)], [0]
    for index, parts in sorted(several, key=lambda one: -sum(map(len, one[1]))):
        row = _free(taken, np.concatenate(parts), total)
        if row == len(rows):
            rows.append(np.zeros(total, narrow))
        begins[index] = row * total
        for place in range(len(parts) - 1, -1, -1):
            rows[row][parts[place]] = place
    return begins, np.concatenate(rows)


def _free(taken: list[int], classes: Array, total: int) -> int:
    """The first row in which none of ``classes`` is taken yet, a new one if need be; they are taken then."""
    import numpy as np

    held = np.zeros(total, bool)
    held[classes] = True
    mask = int.from_bytes(np.packbits(held, bitorder="little").tobytes(), "little")
    row = next((row for row, others in enumerate(taken) if not others & mask), len(taken))
    if row == len(taken):
        taken.append(0)
    taken[row] |= mask
    return row
