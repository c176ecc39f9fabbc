"""What a Python program would use instead: loops, arrays, data frames, a database, a prefix tree.

Each peer is a function of a rule table (IPv4) that gives a function of a batch, which gives the row of each flow. What
can be prepared from the rules alone is prepared by the outer function, outside the pass. A library that is not
installed raises ImportError there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.tables import FIELDS, NO_ROW, Point, Row, RuleTable

__all__ = ["PYTHON_PEERS", "Peer"]

Rows = np.ndarray[Any, Any]
_WIDEST = ((1 << 32) - 1, (1 << 32) - 1, 65535, 65535, 255)
Peer = Callable[[RuleTable], Callable[[FlowBatch], Rows]]


def ipaddress_scan(table: RuleTable) -> Callable[[FlowBatch], Rows]:
    """The standard library: every rule asked in turn, prefixes as ``ipaddress`` networks, addresses parsed objects."""
    from ipaddress import IPv4Address, IPv4Network, summarize_address_range

    def network(low: int, high: int) -> IPv4Network:
        (found,) = summarize_address_range(IPv4Address(low), IPv4Address(high))
        return found

    rules = [(network(*row[0]), network(*row[1]), *row[2:]) for row in table.rows]

    def row(point: Point) -> int:
        src, dst = IPv4Address(point[0]), IPv4Address(point[1])
        for index, (source, destination, sport, dport, protocol) in enumerate(rules):
            if (
                src in source
                and dst in destination
                and sport[0] <= point[2] <= sport[1]
                and dport[0] <= point[3] <= dport[1]
                and protocol[0] <= point[4] <= protocol[1]
            ):
                return index
        return NO_ROW

    return lambda flows: np.array([row(point) for point in _points(flows)], np.int32)


def numpy_broadcast(table: RuleTable) -> Callable[[FlowBatch], Rows]:
    """Every flow against every row at once, some flows at a time so that the matrix stays in the cache."""
    bounds = _bounds(table)
    step = max(1, 4_000_000 // len(table.rows))

    def rows(flows: FlowBatch) -> Rows:
        out = np.empty(len(flows.protocol), np.int32)
        for start in range(0, len(out), step):
            part = slice(start, start + step)
            inside = np.ones((len(out[part]), len(table.rows)), np.bool_)
            for field, (low, high) in bounds.items():
                column = getattr(flows, field)[part, None]
                inside &= (column >= low) & (column <= high)
            first = inside.argmax(axis=1)
            out[part] = np.where(inside[np.arange(len(first)), first], first, NO_ROW)
        return out

    return rows


def numpy_loop(table: RuleTable) -> Callable[[FlowBatch], Rows]:
    """Row by row, each against all flows that no earlier row has taken."""
    bounds = _bounds(table)

    def rows(flows: FlowBatch) -> Rows:
        out = np.full(len(flows.protocol), NO_ROW, np.int32)
        left = np.arange(len(out))
        columns = {field: getattr(flows, field) for field in FIELDS}
        for index in range(len(table.rows)):
            inside = np.ones(len(left), np.bool_)
            for field, (low, high) in bounds.items():
                inside &= (columns[field] >= low[index]) & (columns[field] <= high[index])
            if inside.any():
                out[left[inside]] = index
                left = left[~inside]
                columns = {field: column[~inside] for field, column in columns.items()}
        return out

    return rows


def duckdb_case(table: RuleTable) -> Callable[[FlowBatch], Rows]:
    """A database on one thread: a CASE with a branch for each row, planned before. (A join on ranges was slower.)"""
    import duckdb

    base = duckdb.connect(config={"threads": 1})
    base.execute("set max_expression_depth to 1000000")
    base.execute(
        "create table flows (place integer, src bigint, dst bigint, sport integer, dport integer, protocol integer)"
    )
    branches = " ".join(f"when {_sql(row)} then {index}" for index, row in enumerate(table.rows))
    base.execute(f"prepare matching as select case {branches} else {NO_ROW} end as row_index from flows order by place")

    def rows(flows: FlowBatch) -> Rows:
        base.execute("delete from flows")
        base.register("batch", _frame(flows))
        base.execute("insert into flows select * from batch")
        found: Rows = base.execute("execute matching").fetchnumpy()["row_index"].astype(np.int32)
        return found

    return rows


def polars_coalesce(table: RuleTable) -> Callable[[FlowBatch], Rows]:
    """A data frame, on its own threads: the first of an expression for each row. (``join_where`` was slower.)"""
    import polars as pl

    def test(row: Row) -> Any:
        tests = [pl.col(field).is_between(low, high) for field, low, high in _narrow(row)]
        return pl.all_horizontal(tests) if tests else pl.lit(True)

    hits = [pl.when(test(row)).then(pl.lit(index, pl.Int32)) for index, row in enumerate(table.rows)]
    first = pl.coalesce([*hits, pl.lit(NO_ROW, pl.Int32)]).alias("row_index")

    def rows(flows: FlowBatch) -> Rows:
        found: Rows = pl.DataFrame(_frame(flows)).select(first)["row_index"].to_numpy()
        return found

    return rows


def pytricia_bits(table: RuleTable) -> Callable[[FlowBatch], Rows]:
    """A prefix tree for each address, bisection for the other fields, and one big integer of rows for each answer."""
    import pytricia

    trees = [_tree(pytricia.PyTricia(32), [row[side] for row in table.rows]) for side in (0, 1)]
    others = [_classes([(max(row[field][0], 0), row[field][1]) for row in table.rows]) for field in (2, 3, 4)]

    def row(point: Point) -> int:
        bits = trees[0][point[0]] & trees[1][point[1]]
        for (starts, sets), value in zip(others, point[2:], strict=True):
            bits &= sets[bisect_right(starts, value) - 1]
        return int((bits & -bits).bit_length() - 1)

    return lambda flows: np.array([row(point) for point in _points(flows)], np.int32)


PYTHON_PEERS: dict[str, tuple[Peer, int]] = {
    "numpy broadcast": (numpy_broadcast, 20_000),
    "numpy rule loop": (numpy_loop, 200_000),
    "duckdb": (duckdb_case, 100_000),
    "polars": (polars_coalesce, 100_000),
    "pytricia": (pytricia_bits, 50_000),
    "ipaddress scan": (ipaddress_scan, 1_000),
}
"""Each peer by its name, and how many flows of the trace one of its passes takes: a second's work or so."""


