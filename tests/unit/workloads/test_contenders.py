"""The kernels as contenders: named ones, those that are here, none twice."""

from __future__ import annotations

import importlib.util

import pytest

from netwatch.errors import KernelUnavailableError, QueryError
from netwatch.workloads.bench import Workload, bench
from netwatch.workloads.contenders import contenders, witnesses
from netwatch.workloads.rule_sets import rule_set
from netwatch.workloads.traces import trace

TABLE = rule_set("nsg10")


def _without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "numba" else find(name, *more))


@pytest.mark.parametrize("name", ["nsg10", "nsg100"])
def test_every_kernel_agrees_with_its_witness(name: str) -> None:
    table = rule_set(name)
    workload = Workload(name, table, trace(table, "hit", 3_000))
    ready = contenders(table, ["numpy", "bits", "reference"], threads=1, flows=3_000)
    report = bench(workload, ready, witnesses=witnesses(table), passes=1)
    assert [(result.kernel, result.mismatches) for result in report.results] == [
        ("numpy", 0),
        ("bits", 0),
        ("reference", 0),
    ]
    assert all(result.compile_ms > 0 for result in report.results[:2])
    assert all(result.table_bytes > 0 for result in report.results[:2])


def test_kernels_that_are_not_named_come_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    _without_numba(monkeypatch)
    ready = contenders(TABLE, (), threads=2, flows=1_000)
    assert [(one.name, one.kernel, one.cores) for one in ready] == [("auto", "numpy", 2), ("bits", "bits", 2)]


def test_witnesses_are_two_and_take_every_flow() -> None:
    assert [(one.kernel, one.most) for one in witnesses(TABLE)] == [("bits", 0), ("numpy", 0)]


def test_a_kernel_that_is_none_or_not_here_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(QueryError, match="'quick' is not a kernel"):
        contenders(TABLE, ["quick"], threads=1, flows=10)
    _without_numba(monkeypatch)
    with pytest.raises(KernelUnavailableError):
        contenders(TABLE, ["numba"], threads=1, flows=10)
