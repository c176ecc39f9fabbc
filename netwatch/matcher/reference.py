"""The ten lines that define what a match is. Every faster way must give the same row."""

from __future__ import annotations

from netwatch.matcher.tables import NO_ROW, Point, RuleTable

__all__ = ["first_match"]


def first_match(table: RuleTable, point: Point, *, start: int = 0) -> int:
    """The index of the first row from ``start`` on that holds ``point`` in every field; NO_ROW where there is none.

    >>> table = RuleTable(4, (((0, 9), (0, 9), (-1, 65535), (80, 80), (6, 6)), ((0, 9),) * 5), (False, False))
    >>> first_match(table, (1, 2, -1, 80, 6)), first_match(table, (1, 2, 3, 4, 5)), first_match(table, (1, 2, -1, 4, 5))
    (0, 1, -1)
    """
    for index in range(start, len(table.rows)):
        for value, (low, high) in zip(point, table.rows[index], strict=True):
            if not low <= value <= high:
                break
        else:
            return index
    return NO_ROW
