"""The Typer app. It holds all commands for ``--help`` and completion, and otherwise only the one that is called."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import typer

from netwatch.cli.options import option
from netwatch.cli.plain import PlainCommand, PlainGroup

__all__ = ["COMMANDS", "build_app"]

_QUESTION = "netwatch.cli.question_command"

COMMANDS: dict[str, str] = {
    "ip-flow-verify": _QUESTION,
    "next-hop": _QUESTION,
    "security-group-view": _QUESTION,
    "effective-routes": _QUESTION,
    "effective-rules": _QUESTION,
    "topology": _QUESTION,
    "connectivity-check": _QUESTION,
    "ask": "netwatch.cli.file_commands",
    "check": "netwatch.cli.file_commands",
    "load": "netwatch.cli.topology_commands",
    "init": "netwatch.cli.topology_commands",
    "schema": "netwatch.cli.topology_commands",
    "conformance": "netwatch.cli.conformance_command",
}
"""Every command, in the order of the help, with the module it comes from; only the one called is imported."""

HELP = """An offline Azure Network Watcher.

Ask a network that need not be deployed, and get Azure's answer with the reason.

Exit codes: 0 answered, 1 an expectation was missed, 2 the question cannot be asked (or Azure refuses it),
3 the topology cannot be read, 4 Azure has it and netwatch has not.
"""


def build_app(arguments: Sequence[str]) -> typer.Typer:
    """An app that can run ``arguments``: with the command they begin with, or with all where that is not one."""
    called = [name for name in arguments[:1] if name in COMMANDS and "_NETWATCH_COMPLETE" not in os.environ]
    app = typer.Typer(
        cls=PlainGroup,
        help=HELP,
        no_args_is_help=True,
        add_completion=not called,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in called or COMMANDS:
        app.command(name, cls=PlainCommand)(_function(name))
    return app


def _function(name: str) -> Callable[..., Any]:
    """The function behind a command: the one of its name in its module; for a question, one made from its verb."""
    module = import_module(COMMANDS[name])
    if COMMANDS[name] == _QUESTION:
        made: Callable[..., Any] = module.question_command(name)
        return made
    function: Callable[..., Any] = getattr(module, name.replace("-", "_"))
    return function


def _show_version(wanted: bool) -> None:
    if wanted:
        from netwatch import __version__
        from netwatch.cli.streams import write

        write(f"netwatch {__version__}\n")
        raise typer.Exit


_VERSION: Any = typer.Option(
    False, "--version", help="Print the version and stop.", callback=_show_version, is_eager=True, show_default=False
)


def _root(
    version: bool = _VERSION,
    debug: bool = option(False, "--debug", help="Show the traceback of an unexpected error."),
) -> None:
    """What may stand before the command; ``--debug`` is taken out before Typer sees it."""
