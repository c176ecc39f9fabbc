from __future__ import annotations

import pickle
from itertools import pairwise
from random import Random

import pytest

from netwatch.matcher import products as module
from netwatch.matcher.products import Product, matches, product_table, spliced, table_bytes
from netwatch.matcher.tables import Point, Range

Ranges = tuple[Range, ...]
LIMIT = 40
ANY: Ranges = ((0, LIMIT),)


def drawn(random: Random, many: int) -> list[Product]:
    return [(some(random), some(random), some(random, least=-1), some(random), some(random)) for _ in range(many)]


def some(random: Random, *, least: int = 0) -> Ranges:
    """One to three ranges that are apart from one another; everything, the open port too, one time in three."""
    if random.random() < 0.3:
        return ((least, LIMIT),)
    ends = sorted(random.sample(range(LIMIT), 2 * random.randint(1, 3)))
    pairs = list(zip(ends[::2], ends[1::2], strict=True))
    merged = [pairs[0]]
    for (_, high), pair in pairwise(pairs):
        merged = [*merged[:-1], (merged[-1][0], pair[1])] if pair[0] == high + 1 else [*merged, pair]
    return tuple(merged)


def points(random: Random, many: int = 60) -> list[Point]:
    def value() -> int:
        return random.randint(0, LIMIT + 1)

    return [(value(), value(), random.choice([-1, value()]), value(), value()) for _ in range(many)]


def scanned(products: list[Product], point: Point) -> list[int]:
    return [
        place
        for place, product in enumerate(products)
        if all(any(low <= v <= high for low, high in ranges) for v, ranges in zip(point, product, strict=True))
    ]


@pytest.mark.parametrize("seed", range(20))
def test_every_product_that_holds_the_point_in_order(seed: int) -> None:
    random = Random(seed)
    products = drawn(random, random.choice([0, 1, 5, 70, 200]))
    table = product_table(4, products)
    for point in points(random):
        assert list(matches(table, point)) == scanned(products, point)


@pytest.mark.parametrize("seed", range(10))
def test_a_table_in_sections_gives_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(seed)
    products = drawn(random, 300)
    monkeypatch.setattr(module, "SECTION_BYTES", 2_000)
    table = product_table(4, products)
    assert len(table.sections) > 2
    assert sum(section.size for section in table.sections) == table.size == 300
    for point in points(random):
        assert list(matches(table, point)) == scanned(products, point)


@pytest.mark.parametrize("seed", range(20))
def test_a_splice_is_the_table_made_anew(seed: int) -> None:
    random = Random(seed)
    products = drawn(random, random.choice([1, 5, 90]))
    table = product_table(4, products)
    for _ in range(4):
        begin = random.randint(0, len(products))
        end = random.randint(begin, min(begin + 3, len(products)))
        new = drawn(random, random.randint(0, 3))
        products[begin:end] = new
        table = spliced(table, begin, end, new)
        assert table == product_table(4, products)


def test_a_table_of_several_sections_is_not_spliced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECTION_BYTES", 0)
    table = product_table(4, drawn(Random(0), 65))
    with pytest.raises(ValueError, match="several sections"):
        spliced(table, 0, 1, [])


def test_prefixes_on_both_sides_do_not_multiply() -> None:
    """A thousand rules that join two thousand sources with two thousand destinations: four thousand million rows."""
    sources = tuple((step * 8, step * 8) for step in range(2_000))
    destinations = tuple((step * 8 + 3, step * 8 + 3) for step in range(2_000))
    ports = tuple((port, port) for port in range(0, 400, 2))
    products: list[Product] = [(sources, destinations, ((-1, 65535),), ports, ((6, 6),))] * 1_000
    table = product_table(4, products)
    assert table_bytes(table) < 2 << 20
    assert next(matches(table, (8, 11, -1, 2, 6))) == 0
    assert list(matches(table, (8, 12, -1, 2, 6))) == []


def test_no_table_is_larger_than_the_bound() -> None:
    """Rules that share no prefix: sections keep what would be 100 MB, were every cut to have a bit for every rule."""
    products: list[Product] = [
        (tuple((rule << 10 | k << 2, rule << 10 | k << 2) for k in range(100)), ANY, ANY, ANY, ANY)
        for rule in range(2_000)
    ]
    cuts = 2 * 100 * 2_000
    table = product_table(4, products)
    assert table_bytes(table) <= module.MAX_BYTES < cuts * 2_000 // 8
    assert len(table.sections) > 1
    for rule in (0, 999, 1_999):
        assert list(matches(table, (rule << 10 | 40, 0, 0, 0, 0))) == [rule]


def test_what_would_pass_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1_000)
    with pytest.raises(OverflowError, match="1,000 are the most"):
        product_table(4, drawn(Random(0), 100))


def test_a_table_pickles() -> None:
    table = product_table(4, drawn(Random(1), 10))
    assert pickle.loads(pickle.dumps(table)) == table
