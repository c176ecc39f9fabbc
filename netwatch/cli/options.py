"""Options that several commands share, each written once."""

from __future__ import annotations

from typing import Any

import typer

__all__ = [
    "EXPECT",
    "FACTS",
    "LOCATION",
    "MAX_BYTES",
    "PARAMETERS",
    "RESOURCE_GROUP",
    "SEMANTICS",
    "SERVICE_TAGS",
    "SETS",
    "SHARED",
    "SUBSCRIPTION",
    "TOPOLOGY",
    "VERBOSE",
    "option",
    "output",
]


def option(default: Any, *names: str, help: str, metavar: str | None = None) -> Any:
    """An option whose default is not repeated in the help, since the help's own words say it."""
    return typer.Option(default, *names, help=help, metavar=metavar, show_default=False)


def output(*formats: str) -> Any:
    """``-o`` of a command that knows ``formats``; the first is the default."""
    return option(formats[0], "-o", "--output", help="The format of the answer.", metavar="|".join(formats))


TOPOLOGY: Any = typer.Argument(..., metavar="TOPOLOGY", help="A file (native, export, template, plan), or a directory.")

EXPECT: Any = option("", "--expect", help="Exit with 1 unless this is the answer in one word.", metavar="WORD")

FACTS: Any = option("", "--facts", help="Facts beside the input: latency, power state, ports, names.", metavar="FILE")
SERVICE_TAGS: Any = option(
    "", "--service-tags", help="Microsoft's service tag file to use (default: the input's, else ours).", metavar="FILE"
)
SEMANTICS: Any = option(
    "", "--semantics", help="How to read what is contested; see netwatch semantics.", metavar="NAME=READING,…"
)
MAX_BYTES: Any = option("", "--max-bytes", help="Read larger files than 128 MiB.", metavar="N")
VERBOSE: Any = option(False, "-v", "--verbose", help="Also show what was passed over.")

PARAMETERS: Any = option(
    "", "--parameters", help="A template's parameter file (default: the one beside it).", metavar="FILE"
)
SETS: Any = option([], "--set", help="A template's parameter; may be given again.", metavar="NAME=VALUE")
SUBSCRIPTION: Any = option("", "--subscription", help="The subscription a template is deployed to.", metavar="ID")
RESOURCE_GROUP: Any = option("", "--resource-group", help="The group a template is deployed to.", metavar="NAME")
LOCATION: Any = option("", "--location", help="The region a template is deployed to.", metavar="REGION")

SHARED: dict[str, tuple[type, Any]] = {
    "output": (str, output("text", "json", "yaml", "table", "tsv")),
    "query": (str, option("", "--query", help="A JMESPath expression over the answer's body.", metavar="JMESPATH")),
    "explain": (bool, option(False, "--explain", help="JSON with the reasons beside ARM's body.")),
    "verbose": (bool, VERBOSE),
    "facts": (str, FACTS),
    "service_tags": (str, SERVICE_TAGS),
    "semantics": (str, SEMANTICS),
    "max_bytes": (str, MAX_BYTES),
    "parameters": (str, PARAMETERS),
    "sets": (list[str], SETS),
    "subscription": (str, SUBSCRIPTION),
    "resource_group": (str, RESOURCE_GROUP),
    "location": (str, LOCATION),
}
"""The options of every question, by parameter name, with their types."""
