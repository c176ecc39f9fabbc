"""What a brick is the product of, cut into classes: numbers that no range tells apart have one class.

An axis is cut at both ends of all its ranges. Which ranges hold an interval is told by the exclusive or of their keys,
random words of 64 bits: equal sums mean equal sets but for one chance in 2⁶⁴ for each pair, less than 10⁻⁹ for the
largest table there is. So no table of intervals times ranges is ever made.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.bricks import Bricks
from netwatch.matcher.tables import Range

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["MAX_SERVICE_CELLS", "AddressAxis", "ServiceAxis", "address_axis", "keys", "numbered", "service_axis"]

MAX_SERVICE_CELLS = 1 << 22
"""The most cells (source ports × protocols × destination ports) that services may be cut into."""

_PORTS, _PROTOCOLS = 65535, 255


class AddressAxis(NamedTuple):
    """The source or the destination of a version. Classes are numbered in the order of their first interval.

    ``starts`` are the first addresses of the intervals, ascending, the first is 0. ``classes[i]`` is the class of
    interval i, ``first[c]`` the first interval of class c. A range holds the intervals from ``low[r]`` to below
    ``high[r]``.
    """

    starts: Sequence[int]
    classes: Array
    first: Array
    low: Array
    high: Array

    @property
    def total(self) -> int:
        """The number of classes."""
        return len(self.first)


class ServiceAxis(NamedTuple):
    """Source port, protocol and destination port together.

    The class of a service is ``classes[sport[port >> shift] + protocol[number] + dport[port]]``. ``covers[r]`` are the
    classes that range r holds, ascending.
    """

    shift: int
    sport: Array
    protocol: Array
    dport: Array
    classes: Array
    covers: Sequence[Array]
    total: int


def keys(count: int, seed: int) -> Array:
    """``count`` random words, the same ones each time."""
    import numpy as np

    return np.random.default_rng(seed).integers(1, 1 << 63, count, dtype=np.uint64)


def numbered(sums: Array) -> tuple[Array, Array]:
    """The class of each sum, numbered by first appearance, and the place where each class appears first."""
    import numpy as np

    _, first, classes = np.unique(sums, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank[classes.reshape(-1)], first[order]


def address_axis(bricks: Bricks, axis: int) -> AddressAxis:
    """Axis 0 (sources) or 1 (destinations) of ``bricks``."""
    import numpy as np

    top = (1 << (32 if bricks.version == 4 else 128)) - 1
    starts, low, high = _intervals(bricks.addresses[axis], top)
    changes = np.zeros(len(starts) + 1, np.uint64)
    word = keys(len(low), axis)
    np.bitwise_xor.at(changes, low, word)
    np.bitwise_xor.at(changes, high, word)
    classes, first = numbered(np.bitwise_xor.accumulate(changes[:-1]))
    return AddressAxis(starts, classes, first, low, high)


def service_axis(bricks: Bricks) -> ServiceAxis | None:
    """The services of ``bricks``; None where they would be cut into more than MAX_SERVICE_CELLS."""
    import numpy as np

    services = bricks.services
    cut = [_intervals([one[field] for one in services], top) for field, top in enumerate((_PORTS, _PORTS, _PROTOCOLS))]
    (sports, *sport), (dports, *dport), (protocols, *protocol) = cut
    shape = len(sports), len(protocols), len(dports)
    if shape[0] * shape[1] * shape[2] > MAX_SERVICE_CELLS:
        return None
    changes = np.zeros([side + 1 for side in shape], np.uint64)
    word = keys(len(services), 2)
    for first in sport:
        for second in protocol:
            for third in dport:
                np.bitwise_xor.at(changes, (first, second, third), word)
    for field in range(3):
        np.bitwise_xor.accumulate(changes, axis=field, out=changes)
    classes, places = numbered(changes[:-1, :-1, :-1].reshape(-1))
    grid = classes.reshape(shape)
    bounds = zip(*sport, *protocol, *dport, strict=True)
    covers = [np.unique(grid[a:b, c:d, e:f]) for a, b, c, d, e, f in bounds]
    shift = _shift(sports)
    return ServiceAxis(
        shift,
        _places(sports, _PORTS + 1, shift) * np.uint32(shape[1] * shape[2]),
        _places(protocols, _PROTOCOLS + 1, 0) * np.uint32(shape[2]),
        _places(dports, _PORTS + 1, 0).astype(np.uint16),
        classes,
        covers,
        len(places),
    )


def _intervals(ranges: Sequence[Range], top: int) -> tuple[list[int], Array, Array]:
    """Where to cut 0 to ``top``, and for each range its first interval and the one behind its last."""
    import numpy as np

    kept = [(max(low, 0), min(high, top) + 1) if max(low, 0) <= min(high, top) else (0, 0) for low, high in ranges]
    starts = sorted({0, *chain.from_iterable(kept)})
    place = {start: index for index, start in enumerate(starts)}
    if starts[-1] > top:
        starts.pop()
    low = np.array([place[begin] for begin, _ in kept], np.int64)
    high = np.array([place[end] for _, end in kept], np.int64)
    return starts, low, high


def _places(starts: Sequence[int], size: int, shift: int) -> Array:
    """The interval of every number below ``size``, or of every 2**shift-th."""
    import numpy as np

    begins = np.zeros(size >> shift, np.uint32)
    begins[np.array(starts[1:], np.int64) >> shift] = 1
    return np.add.accumulate(begins, dtype=np.uint32)


def _shift(starts: Sequence[int]) -> int:
    """How many low bits of a port tell nothing: mostly all, where no rule asks for a source port."""
    joined = 1 << 16
    for start in starts:
        joined |= start
    return (joined & -joined).bit_length() - 1
