from __future__ import annotations

from importlib.util import find_spec
from multiprocessing import get_context
from random import Random

import numpy as np
import pytest

from netwatch.errors import KernelUnavailableError, QueryError
from netwatch.matcher import products as module
from netwatch.matcher.first_products import first_products
from netwatch.matcher.products import Product, ProductTable, matches, product_table
from netwatch.matcher.stacks import NO_PRODUCT, NO_TABLE, Stack, pack, stack
from netwatch.matcher.tables import Point, Range
from netwatch.workloads.traces import points_batch

KERNELS = ["numpy", pytest.param("numba", marks=pytest.mark.skipif(not find_spec("numba"), reason="extra fast"))]
TOPS = {4: (32, 32, 16, 16, 8), 6: (128, 128, 16, 16, 8)}


def drawn(random: Random, version: int, many: int) -> list[Product]:
    return [tuple(ranges(random, bits) for bits in TOPS[version]) for _ in range(many)]  # type: ignore[misc]


def ranges(random: Random, bits: int) -> tuple[Range, ...]:
    """Everything, or a few blocks; the same few ends in all tables, some at the edges of the field."""
    if random.random() < 0.4:
        return ((-1 if bits == 16 else 0, (1 << bits) - 1),)
    step = 1 << (bits - 3)
    blocks = sorted(random.sample(range(8), random.randint(1, 3)))
    apart = [block for block in blocks if block - 1 not in blocks]
    return tuple((block * step, block * step + step - random.choice([1, 2])) for block in apart)


def points(random: Random, version: int, many: int) -> list[Point]:
    def value(bits: int) -> int:
        step = 1 << (bits - 3)
        return min(max(random.randint(0, 8) * step + random.choice([-2, -1, 0, 1]), 0), (1 << bits) - 1)

    return [tuple(value(bits) for bits in TOPS[version]) for _ in range(many)]  # type: ignore[misc]


def stacked(version: int, tables: list[ProductTable]) -> Stack:
    return stack(version, [pack(table.sections[0], version) for table in tables])


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("seed", range(6))
def test_each_flow_gets_the_first_product_of_its_table(seed: int, version: int, kernel: str) -> None:
    random = Random(f"{seed} {version}")
    tables = [product_table(version, drawn(random, version, many)) for many in (1, 70, 0, 12, 64, 65, 200)]
    asked = points(random, version, 700)
    which = np.array([random.randint(NO_TABLE, len(tables) - 1) for _ in asked], np.int32)
    made = stacked(version, tables)
    found = first_products(made, which, points_batch(version, asked), kernel=kernel)
    for number, point, product in zip(which.tolist(), asked, found.tolist(), strict=True):
        own = list(matches(tables[number], point)) if number != NO_TABLE else []
        assert product == (made.bases[number] + own[0] if own else NO_PRODUCT)


@pytest.mark.parametrize("kernel", KERNELS)
def test_from_a_product_on(kernel: str) -> None:
    random = Random(5)
    tables = [product_table(4, drawn(random, 4, many)) for many in (200, 70, 130)]
    made, asked = stacked(4, tables), points(random, 4, 900)
    which = np.array([random.randint(NO_TABLE, 2) for _ in asked], np.int32)
    flows = points_batch(4, asked)
    start = np.array([random.randint(0, 400) for _ in asked], np.int32)
    found = first_products(made, which, flows, start=start, kernel=kernel)
    for number, point, begin, product in zip(which.tolist(), asked, start.tolist(), found.tolist(), strict=True):
        base = int(made.bases[number])
        own = [base + place for place in matches(tables[number], point)] if number != NO_TABLE else []
        assert product == next((place for place in own if place >= begin), NO_PRODUCT)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("many", [8, 9, 144, 145, 2500])
def test_however_many_addresses_a_table_tells_apart(many: int, kernel: str) -> None:
    """17 intervals are one node of a tree, 289 are two deep, 4,913 three."""
    random, top = Random(many), (1 << 32) - 1
    lows = [*sorted(random.sample(range(0, top, 4), many - 1)), top]
    every = ((0, top),), ((-1, 65535),), ((-1, 65535),), ((0, 255),)
    made = stacked(4, [product_table(4, [(((low, min(low + 1, top)),), *every) for low in lows])])
    known = {value: place for place, low in enumerate(lows) for value in (low, low + 1)}
    near = [min(max(low + step, 0), top) for low in lows for step in (-1, 0, 1, 2)]
    for asked in (near, [lows[0], lows[-1], 2]):
        flows = points_batch(4, [(value, 5, 6, 7, 8) for value in asked])
        found = first_products(made, np.zeros(len(asked), np.int32), flows, kernel=kernel)
        assert found.tolist() == [known.get(value, NO_PRODUCT) for value in asked]


@pytest.mark.parametrize("kernel", KERNELS)
def test_no_tables_and_no_flows(kernel: str) -> None:
    nothing = stack(4, [])
    flows = points_batch(4, [(1, 2, 3, 4, 5)])
    assert first_products(nothing, np.array([NO_TABLE], np.int32), flows, kernel=kernel).tolist() == [NO_PRODUCT]
    assert first_products(nothing, np.zeros(0, np.int32), points_batch(4, []), kernel=kernel).tolist() == []


def test_tables_load_in_worker_processes() -> None:
    """What is sent to a process that begins from nothing gives the same rows there."""
    random = Random(6)
    products = product_table(4, drawn(random, 4, 90))
    made, flows = stacked(4, [products]), points_batch(4, points(random, 4, 50))
    which = np.zeros(50, np.int32)
    with get_context("spawn").Pool(1) as pool:
        there = pool.apply(first_products, (made, which, flows), {"kernel": "numpy"})
    assert np.array_equal(there, first_products(made, which, flows, kernel="numpy"))


def test_a_small_table_is_small() -> None:
    """A hundred rules in 20 KB, so that a thousand lists are no more than one large table was."""
    random = Random(3)
    made = pack(product_table(4, drawn(random, 4, 100)).sections[0], 4)
    assert made.nbytes < 20_000


def test_kernels_are_named_as_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    table, flows = stacked(4, [product_table(4, [])]), points_batch(4, [])
    with pytest.raises(QueryError, match="not a kernel"):
        first_products(table, np.zeros(0, np.int32), flows, kernel="bits")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(KernelUnavailableError):
        first_products(table, np.zeros(0, np.int32), flows, kernel="numba")


def test_the_module_of_products_has_no_numpy() -> None:
    assert "numpy" not in vars(module)
