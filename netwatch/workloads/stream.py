"""The machine's stream bandwidth over the columns of a trace: what a kernel that only reads and writes would get.

It reads the 13 bytes of each flow (37 of IPv6) and writes the 4 bytes of a row, with as many threads as the kernels
beside it. A kernel's share of it says how far memory is from being the limit. Where a trace fits into the last cache,
it is that cache's bandwidth: 4 million flows and their rows take 68 MB.

Two columns are joined into the rows and of the others the greatest value is taken, so that no number is made wider on
the way. In turns with a loop in C over the same columns that is within a tenth of it; a sum over columns of different
widths, which looks more natural, spends its time on the widths and shows a third of what memory gives.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from netwatch.matcher.batch import FlowBatch

__all__ = ["bytes_per_flow", "stream_pass"]


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

    columns = [column for column in flows if isinstance(column, np.ndarray)]
    out = np.zeros(flows.size, np.uint32)
    edges = [len(out) * part // threads for part in range(threads + 1)]

    def part(begin: int, end: int) -> None:
        here = slice(begin, end)
        if flows.version == 4:
            np.bitwise_xor(flows.src[here], flows.dst[here], out=out[here])
        else:
            out[here].fill(end)
        for column in columns[2:] if flows.version == 4 else columns:
            column[here].max(initial=0)

    with ThreadPoolExecutor(threads) as pool:

        def run() -> float:
            start = clock()
            list(pool.map(part, edges[:-1], edges[1:]))
            return clock() - start

        yield run
