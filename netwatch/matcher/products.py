"""First match over products of ranges, which no list of rules can blow up; nothing but the standard library.

A product takes every combination of the ranges it has in each field: a rule with thousands of prefixes on both sides
is one product, where it would be millions of rows. Each field is cut at the ends of all ranges; between two cuts the
same products can match, and one integer has a bit for each of them. A question is five binary searches, four ANDs, and
the lowest bit that is left.

The bits of a field take cuts × products / 8 bytes. A table that would pass SECTION_BYTES is cut into sections, asked
one after the other, each with cuts of its own: in the end, a few bytes for each range.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, pairwise
from operator import xor
from typing import NamedTuple

from netwatch.matcher.tables import FIELDS, Point, Range

__all__ = [
    "MAX_BYTES",
    "SECTION_BYTES",
    "Product",
    "ProductTable",
    "Section",
    "matches",
    "product_table",
    "spliced",
    "table_bytes",
]

SECTION_BYTES = 16 << 20
"""The most bytes of the bits of one section, unless it is a single word wide."""

MAX_BYTES = 64 << 20
"""The most bytes of the bits of a whole table; OverflowError beyond."""

_WORD = 64
_Ranges = tuple[Range, ...]

Product = tuple[_Ranges, _Ranges, _Ranges, _Ranges, _Ranges]
"""For each of FIELDS its ranges, ascending and apart from one another: no two overlap or touch."""


class Section(NamedTuple):
    """``size`` products from ``base`` on. ``bits[field][i]`` holds from ``cuts[field][i - 1]`` to below the next."""

    base: int
    size: int
    cuts: tuple[Sequence[int], ...]
    bits: tuple[Sequence[int], ...]


class ProductTable(NamedTuple):
    """Products of one address family (``version`` 4 or 6), ready for questions. It pickles."""

    version: int
    size: int
    sections: tuple[Section, ...]


def product_table(version: int, products: Sequence[Product]) -> ProductTable:
    """``products`` in the order in which they are asked, made ready: about 10 ms for a thousand rules.

    Raises OverflowError where they would take more than MAX_BYTES.
    """
    return _checked(ProductTable(version, len(products), tuple(_sections(products, 0))))


def matches(table: ProductTable, point: Point) -> Iterator[int]:
    """The products that hold ``point``, in order; the source port may be open (-1).

    >>> ports, low, high = ((-1, 65535),), ((0, 9),), ((5, 20),)
    >>> table = product_table(4, [(low, low, ports, low, low), (high, low, ports, low, low)])
    >>> list(matches(table, (7, 1, -1, 1, 1))), list(matches(table, (12, 1, 80, 1, 1)))
    ([0, 1], [1])
    """
    for base, _, cuts, bits in table.sections:
        src, dst, sport, dport, protocol = cuts
        found = (
            bits[0][bisect_right(src, point[0])]
            & bits[1][bisect_right(dst, point[1])]
            & bits[3][bisect_right(dport, point[3])]
            & bits[4][bisect_right(protocol, point[4])]
            & bits[2][bisect_right(sport, point[2])]
        )
        while found:
            lowest = found & -found
            yield base + lowest.bit_length() - 1
            found ^= lowest


def spliced(table: ProductTable, begin: int, end: int, products: Sequence[Product]) -> ProductTable:
    """``table`` with ``products`` in the place of those from ``begin`` to before ``end``.

    Equal to what ``product_table`` would make of the whole, for every point; a thousand rules take about 2 ms. Only a
    table of one section can be spliced: ValueError otherwise. Raises OverflowError as ``product_table`` does.
    """
    if len(table.sections) != 1:
        raise ValueError("a table of several sections is made anew")
    section = table.sections[0]
    size = section.size - (end - begin) + len(products)
    fields = [_spliced_field(section, field, (begin, end), products) for field in range(len(FIELDS))]
    whole = Section(0, size, tuple(cuts for cuts, _ in fields), tuple(bits for _, bits in fields))
    return _checked(ProductTable(table.version, size, (whole,)))


def table_bytes(table: ProductTable) -> int:
    """The bytes of a table's bits, were every integer as wide as it may be."""
    return sum(_width(each.size) * sum(map(len, each.bits)) for each in table.sections)


def _checked(table: ProductTable) -> ProductTable:
    if table_bytes(table) > MAX_BYTES:
        raise OverflowError(f"a table of {table_bytes(table):,} bytes, where {MAX_BYTES:,} are the most")
    return table


def _width(count: int) -> int:
    """Bytes of a bit for each of ``count`` products, in whole words."""
    return -(-count // _WORD) * (_WORD // 8)


def _sections(products: Sequence[Product], base: int) -> Iterator[Section]:
    """One section, or those of both halves where it would be too large."""
    cuts = sum(len(_ends(products, field)) + 1 for field in range(len(FIELDS)))
    if len(products) > _WORD and cuts * _width(len(products)) > SECTION_BYTES:
        middle = len(products) // 2
        yield from _sections(products[:middle], base)
        yield from _sections(products[middle:], base + middle)
        return
    fields = [_field(products, field) for field in range(len(FIELDS))]
    yield Section(base, len(products), tuple(cuts for cuts, _ in fields), tuple(bits for _, bits in fields))


def _ends(products: Sequence[Product], field: int) -> set[int]:
    lists = {id(product[field]): product[field] for product in products}.values()
    return {end for low, high in chain.from_iterable(lists) for end in (low, high + 1)}


def _field(products: Sequence[Product], field: int) -> tuple[list[int], list[int]]:
    """Where the set of products changes, and the sets before, between and behind these cuts."""
    lists = {id(product[field]): product[field] for product in products}  # by what they are: some are long to compare
    held = dict.fromkeys(lists, 0)
    for place, product in enumerate(products):
        held[id(product[field])] |= 1 << place
    changes: dict[int, int] = {}
    for ranges, bits in zip(lists.values(), held.values(), strict=True):
        for low, high in ranges:
            changes[low] = changes.get(low, 0) ^ bits
            changes[high + 1] = changes.get(high + 1, 0) ^ bits
    cuts = sorted(changes)
    return cuts, [0, *accumulate((changes[cut] for cut in cuts), xor)]


def _spliced_field(
    section: Section, field: int, old: tuple[int, int], products: Sequence[Product]
) -> tuple[list[int], list[int]]:
    begin, end = old
    below, above = (1 << begin) - 1, begin + len(products)
    moved = [bits & below | bits >> end << above for bits in section.bits[field]]
    # Cuts at which nothing changes any more are left out, or every change would leave some behind.
    kept = [place for place, (before, after) in enumerate(pairwise(moved)) if before != after]
    cuts, bits = [section.cuts[field][place] for place in kept], [moved[0], *(moved[place + 1] for place in kept)]
    for place, product in enumerate(products, start=begin):
        for low, high in product[field]:
            first, behind = _cut(cuts, bits, low), _cut(cuts, bits, high + 1)
            for index in range(first, behind):
                bits[index] |= 1 << place
    return cuts, bits


def _cut(cuts: list[int], bits: list[int], at: int) -> int:
    """Cut at ``at``, unless it is a cut already: the index of the bits that begin there."""
    place = bisect_left(cuts, at)
    if place == len(cuts) or cuts[place] != at:
        cuts.insert(place, at)
        bits.insert(place, bits[place])
    return place + 1
