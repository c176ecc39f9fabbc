"""Kernels timed side by side over one workload, every timed pass checked.

Passes are interleaved: each kernel in turn, then each again, so that the machine's moods meet all of them alike; a
figure is the median of its passes. Every pass starts cold: a kernel keeps nothing of the flows it has seen, and its
table is compiled, and the buffer for its rows made, before the clock starts.

What is checked: the rows of every pass, all of them, against those that another kernel gave; and each kernel's rows
for a sample of the trace and for points at the edges of rows against ``reference``, which is the meaning.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.reference import first_match
from netwatch.matcher.tables import Point, RuleTable
from netwatch.workloads.stream import bytes_per_flow, stream_pass
from netwatch.workloads.traces import boundary_points, points_batch
from netwatch.workloads.undisturbed import Probe, Watched

if TYPE_CHECKING:
    import numpy as np

    Rows = np.ndarray[Any, Any]

__all__ = ["PASSES", "BenchReport", "Contender", "KernelResult", "Workload", "bench", "interleaved"]

PASSES = 5
SAMPLE = 8_192
"""Flows of a trace that are looked up by ``reference``."""
EDGES = 2_048
"""Points at the edges of rows that are looked up by ``reference``."""


class Workload(NamedTuple):
    """A named table and the flows to look up in it."""

    name: str
    table: RuleTable
    flows: FlowBatch


class Contender(NamedTuple):
    """A kernel made ready for one table. ``rows`` writes the row of each flow of a batch to an int32 array of its size.

    ``most`` is the number of flows one pass takes, the first of the trace, where all would take minutes; 0 for all.
    ``asked`` is the name it was asked for by, where that leaves the choice (``auto``).
    """

    kernel: str
    cores: int
    rows: Callable[[FlowBatch, Rows], None]
    compile_ms: float
    table_bytes: int
    most: int = 0
    asked: str = ""

    @property
    def name(self) -> str:
        """What it is called in a report."""
        return self.asked or self.kernel


class KernelResult(NamedTuple):
    """What came out for one kernel: the seconds of each pass over ``flows`` flows, and how it was checked.

    ``checked`` counts the flows whose rows were compared in each pass, with the sample and the points at edges;
    ``mismatches`` those that differed, in the worst pass. ``undisturbed`` says of each pass whether nobody else seems
    to have used its cores.
    """

    kernel: str
    cores: int
    flows: int
    seconds: tuple[float, ...]
    compile_ms: float
    table_bytes: int
    checked: int
    mismatches: int
    undisturbed: tuple[bool, ...]

    @property
    def mflows_per_s(self) -> float:
        """Million flows in a second, in the median pass."""
        return self.flows / statistics.median(self.seconds) / 1e6


class BenchReport(NamedTuple):
    """The results of one workload, and the stream bandwidth in the same run, with ``threads`` threads."""

    workload: str
    version: int
    flows: int
    threads: int
    results: tuple[KernelResult, ...]
    stream_gb_per_s: float

    @property
    def mismatches(self) -> int:
        """All that differed; 0 is the only good number."""
        return sum(result.mismatches for result in self.results)

    def share_of_stream(self, result: KernelResult) -> float:
        """The part of the stream bandwidth that a kernel uses, counting only flows and rows."""
        return result.mflows_per_s * bytes_per_flow(self.version) / (self.stream_gb_per_s * 1000)


def bench(
    workload: Workload, contenders: Sequence[Contender], *, witnesses: Sequence[Contender], passes: int = PASSES
) -> BenchReport:
    """The contenders timed in turn, and checked, each against the first witness that is another kernel.

    All contenders run on the same number of cores; there must be two witnesses of different kernels.
    """
    checks, probe = _Checks(workload, witnesses), Probe()
    runs = {index: Watched(_run(one, workload.flows, checks), probe, one.cores) for index, one in enumerate(contenders)}
    threads = contenders[0].cores
    with stream_pass(workload.flows, threads=threads) as stream:
        seconds = interleaved({**runs, -1: stream}, passes)
    flows = workload.flows.size
    moved = flows * bytes_per_flow(workload.table.version)
    results = [
        _result(one, seconds[index], runs[index].undisturbed(passes), workload, checks)
        for index, one in enumerate(contenders)
    ]
    stream_gb_per_s = moved / statistics.median(seconds[-1]) / 1e9
    return BenchReport(workload.name, workload.table.version, flows, threads, tuple(results), stream_gb_per_s)


def interleaved(runs: Mapping[Any, Callable[[], float]], passes: int) -> dict[Any, list[float]]:
    """The seconds that each function gives, called in turn ``passes`` times; a first round is not counted."""
    seconds: dict[Any, list[float]] = {name: [] for name in runs}
    for number in range(passes + 1):
        for name, run in runs.items():
            taken = run()
            if number:
                seconds[name].append(taken)
    return seconds


class _Checks:
    """What every pass is compared with: the rows of two witnesses, and what ``reference`` says of some flows."""

    def __init__(self, workload: Workload, witnesses: Sequence[Contender]) -> None:
        self._expected = {one.kernel: _rows(one, workload.flows.part(0, one.most or None)) for one in witnesses}
        self._flows, self._meant = _meaning(workload)
        self.mismatches: dict[str, int] = {}

    def checked(self, contender: Contender, flows: int) -> int:
        """How many rows of the contender are compared, when its passes take ``flows`` flows."""
        return min(flows, len(self._other(contender))) + len(self._meant)

    def meaning(self, contender: Contender) -> None:
        """Compare the contender with ``reference``, once."""
        self._note(contender, _rows(contender, self._flows), self._meant)

    def whole(self, contender: Contender, rows: Rows) -> None:
        """Compare a timed pass with another kernel's rows."""
        other = self._other(contender)
        both = slice(min(len(rows), len(other)))
        self._note(contender, rows[both], other[both])

    def _other(self, contender: Contender) -> Rows:
        return next(rows for kernel, rows in self._expected.items() if kernel != contender.kernel)

    def _note(self, contender: Contender, rows: Rows, expected: Rows) -> None:
        wrong = int((rows != expected).sum())
        self.mismatches[contender.kernel] = max(wrong, self.mismatches.get(contender.kernel, 0))


