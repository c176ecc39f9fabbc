from __future__ import annotations

from random import Random

import numpy as np
import pytest

from netwatch.matcher.axes import AddressAxis, address_axis
from netwatch.matcher.bricks import bricks_of
from netwatch.matcher.halves import Halves, by_trie
from netwatch.matcher.kernels.numpy import _address_classes
from netwatch.matcher.tables import Range, RuleTable
from netwatch.matcher.tries import Trie, trie_cells
from tests.unit.matcher.rows import EVERY_PORT, EVERY_SPORT

EDGES = {
    4: (0, 1, 255, 256, 65535, 65536, 0x0A000004, 0x0A0000FF, 0x0A000100, 2**31, 2**32 - 1),
    6: (0, 1, 2**64 - 1, 2**64, 5 << 64, (5 << 64) + 7, (5 << 64) + 9, 6 << 64, 2**127, 2**128 - 2, 2**128 - 1),
}


def axis_of(version: int, ranges: list[Range]) -> AddressAxis:
    top = (1 << (32 if version == 4 else 128)) - 1
    rows = tuple((one, (0, top), EVERY_SPORT, EVERY_PORT, (6, 6)) for one in ranges)
    return address_axis(bricks_of(RuleTable(version, rows, (False,) * len(rows))), 0)


def classes_of(version: int, axis: AddressAxis, asked: list[int]) -> list[int]:
    if version == 4:
        return list(_address_classes(by_trie(axis, 4), np.array(asked, np.uint32), None))
    high, low = (np.array([a >> s & (1 << 64) - 1 for a in asked], np.uint64) for s in (64, 0))
    return list(_address_classes(by_trie(axis, 6), high, low))


def trie_of(axis: AddressAxis, version: int = 4) -> Trie:
    made = by_trie(axis, version)
    found = made.highs if isinstance(made, Halves) else made
    assert isinstance(found, Trie)
    return found


@pytest.mark.parametrize("version", [4, 6])
def test_every_address_gets_the_class_of_its_interval(version: int) -> None:
    random, edges = Random(version), EDGES[version]
    for _ in range(60):
        drawn = [sorted(random.choices(edges, k=2)) for _ in range(random.randint(0, 6))]
        axis = axis_of(version, [(low, high) for low, high in drawn])
        top = edges[-1]
        asked = sorted({min(max(edge + step, 0), top) for edge in edges for step in (-1, 0, 1)})
        intervals = np.array([sum(start <= address for start in axis.starts) - 1 for address in asked])
        assert classes_of(version, axis, asked) == axis.classes[intervals].tolist()


def test_only_what_differs_has_blocks() -> None:
    coarse = trie_of(axis_of(4, [(0x0A000000, 0x0AFFFFFF)]))
    assert [len(level) for level in coarse.levels] == [65536, coarse.total, coarse.total]
    fine = trie_of(axis_of(4, [(0x0A000004, 0x0A000004)]))
    assert [len(level) for level in fine.levels] == [65536, fine.total + 256, fine.total + 256]


def test_cells_are_foreseen() -> None:
    for version in (4, 6):
        axis = axis_of(version, [(edge, edge) for edge in EDGES[version]])
        made = trie_of(axis, version)
        assert sum(len(level) - made.total for level in made.levels[1:]) + (1 << 16) <= trie_cells(axis)
