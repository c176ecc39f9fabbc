"""The one door to the matcher: ``classify`` gives the row of every flow. ``prepare`` and ``choose`` stand by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from netwatch.errors import InvalidFlowError
from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.choice import KERNELS, choose_between, spread
from netwatch.matcher.prepared import PreparedTable
from netwatch.matcher.tables import NO_ROW, RuleTable

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["KERNELS", "choose", "classify", "prepare"]

_COLUMNS = {4: ("uint32", "uint32"), 6: ("uint64", "uint64", "uint64", "uint64")}


class _Kernel(Protocol):
    def __call__(self, prepared: PreparedTable, flows: FlowBatch, span: range, out: Array, /) -> None: ...


def classify(
    table: RuleTable | PreparedTable,
    flows: FlowBatch,
    *,
    kernel: str = "auto",
    out: Array | None = None,
    threads: int = 1,
) -> Array:
    """The index of the first row that matches each flow, int32, NO_ROW where none does; what ``reference`` would say.

    The columns of ``flows`` are read where they are. ``out``, if given, is written and returned: an int32 array, one
    number for each flow. ``threads`` share the work; ``numba`` scales best, since it holds no lock. A bare RuleTable is
    prepared for this batch alone: ``prepare`` it once where there are several.

    Raises QueryError for a kernel that is none, KernelUnavailableError for one that is not installed, and
    InvalidFlowError for columns or a version that do not fit.

    >>> import numpy as np
    >>> every = (0, 2**32 - 1)
    >>> table = RuleTable(4, ((every, (10, 20), (-1, 65535), (443, 443), (6, 6)),), (False,))
    >>> port, tcp = np.array([443, 443, 80], np.uint16), np.array([6, 6, 6], np.uint8)
    >>> dst = np.array([10, 21, 10], np.uint32)
    >>> classify(table, FlowBatch.v4(dst, dst, sport=port, dport=port, protocol=tcp)).tolist()
    [0, -1, -1]
    """
    import numpy as np

    prepared = table if isinstance(table, PreparedTable) else PreparedTable(table)
    _check(prepared.table.version, flows, out)
    name, _ = choose(prepared, flows.size, kernel=kernel)
    rows = np.empty(flows.size, np.int32) if out is None else out
    if name in ("numpy", "numba"):
        _make_ready(prepared, name, flows.size)
        if prepared.classes is None:
            return _in_halves(prepared.table, flows, kernel=name, out=rows)
    run = _kernel(name)
    spread(lambda span: run(prepared, flows, span, rows), flows.size, threads)
    return rows


def prepare(table: RuleTable, *, kernel: str = "auto", flows: int = 0) -> PreparedTable:
    """``table`` made ready for batches of about ``flows`` flows, to be given to ``classify`` in its stead.

    What larger batches need is added when one comes. The result pickles, and loads in worker processes ready to use.
    """
    prepared = PreparedTable(table)
    name, _ = choose(prepared, flows, kernel=kernel)
    if name == "bits":
        prepared.bits  # noqa: B018, made by being asked for
    elif name in ("numpy", "numba"):
        _make_ready(prepared, name, flows)
    return prepared


def choose(table: RuleTable | PreparedTable, n: int, *, kernel: str = "auto") -> tuple[str, str]:
    """The kernel that ``classify`` takes for ``n`` flows, and why in a few words.

    Raises QueryError for a name that is no kernel's, and KernelUnavailableError for one that is not installed.
    """
    return choose_between(KERNELS, n, kernel=kernel)


def _make_ready(prepared: PreparedTable, name: str, flows: int) -> None:
    from netwatch.matcher.kernels import numba, numpy

    (numba if name == "numba" else numpy).make_ready(prepared, flows)


def _kernel(name: str) -> _Kernel:
    from netwatch.matcher.kernels import numba, numpy, scalar

    kernels: dict[str, _Kernel] = {
        "reference": scalar.reference,
        "bits": scalar.bits,
        "numpy": numpy.rows,
        "numba": numba.rows,
    }
    return kernels[name]


def _in_halves(table: RuleTable, flows: FlowBatch, *, kernel: str, out: Array) -> Array:
    """Ask the first half of the rows, then the second for the flows that are left; no half's tables are kept."""
    import numpy as np

    middle = len(table.rows) // 2
    first, second = (
        RuleTable(table.version, table.rows[part], table.maybe[part]) for part in (slice(middle), slice(middle, None))
    )
    classify(first, flows, kernel=kernel, out=out)
    left = np.flatnonzero(out == NO_ROW)
    some = flows._replace(**{name: value[left] for name, value in _columns(flows).items()})
    found = classify(second, some, kernel=kernel)
    out[left] = np.where(found == NO_ROW, NO_ROW, found + middle)
    return out


def _columns(flows: FlowBatch) -> dict[str, Any]:
    return {name: value for name, value in flows._asdict().items() if name != "version" and value is not None}


def _check(version: int, flows: FlowBatch, out: Array | None) -> None:
    """Raise InvalidFlowError unless the batch is of the table's family and its columns are as FlowBatch promises."""
    import numpy as np

    if flows.version != version:
        raise InvalidFlowError(f"flows of IPv{flows.version} cannot be looked up in rows of IPv{version}.")
    addresses = (flows.src, flows.dst) if version == 4 else (flows.src, flows.src_low, flows.dst, flows.dst_low)
    columns = (*addresses, flows.sport, flows.dport, flows.protocol)
    for column, wanted in zip(columns, (*_COLUMNS[version], "uint16", "uint16", "uint8"), strict=True):
        if not isinstance(column, np.ndarray) or column.dtype != wanted or column.shape != (flows.size,):
            raise InvalidFlowError(
                f"a column of {getattr(column, 'dtype', type(column).__name__)} where {wanted} was expected.",
                hint="FlowBatch says the type of each column; all are of one length.",
            )
    if out is not None and (out.dtype != np.int32 or out.shape != (flows.size,)):
        raise InvalidFlowError("the result needs an int32 array with a number for each flow.")
