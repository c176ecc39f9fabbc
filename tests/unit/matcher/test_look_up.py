from __future__ import annotations

import pickle

import numpy as np
import pytest

from netwatch.errors import InvalidFlowError
from netwatch.matcher import prefixes
from netwatch.matcher.look_up import look_up
from netwatch.matcher.prefixes import Cuts, prefix_tables

TABLES = [Cuts([0, 10, 20], [1, 2, 1]), Cuts([0], [7]), Cuts([0, 2**31, 2**32 - 1], [-1, 3, 4])]
ASKED = [(0, 0, 1), (0, 9, 1), (0, 10, 2), (0, 19, 2), (0, 20, 1), (1, 2**32 - 1, 7), (2, 2**31 - 1, -1),
         (2, 2**31, 3), (2, 2**32 - 2, 3), (2, 2**32 - 1, 4)]  # fmt: skip


def columns() -> tuple[np.ndarray, np.ndarray]:
    return np.array([one[0] for one in ASKED], np.uint32), np.array([one[1] for one in ASKED], np.uint32)


@pytest.mark.parametrize("kernel", ["numpy", "numba", "auto"])
def test_each_address_is_asked_of_its_table(kernel: str) -> None:
    if kernel == "numba":
        pytest.importorskip("numba")
    ready = pickle.loads(pickle.dumps(prefix_tables(4, TABLES)))
    assert look_up(ready, *columns(), kernel=kernel).tolist() == [one[2] for one in ASKED]


@pytest.mark.parametrize("kernel", ["numpy", "numba"])
def test_ipv6_by_halves(kernel: str) -> None:
    if kernel == "numba":
        pytest.importorskip("numba")
    ready = prefix_tables(6, [Cuts([0, 1 << 64, (1 << 64) + 5, 2 << 64], [0, 1, 2, 3])])
    asked = [0, (1 << 64) - 1, 1 << 64, (1 << 64) + 4, (1 << 64) + 5, (2 << 64) - 1, 2 << 64, (1 << 128) - 1]
    halves = tuple(np.array([a >> s & (1 << 64) - 1 for a in asked], np.uint64) for s in (64, 0))
    found = look_up(ready, np.zeros(len(asked), np.uint32), (halves[0], halves[1]), kernel=kernel)
    assert found.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_many_tables_are_made_strip_by_strip(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = look_up(prefix_tables(4, TABLES), *columns(), kernel="numpy").tolist()
    monkeypatch.setattr(prefixes, "_STRIP", 1)
    assert look_up(prefix_tables(4, TABLES), *columns(), kernel="numpy").tolist() == whole


def test_threads_share_a_batch() -> None:
    tables, addresses = (np.tile(column, 20_000) for column in columns())
    found = look_up(prefix_tables(4, TABLES), tables, addresses, kernel="numpy", threads=2)
    assert (found.reshape(-1, len(ASKED)) == [one[2] for one in ASKED]).all()


def test_what_is_asked_is_checked() -> None:
    ready, (tables, addresses) = prefix_tables(4, TABLES), columns()
    with pytest.raises(InvalidFlowError, match="table 3 of 3"):
        look_up(ready, tables + np.uint32(1), addresses)
    with pytest.raises(InvalidFlowError, match="uint32, uint32 were expected"):
        look_up(ready, tables, (addresses.astype(np.uint64), addresses.astype(np.uint64)))
    with pytest.raises(InvalidFlowError, match="int64"):
        look_up(ready, tables.astype(np.int64), addresses)
    with pytest.raises(InvalidFlowError, match="list, uint32"):
        look_up(ready, tables.tolist(), addresses)
    with pytest.raises(InvalidFlowError, match="uint32, a masked array"):
        look_up(ready, tables, np.ma.array(addresses, mask=True))


def test_no_tables_and_no_questions() -> None:
    assert look_up(prefix_tables(4, []), np.zeros(0, np.uint32), np.zeros(0, np.uint32), kernel="numpy").tolist() == []
