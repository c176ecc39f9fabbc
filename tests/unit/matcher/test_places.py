from __future__ import annotations

import numpy as np

from netwatch.matcher.axes import address_axis, service_axis
from netwatch.matcher.bricks import bricks_of
from netwatch.matcher.places import WIDTH, address_places, place_cells, places
from tests.unit.matcher.rows import EVERY_PORT, EVERYONE, rule, table


def test_places_count_the_row() -> None:
    bricks = bricks_of(
        table(
            rule([EVERYONE], [EVERYONE], [(1, 1)]),
            rule([(10, 10), (20, 20)], [(5, 5), (7, 7), (9, 9)], [(80, 80), (443, 443)]),
        )
    )
    src, dst, service = address_axis(bricks, 0), address_axis(bricks, 1), service_axis(bricks)
    assert service is not None
    made = places(bricks, src, dst, service)
    numbers = made.bricks[WIDTH : 2 * WIDTH]
    base, _, worth_s, _, worth_d, at_v, worth_v, lines = numbers.tolist()
    assert (base, worth_s, worth_d, worth_v, lines) == (1, 6, 2, 1, 1 | 1 << 16)
    second = src.classes[list(src.starts).index(20)]
    third = dst.classes[list(dst.starts).index(9)]
    https = service.classes[service.sport[0] + service.protocol[6] + service.dport[443]]
    row = (
        base
        + address_places(made.src, numbers[1:2], np.array([second]))[0] * worth_s
        + address_places(made.dst, numbers[3:4], np.array([third]))[0] * worth_d
        + made.service[at_v + https] * worth_v
    )
    assert row == 1 + 6 + 4 + 1
    assert place_cells(bricks, service) == service.total


def test_single_ranges_need_no_places() -> None:
    bricks = bricks_of(table(rule([EVERYONE], [(5, 5)], [EVERY_PORT])))
    src, dst, service = address_axis(bricks, 0), address_axis(bricks, 1), service_axis(bricks)
    assert service is not None
    assert place_cells(bricks, service) == 0
    assert places(bricks, src, dst, service).bricks.tolist() == [0] * 2 * WIDTH
