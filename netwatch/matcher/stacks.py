"""Many tables of products as one set of arrays, so that a batch can ask another table with every flow.

Small tables are what networks are made of: hundreds of lists of a hundred rules. Made ready one by one for large
batches, each would take a megabyte. Here a table is what ``products`` has: the cuts of each field, and between two
cuts a row of bits, a bit for each product. A flow is five searches in cuts, an AND of five rows, and the lowest
bit that is left. A hundred rules take 15 KB so.

IPv6: addresses are numbered by the cuts of all tables together, and these numbers are searched in the place of
addresses.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from netwatch.matcher.prefixes import Cuts, PrefixTables, prefix_tables
from netwatch.matcher.products import Section

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["NO_PRODUCT", "NO_TABLE", "Field", "Packed", "Stack", "pack", "stack"]

NO_PRODUCT = -1
"""What ``first_products`` gives where no product of the table matches."""

NO_TABLE = -1
"""Stands for the table of a flow that asks none."""

_ADDRESSES = 2
"""The first fields are addresses."""


class Packed(NamedTuple):
    """One section as arrays. ``rows[field][i]`` holds from ``starts[field][i]`` on; the first start is 0.

    Starts are uint32, but for addresses of IPv6, which are Python's integers.
    """

    size: int
    starts: tuple[Any, ...]
    rows: tuple[Array, ...]

    @property
    def nbytes(self) -> int:
        """The bytes of its rows and starts."""
        return sum(each.nbytes for each in self.rows) + sum(12 * len(each) for each in self.starts)


class Field(NamedTuple):
    """One field of all tables: table ``t`` has the ``starts`` from ``begins[t]`` to before ``begins[t + 1]``.

    Its first row begins at word ``words[t]`` of ``rows``. ``keys`` are the starts with the table in the high half.
    """

    starts: Array
    begins: Array
    rows: Array
    words: Array
    keys: Array


class Stack(NamedTuple):
    """Tables of one address family: ``widths[t]`` are the words of a row, ``bases[t]`` its first product's number.

    Products are numbered through all tables. ``axes`` number the addresses of IPv6.
    """

    version: int
    fields: tuple[Field, ...]
    widths: Array
    bases: Array
    axes: tuple[PrefixTables, ...]


def pack(section: Section, version: int) -> Packed:
    """``section`` as arrays; a thousand products take about 2 ms."""
    tops = (1 << (32 if version == 4 else 128),) * _ADDRESSES + (1 << 16, 1 << 16, 1 << 8)
    fields = [_packed(section, field, top) for field, top in enumerate(tops)]
    return Packed(section.size, tuple(starts for starts, _ in fields), tuple(rows for _, rows in fields))


def stack(version: int, tables: Sequence[Packed]) -> Stack:
    """``tables`` one behind the other; a table is called by its place among them."""
    import numpy as np

    axes: tuple[PrefixTables, ...] = ()
    columns = [[each.starts[field] for each in tables] for field in range(5)]
    if version == 6:
        numbered = [_numbered(columns[field]) for field in range(_ADDRESSES)]
        axes = tuple(axis for axis, _ in numbered)
        columns[:_ADDRESSES] = [starts for _, starts in numbered]
    fields = [_field(starts, [each.rows[field] for each in tables]) for field, starts in enumerate(columns)]
    widths = np.array([each.rows[0].shape[1] for each in tables], np.uint32)
    bases = np.cumsum([0, *(each.size for each in tables)][: len(tables)], dtype=np.int32)
    return Stack(version, tuple(fields), widths, bases, axes)


def _packed(section: Section, field: int, top: int) -> tuple[Sequence[int] | Array, Array]:
    """Starts and rows of a field as far as its values go; -1, the open port, has no place in a batch."""
    import numpy as np

    cuts, bits = section.cuts[field], section.bits[field]
    first, last = bisect_right(cuts, 0), bisect_left(cuts, top)
    width = max(1, -(-section.size // 64))
    text = b"".join(each.to_bytes(8 * width, "little") for each in bits[first : last + 1])
    rows = np.frombuffer(text, "<u8").astype(np.uint64).reshape(-1, width)
    starts = [0, *cuts[first:last]]
    return starts if top > 1 << 32 else np.array(starts, np.uint32), rows


def _numbered(columns: Sequence[Sequence[int]]) -> tuple[PrefixTables, list[Sequence[int]]]:
    """All starts of a field in order, as a table that numbers addresses; and every table's starts as such numbers."""
    every = sorted({0}.union(*columns))
    place = {start: number for number, start in enumerate(every)}
    return prefix_tables(6, [Cuts(every, range(len(every)))]), [
        [place[start] for start in starts] for starts in columns
    ]


def _field(columns: Sequence[Sequence[int] | Array], rows: Sequence[Array]) -> Field:
    import numpy as np

    sizes = [len(starts) for starts in columns]
    starts = np.concatenate([np.zeros(0, np.uint32), *(np.asarray(starts, np.uint32) for starts in columns)])
    owners = np.repeat(np.arange(len(columns), dtype=np.uint64), sizes)
    words = np.cumsum([0, *(each.size for each in rows)][: len(rows)], dtype=np.int64)
    flat = np.concatenate([np.zeros(0, np.uint64), *(each.reshape(-1) for each in rows)])
    return Field(starts, np.cumsum([0, *sizes], dtype=np.int64), flat, words, owners << np.uint64(32) | starts)
