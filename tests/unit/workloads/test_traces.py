"""Traces: seeded, of the family and the kind asked for."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from netwatch.errors import QueryError
from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.reference import first_match
from netwatch.matcher.tables import NO_ROW, Point, RuleTable
from netwatch.workloads.rule_sets import rule_set
from netwatch.workloads.traces import TRACES, boundary_points, points_batch, trace

NARROW = RuleTable(
    4,
    (
        ((10, 10), (5, 9), (-1, 65535), (443, 443), (6, 6)),
        ((2**32 - 1, 2**32 - 1), (0, 2**32 - 1), (7, 9), (0, 65535), (0, 255)),
    ),
    (False, False),
)
WIDE = RuleTable(
    6,
    (
        ((2**64 - 3, 2**64 + 3), (2**127, 2**128 - 1), (-1, 65535), (443, 443), (6, 6)),
        ((1 << 100, 1 << 100), (0, 2**128 - 1), (7, 9), (0, 65535), (0, 255)),
    ),
    (False, False),
)


def points(flows: FlowBatch) -> list[Point]:
    """The flows as tuples."""
    src, dst = flows.src.tolist(), flows.dst.tolist()
    if flows.version == 6:
        assert flows.src_low is not None
        assert flows.dst_low is not None
        src = [high << 64 | low for high, low in zip(src, flows.src_low.tolist(), strict=True)]
        dst = [high << 64 | low for high, low in zip(dst, flows.dst_low.tolist(), strict=True)]
    rest = (flows.sport.tolist(), flows.dport.tolist(), flows.protocol.tolist())
    return list(zip(src, dst, *rest, strict=True))


@pytest.mark.parametrize("kind", TRACES)
@pytest.mark.parametrize("table", [NARROW, WIDE])
def test_columns_are_of_the_contract_and_follow_the_seed(table: RuleTable, kind: str) -> None:
    flows = trace(table, kind, 500, seed=1)
    address = np.uint32 if table.version == 4 else np.uint64
    assert flows.version == table.version
    assert flows.size == 500
    assert (flows.src.dtype, flows.dst.dtype) == (address, address)
    assert (flows.sport.dtype, flows.dport.dtype, flows.protocol.dtype) == (np.uint16, np.uint16, np.uint8)
    assert points(flows) == points(trace(table, kind, 500, seed=1))
    assert points(flows) != points(trace(table, kind, 500, seed=2))


@pytest.mark.parametrize("table", [NARROW, WIDE, rule_set("nsg10"), rule_set("nsg1000-ipv6")])
def test_every_hit_lies_in_a_row_and_every_row_is_hit(table: RuleTable) -> None:
    narrow = RuleTable(table.version, table.rows[:20], table.maybe[:20])
    found = points(trace(narrow, "hit", 2_000))
    assert all(first_match(narrow, point) != NO_ROW for point in found)
    for row in narrow.rows:
        assert any(all(low <= value <= high for value, (low, high) in zip(p, row, strict=True)) for p in found)


@pytest.mark.parametrize("kind", ["hit", "cross"])
@pytest.mark.parametrize("table", [NARROW, WIDE])
def test_crossed_columns_hold_the_same_values(table: RuleTable, kind: str) -> None:
    flows = points(trace(table, kind, 3_000))
    sides = [Counter(point[1] >= 2**127 if table.version == 6 else point[1] < 10 for point in flows)]
    together = sum(first_match(table, point) != NO_ROW for point in flows)
    assert min(sides[0].values()) > 500
    assert together == 3_000 if kind == "hit" else together < 2_500


def test_few_flows_make_most_of_zipf() -> None:
    found = Counter(points(trace(rule_set("nsg100"), "zipf", 20_000)))
    assert len(found) < 10_000
    assert found.most_common(1)[0][1] > 2_000


def test_uniform_addresses_reach_everywhere() -> None:
    flows = trace(NARROW, "uniform", 10_000)
    assert set((flows.src >> 28).tolist()) == set(range(16))
    assert set(flows.protocol.tolist()) == {1, 6, 17}


def test_points_at_edges_lie_on_either_side_of_them() -> None:
    found = boundary_points(NARROW, 400)
    assert {4, 5, 9, 10} <= {dst for _, dst, *_ in found}
    assert {first_match(NARROW, point) for point in found} == {NO_ROW, 0, 1}


@pytest.mark.parametrize("table", [NARROW, WIDE])
def test_points_become_a_batch_and_stay_what_they_are(table: RuleTable) -> None:
    found = boundary_points(table, 100)
    assert points(points_batch(table.version, found)) == found
    assert points_batch(table.version, []).size == 0


def test_an_unknown_kind_lists_the_known_ones() -> None:
    with pytest.raises(QueryError, match=r"'worst' is not a kind of trace\. Expected one of: hit, zipf"):
        trace(NARROW, "worst", 1)
