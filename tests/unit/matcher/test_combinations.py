from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba")

from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.classify import classify, prepare
from netwatch.matcher.kernels import combinations, numba
from netwatch.matcher.kernels.loops import SPAN
from netwatch.matcher.kernels.numba import new_memory
from netwatch.matcher.kernels.registers import wide_registers
from netwatch.workloads.rule_sets import rule_set
from netwatch.workloads.traces import trace

RULES = rule_set("nsg100")


@pytest.mark.parametrize("kind", ["hit", "cross"])
@pytest.mark.parametrize("expected", [0, 10**7], ids=["groups", "pairs"])
def test_flows_are_answered_alike_with_a_memory(kind: str, expected: int) -> None:
    """``hit`` meets few combinations again and again, ``cross`` hardly one twice; the third part begins to repeat."""
    flows = trace(RULES, kind, 150_000)
    parts = [flows, flows.part(0, 30_000), flows.part(0, 30_000)]
    names = ("src", "dst", "sport", "dport", "protocol")
    whole = FlowBatch(4, **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
    prepared = prepare(RULES, kernel="numba", flows=expected)
    assert (prepared.pairs_made is None) == (not expected)
    assert (classify(prepared, whole, kernel="numba") == classify(prepared, whole, kernel="numpy")).all()


def every_combination() -> tuple[tuple[Any, ...], Any]:
    """All of 8 x 16 x 8 classes and two more, and a row for each, some of them none."""
    numbers = np.append(np.arange(1024), [5, 1023])
    classes = tuple(part.astype(np.uint32) for part in (numbers >> 7, numbers >> 3 & 15, numbers & 7))
    return classes, numbers.astype(np.int32) * 7 % 500 - 1


def memory(kind: type, bits: int) -> Any:
    places: Any = np.zeros(1 << bits, kind)
    return combinations.class_memory(2048, (places, (np.uint64(7), np.uint64(3)), 4))


@pytest.mark.parametrize("kind", [np.uint32, np.uint64])
@pytest.mark.parametrize("bits", [10, 13, 18])
def test_an_empty_memory_knows_nothing(kind: type, bits: int) -> None:
    classes, rows = every_combination()
    made = memory(kind, bits)
    left = combinations.new_combinations(classes, made, np.empty(len(rows), np.int32))
    assert left == len(rows)
    _, (which, columns, _), _, _ = made
    assert which[:left].tolist() == list(range(left))
    assert all((own[:left] == one).all() for own, one in zip(columns, classes, strict=True))


@pytest.mark.parametrize("kind", [np.uint32, np.uint64])
@pytest.mark.parametrize("bits", [10, 13, 18])
def test_what_a_memory_knows_is_right(kind: type, bits: int) -> None:
    """It may forget, since two combinations can have one place, but not take one for another."""
    classes, rows = every_combination()
    made, out = memory(kind, bits), np.empty(len(rows), np.int32)
    left = combinations.new_combinations(classes, made, out)
    made[1][2][:left] = rows
    combinations.keep_combinations(made, left, out)
    assert (out == rows).all()
    out[:] = -77
    left = combinations.new_combinations(classes, made, out)
    known = np.ones(len(rows), bool)
    known[made[1][0][:left]] = False
    assert (out[known] == rows[known]).all()
    assert left < len(rows) / 2 if bits == 10 else left < len(rows) / 8


def test_a_memory_is_as_large_as_batch_classes_and_rows_allow() -> None:
    def shape(classes: tuple[int, int, int], rows: int, flows: int, *, pairs: bool = False) -> tuple[Any, ...]:
        table, moved, _ = new_memory(classes, rows, flows, pairs=pairs)
        return table.dtype, len(table), *moved

    assert shape((5, 1, 1000), 1000, 1000) == (np.uint64, 2**11, 11, 10)
    assert shape((2**16, 2**16, 2**12), 10**4, 10**7) == (np.uint64, 2**18, 28, 12)
    assert shape((2**22, 2**22, 2**21), 10**4, 10**7)[1] == 0
    assert shape((5, 1, 1000), 2**17 - 2, 10**7)[1] == 2**18
    assert shape((5, 1, 1000), 2**17 - 1, 10**7)[1] == 0
    places = 2**16 if wide_registers() else 0
    assert shape((2**12, 2**12, 2**8), 10**4, 10**7, pairs=True) == (np.uint32, places, 20, 8)
    assert shape((2**12, 2**12, 2**8 + 1), 10**4, 10**7, pairs=True)[1] == 0


@pytest.mark.parametrize("expected", [0, 10**7], ids=["groups", "pairs"])
def test_a_call_answers_what_no_other_has_taken(expected: int) -> None:
    size = 2 * SPAN + 5
    flows = trace(RULES, "hit", size)
    prepared, out = prepare(RULES, kernel="numba", flows=expected), np.full(size, -77, np.int32)
    begun = np.array([SPAN])
    numba.rows(prepared, flows, begun, out)
    assert begun[0] >= size
    assert (out[:SPAN] == -77).all()
    assert (out[SPAN:] == classify(prepared, flows, kernel="numpy")[SPAN:]).all()
    numba.rows(prepared, flows, begun, out)
    assert (out[:SPAN] == -77).all()