def _run(contender: Contender, flows: FlowBatch, checks: _Checks) -> Callable[[], float]:
    """A function that does one pass, checks it outside the clock, and gives its seconds."""
    import numpy as np

    checks.meaning(contender)
    batch = flows.part(0, contender.most) if contender.most else flows
    out = np.empty(batch.size, np.int32)

    def run() -> float:
        out.fill(-2)
        start = time.perf_counter()
        contender.rows(batch, out)
        seconds = time.perf_counter() - start
        checks.whole(contender, out)
        return seconds

    return run


def _rows(contender: Contender, flows: FlowBatch) -> Rows:
    import numpy as np

    out = np.empty(flows.size, np.int32)
    contender.rows(flows, out)
    return out


def _result(
    contender: Contender, seconds: Sequence[float], undisturbed: Sequence[bool], workload: Workload, checks: _Checks
) -> KernelResult:
    flows = min(contender.most or workload.flows.size, workload.flows.size)
    return KernelResult(
        contender.name,
        contender.cores,
        flows,
        tuple(seconds),
        contender.compile_ms,
        contender.table_bytes,
        checks.checked(contender, flows),
        checks.mismatches[contender.kernel],
        tuple(undisturbed),
    )


def _meaning(workload: Workload) -> tuple[FlowBatch, Rows]:
    """Some flows of the trace and points at the edges of rows, and the row that ``reference`` gives each of them."""
    import numpy as np

    table, flows = workload.table, workload.flows
    places = np.random.default_rng(0).choice(flows.size, min(SAMPLE, flows.size), replace=False)
    points = [*_points(flows, places), *boundary_points(table, EDGES)]
    rows = {point: first_match(table, point) for point in set(points)}
    return points_batch(table.version, points), np.array([rows[point] for point in points], np.int32)


def _points(flows: FlowBatch, places: Rows) -> list[Point]:
    """The flows at some places as tuples of Python's integers."""
    src, dst, sport, dport, protocol = (
        column[places].tolist() for column in (flows.src, flows.dst, flows.sport, flows.dport, flows.protocol)
    )
    if flows.src_low is not None and flows.dst_low is not None:
        src = [high << 64 | low for high, low in zip(src, flows.src_low[places].tolist(), strict=True)]
        dst = [high << 64 | low for high, low in zip(dst, flows.dst_low[places].tolist(), strict=True)]
    return list(zip(src, dst, sport, dport, protocol, strict=True))
