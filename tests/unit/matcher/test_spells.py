from __future__ import annotations

import pytest

pytest.importorskip("numba")

from netwatch.matcher.kernels.spells import LONGEST_PAUSE, SHORTEST_PAUSE, clock, judge, left_alone, never


def blocks(new: list[int], *, spell: int, most: int) -> list[int]:
    """How many blocks are left alone before each that is looked up, of 100 flows of which so many are new."""
    times = clock(spell)
    found = []
    for each in new:
        pause = 0
        while left_alone(times):
            pause += 1
        found.append(pause)
        judge(times, each, 100, most)
    return found


def test_a_memory_that_knows_enough_is_never_left_alone() -> None:
    assert blocks([50] * 20, spell=2, most=4) == [0] * 20
    assert blocks([87] * 20, spell=3, most=7) == [0] * 20


def test_only_the_last_block_of_a_spell_counts() -> None:
    assert blocks([100, 50, 100, 51, 0], spell=2, most=4) == [0, 0, 0, 0, SHORTEST_PAUSE]


def test_pauses_grow_until_something_is_known() -> None:
    pauses = blocks([100] * 6 + [10, 100, 100], spell=1, most=4)
    assert pauses == [0, *(SHORTEST_PAUSE << doubled for doubled in range(4)), *[LONGEST_PAUSE] * 2, 0, SHORTEST_PAUSE]


def test_never_is_a_pause_without_end() -> None:
    times = never()
    assert all(left_alone(times) for _ in range(1000))
