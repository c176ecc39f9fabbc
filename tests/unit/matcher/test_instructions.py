from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba")

from numba import njit

from netwatch.matcher.kernels import instructions


def test_no_two_threads_take_the_same() -> None:
    most, count = 4_000_000, np.zeros(1, np.int64)
    taken: Any = instructions.taken

    @njit(nogil=True)
    def take_all(count: Any, out: Any) -> Any:
        some, at = 0, taken(count, 3)
        while at < 3 * len(out):
            out[some] = at
            some += 1
            at = taken(count, 3)
        return some

    take_all(np.full(1, 3 * most), np.zeros(most, np.int64))  # compiled before threads begin
    rooms = [np.zeros(most, np.int64) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        sizes = list(pool.map(take_all, [count] * 2, rooms))
    found = np.sort(np.concatenate([room[:size] for room, size in zip(rooms, sizes, strict=True)]))
    assert (found == 3 * np.arange(most)).all()
