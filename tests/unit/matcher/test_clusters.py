from __future__ import annotations

from random import Random

from netwatch.matcher.axes import address_axis
from netwatch.matcher.bricks import bricks_of
from netwatch.matcher.clusters import clustered
from tests.unit.matcher.rows import EVERY_PORT, EVERYONE, rule, table


def test_every_brick_stands_once_and_pieces_keep_their_order() -> None:
    random = Random(1)
    rules = [rule([(start := random.randrange(1000), start)], [EVERYONE], [EVERY_PORT]) for _ in range(50)]
    bricks = bricks_of(table(*rules))
    order = clustered(bricks, address_axis(bricks, 0), address_axis(bricks, 1), size=8).tolist()
    assert sorted(order) == list(range(len(bricks.bases)))
    pieces = [order[begin : begin + 8] for begin in range(0, len(order), 8)]
    assert all(piece == sorted(piece) for piece in pieces)


def test_what_takes_the_same_addresses_stands_together() -> None:
    near, far = [(100 + i, 100 + i) for i in range(4)], [(900 + i, 900 + i) for i in range(4)]
    mixed = [side for both in zip(near, far, strict=True) for side in both]
    bricks = bricks_of(table(*(rule([one], [one], [EVERY_PORT]) for one in mixed)))
    order = clustered(bricks, address_axis(bricks, 0), address_axis(bricks, 1), size=4).tolist()
    assert order in ([0, 2, 4, 6, 1, 3, 5, 7], [1, 3, 5, 7, 0, 2, 4, 6])
