from __future__ import annotations

import pickle

from netwatch.matcher.tables import FIELDS, Row, RuleTable

ROW: Row = ((0, 1), (0, 1), (-1, 65535), (443, 443), (6, 6))


def test_the_order_of_fields_is_part_of_the_contract() -> None:
    assert FIELDS == ("src", "dst", "sport", "dport", "protocol")


def test_a_table_is_a_value() -> None:
    table = RuleTable(4, (ROW,), (True,))
    assert table == RuleTable(4, (ROW,), (True,))
    assert hash(table) == hash(RuleTable(4, (ROW,), (True,)))
    assert table != table._replace(maybe=(False,))


def test_a_table_travels_to_worker_processes() -> None:
    table = RuleTable(4, (ROW,), (True,))
    assert pickle.loads(pickle.dumps(table)) == table
