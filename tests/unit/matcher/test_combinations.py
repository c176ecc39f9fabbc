from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.classify import classify, prepare
from netwatch.matcher.kernels import combinations
from netwatch.matcher.kernels.numba import memory_shape
from netwatch.workloads.rule_sets import rule_set
from netwatch.workloads.traces import trace

RULES = rule_set("nsg100")


@pytest.mark.parametrize("kind", ["hit", "cross"])
def test_groups_answer_alike_with_a_memory(kind: str) -> None:
    """``hit`` meets few combinations again and again, ``cross`` hardly one twice; the third part begins to repeat."""
    flows = trace(RULES, kind, 150_000)
    parts = [flows, flows.part(0, 30_000), flows.part(0, 30_000)]
    names = ("src", "dst", "sport", "dport", "protocol")
    whole = FlowBatch(4, **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
    prepared = prepare(RULES, kernel="numba")
    assert prepared.pairs_made is None
    assert (classify(prepared, whole, kernel="numba") == classify(prepared, whole, kernel="numpy")).all()


@pytest.mark.parametrize("bits", range(1, 20))
def test_what_stands_in_an_empty_place_is_never_asked_for_there(bits: int) -> None:
    (table, widths), *_ = combinations.class_memory(8, (3, 3, bits))
    zeros, one = (np.array([number], np.uint32) for number in (0, 1))
    assert combinations.combination((zeros, zeros, zeros), 0, widths) == (0, 0)
    number, place = combinations.combination((zeros, zeros, one), 0, widths)
    assert int(table[0]) >> combinations.ROW_BITS == number
    assert place != 0
    assert not table[1:].any()


def test_a_memory_is_as_large_as_batch_and_classes_allow() -> None:
    assert memory_shape((5, 1, 1000), 1000) == (1, 10, 11)
    assert memory_shape((2**16, 2**16, 2**12), 10**7) == (16, 12, 18)
    assert memory_shape((2**16, 2**16, 2**12 + 1), 10**7) == (0, 0, 0)
