"""Options that several commands share, each written once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import typer

from netwatch.cli.loading import Inputs

__all__ = [
    "ANSWER",
    "EXPECT",
    "FORCE",
    "INPUT",
    "TOPOLOGY",
    "VERBOSE",
    "WRITTEN_TO",
    "option",
    "output",
    "takes_inputs",
]


def option(default: Any, *names: str, help: str, metavar: str | None = None, panel: str = "Options") -> Any:
    """An option whose default is not repeated in the help, since the help's own words say it; it stands in a panel."""
    return typer.Option(default, *names, help=help, metavar=metavar, show_default=False, rich_help_panel=panel)


def output(*formats: str) -> Any:
    """``-o`` of a command that knows ``formats``; the first is the default."""
    return option(formats[0], "-o", "--output", help="The format of the answer.", metavar="|".join(formats))


TOPOLOGY: Any = typer.Argument(
    ..., metavar="TOPOLOGY", help="A file (native, export, template, plan), a directory, or - for standard input."
)
EXPECT: Any = option("", "--expect", help="Exit with 1 unless this is the answer in one word.", metavar="WORD")
VERBOSE: Any = option(False, "-v", "--verbose", help="Also show what was passed over.")
WRITTEN_TO: Any = option("", "-o", "--output", help="Where to write it (default: standard output).", metavar="FILE")
FORCE: Any = option(False, "--force", help="Overwrite the file.")

ANSWER: dict[str, tuple[type, Any]] = {
    "output": (str, output("text", "json", "yaml", "table", "tsv")),
    "query": (str, option("", "--query", help="A JMESPath expression over the answer's body.", metavar="JMESPATH")),
    "explain": (bool, option(False, "--explain", help="JSON with the reasons beside ARM's body.")),
    "verbose": (bool, VERBOSE),
}
"""How an answer is shown: options by parameter name, with their types."""


def _of_input(name: str, help: str, metavar: str) -> Any:
    return option("", name, help=help, metavar=metavar, panel="How the input is read")


def _of_template(name: str, help: str, metavar: str, default: Any = "") -> Any:
    return option(default, name, help=help, metavar=metavar, panel="Where a template is deployed")


INPUT: dict[str, tuple[type, Any]] = {
    "facts": (str, _of_input("--facts", "Facts beside the input: latency, power state, ports, names.", "FILE")),
    "service_tags": (
        str,
        _of_input("--service-tags", "Microsoft's service tag file to use (default: the input's, else ours).", "FILE"),
    ),
    "semantics": (
        str,
        _of_input("--semantics", "How to read what is contested; see netwatch semantics.", "NAME=READING,…"),
    ),
    "max_bytes": (str, _of_input("--max-bytes", "Read files up to this size (default: 134217728, 128 MiB).", "N")),
    "parameters": (str, _of_template("--parameters", "Its parameter file (default: the one beside it).", "FILE")),
    "sets": (list[str], _of_template("--set", "One of its parameters; may be given again.", "NAME=VALUE", [])),
    "subscription": (str, _of_template("--subscription", "The subscription.", "ID")),
    "resource_group": (str, _of_template("--resource-group", "The resource group.", "NAME")),
    "location": (str, _of_template("--location", "The region.", "REGION")),
}
"""How an input is read: options by parameter name, with their types. Every command that reads one has them all."""


def takes_inputs(function: Callable[..., None]) -> Callable[..., None]:
    """``function`` with the options of INPUT in its signature; it gets their values as one ``inputs``."""

    def command(**given: Any) -> None:
        values = {name: given.pop(name) for name in INPUT}
        function(**given, inputs=Inputs(**values))

    own = inspect.signature(function, eval_str=True).parameters.values()
    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own if each.name != "inputs"]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=option, annotation=kind)
        for name, (kind, option) in INPUT.items()
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    command.__doc__ = function.__doc__
    return command
