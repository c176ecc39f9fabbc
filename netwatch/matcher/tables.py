"""``RuleTable``: rules as numbers, for one address family. What a match means is in ``reference``."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["FIELDS", "NO_ROW", "Point", "Range", "Row", "RuleTable"]

FIELDS = ("src", "dst", "sport", "dport", "protocol")
"""The fields of a row and of a point, in this order everywhere."""

NO_ROW = -1
"""What a search gives when no row matches."""

Range = tuple[int, int]
"""``(low, high)``, both inside."""

Point = tuple[int, int, int, int, int]
"""One flow as integers, a number for each of FIELDS."""

Row = tuple[Range, Range, Range, Range, Range]
"""A range for each of FIELDS. A row matches a point that lies in all of them."""


class RuleTable(NamedTuple):
    """Rows of one address family (``version`` 4 or 6) in the order in which they are asked.

    All integers are in host order and all ranges inclusive: addresses 0 to 2³²-1 or 2¹²⁸-1, ports 0 to 65535, protocols
    0 to 255. The source port has one more value, -1, for an opener whose port the question leaves open: only rows that
    take every source port begin there. ``maybe[row]`` marks a row that may be wider than what it stands for, because
    the input leaves a value open: not to match it is certain, to match it is not.

    >>> anyone, ports = (0, 2**32 - 1), (0, 65535)
    >>> table = RuleTable(4, ((anyone, (10, 20), (-1, 65535), (443, 443), (6, 6)),), (False,))
    >>> len(table.rows), table.maybe[0]
    (1, False)
    """

    version: int
    rows: tuple[Row, ...] = ()
    maybe: tuple[bool, ...] = ()
