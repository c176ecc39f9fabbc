from __future__ import annotations

import numpy as np
import pytest

from netwatch.matcher import pairs as module
from netwatch.matcher.pairs import BLOCK, blocks_of, pairs
from netwatch.matcher.prepared import PreparedTable
from netwatch.matcher.tables import RuleTable
from tests.unit.matcher.rows import EVERY_PORT, EVERYONE, rule, table

MANY = table(
    *(rule([(i, i)], [(j, j)], [(80, 80)]) for i in range(0, 40, 2) for j in range(0, 40, 2) if i % 3 == j % 3)
)


def made(rules: RuleTable) -> module.Pairs | None:
    layout, places = PreparedTable(rules).layout, PreparedTable(rules).places
    assert layout is not None
    assert places is not None
    return pairs(*layout, places=places)


def test_pairs_that_leave_the_same_rows_are_one_class() -> None:
    found = made(table(rule([(1, 1)], [(1, 1)], [EVERY_PORT]), rule([EVERYONE], [EVERYONE], [EVERY_PORT])))
    assert found is not None
    assert found.classes.cells.max() + 1 == 2


@pytest.mark.parametrize("limit", ["MAX_CELLS", "MAX_CLASSES"])
def test_tables_that_would_be_large_are_not_made(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert made(MANY) is not None
    monkeypatch.setattr(module, limit, 5)
    assert made(MANY) is None


def test_equal_blocks_are_kept_once() -> None:
    cells = np.array([0] * BLOCK + [1] * BLOCK + [0] * BLOCK)
    blocks, distinct = blocks_of(cells)
    assert blocks.tolist() == [0, 1, 0]
    assert distinct.tolist() == [[0] * BLOCK, [1] * BLOCK]
