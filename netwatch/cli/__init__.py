"""The command line: ``netwatch VERB TOPOLOGY …``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

__all__ = ["main", "run"]

ROOMY = 200_000
"""Objects between two garbage collections: one question makes hardly any cycle, and looking for them costs 10 ms."""


def main() -> None:
    """Run the command line of this process, and end it with the exit code."""
    import gc

    gc.set_threshold(ROOMY)
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; every error ends here, as a message and never as a traceback."""
    from netwatch.errors import NetwatchError

    wanted = [argument for argument in arguments if argument != "--debug"]
    try:
        return _invoke(wanted)
    except NetwatchError as error:
        return _report(error)
    except KeyboardInterrupt:
        from netwatch.cli.exits import INTERRUPTED

        return INTERRUPTED
    except Exception as error:
        if len(wanted) < len(arguments):
            raise
        return _report_unwritable(error) if _is_full(error) else _report_bug(error)


def _invoke(arguments: Sequence[str]) -> int:
    from typer.main import get_command

    from netwatch.cli.app import build_app
    from netwatch.cli.plain import UsageError

    try:
        code = get_command(build_app(arguments)).main(list(arguments), prog_name="netwatch", standalone_mode=False)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except UsageError as error:
        return _report_usage(error)
    return code if isinstance(code, int) else 0


def _report_usage(error: Any) -> int:
    """Typer's complaint as one of ours; a command that is called with nothing shows its help instead."""
    from netwatch.cli.exits import USAGE
    from netwatch.cli.streams import complain

    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return USAGE
    said, called = error.format_message(), error.ctx.command_path if error.ctx else "netwatch"
    complain(f"{said}{'' if said.endswith(('.', '?')) else '.'} {called} -h shows what there is.")
    return USAGE


def _report(error: Exception) -> int:
    from netwatch.cli.exits import exit_code
    from netwatch.cli.streams import report
    from netwatch.errors import NetwatchError, TopologyErrors

    assert isinstance(error, NetwatchError)
    report(error.errors if isinstance(error, TopologyErrors) else [error])
    return exit_code(error)


def _is_full(error: Exception) -> bool:
    """Whether Typer could not write its help: our own writing and reading tell their errors themselves."""
    from errno import EBADF, EDQUOT, EIO, ENOSPC

    return isinstance(error, OSError) and error.errno in (EBADF, EDQUOT, EIO, ENOSPC) and not error.filename


def _report_unwritable(error: Exception) -> int:
    from netwatch.cli.exits import UNWRITABLE
    from netwatch.cli.streams import complain

    complain(f"standard output cannot be written: {getattr(error, 'strerror', error)}.")
    return UNWRITABLE


def _report_bug(error: Exception) -> int:
    from netwatch.cli.exits import BUG
    from netwatch.cli.streams import complain

    complain(f"{type(error).__name__}: {error}. This is a bug in netwatch; --debug shows where.")
    return BUG
