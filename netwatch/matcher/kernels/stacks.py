"""The kernels of ``stacks``: the first product of each flow in the table named for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.matcher.stacks import NO_PRODUCT, Stack

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["as_tuples", "numba_products", "numpy_products"]


def numba_products(stack: Stack, tables: Array, columns: tuple[Array, ...], start: Array | None, out: Array) -> None:
    """By compiled loops; the interpreter's lock is free meanwhile."""
    import numpy as np

    from netwatch.matcher.kernels import stack_loops

    begin, size = np.zeros(0, np.int32) if start is None else start, len(tables)
    room = np.empty(size, np.uint32), np.empty((size, 4), np.uint32), np.empty(size, np.int32)
    stack_loops.products((np.arange(size, dtype=np.uint32), tables, begin), columns, as_tuples(stack), room, out)


def as_tuples(stack: Stack) -> tuple[Any, ...]:
    """A stack as compiled loops take it."""
    fields = tuple((each.starts, each.begins, each.rows, each.words) for each in stack.fields)
    return fields, stack.widths, stack.bases


def numpy_products(stack: Stack, tables: Array, columns: tuple[Array, ...], start: Array | None, out: Array) -> None:
    """By whole columns, a word of bits at a time."""
    import numpy as np

    out.fill(NO_PRODUCT)
    if not len(stack.widths):
        return
    left = np.flatnonzero(tables >= 0)
    which = tables[left].astype(np.int64)
    heads = [
        _heads(field, stack.widths, which, column[left]) for field, column in zip(stack.fields, columns, strict=True)
    ]
    widths, bases = stack.widths[which].astype(np.int64), stack.bases[which]
    begin = np.zeros(len(left), np.int64) if start is None else np.maximum(start[left] - bases, 0)
    for word in range(int(widths.max(initial=0))):
        some = np.flatnonzero(widths > word)
        if len(some) < len(left):
            left, widths, bases, begin = left[some], widths[some], bases[some], begin[some]
            heads = [head[some] for head in heads]
        bits = stack.fields[0].rows.take(heads[0] + word)
        for field, head in zip(stack.fields[1:], heads[1:], strict=True):
            bits &= field.rows.take(head + word)
        if start is not None:
            past = np.clip(begin - 64 * word, 0, 64)
            bits &= np.where(past < 64, ~np.uint64(0) << (past & 63).astype(np.uint64), np.uint64(0))
        hit = np.flatnonzero(bits)
        found = bits[hit]
        out[left[hit]] = bases[hit] + 64 * word + np.bitwise_count((found & -found) - np.uint64(1))
        widths[hit] = 0  # answered


def _heads(field: Any, widths: Array, which: Array, values: Array) -> Array:
    """Where in ``rows`` the row of each value begins."""
    import numpy as np

    keys = which.astype(np.uint64) << np.uint64(32) | values
    place = np.searchsorted(field.keys, keys, side="right") - 1 - field.begins[which]
    head: Array = field.words[which] + place * widths[which]
    return head
