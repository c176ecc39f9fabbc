from __future__ import annotations

import importlib.util
import sys
import threading
import time

import pytest

from netwatch.errors import KernelUnavailableError, QueryError
from netwatch.matcher.choice import FEW, KERNELS, NUMBA_FROM, choose_between, spread


@pytest.fixture
def without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


@pytest.fixture
def numba_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    monkeypatch.delitem(sys.modules, "numba", raising=False)


@pytest.mark.usefixtures("numba_not_imported")
def test_auto_goes_by_the_size_of_the_batch() -> None:
    chosen = [choose_between(KERNELS, n, kernel="auto")[0] for n in (0, FEW, FEW + 1, NUMBA_FROM - 1, NUMBA_FROM)]
    assert chosen == ["bits", "bits", "numpy", "numpy", "numba"]


def test_numba_once_imported_costs_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    monkeypatch.setitem(sys.modules, "numba", sys)
    assert choose_between(KERNELS, FEW + 1, kernel="auto")[0] == "numba"


@pytest.mark.usefixtures("without_numba")
def test_without_numba() -> None:
    name, why = choose_between(KERNELS, NUMBA_FROM, kernel="auto")
    assert (name, "aznetwatch[fast]" in why) == ("numpy", True)
    with pytest.raises(KernelUnavailableError, match=r"aznetwatch\[fast\]"):
        choose_between(KERNELS, 5, kernel="numba")


def test_a_name_is_heeded_or_refused() -> None:
    assert choose_between(KERNELS, 10**9, kernel="reference") == ("reference", "asked for by name")
    with pytest.raises(QueryError, match="Expected auto, numpy, numba"):
        choose_between(("numpy", "numba"), 5, kernel="bits")


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 1_000_001])
def test_spans_cover_everything_once(size: int, threads: int) -> None:
    found: list[range] = []
    spread(found.append, size, threads)
    found.sort(key=lambda span: span.start)
    assert [edge for span in found for edge in (span.start, span.stop)][1:-1] == [
        edge for span in found[1:] for edge in (span.start, span.start)
    ]
    assert (found[0].start, found[-1].stop) == (0, size)


def test_spans_are_as_long_as_is_asked_for_unless_a_thread_would_have_none() -> None:
    for span, longest in ((300_000, 250_000), (900_000, 500_000), (1, 125_000)):
        found: list[range] = []
        spread(found.append, 1_000_000, 2, span=span)
        assert max(map(len, found)) == longest


def test_what_fails_in_a_thread_fails() -> None:
    def fail(span: range) -> None:
        raise ValueError(span)

    with pytest.raises(ValueError, match="range"):
        spread(fail, 1_000_000, 2)


def test_what_fails_in_one_thread_leaves_nothing_for_the_others() -> None:
    begun, here, seen = threading.Event(), threading.current_thread(), list[range]()

    def run(span: range) -> None:
        if threading.current_thread() is here:
            begun.wait(10)
            raise ValueError(span)
        seen.append(span)
        begun.set()
        time.sleep(0.2)

    with pytest.raises(ValueError, match="range"):
        spread(run, 1_000_000, 2)
    assert len(seen) == 1
