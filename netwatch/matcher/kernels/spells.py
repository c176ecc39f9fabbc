"""When to look into a memory of earlier answers, and when to leave it alone. Only ``loops`` imports this, for numba.

A memory is tried for a spell, a few blocks of flows in which it can fill. Where it knew too little of the spell's last
block, it is left alone for a pause, each pause twice as long as the one before; else another spell follows.
"""

from __future__ import annotations

import numpy as np

from netwatch.matcher.kernels.compiled import inlined

__all__ = ["clock", "judge", "left_alone", "never"]

SHORTEST_PAUSE, LONGEST_PAUSE = 512, 4096
"""Blocks. A spell that learns nothing costs what eight blocks do, since its table has left the near caches."""

i64 = np.int64
LEFT, PAUSED, PAUSE, SPELL = 0, 1, 2, 3
"""What a clock counts: blocks left of a spell or a pause; 1 in a pause; the last pause; a spell's length."""

EIGHTHS = 8


@inlined
def clock(spell):
    """A clock at the beginning of its first spell, all of which have ``spell`` blocks."""
    return np.array([spell, 0, 0, spell], np.int64)


@inlined
def never():
    """A clock in a pause without end."""
    return np.array([1 << 62, 1, 0, 0], np.int64)


@inlined
def left_alone(clock):
    """Whether the next block is one of a pause. If so it counts as over; if not, ``judge`` is to be told of it."""
    if not clock[PAUSED]:
        return False
    clock[LEFT] -= 1
    if not clock[LEFT]:
        clock[PAUSED], clock[LEFT] = 0, clock[SPELL]
    return True


@inlined
def judge(clock, new, size, most):
    """A block of a spell is over, of whose ``size`` flows ``new`` were not known; ``most`` eighths of it may be."""
    clock[LEFT] -= 1
    if clock[LEFT]:
        return
    clock[LEFT] = clock[SPELL]
    if i64(new) * EIGHTHS <= size * most:
        clock[PAUSE] = 0
        return
    clock[PAUSE] = min(LONGEST_PAUSE, max(SHORTEST_PAUSE, 2 * clock[PAUSE]))
    clock[PAUSED], clock[LEFT] = 1, clock[PAUSE]
