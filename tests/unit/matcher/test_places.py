from __future__ import annotations

from netwatch.matcher.axes import address_axis, service_axis
from netwatch.matcher.bricks import bricks_of
from netwatch.matcher.places import WIDTH, place_cells, places
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
    base, at_s, worth_s, at_d, worth_d, at_v, worth_v, _ = made.bricks[WIDTH : 2 * WIDTH].tolist()
    assert (base, worth_s, worth_d, worth_v) == (1, 6, 2, 1)
    second = src.classes[list(src.starts).index(20)]
    third = dst.classes[list(dst.starts).index(9)]
    https = service.classes[service.sport[0] + service.protocol[6] + service.dport[443]]
    row = (
        base
        + made.src[at_s + second] * worth_s
        + made.dst[at_d + third] * worth_d
        + made.service[at_v + https] * worth_v
    )
    assert row == 1 + 6 + 4 + 1
    assert place_cells(bricks, src, dst, service) == src.total + dst.total + service.total


def test_single_ranges_need_no_places() -> None:
    bricks = bricks_of(table(rule([EVERYONE], [(5, 5)], [EVERY_PORT])))
    src, dst, service = address_axis(bricks, 0), address_axis(bricks, 1), service_axis(bricks)
    assert service is not None
    assert place_cells(bricks, src, dst, service) == 0
    assert places(bricks, src, dst, service).bricks.tolist() == [0] * 2 * WIDTH


def test_lists_that_hold_nothing_in_common_share_a_row() -> None:
    several = [rule([(at, at), (at + 5, at + 5)], [(at, at)], [EVERY_PORT]) for at in (10, 30, 50, 35)]
    bricks = bricks_of(table(*several))
    src, dst, service = address_axis(bricks, 0), address_axis(bricks, 1), service_axis(bricks)
    assert service is not None
    made = places(bricks, src, dst, service)
    begins = made.bricks.reshape(-1, WIDTH)[:4, 1].tolist()
    assert begins == [0, 0, 0, src.total]
    second = [src.classes[list(src.starts).index(at)] for at in (15, 35, 55, 40)]
    assert [made.src[begin + one] for begin, one in zip(begins, second, strict=True)] == [1] * 4
