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

__all__ = ["made_ready", "new_memory", "rows", "values"]

PAIRS_BITS, GROUPS_BITS = 16, 18
"""Of a place in the memory of combinations: 256 KB beside pairs; 2 MB, which beside groups are quick to look into."""

PAIRS_MOST, GROUPS_MOST = 3, 6
"""Of the eighths of a block that may be new before asking costs more than a search."""


def made_ready(prepared: PreparedTable, flows: int) -> bool:
    """Build what ``rows`` will use for a batch of ``flows`` flows, unless it is there; False where it is too large."""
    if prepared.trees is None:
        return False
    if flows >= PAIRS_FROM:
        prepared.pairs  # noqa: B018, made by being asked for
    return True


def rows(prepared: PreparedTable, flows: FlowBatch, begun: Array, out: Array) -> None:
    """The row of each flow that no other call for the same batch takes. The interpreter's lock is free meanwhile.

    ``begun`` is theirs together: one number, int64, of how many flows have been taken, zero at first.
    """
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
    pairs = prepared.pairs_made  # asked for once: another thread may be about to have made them
    if pairs is not None:
        finish = tuple((np.uint32(table.across), table.blocks, table.cells) for table in pairs)
    else:
        begins = tuple(np.uint64(begin) for begin in groups.begins)
        finish = (np.uint64(groups.across), *begins, groups.words, groups.order), tuple(places)
    memory = new_memory(groups.classes, len(prepared.table.rows), flows.size, pairs=pairs is not None)
    service = np.uint32(services.shift), services.sport, services.protocol, services.dport, services.classes
    classes = _address(trees[0]), _address(trees[1]), service
    run = loops.rows_v4 if flows.version == 4 else loops.rows_v6
    run(columns, (classes, finish), memory, begun, out)


def values(prefixes: PrefixTables, columns: tuple[Array, ...], span: range, out: Array) -> None:
    """The value of each address of ``span`` in its table: ``columns`` are tables, then the address."""
    import numpy as np

    from netwatch.matcher.kernels import loops

    run = loops.prefixes_v4 if prefixes.version == 4 else loops.prefixes_v6
    table = prefixes.values
    cells = np.uint32(table.across), table.blocks, table.cells
    run(columns, (_address(prefixes.trees), cells), (span.start, span.stop), out)


def new_memory(classes: tuple[int, int, int], rows: int, flows: int, *, pairs: bool) -> tuple[Any, ...]:
    """A memory of combinations (see ``class_memory``) of so many classes and rows, for a batch of so many flows.

    Beside pairs it has places of 32 bits, and is of use only where many are looked up at once; beside groups, of 64.
    Without a place where three classes do not fit, or the row not into the room that a place leaves it.
    """
    import numpy as np

    from netwatch.matcher.kernels.registers import wide_registers

    src, dst, service = (max(1, count - 1).bit_length() for count in classes)
    kind, most_bits, most = (np.uint32, PAIRS_BITS, PAIRS_MOST) if pairs else (np.uint64, GROUPS_BITS, GROUPS_MOST)
    bits = min(most_bits, flows.bit_length() + 1)
    fits = src + dst + service <= np.dtype(kind).itemsize * 8 and rows + 1 < 1 << bits - 1
    size = 1 << bits if fits and (wide_registers() or not pairs) else 0
    return np.zeros(size, kind), (np.uint64(dst + service), np.uint64(service)), most


def _address(tables: ByTree) -> tuple[Any, ...]:
    import numpy as np

    if isinstance(tables, LineHalves):
        highs, firsts, lasts, bases, keys, classes, step = tables
        return _address(highs), firsts, lasts, bases, aligned(keys), classes, np.uint64(step)
    # They are aligned where they were made; a pickle has lost that.
    return aligned(tables.parts), aligned(tables.keys), tables.levels, aligned(tables.values)
