"""A pass counts as undisturbed where the probes on both sides of it took about the least time that a probe took."""

from __future__ import annotations

from typing import Any

import pytest

from netwatch.workloads.undisturbed import LIMIT, Probe, Watched


class Told(Probe):
    """A probe that takes the seconds it is told."""

    def __init__(self, seconds: list[float], patience: float = 0) -> None:
        super().__init__(patience)
        self.seconds, self.cores = seconds, list[int]()

    def __call__(self, cores: int) -> float:
        self.cores.append(cores)
        found = self.seconds.pop(0)
        self.least = min(self.least, found)
        return found


@pytest.mark.parametrize("cores", [1, 2, 3])
def test_a_probe_takes_time_and_knows_the_least(cores: int) -> None:
    probe = Probe()
    found = [probe(cores) for _ in range(5)]
    assert 0 < probe.least <= min(found)


def test_both_probes_of_a_pass_count() -> None:
    slow = 2 * LIMIT
    probe = Told([1.0, 1.0, slow, 1.0, 1.0, slow, 1.1, LIMIT])
    watched = Watched(lambda: 7.0, probe, 2)
    assert [watched() for _ in range(4)] == [7.0] * 4
    assert watched.undisturbed(4) == [True, False, False, True]
    assert watched.undisturbed(2) == [False, True]
    assert set(probe.cores) == {2}


def test_what_seemed_quick_is_slow_beside_what_was_quicker_later() -> None:
    watched = Watched(lambda: 7.0, Told([2.0, 2.0, 1.0, 1.0]), 1)
    watched()
    assert watched.undisturbed(1) == [True]
    watched()
    assert watched.undisturbed(2) == [False, True]


def test_it_waits_as_long_as_patience_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    monkeypatch.setattr("netwatch.workloads.undisturbed.time.perf_counter", lambda: float(next(clock)))
    probe = Told([1.0, *[2.0] * 9], patience=5.0)
    assert probe(1) == 1.0
    assert probe.awaited(1) == 2.0
    assert (len(probe.seconds), probe.patience) == (9 - 6, 0.0)


def test_it_waits_no_longer_than_it_must() -> None:
    probe: Any = Told([1.0, 2.0, 2.0, 1.1, 2.0], patience=60.0)
    probe(1)
    assert probe.awaited(1) == 1.1
    assert probe.seconds == [2.0]
