from __future__ import annotations

import pickle

import pytest

from netwatch.matcher import prepared as module
from netwatch.matcher.prepared import PreparedTable
from tests.unit.matcher.rows import EVERY_PORT, EVERYONE, rule, table

RULES = table(rule([(1, 5)], [EVERYONE], [(80, 80)]), rule([EVERYONE], [EVERYONE], [EVERY_PORT]))


def test_nothing_is_made_before_it_is_needed() -> None:
    prepared = PreparedTable(RULES)
    assert prepared.table_bytes == 0
    assert prepared.pairs_made is None
    assert prepared.services is not None
    base = prepared.table_bytes
    assert base > 0
    assert prepared.pairs is prepared.pairs_made is not None
    assert prepared.table_bytes > base


def test_it_travels_with_what_has_been_made() -> None:
    prepared = PreparedTable(RULES)
    assert prepared.pairs is not None
    there = pickle.loads(pickle.dumps(prepared))
    assert there.table == RULES
    assert there.table_bytes == prepared.table_bytes
    assert there.pairs_made is not None


def test_it_may_travel_while_a_thread_makes_more_of_it() -> None:
    class Part(str):
        """The name of a part; another part is made while this one is looked at."""

        __slots__ = ()
        __hash__ = str.__hash__

        def __ne__(self, other: object) -> bool:
            prepared.services  # noqa: B018, made by being asked for
            return True

    prepared = PreparedTable(RULES)
    vars(prepared)[Part("bits")] = None
    assert set(prepared.__getstate__()) == {"table", "bits"}


@pytest.mark.parametrize("limit", ["MAX_BYTES", "MAX_WORK_BYTES", "MAX_TABLE_ROWS"])
def test_what_would_be_too_large_is_not_made(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, limit, 1)
    prepared = PreparedTable(RULES)
    assert prepared.services is None
    assert prepared.trees is None
    assert prepared.tries is None
    assert prepared.pairs is None
    assert prepared.table_bytes == 0


def test_many_networks_are_no_blocks_of_a_trie() -> None:
    networks = [(at << 8, (at << 8) + 255) for at in range(0, 6000 * 700, 700)]
    prepared = PreparedTable(table(rule(networks, [EVERYONE], [EVERY_PORT])))
    assert prepared.trees is not None
    assert prepared.tries is not None
    assert prepared.table_bytes < module.MAX_BYTES
