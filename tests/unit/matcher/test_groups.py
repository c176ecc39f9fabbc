from __future__ import annotations

import numpy as np

from netwatch.matcher.axes import address_axis, service_axis
from netwatch.matcher.bricks import bricks_of
from netwatch.matcher.groups import bit_rows, group_bytes, groups
from tests.unit.matcher.rows import EVERY_PORT, EVERYONE, rule, table


def test_bit_rows_have_a_bit_for_each_brick_that_takes_a_class() -> None:
    bricks = bricks_of(table(rule([(1, 5)], [EVERYONE], [EVERY_PORT]), rule([(4, 9)], [(1, 1)], [EVERY_PORT])))
    rows = bit_rows(bricks, 0, address_axis(bricks, 0), place=np.arange(2), count=1)
    assert rows.reshape(-1).tolist() == [0, 1, 3, 2]


def test_only_words_that_are_not_empty_are_stored() -> None:
    rules = [rule([(i, i)], [(i, i)], [EVERY_PORT]) for i in range(0, 2000, 2)]
    bricks = bricks_of(table(*rules))
    src, dst, service = address_axis(bricks, 0), address_axis(bricks, 1), service_axis(bricks)
    assert service is not None
    made = groups(bricks, src, dst, service)
    assert made.across == 1
    in_source = np.bitwise_count(made.words[made.begins[0] : made.begins[0] + 2 * src.total : 2])
    assert in_source.max() == 1
    assert made.words.nbytes < group_bytes(bricks, src, dst, service) / 2
    assert sorted(made.order[: len(rules)].tolist()) == list(range(len(rules)))
