"""Rule sets by name: seeded, shaped as said, sound as tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.errors import QueryError
from netwatch.matcher.tables import RuleTable
from netwatch.workloads.classbench import classbench_lines
from netwatch.workloads.rule_sets import RULE_SETS, rule_set

LIMITS = {4: (1 << 32) - 1, 6: (1 << 128) - 1}


def test_equal_names_and_seeds_give_equal_tables() -> None:
    assert rule_set("nsg100", seed=3) == rule_set("nsg100", seed=3)


def test_another_seed_gives_another_table() -> None:
    assert rule_set("nsg100", seed=3) != rule_set("nsg100", seed=4)


@pytest.mark.parametrize("name", RULE_SETS)
def test_rows_lie_within_their_fields(name: str) -> None:
    table = rule_set(name)
    address = LIMITS[table.version]
    least, most = (0, 0, -1, 0, 0), (address, address, 65535, 65535, 255)
    assert table.version == RULE_SETS[name][1]
    assert len(table.maybe) == len(table.rows)
    for row in table.rows:
        for (low, high), bottom, top in zip(row, least, most, strict=True):
            assert bottom <= low <= high <= top


@pytest.mark.parametrize("name", RULE_SETS)
def test_the_last_row_takes_everything_and_no_other_does(name: str) -> None:
    table = rule_set(name)
    address = LIMITS[table.version]
    closing = ((0, address), (0, address), (-1, 65535), (0, 65535), (0, 255))
    assert [index for index, row in enumerate(table.rows) if row == closing] == [len(table.rows) - 1]


@pytest.mark.parametrize("name", RULE_SETS)
def test_all_addresses_are_prefixes(name: str) -> None:
    for low, high in {row[side] for row in rule_set(name).rows for side in (0, 1)}:
        size = high - low + 1
        assert size & (size - 1) == 0
        assert low % size == 0


def test_a_thousand_rules_are_as_large_as_said() -> None:
    assert 6_000 <= len(rule_set("nsg1000").rows) <= 7_600


def test_a_source_port_is_open_only_where_all_are_taken() -> None:
    assert {row[2] for row in rule_set("nsg1000").rows if row[2][0] < 0} == {(-1, 65535)}


def test_a_classbench_file_is_a_rule_set(tmp_path: Path) -> None:
    row = ((1, 1), (0, LIMITS[4]), (-1, 65535), (80, 90), (6, 6))
    table = RuleTable(4, (row,), (False,))
    path = tmp_path / "one"
    path.write_text("".join(classbench_lines(table)))
    assert rule_set(f"classbench:{path}") == table


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(QueryError, match=r"'nsg5' is not a rule set\. .*nsg10, .*classbench:FILE"):
        rule_set("nsg5")
