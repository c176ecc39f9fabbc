"""``look_up``: the longest prefix of every address of a batch, in the table that is asked for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from netwatch.errors import InvalidFlowError
from netwatch.matcher.batch import found_as, is_column
from netwatch.matcher.choice import choose_between, spread
from netwatch.matcher.prefixes import PrefixTables

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["look_up"]


def look_up(
    prefixes: PrefixTables, tables: Array, dst: Array | tuple[Array, Array], *, kernel: str = "auto", threads: int = 1
) -> Array:
    """The value of each address in the table asked about, int32.

    ``tables`` are uint32 numbers of tables; ``dst`` is a column of uint32 for IPv4, and for IPv6 the high and the low
    halves, uint64. ``kernel`` is auto, numpy or numba. Raises as ``classify`` does, and InvalidFlowError for a table
    that is none.
    """
    import numpy as np

    from netwatch.matcher.kernels import numba, numpy

    columns = (dst,) if isinstance(dst, np.ndarray) else tuple(dst)
    _check(prefixes, tables, columns)
    name, _ = choose_between(("numpy", "numba"), len(tables), kernel=kernel)
    out = np.empty(len(tables), np.int32)
    run = numba.values if name == "numba" else numpy.values
    spread(lambda span: run(prefixes, (tables, *columns), span, out), len(tables), threads)
    return out


def _check(prefixes: PrefixTables, tables: Array, columns: Sequence[Array]) -> None:
    wanted = ("uint32",) if prefixes.version == 4 else ("uint64", "uint64")
    types = ("uint32", *wanted)
    given = (tables, *columns)
    if len(given) != len(types) or not all(
        is_column(column, kind) and len(column) == len(tables) for column, kind in zip(given, types, strict=True)
    ):
        raise InvalidFlowError(
            f"columns of {', '.join(map(found_as, given))} where {', '.join(types)} were expected.",
            hint="A column of tables, and the address as FlowBatch has it; all are of one length.",
        )
    if len(tables) and int(tables.max()) >= prefixes.many:
        raise InvalidFlowError(f"table {int(tables.max())} of {prefixes.many}.", hint="Tables are counted from 0.")
