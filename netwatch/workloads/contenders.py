"""The matcher's kernels, each made ready for one table and timed in doing so."""

from __future__ import annotations

import pickle
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from netwatch.errors import KernelUnavailableError
from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.classify import KERNELS, choose, classify, prepare
from netwatch.matcher.tables import RuleTable
from netwatch.workloads.bench import Contender
from netwatch.workloads.rule_sets import rule_set
from netwatch.workloads.traces import trace

if TYPE_CHECKING:
    import numpy as np

    Rows = np.ndarray[Any, Any]

__all__ = ["contenders", "witnesses"]

_MOST = {"reference": 1_000, "bits": 200_000}
"""How many flows a pass of a kernel for single questions takes: about a second's."""


def contenders(table: RuleTable, kernels: Sequence[str], *, threads: int, flows: int) -> list[Contender]:
    """The named kernels for passes over ``flows`` flows; by default ``auto``, and those it passes over.

    ``compile_ms`` is what the processor takes to prepare the table for such passes, machine code being there already;
    ``table_bytes`` are those of its arrays, or for ``bits``, which has none, of its tables as pickled. Raises
    QueryError for a name that is none, and KernelUnavailableError for a kernel that is not installed.
    """
    return [_contender(table, name, threads=threads, flows=flows) for name in kernels or _all_here(table, flows)]


def witnesses(table: RuleTable) -> list[Contender]:
    """Two kernels to hold others against: ``bits``, which shares no array with the others, and ``numpy`` for it."""
    return [_contender(table, name, threads=1, flows=0)._replace(most=0) for name in ("bits", "numpy")]


def _all_here(table: RuleTable, flows: int) -> list[str]:
    chosen, _ = choose(table, flows)
    return [
        "auto",
        *(name for name in reversed(KERNELS) if name not in (chosen, "reference") and _is_here(table, name)),
    ]


def _is_here(table: RuleTable, name: str) -> bool:
    try:
        choose(table, 0, kernel=name)
    except KernelUnavailableError:
        return False
    return True


def _contender(table: RuleTable, name: str, *, threads: int, flows: int) -> Contender:
    kernel, _ = choose(table, flows, kernel=name)
    _warm(kernel, table.version)
    start = time.process_time()
    prepared = prepare(table, kernel=kernel, flows=flows)
    compile_ms = (time.process_time() - start) * 1000

    def rows(batch: FlowBatch, out: Rows) -> None:
        classify(prepared, batch, kernel=kernel, out=out, threads=threads)

    size = len(pickle.dumps(prepared.bits)) if kernel == "bits" else prepared.table_bytes
    return Contender(kernel, threads, rows, compile_ms, size, _MOST.get(kernel, 0), name)


def _warm(kernel: str, version: int) -> None:
    """Have libraries imported and machine code loaded, by a small batch on a small table."""
    table = rule_set("nsg10" if version == 4 else "nsg1000-ipv6")
    for flows in (1_000, 1_000_000):
        classify(prepare(table, kernel=kernel, flows=flows), trace(table, "hit", 1_000), kernel=kernel)
