"""The Typer app. It holds all commands for ``--help`` and completion, and otherwise only the one that is called."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import typer

from netwatch.cli.exits import exit_help
from netwatch.cli.options import option
from netwatch.cli.plain import PlainCommand, PlainGroup

__all__ = ["COMMANDS", "GROUPS", "build_app"]

_QUESTION = "netwatch.cli.question_command"

COMMANDS: dict[str, str] = {
    "ip-flow-verify": _QUESTION,
    "nsg-diagnostics": _QUESTION,
    "next-hop": _QUESTION,
    "security-group-view": _QUESTION,
    "effective-routes": _QUESTION,
    "effective-rules": _QUESTION,
    "topology": _QUESTION,
    "connectivity-check": _QUESTION,
    "live-flow": "netwatch.cli.live_flow_command",
    "ask": "netwatch.cli.file_commands",
    "check": "netwatch.cli.file_commands",
    "load": "netwatch.cli.topology_commands",
    "import": "netwatch.cli.exchange_commands",
    "export": "netwatch.cli.exchange_commands",
    "semantics": "netwatch.cli.semantics_command",
    "init": "netwatch.cli.topology_commands",
    "schema": "netwatch.cli.topology_commands",
    "conformance": "netwatch.cli.conformance_command",
    "bench": "netwatch.cli.bench_command",
    "doctor": "netwatch.cli.doctor_command",
    "tags": "netwatch.cli.tag_commands",
}
"""Every command, in the order of the help, with the module it comes from; only the one called is imported."""

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "tags": (
        "What service tags hold, and how lists differ.\n\n\b\nFor example:\n  netwatch tags show Storage.WestEurope",
        ("show", "diff"),
    ),
}
"""Commands that have commands of their own, with their help; each of those is the function of its name."""

HELP = """An offline Azure Network Watcher.

Ask a network that need not be deployed, and get Azure's answer with the reason.

Exit codes: 0 answered, 1 an expectation was missed, 2 the question cannot be asked (or Azure refuses it),
3 the input cannot be read, 4 Azure has it and netwatch has not, 74 the answer cannot be written.
"""


def build_app(arguments: Sequence[str]) -> typer.Typer:
    """An app that can run ``arguments``: with the command they begin with, or with all where that is not one."""
    called = [name for name in arguments[:1] if name in COMMANDS and "_NETWATCH_COMPLETE" not in os.environ]
    app = _app(HELP, add_completion=not called)
    app.callback()(_root)
    for name in called or COMMANDS:
        if name in GROUPS:
            app.add_typer(_group(name), name=name)
        else:
            app.command(name, cls=PlainCommand, epilog=exit_help(name))(_function(name))
    return app


def _app(help: str, *, add_completion: bool = False) -> typer.Typer:
    return typer.Typer(
        cls=PlainGroup,
        help=help,
        no_args_is_help=True,
        add_completion=add_completion,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def _group(name: str) -> typer.Typer:
    """The commands below a command, from its module."""
    help, names = GROUPS[name]
    group, module = _app(help), import_module(COMMANDS[name])
    for each in names:
        group.command(each, cls=PlainCommand, epilog=exit_help(each))(getattr(module, each))
    return group


def _function(name: str) -> Callable[..., Any]:
    """The function behind a command: the one of its name in its module; for a question, one made from its verb."""
    module = import_module(COMMANDS[name])
    if COMMANDS[name] == _QUESTION:
        made: Callable[..., Any] = module.question_command(name)
        return made
    function: Callable[..., Any] = getattr(module, "import_" if name == "import" else name.replace("-", "_"))
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
