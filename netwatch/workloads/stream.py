"""The machine's stream bandwidth over the columns of a trace: what a kernel that only reads and writes would get.

It reads the 13 bytes of each flow (37 of IPv6) and writes the 4 bytes of a row, with as many threads as the kernels
beside it. A kernel's share of it says how far memory is from being the limit. Where a trace fits into the last cache,
it is that cache's bandwidth: 4 million flows and their rows take 68 MB.

It is NumPy by chunks, each small enough to stay in the nearest caches between the steps: a loop of machine code over
the same columns was no faster.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from netwatch.matcher.batch import FlowBatch

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["bytes_per_flow", "stream_pass"]

_CHUNK = 16_384


def bytes_per_flow(version: int) -> int:
    """What is read and written for one flow."""
    return 13 + 4 if version == 4 else 37 + 4


@contextmanager
def stream_pass(
    flows: FlowBatch, *, threads: int, clock: Callable[[], float] = time.perf_counter
) -> Iterator[Callable[[], float]]:
    """A function that reads every column of ``flows`` once, writes 4 bytes for each, and gives the seconds it took.

    ``clock`` is read before and after.
    """
    import numpy as np

    first, *rest = [_words(column) for column in flows if isinstance(column, np.ndarray)]
    out = np.zeros(len(first), np.uint32)
    edges = [len(out) * part // threads for part in range(threads + 1)]

    def part(begin: int, end: int) -> None:
        for low in range(begin, end, _CHUNK):
            chunk = slice(low, min(low + _CHUNK, end))
            np.copyto(out[chunk], first[chunk])
            for column in rest:
                np.bitwise_xor(out[chunk], column[chunk], out=out[chunk])

    with ThreadPoolExecutor(threads) as pool:

        def run() -> float:
            start = clock()
            list(pool.map(part, edges[:-1], edges[1:]))
            return clock() - start

        yield run


def _words(column: Array) -> Array:
    """The column itself, or of 64-bit numbers one half each: memory is read by lines, so that reads them whole."""
    import numpy as np

    return column.view(np.uint32)[::2] if column.dtype == np.uint64 else column