def _tree(tree: Any, ranges: list[tuple[int, int]]) -> Any:
    """A tree that gives for an address the rows whose range holds it, as bits: a prefix has those of wider ones too."""
    from ipaddress import IPv4Address

    rows_of: dict[tuple[int, int], int] = {(0, 32): 0}
    for index, (low, high) in enumerate(ranges):
        key = low, (high - low).bit_length()
        rows_of[key] = rows_of.get(key, 0) | 1 << index
    for (low, free), own in sorted(rows_of.items(), key=lambda item: -item[0][1]):
        prefix = f"{IPv4Address(low)}/{32 - free}"
        wider = tree[prefix] if tree.get(prefix) is not None else 0
        tree.insert(prefix, own | wider)
    return tree


def _classes(ranges: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Where the set of matching rows changes, ascending from 0, and the set from there on."""
    starts = sorted({0, *(low for low, _ in ranges), *(high + 1 for _, high in ranges)})
    places = {start: place for place, start in enumerate(starts)}
    changes = [0] * len(starts)
    for index, (low, high) in enumerate(ranges):
        changes[places[low]] ^= 1 << index
        changes[places[high + 1]] ^= 1 << index
    sets, bits = [], 0
    for change in changes:
        bits ^= change
        sets.append(bits)
    return starts, sets


def _bounds(table: RuleTable) -> dict[str, tuple[Rows, Rows]]:
    """For each field the low and the high ends of all rows, in the field's own type."""
    types = (np.uint32, np.uint32, np.uint16, np.uint16, np.uint8)
    out = {}
    for field, kind, ranges in zip(FIELDS, types, zip(*table.rows, strict=True), strict=True):
        low, high = zip(*ranges, strict=True)
        out[field] = (np.maximum(low, 0).astype(kind), np.array(high).astype(kind))
    return out


def _narrow(row: Row) -> Iterator[tuple[str, int, int]]:
    """The fields of a row that leave something out, with their ends."""
    for field, (low, high), widest in zip(FIELDS, row, _WIDEST, strict=True):
        if (max(low, 0), high) != (0, widest):
            yield field, max(low, 0), high


def _sql(row: Row) -> str:
    tests = [
        f"{field} = {low}" if low == high else f"{field} between {low} and {high}" for field, low, high in _narrow(row)
    ]
    return " and ".join(tests) or "true"


def _frame(flows: FlowBatch) -> dict[str, Rows]:
    places = np.arange(len(flows.protocol), dtype=np.int32)
    return {"place": places, **{field: getattr(flows, field) for field in FIELDS}}


def _points(flows: FlowBatch) -> Iterator[Point]:
    """Flows as tuples of Python's own integers."""
    return zip(*(getattr(flows, field).tolist() for field in FIELDS), strict=True)
