"""From a brick back to its row: the place of each class in the lists of ranges that bricks are made of."""

from __future__ import annotations

from collections.abc import Sequence
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
    """Where each list's places begin, and the places; a row more than there are, for lists that need none."""
    import numpy as np

    out = np.zeros((_several(lists) + 1, axis.total), _narrow(lists))
    begins, row = np.zeros(len(lists), np.uint32), 0
    for index, some in enumerate(lists):
        if len(some) > 1:
            row += 1
            begins[index] = row * axis.total
            for place, chosen in enumerate(some):
                out[row, axis.classes[axis.low[chosen] : axis.high[chosen]]] = place
    return begins, out.reshape(-1)


def _service_places(lists: Sequence[tuple[int, ...]], axis: ServiceAxis) -> tuple[Array, Array]:
    import numpy as np

    out = np.zeros((_several(lists) + 1, axis.total), _narrow(lists))
    begins, row = np.zeros(len(lists), np.uint32), 0
    for index, some in enumerate(lists):
        if len(some) > 1:
            row += 1
            begins[index] = row * axis.total
            for place in range(len(some) - 1, -1, -1):
                out[row, axis.covers[some[place]]] = place
    return begins, out.reshape(-1)


def _narrow(lists: Sequence[tuple[int, ...]]) -> type[np.unsignedinteger[Any]]:
    """The narrowest type that counts the ranges of every list; never more than a column of a table can have."""
    import numpy as np

    longest = max((len(some) for some in lists), default=0)
    return np.uint8 if longest <= 1 << 8 else np.uint16 if longest <= 1 << 16 else np.uint32
