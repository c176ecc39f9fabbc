"""Exit codes: one table from the error tree to what the shell sees."""

from __future__ import annotations

from netwatch.errors import KernelUnavailableError, NetwatchError, QueryError, TopologyError, UnsupportedError

__all__ = [
    "ANSWERED",
    "BROKEN_PIPE",
    "BUG",
    "EXIT_CODES",
    "EXPECTATION_MISSED",
    "INTERRUPTED",
    "USAGE",
    "exit_code",
]

ANSWERED = 0
EXPECTATION_MISSED = 1
USAGE = 2
BUG = 70
"""netwatch itself is at fault (EX_SOFTWARE)."""
INTERRUPTED = 130
BROKEN_PIPE = 141

EXIT_CODES: dict[type[NetwatchError], int] = {
    TopologyError: 3,
    QueryError: USAGE,
    UnsupportedError: 4,
    KernelUnavailableError: 4,
}
"""A class stands for those below it, unless they stand here themselves."""


def exit_code(error: NetwatchError) -> int:
    """The exit code for ``error``, by the nearest class in EXIT_CODES; BUG for one the table has forgotten."""
    return next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), BUG)
