"""The kernel ``numba``: the loops of ``loops``, on the same tables as the kernel ``numpy``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.matcher.batch import FlowBatch
from netwatch.matcher.halves import ByTree, LineHalves
from netwatch.matcher.prefixes import PrefixTables
from netwatch.matcher.prepared import PAIRS_FROM, PreparedTable
from netwatch.matcher.search_trees import aligned

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["made_ready", "memory_shape", "rows", "values"]

MEMORY_BITS = 18
"""Of a place in the memory of combinations: 2 MB, which beside a search of groups are quick to look into."""


def made_ready(prepared: PreparedTable, flows: int) -> bool:
    """Build what ``rows`` will use for a batch of ``flows`` flows, unless it is there; False where it is too large."""
    if prepared.trees is None:
        return False
    if flows >= PAIRS_FROM:
        prepared.pairs  # noqa: B018, made by being asked for
    return True


def rows(prepared: PreparedTable, flows: FlowBatch, span: range, out: Array) -> None:
    """The row of each flow of ``span``. The interpreter's lock is free meanwhile."""
    import numpy as np

    from netwatch.matcher.kernels import loops

    trees, services, groups, places = prepared.trees, prepared.services, prepared.groups, prepared.places
    assert trees is not None
    assert services is not None
    assert groups is not None
    assert places is not None
    addresses: tuple[Any, ...] = (flows.src, flows.dst)
    if flows.version == 6:
        addresses = (flows.src, flows.src_low, flows.dst, flows.dst_low)
    columns = addresses, (flows.sport, flows.dport, flows.protocol)
    finish: Any
    if prepared.pairs_made is not None:
        finish = tuple((np.uint32(table.across), table.blocks, table.cells) for table in prepared.pairs_made)
    else:
        begins = tuple(np.uint64(begin) for begin in groups.begins)
        finish = (np.uint64(groups.across), *begins, groups.words, groups.order), tuple(places)
    shape = (0, 0, 0) if prepared.pairs_made is not None else memory_shape(groups.classes, len(span))
    classes = _address(trees[0]), _address(trees[1]), (np.uint32(services.shift), *services[1:])
    run = loops.rows_v4 if flows.version == 4 else loops.rows_v6
    run(columns, (classes, finish), shape, (span.start, span.stop), out)


def values(prefixes: PrefixTables, columns: tuple[Array, ...], span: range, out: Array) -> None:
    """The value of each address of ``span`` in its table: ``columns`` are tables, then the address."""
    import numpy as np

    from netwatch.matcher.kernels import loops

    run = loops.prefixes_v4 if prefixes.version == 4 else loops.prefixes_v6
    table = prefixes.values
    cells = np.uint32(table.across), table.blocks, table.cells
    run(columns, (_address(prefixes.trees), cells), (span.start, span.stop), out)


def memory_shape(classes: tuple[int, int, int], flows: int) -> tuple[int, int, int]:
    """The shape of a memory of combinations (see ``class_memory``) of so many classes, for a batch of ``flows`` flows.

    Zeros, which mean no memory, where three classes and a row are more than 64 bits.
    """
    from netwatch.matcher.kernels.combinations import ROW_BITS

    src, dst, service = (max(1, count - 1).bit_length() for count in classes)
    if src + dst + service + ROW_BITS > 64:
        return 0, 0, 0
    return dst, service, min(MEMORY_BITS, flows.bit_length() + 1)


def _address(tables: ByTree) -> tuple[Any, ...]:
    import numpy as np

    if isinstance(tables, LineHalves):
        highs, firsts, lasts, bases, keys, classes, step = tables
        return _address(highs), firsts, lasts, bases, aligned(keys), classes, np.uint64(step)
    # They are aligned where they were made; a pickle has lost that.
    return aligned(tables.parts), aligned(tables.keys), tables.levels, tables.values
