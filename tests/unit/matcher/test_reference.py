from __future__ import annotations

import pytest

from netwatch.matcher.reference import first_match
from netwatch.matcher.tables import FIELDS, NO_ROW, Point, Range, Row, RuleTable

EVERY: Row = ((0, 2**32 - 1), (0, 2**32 - 1), (-1, 65535), (0, 65535), (0, 255))


def row(**changed: Range) -> Row:
    """A row that matches everything but for the fields named."""
    src, dst, sport, dport, protocol = (changed.get(field, every) for field, every in zip(FIELDS, EVERY, strict=True))
    return src, dst, sport, dport, protocol


def table(*rows: Row) -> RuleTable:
    return RuleTable(4, rows, (False,) * len(rows))


def test_the_first_of_several_matching_rows_wins() -> None:
    assert first_match(table(row(dport=(80, 80)), row(dport=(443, 443)), EVERY), (1, 2, 3, 443, 6)) == 1


def test_no_row_matches() -> None:
    assert first_match(table(row(dport=(80, 80))), (1, 2, 3, 443, 6)) == NO_ROW
    assert first_match(table(), (1, 2, 3, 443, 6)) == NO_ROW


def test_a_search_can_begin_behind_a_row() -> None:
    assert first_match(table(EVERY, row(dport=(80, 80)), EVERY), (1, 2, 3, 443, 6), start=1) == 2
    assert first_match(table(EVERY), (1, 2, 3, 443, 6), start=1) == NO_ROW


@pytest.mark.parametrize("field", range(len(FIELDS)), ids=FIELDS)
@pytest.mark.parametrize(("value", "matches"), [(9, False), (10, True), (20, True), (21, False)])
def test_both_ends_of_a_range_are_inside(field: int, value: int, matches: bool) -> None:
    point: Point = (15, 15, 15, 15, 15)
    moved = tuple(value if index == field else other for index, other in enumerate(point))
    ranges = row(**{FIELDS[field]: (10, 20)})
    assert first_match(table(ranges), (moved[0], moved[1], moved[2], moved[3], moved[4])) == (0 if matches else NO_ROW)


def test_an_open_source_port_matches_only_rows_that_take_every_source_port() -> None:
    rows = table(row(sport=(0, 65535)), row(sport=(-1, 65535)))
    assert first_match(rows, (1, 2, -1, 443, 6)) == 1


def test_addresses_of_ipv6_are_integers_too() -> None:
    wide = RuleTable(6, (row(src=(2**127, 2**128 - 1)),), (False,))
    assert first_match(wide, (2**128 - 1, 2, 3, 443, 6)) == 0
    assert first_match(wide, (2**127 - 1, 2, 3, 443, 6)) == NO_ROW
