"""Traces: many flows drawn for one rule table, by a seed, as columns.

hit      a random point of a random row: every row is met about equally often
zipf     200,000 flows of ``hit``, met as often as Zipf's law with exponent 1.2 says: few flows, many packets
uniform  random addresses and ports, as a scan of the whole internet would have them
cross    the columns of ``hit``, each shuffled by itself: no two fields belong together, the worst case for caches
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from netwatch.errors import QueryError
from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.tables import Point, Range, RuleTable

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["TRACES", "boundary_points", "points_batch", "trace"]

TRACES = ("hit", "zipf", "uniform", "cross")
"""The kinds of trace."""

ZIPF_FLOWS = 200_000
ZIPF_EXPONENT = 1.2
_LOW_64 = (1 << 64) - 1

Columns = list["Array"]
"""src, dst, sport, dport, protocol of version 4; of version 6 each address is two columns, the high half first."""


def trace(table: RuleTable, kind: str, n: int, *, seed: int = 0) -> FlowBatch:
    """``n`` flows of the table's address family; equal arguments give equal flows. QueryError for an unknown kind.

    A point of a row that takes every source port has a source port of 0 to 65535, never an open one.
    """
    import numpy as np

    if kind not in TRACES:
        raise QueryError(f"{kind!r} is not a kind of trace.", hint=f"Expected one of: {', '.join(TRACES)}.")
    random = np.random.default_rng([seed, TRACES.index(kind)])
    if kind == "uniform":
        return _batch(table.version, _uniform(table.version, n, random))
    if kind == "zipf":
        drawn = _ranks(n, random)
        return _batch(table.version, [column[drawn] for column in _hits(table, ZIPF_FLOWS, random)])
    columns = _hits(table, n, random)
    if kind == "cross":
        columns = _crossed(table.version, columns, random)
    return _batch(table.version, columns)


def boundary_points(table: RuleTable, most: int, *, seed: int = 0) -> list[Point]:
    """Up to ``most`` points at the edges of rows, where a matcher that is off by one shows it.

    Each takes a random row, and of each field its low or high end, one less or one more, as far as the field goes.
    """
    from random import Random

    random = Random(f"boundary/{seed}")
    widest = (1 << (32 if table.version == 4 else 128)) - 1
    limits = (widest, widest, 65535, 65535, 255)
    points = []
    for _ in range(most):
        row = random.choice(table.rows)
        edges = [random.choice((low, high, low - 1, high + 1)) for low, high in row]
        src, dst, sport, dport, protocol = (min(max(e, 0), top) for e, top in zip(edges, limits, strict=True))
        points.append((src, dst, sport, dport, protocol))
    return points


def points_batch(version: int, points: Sequence[Point]) -> FlowBatch:
    """``points`` as a batch; none may have an open source port."""
    import numpy as np

    src, dst, *rest = zip(*points, strict=True) if points else ((),) * 5
    if version == 4:
        return _batch(4, [np.array(column, dtype=np.int64) for column in (src, dst, *rest)])
    halves = [[value >> 64 for value in src], [value & _LOW_64 for value in src]]
    halves += [[value >> 64 for value in dst], [value & _LOW_64 for value in dst]]
    return _batch(
        6, [np.array(column, np.uint64) for column in halves] + [np.array(column, dtype=np.int64) for column in rest]
    )


def _hits(table: RuleTable, n: int, random: np.random.Generator) -> Columns:
    chosen = random.integers(0, len(table.rows), n)
    columns: Columns = []
    for field, ranges in enumerate(zip(*table.rows, strict=True)):
        if field < 2 and table.version == 6:
            columns += _wide_points(ranges, chosen, random)
        else:
            columns.append(_points([(max(low, 0), high) for low, high in ranges], chosen, random))
    return columns


def _points(ranges: Sequence[Range], chosen: Array, random: np.random.Generator) -> Array:
    """For each chosen row a number of its range, all equally likely."""
    import numpy as np

    low, high = np.array(ranges, dtype=np.int64).T
    drawn: Array = random.integers(low[chosen], high[chosen], endpoint=True)
    return drawn


def _wide_points(ranges: Sequence[Range], chosen: Array, random: np.random.Generator) -> Columns:
    """The high and low halves of a number of each chosen row's range; in a prefix all are equally likely."""
    import numpy as np

    ends = [
        np.array([value >> s & _LOW_64 for value in column], np.uint64)[chosen]
        for column in zip(*ranges, strict=True)
        for s in (64, 0)
    ]
    low_high, low_low, high_high, high_low = ends
    upper = random.integers(low_high, high_high, endpoint=True, dtype=np.uint64)
    least = np.where(upper == low_high, low_low, np.uint64(0))
    most = np.where(upper == high_high, high_low, np.uint64(_LOW_64))
    return [upper, random.integers(least, most, endpoint=True, dtype=np.uint64)]


def _ranks(n: int, random: np.random.Generator) -> Array:
    """``n`` numbers below ZIPF_FLOWS, the first the likeliest."""
    import numpy as np

    weights = np.arange(1, ZIPF_FLOWS + 1, dtype=np.float64) ** -ZIPF_EXPONENT
    share = np.cumsum(weights)
    return np.searchsorted(share / share[-1], random.random(n))


def _uniform(version: int, n: int, random: np.random.Generator) -> Columns:
    import numpy as np

    bits = (32, 32) if version == 4 else (64,) * 4
    addresses: Columns = [random.integers(0, (1 << width) - 1, n, np.uint64, endpoint=True) for width in bits]
    ports: Columns = [random.integers(0, 65536, n) for _ in range(2)]
    return [*addresses, *ports, random.choice(np.array([6, 17, 1]), n, p=[0.7, 0.25, 0.05])]


def _crossed(version: int, columns: Columns, random: np.random.Generator) -> Columns:
    """Each field shuffled by itself; the halves of an address stay together."""
    if version == 4:
        return [random.permutation(column) for column in columns]
    n = len(columns[0])
    out: Columns = []
    for first in (0, 2):
        order = random.permutation(n)
        out += [columns[first][order], columns[first + 1][order]]
    return out + [random.permutation(column) for column in columns[4:]]


def _batch(version: int, columns: Columns) -> FlowBatch:
    import numpy as np

    *addresses, sport, dport, protocol = columns
    rest: dict[str, Array] = {
        "sport": sport.astype(np.uint16),
        "dport": dport.astype(np.uint16),
        "protocol": protocol.astype(np.uint8),
    }
    if version == 4:
        src, dst = (column.astype(np.uint32) for column in addresses)
        return FlowBatch.v4(src, dst, **rest)
    src_high, src_low, dst_high, dst_low = addresses
    return FlowBatch.v6((src_high, src_low), (dst_high, dst_low), **rest)
