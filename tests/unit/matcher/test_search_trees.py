from __future__ import annotations

from random import Random

import numpy as np
import pytest

from netwatch.matcher.search_trees import HALVING_LINES, LINE, PARTS, Tree, tree

TOPS = {"uint32": 2**32 - 1, "uint64": 2**64 - 1}


def halved(found: Tree, number: int) -> int:
    """The part of a number by halvings, as wide registers find it."""
    place, line = 0, 0
    for level, lines in enumerate(HALVING_LINES):
        place |= int(found.parts[16 * line + place] < number) << level
        line += lines
    return int(f"{place:08b}"[::-1], 2)


def by_nodes(found: Tree, number: int) -> int:
    """The part of a number as two nodes tell it."""
    nodes = found.parts[16 * 19 :].reshape(17, 16)
    side = int((nodes[0] < number).sum())
    return side * 16 + int((nodes[1 + side] < number).sum())


def walked(found: Tree, number: int) -> int:
    """What the kernel does, one number at a time."""
    width = LINE // found.keys.itemsize
    place = by_nodes(found, number) if len(found.parts) else 0
    for first in found.levels.tolist():
        node = found.keys[width * (first + place) : width * (first + place + 1)]
        below = int((node < np.array(number, node.dtype)).sum())
        place, at = place * (width + 1) + below, place * 2 * width + below
    return int(found.values[at if len(found.levels) else place])


@pytest.mark.parametrize("kind", ["uint32", "uint64"])
@pytest.mark.parametrize("count", [1, 2, 9, 10, 17, 255, 256, 257, 256 * 17, 256 * 17 + 1])
def test_every_number_gets_the_value_of_its_interval(kind: str, count: int) -> None:
    top = TOPS[kind]
    starts = sorted({0, 1, top, *(Random(count).randrange(top) for _ in range(count))})[:count]
    found = tree(np.array(starts, kind), np.arange(len(starts))[::-1])
    asked = {min(max(start + step, 0), top) for start in starts for step in (-1, 0, 1)} | {top}
    for number in sorted(asked):
        interval = sum(start <= number for start in starts) - 1
        assert walked(found, number) == len(starts) - 1 - interval
        if kind == "uint32":
            assert halved(found, number) == by_nodes(found, number) == interval // (17 ** len(found.levels))


def test_it_is_no_larger_than_its_starts_ask_for() -> None:
    starts = np.arange(0, 3500 * 64, 64, dtype=np.uint32)
    found = tree(starts, np.arange(3500))
    assert len(found.levels) == 1
    assert found.keys.nbytes < 1.15 * starts.nbytes
    assert found.parts.nbytes == (19 + 17) * LINE


def test_the_kernel_finds_parts_by_registers_and_by_nodes() -> None:
    """Sixty-four numbers and more are halved together where the processor can; the rest of them are told by nodes."""
    pytest.importorskip("numba")
    from netwatch.matcher.kernels import loops

    random = np.random.default_rng(0)
    starts = np.unique(np.append(random.integers(0, 2**32, 4000, np.uint32), np.array([0, 2**32 - 1], np.uint32)))
    found = tree(starts, np.arange(len(starts)))
    asked = np.concatenate((starts, starts - np.uint32(1), starts + np.uint32(1)))
    interval = np.searchsorted(starts, asked, side="right") - 1
    for size in (1, 63, 64, 65, 1000, len(asked)):
        out = np.full(size, 7, np.uint32)
        loops.parts_of(asked, found.parts, len(asked) - size, out)
        assert (out == interval[len(asked) - size :] // 17).all()
    assert len(starts) <= PARTS * 17
