from __future__ import annotations

from netwatch.matcher.bricks import bricks_of
from netwatch.matcher.tables import RuleTable
from tests.unit.matcher.rows import EVERY_PORT, EVERYONE, rule, table

WEB, DNS = (80, 80), (53, 53)


def test_the_rows_of_a_rule_are_one_brick() -> None:
    bricks = bricks_of(
        table(
            rule([(1, 2), (4, 5)], [(7, 7), (9, 9), (11, 12)], [WEB, DNS]), rule([EVERYONE], [EVERYONE], [EVERY_PORT])
        )
    )
    assert bricks.bases == [0, 12]
    assert [len(bricks.lists[axis][bricks.members[axis][0]]) for axis in range(3)] == [2, 3, 2]


def test_rows_that_are_no_product_are_bricks_of_their_own() -> None:
    rows = [*rule([(1, 1)], [(1, 1)], [WEB]), *rule([(2, 2)], [(2, 2)], [DNS]), *rule([(3, 3)], [(1, 1)], [DNS])]
    assert bricks_of(table(rows)).bases == [0, 1, 2]


def test_addresses_that_overlap_or_descend_are_not_gathered() -> None:
    assert bricks_of(table(rule([(1, 5), (5, 9)], [EVERYONE], [WEB]))).bases == [0, 1]
    assert bricks_of(table(rule([EVERYONE], [(5, 9), (1, 2)], [WEB]))).bases == [0, 1]


def test_equal_lists_are_kept_once() -> None:
    bricks = bricks_of(
        table(rule([(1, 2)], [(3, 4)], [WEB]), rule([(9, 9)], [EVERYONE], [DNS]), rule([(1, 2)], [(3, 4)], [DNS]))
    )
    assert bricks.members[0] == [0, 1, 0]
    assert bricks.addresses[0] == [(1, 2), (9, 9)]


def test_no_rows_are_no_bricks() -> None:
    assert bricks_of(RuleTable(4)).bases == []
