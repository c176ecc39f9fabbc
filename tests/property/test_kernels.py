"""Every kernel gives the rows that ``reference`` gives: random tables, and points at the edges of their ranges."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.matcher import bitsets, reference
from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.classify import KERNELS, classify, prepare
from netwatch.matcher.tables import Point, Range, Row, RuleTable

NUMBA = find_spec("numba") is not None
FAST = [
    pytest.param(
        name, marks=pytest.mark.skipif(name == "numba" and find_spec("numba") is None, reason="numba is missing")
    )
    for name in KERNELS
    if name != "reference"
]

TOPS = {4: (2**32 - 1,) * 2 + (65535, 65535, 255), 6: (2**128 - 1,) * 2 + (65535, 65535, 255)}
_PLACES = {
    4: [0, 1, 255, 256, 0x0A000000, 0x0A000004, 0x0A0000FF, 0x0A000100, 0x0A00FFFF, 0x0A010000, 2**31, 2**32 - 1],
    6: [0, 1, 2**64 - 1, 2**64, 2**64 + 1, 0xFD << 120, (0xFD << 120) + 5, (0xFD << 120) + 2**64, 2**127, 2**128 - 1],
}


def ranges(places: Sequence[int], top: int) -> st.SearchStrategy[Range]:
    """Everything, one number, or what lies between two; sometimes nothing at all."""
    ends = st.sampled_from(places)
    some = st.tuples(ends, ends).map(lambda pair: (min(pair), max(pair)))
    return st.just((0, top)) | ends.map(lambda end: (end, end)) | some | st.just((5, 4))


def sports() -> st.SearchStrategy[Range]:
    return st.just((-1, 65535)) | ranges([0, 1, 1023, 1024, 65535], 65535) | st.just((-1, -1))


@st.composite
def tables(draw: st.DrawFn) -> RuleTable:
    """Rules as a compiler lays them out, each the product of a few ranges, in which ranges overlap as they like."""
    version = draw(st.sampled_from([4, 6]))
    top = TOPS[version]
    address = ranges(_PLACES[version], top[0])
    services = st.tuples(sports(), ranges([0, 1, 79, 80, 443, 65535], 65535), ranges([0, 1, 6, 17, 255], 255))
    rows: list[Row] = []
    for _ in range(draw(st.integers(0, 8))):
        src, dst = (draw(st.lists(address, min_size=1, max_size=3)) for _ in range(2))
        parts = product(src, dst, draw(st.lists(services, min_size=1, max_size=3)))
        rows += [(one, other, *service) for one, other, service in parts]
    return RuleTable(version, tuple(rows), tuple(draw(st.booleans()) for _ in rows))


@st.composite
def points(draw: st.DrawFn, table: RuleTable) -> list[Point]:
    """Points on and beside the ends of ranges of the table, and elsewhere."""
    top = TOPS[table.version]
    ends = [{0, 1, limit} for limit in top]
    for row in table.rows:
        for field, (low, high) in enumerate(row):
            ends[field] |= {low - 1, low, high, high + 1}
    fields = [
        st.sampled_from(sorted(end for end in some if 0 <= end <= limit)) for some, limit in zip(ends, top, strict=True)
    ]
    return draw(st.lists(st.tuples(*fields), max_size=30))


@st.composite
def cases(draw: st.DrawFn) -> tuple[RuleTable, list[Point]]:
    table = draw(tables())
    return table, draw(points(table))


def batch(version: int, flows: Sequence[Point]) -> FlowBatch:
    """``flows`` as columns."""
    src, dst, sport, dport, protocol = ([flow[field] for flow in flows] for field in range(5))
    ports: dict[str, Any] = {
        "sport": np.array(sport, np.uint16),
        "dport": np.array(dport, np.uint16),
        "protocol": np.array(protocol, np.uint8),
    }
    if version == 4:
        return FlowBatch.v4(np.array(src, np.uint32), np.array(dst, np.uint32), **ports)
    return FlowBatch.v6(halves(src), halves(dst), **ports)


def halves(values: Sequence[int]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    low = (1 << 64) - 1
    return np.array([v >> 64 for v in values], np.uint64), np.array([v & low for v in values], np.uint64)


@pytest.mark.parametrize("flows", [0, 10_000_000], ids=["small tables", "tables for large batches"])
@pytest.mark.parametrize("kernel", FAST)
@given(case=cases())
def test_every_kernel_equals_the_reference(kernel: str, flows: int, case: tuple[RuleTable, list[Point]]) -> None:
    table, asked = case
    expected = [reference.first_match(table, point) for point in asked]
    prepared = prepare(table, kernel=kernel, flows=flows)
    assert classify(prepared, batch(table.version, asked), kernel=kernel).tolist() == expected


@given(case=cases(), start=st.integers(0, 40), any_port=st.booleans())
def test_single_questions_may_begin_behind_a_row_and_leave_the_source_port_open(
    case: tuple[RuleTable, list[Point]], start: int, any_port: bool
) -> None:
    table, asked = case
    sets = bitsets.bit_sets(table)
    for src, dst, sport, dport, protocol in asked:
        point = (src, dst, -1 if any_port else sport, dport, protocol)
        expected = reference.first_match(table, point, start=start)
        assert bitsets.first_match(sets, point, start=start) == expected


@given(case=cases())
def test_a_prepared_table_pickles(case: tuple[RuleTable, list[Point]]) -> None:
    table, asked = case
    prepared = pickle.loads(pickle.dumps(prepare(table, kernel="numpy", flows=10_000_000)))
    expected = [reference.first_match(table, point) for point in asked]
    assert classify(prepared, batch(table.version, asked), kernel="numpy").tolist() == expected
