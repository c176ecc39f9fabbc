"""Rules matched by the million, and one at a time (pytest-benchmark). ``netwatch bench`` also checks what it times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from netwatch.matcher import bitsets
from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.classify import classify, prepare
from netwatch.matcher.prepared import PreparedTable
from netwatch.workloads.rule_sets import rule_set
from netwatch.workloads.traces import boundary_points, trace

FLOWS = 1_000_000


def _ready(name: str, kind: str, kernel: str) -> tuple[PreparedTable, FlowBatch, Any]:
    table = rule_set(name)
    prepared, flows, out = (
        prepare(table, kernel=kernel, flows=FLOWS),
        trace(table, kind, FLOWS),
        np.empty(FLOWS, np.int32),
    )
    classify(prepared, flows, kernel=kernel, out=out)
    return prepared, flows, out


def _timed(benchmark: BenchmarkFixture, call: Callable[[], object]) -> None:
    benchmark.pedantic(call, rounds=5)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("kernel", ["numba", "numpy"])
@pytest.mark.parametrize(
    ("name", "kind"), [("nsg1000", "hit"), ("nsg1000", "cross"), ("nsg4000", "hit"), ("nsg1000-ipv6", "hit")]
)
def test_a_million_flows(benchmark: BenchmarkFixture, name: str, kind: str, kernel: str) -> None:
    """One pass over a trace: 20 ms are 50 million flows a second."""
    if kernel == "numba":
        pytest.importorskip("numba")
    prepared, flows, out = _ready(name, kind, kernel)
    _timed(benchmark, lambda: classify(prepared, flows, kernel=kernel, out=out))


@pytest.mark.parametrize("name", ["nsg1000", "nsg4000"])
@pytest.mark.parametrize("kernel", ["bits", "numpy", "numba"])
def test_until_the_first_answer(benchmark: BenchmarkFixture, name: str, kernel: str) -> None:
    """From the rows of a table to the answer to a thousand flows, all code being there."""
    if kernel == "numba":
        pytest.importorskip("numba")
    table = rule_set(name)
    flows = trace(table, "hit", 1_000)
    classify(table, flows, kernel=kernel)
    _timed(benchmark, lambda: classify(table, flows, kernel=kernel))


@pytest.mark.parametrize("name", ["nsg100", "nsg1000", "nsg4000"])
def test_one_question(benchmark: BenchmarkFixture, name: str) -> None:
    """Five integers against a table that stands ready; a thousand questions in each round."""
    table = rule_set(name)
    sets, points = bitsets.bit_sets(table), boundary_points(table, 1_000)
    benchmark.extra_info["questions"] = len(points)
    benchmark(lambda: [bitsets.first_match(sets, point) for point in points])
