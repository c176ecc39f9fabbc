from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from netwatch.matcher.halves import LineHalves, by_tree
from netwatch.matcher.kernels import loops
from netwatch.matcher.kernels.numba import _address
from tests.unit.matcher.test_tries import axis_of

LOW = (1 << 64) - 1


@pytest.mark.parametrize("many", [0, 1, 2, 4, 5, 8, 9, 40])
@pytest.mark.parametrize("lowest", [0, 1, 9])
def test_low_halves_in_lines_of_eight_give_the_class_of_their_interval(many: int, lowest: int) -> None:
    """``many`` single addresses under one high half, from ``lowest`` on, between high halves that need few keys."""
    apart = [(lowest + 3 * i, lowest + 3 * i) for i in range(many)]
    ranges = [*((5 << 64 | a, 5 << 64 | b) for a, b in apart), (3 << 64, (4 << 64) - 1), (7 << 64, 7 << 64 | 5)]
    axis = axis_of(6, ranges)
    asked = sorted(
        {*range(20), LOW, 2**128 - 1} | {h << 64 | a for h in (3, 4, 5, 6, 7, 8) for a in (*range(130), LOW)}
    )
    high, low = (np.array([a >> s & LOW for a in asked], np.uint64) for s in (64, 0))
    tables = by_tree(axis, 6)
    assert isinstance(tables, LineHalves)
    out = np.empty(len(asked), np.uint32)
    loops.halves_classes((high, low), _address(tables), 0, out)
    intervals = np.array([sum(start <= address for start in axis.starts) - 1 for address in asked])
    assert (out == axis.classes[intervals]).all()
