from __future__ import annotations

from random import Random

import numpy as np
import pytest

from netwatch.matcher.search_trees import LINE, Tree, tree

TOPS = {"uint32": 2**32 - 1, "uint64": 2**64 - 1}


def walked(found: Tree, number: int) -> int:
    """What the kernel does, one number at a time."""
    width = LINE // found.keys.itemsize
    place = 0
    for first in found.levels.tolist():
        node = found.keys[width * (first + place) : width * (first + place + 1)]
        place = place * (width + 1) + int((node < np.array(number, node.dtype)).sum())
    return int(found.values[place])


@pytest.mark.parametrize("kind", ["uint32", "uint64"])
@pytest.mark.parametrize("count", [1, 2, 9, 16, 17, 18, 289, 290, 400])
def test_every_number_gets_the_value_of_its_interval(kind: str, count: int) -> None:
    top = TOPS[kind]
    starts = sorted({0, 1, top, *(Random(count).randrange(top) for _ in range(count))})[:count]
    found = tree(np.array(starts, kind), np.arange(len(starts))[::-1])
    asked = {min(max(start + step, 0), top) for start in starts for step in (-1, 0, 1)} | {top}
    for number in sorted(asked):
        interval = sum(start <= number for start in starts) - 1
        assert walked(found, number) == len(starts) - 1 - interval


def test_it_is_no_larger_than_its_starts_ask_for() -> None:
    starts = np.arange(0, 3500 * 64, 64, dtype=np.uint32)
    found = tree(starts, np.arange(3500))
    assert len(found.levels) == 3
    assert found.keys.nbytes < 1.15 * starts.nbytes
