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
    "UNWRITABLE",
    "USAGE",
    "exit_code",
    "exit_help",
]

ANSWERED = 0
EXPECTATION_MISSED = 1
USAGE = 2
BUG = 70
"""netwatch itself is at fault (EX_SOFTWARE)."""
UNWRITABLE = 74
"""The answer is there and cannot be written: a full disk, a closed output (EX_IOERR)."""
INTERRUPTED = 130
"""As shells say that SIGINT ended a process: 128 and the number of the signal."""
BROKEN_PIPE = 141
"""As for SIGPIPE."""

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


_ASKED = "0 answered (Deny is an answer), 1 not what --expect says, 2 it cannot be asked or Azure refuses it"
_CHECKED = "0 every expectation is met, 1 one is missed, 2 a question cannot be asked"
_INPUT = "3 the input cannot be read, 4 Azure has it and netwatch has not"
_WRITTEN = "0 written, 2 the file cannot be written"

_ENDS: dict[str, str] = {
    **dict.fromkeys(("ask", "check"), f"{_CHECKED}, {_INPUT}"),
    "load": "0 it can be loaded, 3 it cannot",
    **dict.fromkeys(("import", "export"), f"{_WRITTEN}, {_INPUT}"),
    **dict.fromkeys(("init", "schema", "semantics"), _WRITTEN),
    "conformance": "0 all agree, 1 a case disagrees or an excuse does not hold, 2 there is none, 3 one cannot be read",
    "doctor": "0 answered",
    "bench": f"0 every pass was right, 1 one was not, 2 it cannot be run, {_INPUT}",
    "show": "0 shown, 2 there is no such tag, 3 the list cannot be read",
    "diff": "0 the lists hold the same, 1 they differ, 2 there are not two, 3 one cannot be read",
}
"""What exit codes mean, by command; all others are questions."""


def exit_help(command: str) -> str:
    """The line about exit codes in a command's help."""
    return f"Exit codes: {_ENDS.get(command, f'{_ASKED}, {_INPUT}')}."
