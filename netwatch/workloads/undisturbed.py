"""Whether a timed pass had its cores to itself.

A virtual processor is often one of two threads of a core, and the other may work for somebody else. What needs the
whole width of a core then takes half as long again, or twice as long; what waits for memory hardly longer. The system
does not tell, and processor time does not show it. A hash does, which is sums in registers, as many at once as a core
can do: taken before and after each pass, on as many cores, it takes either about its least time or a good deal more.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from hashlib import sha3_256
from threading import Thread

__all__ = ["Probe", "Watched"]

LIMIT = 1.15
"""Times its least that a probe takes on cores of one's own: up to 1.05 are seen there, and 1.3 to 2 on shared ones."""

_TEXT = bytes(1 << 17)
"""What is hashed: a quarter of a millisecond."""

_RUNS = 3


class Probe:
    """Something short that takes longer where cores are shared. ``least`` are the fewest seconds that it took so far.

    ``patience`` are the seconds that may be spent, in all, on waiting for cores of one's own.
    """

    def __init__(self, patience: float = 0) -> None:
        self.least, self.patience = math.inf, patience

    def __call__(self, cores: int) -> float:
        """The seconds it takes now on the slowest of so many cores, all at work at once; the least of three times.

        Infinite where threads had to take turns, because somebody else held a processor.
        """
        found, here = [(0.0, 0.0, 0.0)] * cores, list[int]()

        def one(core: int) -> None:
            here.append(core)
            while len(here) < cores:  # at work: one that waits may be woken where the other computes
                _seconds()
            start = time.perf_counter()
            least = min(_seconds() for _ in range(_RUNS))
            found[core] = start, time.perf_counter(), least

        others = [Thread(target=one, args=(core,)) for core in range(1, cores)]
        for other in others:
            other.start()
        one(0)
        for other in others:
            other.join()
        starts, ends, leasts = zip(*found, strict=True)
        self.least = min(self.least, *leasts)
        return max(leasts) if max(starts) < min(ends) else math.inf

    def awaited(self, cores: int) -> float:
        """The same, again and again until the cores are one's own or patience is at an end."""
        start = time.perf_counter()
        while not self.is_own(found := self(cores)) and self.patience > 0:
            now = time.perf_counter()
            self.patience -= now - start
            start = now
        return found

    def is_own(self, seconds: float) -> bool:
        """Whether so many seconds are those of cores that nobody else uses, as far as is known by now."""
        return seconds <= LIMIT * self.least


class Watched:
    """A pass on ``cores`` cores, and the probes before and after it. Calling it gives what ``run`` gives."""

    def __init__(self, run: Callable[[], float], probe: Probe, cores: int) -> None:
        self._run, self._probe, self._cores = run, probe, cores
        self._probes: list[float] = []

    def __call__(self) -> float:
        before = self._probe.awaited(self._cores)
        seconds = self._run()
        self._probes.append(max(before, self._probe(self._cores)))
        return seconds

    def undisturbed(self, last: int) -> list[bool]:
        """Whether each of the ``last`` calls had its cores to itself."""
        return [self._probe.is_own(seconds) for seconds in self._probes[-last:]]


def _seconds() -> float:
    start = time.perf_counter()
    sha3_256(_TEXT)  # the interpreter's lock is free meanwhile
    return time.perf_counter() - start
