from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba")

from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.classify import classify, prepare
from netwatch.matcher.kernels import repeats
from netwatch.matcher.reference import first_match
from netwatch.matcher.tables import Point
from tests.unit.matcher.rows import EVERYONE, batch, rule, table

RULES = table(
    rule([(0, 0), (10, 19), (2**32 - 1, 2**32 - 1)], [(0, 0), (5, 9)], [(0, 0), (80, 80), (443, 443)]),
    rule([(0, 50)], [EVERYONE], [(443, 443)]),
)
TOP = 2**32 - 1
POOL: list[Point] = [
    (0, 0, 0, 0, 0),
    (TOP, TOP, 0, 0, 0),
    (TOP, TOP, 65535, 65535, 255),
    *((src, dst, sport, dport, 6) for src in (0, 12, TOP) for dst in (0, 7) for sport in (1, 2) for dport in (80, 443)),
]
SIZES = pytest.mark.parametrize("flows", [0, 10**7], ids=["groups", "pairs"])


def drawn(pool: list[Point], size: int, seed: int) -> tuple[FlowBatch, np.ndarray[Any, Any]]:
    """``size`` flows of the pool in some order, and the rows that ``reference`` gives them."""
    which = np.random.default_rng(seed).integers(0, len(pool), size)
    return batch(*pool).take(which), np.array([first_match(RULES, point) for point in pool])[which]


@SIZES
def test_flows_that_come_again_have_the_same_rows(flows: int) -> None:
    asked, rows = drawn(POOL, 30_000, 1)
    prepared = prepare(RULES, kernel="numba", flows=flows)
    assert (classify(prepared, asked, kernel="numba") == rows).all()
    assert (classify(prepared, asked.part(7, 20_002), kernel="numba") == rows[7:20_002]).all()


@SIZES
def test_traffic_may_begin_and_cease_to_repeat(flows: int) -> None:
    never = [(src, dst, src % 65536, 80, 6) for src, dst in zip(range(200_000), reversed(range(200_000)), strict=True)]
    parts = [drawn(POOL, 20_000, 1), drawn(never, 200_000, 2), drawn(POOL, 300_000, 3)]
    columns = {
        name: np.concatenate([getattr(part, name) for part, _ in parts])
        for name in ("src", "dst", "sport", "dport", "protocol")
    }
    rows = np.concatenate([rows for _, rows in parts])
    found = classify(prepare(RULES, kernel="numba", flows=flows), FlowBatch(4, **columns), kernel="numba")
    assert (found == rows).all()


def test_nothing_of_one_batch_answers_another() -> None:
    asked, _ = drawn(POOL, 9_000, 1)
    classify(RULES, asked, kernel="numba")
    none = table(rule([(1, 1)], [(1, 1)], [(1, 1)]))
    assert (classify(none, asked, kernel="numba") == -1).all()


def columns(flows: FlowBatch) -> Any:
    return (flows.src, flows.dst), (flows.sport, flows.dport, flows.protocol)


def some_flows() -> FlowBatch:
    """Flows of nothing but zeros and ones, and 1,001 others; the last repeats the first."""
    numbers = np.random.default_rng(1).integers(0, 2**32, (1001, 5))
    drawn = [(int(a), int(b), int(c) & 65535, int(d) & 65535, int(e) & 255) for a, b, c, d, e in numbers]
    return batch((0, 0, 0, 0, 0), (TOP, TOP, 65535, 65535, 255), *drawn, (0, 0, 0, 0, 0))


def test_an_empty_table_knows_no_flow() -> None:
    flows, made = some_flows(), repeats.flow_memory(2048)
    left = repeats.new_flows(columns(flows), 0, made, np.empty(flows.size, np.int32))
    assert left == flows.size
    own = [column[:left] for part in made[2] for column in part]
    assert all((one == column).all() for one, column in zip(own, flows[1:6], strict=True))


def test_the_flows_that_are_known_have_the_rows_that_they_had() -> None:
    flows, made = some_flows(), repeats.flow_memory(2048)
    rows, out = np.arange(flows.size, dtype=np.int32) * 2 - 1, np.empty(flows.size, np.int32)
    rows[-1] = rows[0]
    left = repeats.new_flows(columns(flows), 0, made, out)
    made[3][:left] = rows
    repeats.keep_flows(made, left, out)
    assert (out == rows).all()
    out[:] = -77
    left = repeats.new_flows(columns(flows), 0, made, out)
    known = np.ones(flows.size, bool)
    known[made[1][:left]] = False
    assert left < flows.size / 8
    assert (out[known] == rows[known]).all()


def test_of_few_new_flows_every_fourth_is_kept() -> None:
    flows, made = some_flows(), repeats.flow_memory(2048)
    out = np.zeros(4 * flows.size, np.int32)
    left = repeats.new_flows(columns(flows), 0, made, out[: flows.size])
    repeats.keep_flows(made, left, out)
    kept = np.count_nonzero(made[0][0][::2])
    assert left // 5 < kept <= left // 4 + 1
